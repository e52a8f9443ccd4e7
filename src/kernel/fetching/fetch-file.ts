/** Fetches a file from a published address, and trusts neither the address nor whoever answers. */
import type { LookupAddress } from 'node:dns'
import type { IncomingMessage } from 'node:http'
import { request as ask } from 'node:https'
import type { LookupFunction } from 'node:net'
import { createGunzip } from 'node:zlib'
import { Problem, refused } from '../problems.ts'
import { locate, readAddress } from './locate.ts'
import type { Outside } from './outside.ts'
import { fileNameOf } from './file-name.ts'
import { reasonOf, unexpectedStatus, TooLate } from './reasons.ts'

/** What is asked for. */
export interface FetchRequest {
  address: string
  /** As the server gave them with the file that is known; it then need not send the same one again. */
  etag?: string | null
  lastModified?: string | null
  /** Aborted when nobody wants the file any more. */
  signal?: AbortSignal
}

/** What came with a file. */
export interface FetchedHead {
  fileName: string
  /** Without its parameters, in lower case; empty when not said. */
  contentType: string
  etag: string | null
  lastModified: string | null
}

/**
 * Fetches the file and gives its content to `take` as it comes, unpacked. `take` reads to the end; null means that the server says it is
 * still the file of that `etag` or `lastModified`.
 *
 * @throws a Problem in plain words when the address is not to be fetched from, or no whole file came within the limits
 */
export async function fetchFile<T>(outside: Outside, request: FetchRequest, take: (content: AsyncIterable<Uint8Array>, head: FetchedHead) => Promise<T>): Promise<T | null> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new TooLate('inAll')), outside.limits.inAll)
  const signal = request.signal ? AbortSignal.any([late.signal, request.signal]) : late.signal
  try {
    return await follow(outside, { ...request, signal }, take)
  } catch (cause) {
    request.signal?.throwIfAborted()
    throw reasonOf(late.signal.reason ?? cause, outside.limits)
  } finally {
    clearTimeout(timer)
  }
}

type Take<T> = Parameters<typeof fetchFile<T>>[2]
type Request = FetchRequest & { signal: AbortSignal }

async function follow<T>(outside: Outside, request: Request, take: Take<T>): Promise<T | null> {
  let url = readAddress(request.address, outside)
  for (let hops = 0; hops <= outside.limits.redirects; hops++) {
    const answer = (await answerFrom(outside, url, request)).on('error', () => undefined)
    try {
      const next = redirectOf(answer, url)
      if (next === null) return await read(outside, url, request, answer, take)
      url = readNext(next, outside)
    } finally {
      answer.destroy()
    }
  }
  throw refused(`The address leads on to others more than ${outside.limits.redirects} times, perhaps in a circle. Use the address of the file itself.`)
}

function readNext(next: string, outside: Outside): URL {
  try {
    return readAddress(next, outside)
  } catch (cause) {
    throw cause instanceof Problem ? refused(`The server leads on to another address, which is not followed. ${cause.message}`) : cause
  }
}

function redirectOf(answer: IncomingMessage, from: URL): string | null {
  if (![301, 302, 303, 307, 308].includes(answer.statusCode ?? 0)) return null
  const { location } = answer.headers
  if (location === undefined || !URL.canParse(location, from.href)) throw refused('The server leads on to another address, but does not say which.')
  return new URL(location, from.href).href
}

/** Asks one address on a connection of its own. */
async function answerFrom(outside: Outside, url: URL, { etag, lastModified, signal }: Request): Promise<IncomingMessage> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new TooLate('firstByte')), outside.limits.firstByte)
  const either = AbortSignal.any([signal, late.signal])
  try {
    const machines = await orAborted(locate(url, outside), either)
    return await new Promise((resolve, reject) => {
      const asked = ask(url, {
        agent: false, port: outside.port, lookup: pinnedTo(machines), signal, ...(outside.ca === undefined ? {} : { ca: outside.ca }),
        headers: {
          accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'BestValueWorkbench (looks for new releases of published files)',
          ...(etag ? { 'if-none-match': etag } : {}), ...(lastModified ? { 'if-modified-since': lastModified } : {}),
        },
      }, resolve)
      late.signal.addEventListener('abort', () => asked.destroy(late.signal.reason as Error), { once: true })
      asked.on('error', reject)
      asked.end()
    })
  } catch (cause) {
    throw late.signal.aborted ? (late.signal.reason as Error) : cause
  } finally {
    clearTimeout(timer)
  }
}

const orAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  Promise.race([work, new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))])

/** Only the machines that were looked at are connected to, whatever the name means by then. */
function pinnedTo(machines: readonly LookupAddress[]): LookupFunction {
  const [first] = machines
  return (_host, options, done) => (options.all ? done(null, [...machines]) : done(null, first?.address ?? '', first?.family))
}

async function read<T>({ limits }: Outside, url: URL, request: Request, answer: IncomingMessage, take: Take<T>): Promise<T | null> {
  const { statusCode: status = 0, headers } = answer
  if (status === 304 && (request.etag || request.lastModified)) return null
  if (status !== 200) throw unexpectedStatus(status)
  if (Number(headers['content-length'] ?? 0) > limits.bytes) throw tooLarge(limits.bytes)
  const contentType = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const head = { contentType, fileName: fileNameOf(headers['content-disposition'], url), etag: headers.etag ?? null, lastModified: headers['last-modified'] ?? null }
  return take(unpacked(answer, limits.bytes), head)
}

/** Plain content was asked for. Servers that pack it all the same are unpacked for, within the same limit. */
async function* unpacked(answer: IncomingMessage, most: number): AsyncGenerator<Uint8Array> {
  const packing = (answer.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  const sent = upTo(answer, most)
  if (packing === 'identity' || packing === '') {
    yield* sent
    return
  }
  if (packing !== 'gzip' && packing !== 'x-gzip') throw refused(`The server packs the file in a way that was not asked for (${packing.slice(0, 20)}).`)
  const gunzip = createGunzip()
  const feeding = feed(sent, gunzip)
  try {
    yield* upTo(gunzip, most)
    await feeding
  } finally {
    gunzip.destroy()
    await feeding.catch(() => undefined)
  }
}

/** Writes to the stream as fast as it takes it; what goes wrong on the way is what reading from it says. */
async function feed(content: AsyncIterable<Uint8Array>, into: ReturnType<typeof createGunzip>): Promise<void> {
  try {
    for await (const chunk of content) {
      if (into.destroyed) return
      if (!into.write(chunk)) await new Promise<void>((resolve) => void into.once('drain', resolve).once('close', resolve))
    }
    into.end()
  } catch (cause) {
    into.destroy(cause instanceof Error ? cause : new Error(String(cause)))
  }
}

async function* upTo(content: AsyncIterable<unknown>, most: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of content as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > most) throw tooLarge(most)
    yield chunk
  }
}

const tooLarge = (most: number) => new Problem('too-large', `The file is larger than ${most >= 1_000_000 ? `${Math.floor(most / 1_000_000)} MB` : `${most} bytes`}. Bring it in with the command line instead.`)
