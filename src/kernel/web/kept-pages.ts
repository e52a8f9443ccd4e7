import { hash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { House } from '../slice.ts'
import { readCookie, sessionToken } from './cookies.ts'

/** What all kept pages together may take, as text and compressed. The ones longest unasked go first. */
const mostBytes = 64 * 1024 * 1024
/** A page larger than this is made anew each time, so that it does not push out a hundred others. */
const largestPage = 2 * 1024 * 1024

/** What a page shows besides its address: everything changed up to a version, and the present minute. */
interface Shown {
  version: number
  minute: number
}

interface KeptPage extends Shown {
  etag: string
  body: Buffer
  /** The same compressed, made when a browser first takes it. */
  compressed: Partial<Record<Encoding, Promise<Buffer>>>
  bytes: number
}

type Encoding = 'br' | 'gzip'

const compress: Record<Encoding, (body: Buffer) => Promise<Buffer>> = {
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: promisify(gzip),
}

/** Pages by address, the one last asked for at the end. */
class Shelf {
  readonly #pages = new Map<string, KeptPage>()
  #bytes = 0

  find(address: string, { version, minute }: Shown): KeptPage | undefined {
    const page = this.#pages.get(address)
    if (!page) return undefined
    this.#pages.delete(address)
    if (page.version === version && page.minute === minute) {
      this.#pages.set(address, page)
      return page
    }
    this.#bytes -= page.bytes
    return undefined
  }

  keep(address: string, shown: Shown, body: Buffer, etag: string): void {
    const bytes = 2 * body.length
    if (bytes > largestPage) return
    this.#drop(address)
    this.#pages.set(address, { ...shown, body, etag, compressed: {}, bytes })
    this.#bytes += bytes
    for (const oldest of this.#pages.keys()) {
      if (this.#bytes <= mostBytes) break
      this.#drop(oldest)
    }
  }

  #drop(address: string): void {
    this.#bytes -= this.#pages.get(address)?.bytes ?? 0
    this.#pages.delete(address)
  }
}

/** Pages that were made already. */
interface KeptPages {
  /** Puts a page by for the next who asks, where that is right, and gives what to send. */
  keep: (request: FastifyRequest, reply: FastifyReply, html: string) => Buffer | string
  /** Answers from them from here on, once it is known who is asking. */
  answerFrom: (app: FastifyInstance) => void
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What the page that is being made will show; null when it may not be kept. */
    shown: Shown | null
  }
}

/**
 * Answers visitors who are not signed in with the page made for the last of them, as long as nothing has changed since: no change
 * in any process, and still the same minute, because pages say when their figures were known. Pages with a form of ours, with a
 * notice, or for somebody signed in are always made anew. Browsers are told with 304 that what they have is still right.
 */
export function keptPages({ store, config, now }: Pick<House, 'store' | 'config' | 'now'>): KeptPages {
  const shelf = new Shelf()
  const everythingChanged = async (): Promise<Shown> => ({ version: await store.version(), minute: Math.floor(now().getTime() / 60_000) })

  function mayBeKept(request: FastifyRequest): boolean {
    const { access, identify } = request.routeOptions.config
    return request.method === 'GET' && request.actor.kind === 'public' && access === 'public' && identify !== false && !request.is404 && request.headers.authorization === undefined &&
      sessionToken(request, config) === null && readCookie(request, config, 'notice') === null
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    if (!mayBeKept(request)) return undefined
    // A database that does not answer is told of by the page itself.
    const shown = await everythingChanged().catch(() => null)
    if (!shown) return undefined
    const page = shelf.find(request.url, shown)
    if (page) return await answerWith(page, request, reply)
    request.shown = shown
    return undefined
  }

  function keep(request: FastifyRequest, reply: FastifyReply, html: string): Buffer | string {
    const { shown } = request
    if (!shown || reply.statusCode !== 200 || reply.hasHeader('set-cookie') || reply.hasHeader('cache-control')) return html
    const body = Buffer.from(html)
    const etag = `W/"${hash('sha1', body, 'base64url')}"`
    shelf.keep(request.url, shown, body, etag)
    reply.header('etag', etag).header('vary', 'accept-encoding')
    if (request.headers['if-none-match'] !== etag) return body
    reply.code(304)
    return ''
  }

  return {
    keep,
    answerFrom(app) {
      app.decorateRequest('shown', null)
      app.addHook('onRequest', answer)
    },
  }
}

async function answerWith(page: KeptPage, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  // In the order of a page that is made anew, so that nobody can tell whether somebody asked before.
  reply.type('text/html; charset=utf-8').header('etag', page.etag).header('vary', 'accept-encoding')
  if (request.headers['if-none-match'] === page.etag) return reply.code(304).send('')
  const encoding = encodingFor(request.headers['accept-encoding'])
  if (!encoding) return reply.send(page.body)
  page.compressed[encoding] ??= compress[encoding](page.body)
  return reply.header('content-encoding', encoding).send(await page.compressed[encoding])
}

function encodingFor(accepted: string | string[] | undefined): Encoding | null {
  const words = String(accepted ?? '').split(',').map((word) => word.trim())
  return words.includes('br') ? 'br' : words.includes('gzip') ? 'gzip' : null
}
