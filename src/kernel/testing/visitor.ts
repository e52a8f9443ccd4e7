import type { FastifyInstance } from 'fastify'

/** A browser without a window, for pages asked through `inject`: keeps cookies, and sends a form with the token of the page it is on. */
export class Visitor {
  readonly cookies = new Map<string, string>()
  /** The page it is on, as HTML. */
  page = ''
  readonly #app: () => FastifyInstance
  readonly #now: () => number

  /** `app` is asked each time, because tests make theirs before each file; `now` says which cookies are over. */
  constructor(app: () => FastifyInstance, now: () => number = Date.now) {
    this.#app = app
    this.#now = now
  }

  async get(url: string, headers: Record<string, string> = {}) {
    return this.#took(await this.#app().inject({ url, headers: { ...this.#headers(), ...headers } }))
  }

  /** Sends a form, from the given page or the one it is on. */
  async post(url: string, fields: Record<string, string | string[]> = {}, page?: string) {
    if (page) await this.get(page)
    const token = /name="_csrf" value="([^"]+)"/.exec(this.page)?.[1] ?? ''
    const body = new URLSearchParams([['_csrf', token], ...Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one]))])
    const headers = { ...this.#headers(), 'content-type': 'application/x-www-form-urlencoded' }
    return this.#took(await this.#app().inject({ method: 'POST', url, headers, payload: body.toString() }))
  }

  get token() {
    return this.cookies.get('bv-session')
  }

  #headers() {
    return { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
  }

  #took(answer: Awaited<ReturnType<FastifyInstance['inject']>>) {
    for (const { name, value, expires } of answer.cookies as { name: string; value: string; expires?: Date }[]) {
      if (expires && expires.getTime() < this.#now() - 1000) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    this.page = answer.body
    return answer
  }
}
