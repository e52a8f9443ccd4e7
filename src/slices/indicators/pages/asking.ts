// For tests of pages: the real server, people with sessions, and forms posted as a browser posts them.
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { everyone } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { completeHouse, type House, type Slice } from '#kernel/slice.ts'
import type { TestStore } from '#kernel/testing/store.ts'
import { createServer } from '#kernel/web/server.ts'
import type { Person } from './person.ts'

type Answer = Awaited<ReturnType<FastifyInstance['inject']>>

/** A server on which the cookie of the session is the number of the account. */
export async function askedServer(database: TestStore, slices: readonly Slice[]) {
  const people = new Map<string, Person>()
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'on' })
  let clock = 0
  const house: House = completeHouse({ store: database.store, config, log: pino({ level: 'error' }), now: () => new Date(Date.now() + clock) })
  const app = await createServer(house, {
    slices,
    identify: (request) => Promise.resolve(people.get(request.cookies['bv-session'] ?? '') ?? everyone),
    actorOf: (account) => Promise.resolve(people.get(String(account)) ?? null),
  })
  return {
    app,
    house,
    later: (ms: number) => void (clock += ms),
    signIn(person: Person) {
      people.set(String(person.account), person)
      return new Browsing(app, String(person.account))
    },
    stranger: () => new Browsing(app, null),
  }
}

/** One person at a browser. Every post carries the token of a page just opened. */
export class Browsing {
  readonly #app: FastifyInstance
  readonly cookie: string
  constructor(app: FastifyInstance, session: string | null) {
    this.#app = app
    this.cookie = session === null ? '' : `bv-session=${session}`
  }

  get(url: string): Promise<Answer> {
    return this.#app.inject({ url, headers: { cookie: this.cookie } })
  }

  /** Posts a form without a file. */
  async post(url: string, fields: Record<string, string>): Promise<Answer> {
    const payload = new URLSearchParams({ ...fields, _csrf: await this.#token() }).toString()
    return this.#whenDone(await this.#app.inject({ method: 'POST', url, payload, headers: { cookie: this.cookie, 'content-type': 'application/x-www-form-urlencoded' } }))
  }

  /** Posts a form with a file, as a browser sends it. */
  async upload(url: string, fields: Record<string, string>, file: { name: string; content: string | Buffer } | null): Promise<Answer> {
    const form = new FormData()
    form.set('_csrf', await this.#token())
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    form.set('file', new File(file ? [file.content] : [], file?.name ?? ''))
    const request = new Request('http://here.invalid', { method: 'POST', body: form })
    const headers = { cookie: this.cookie, 'content-type': request.headers.get('content-type') ?? '' }
    return this.#whenDone(await this.#app.inject({ method: 'POST', url, payload: Buffer.from(await request.arrayBuffer()), headers }))
  }

  /** The page an answer leads to. */
  follow(answer: Answer): Promise<Answer> {
    const { location } = answer.headers
    if (typeof location !== 'string') throw new Error(`The answer leads nowhere: ${answer.statusCode} ${textOf(answer)}`)
    return this.get(location)
  }

  /** Stays on the page of the job, asking again as a browser would, until the work is done; gives the answer that then leads on. */
  async #whenDone(answer: Answer): Promise<Answer> {
    const { location } = answer.headers
    if (typeof location !== 'string' || !location.startsWith('/jobs/')) return answer
    const { over } = (await this.get(`${location}/progress`)).json<{ over: boolean }>()
    if (over) return this.get(`${location}/follow`)
    await pause(100)
    return this.#whenDone(answer)
  }

  async #token(): Promise<string> {
    const page = await this.get('/help')
    return /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  }
}

/** What the main part of a page says, without markup. */
export function textOf(answer: Answer): string {
  const main = /<main[^>]*>([^]*)<\/main>/.exec(answer.body)?.[1] ?? answer.body
  return main.replace(/<[^>]+>/g, ' ').replace(/&amp;/g, '&').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/\s+/g, ' ').trim()
}
