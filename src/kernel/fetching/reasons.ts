/** Why no file came, in words for people. */
import { Problem } from '../problems.ts'
import type { FetchLimits } from './outside.ts'

/** One of the limits of time has passed. */
export class TooLate extends Error {
  readonly limit: 'firstByte' | 'inAll'

  constructor(limit: TooLate['limit']) {
    super(`Too late: ${limit}`)
    this.limit = limit
  }
}

const certificate = /^(CERT_|ERR_TLS|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|ERR_SSL|EPROTO|HOSTNAME_)/

/** A Problem stays as it is; what went wrong on the wire is put into words. What is no fault of the other side is left alone. */
export function reasonOf(cause: unknown, limits: FetchLimits): unknown {
  if (cause instanceof Problem) return cause
  if (cause instanceof TooLate) return unavailable(tooLate(cause.limit, limits))
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (certificate.test(code)) return unavailable('The server could not prove that it is who it says: its certificate is not one that is trusted. Tell the publisher, and do not fetch the file by hand until it is put right.')
  if (code === 'ECONNREFUSED' || code === 'ENETUNREACH' || code === 'EHOSTUNREACH' || code === 'ETIMEDOUT') return unavailable('The server could not be reached. Try again later; if that does not help, ask whether this installation may reach it.')
  if (code.startsWith('Z_')) return unavailable('The server sent a packed file that cannot be unpacked. Try again later, or tell the publisher.')
  if (code.startsWith('HPE_')) return unavailable('The server’s answer broke the rules of the web and was not read. Try again later, or tell the publisher.')
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE') return unavailable('The connection broke off before the whole file was there. Nothing of it was kept. Try again later.')
  return cause
}

/** An answer that is neither the file nor another address. */
export function unexpectedStatus(status: number): Problem {
  if (status === 404 || status === 410) return unavailable(`The server says that there is nothing at this address any more (${status}). The publisher may have moved the file: find it and change the address.`)
  if (status === 401 || status === 403) return unavailable(`The server does not let everybody have this file (${status}). Use an address that is open to everybody.`)
  if (status === 429) return unavailable('The server says that it was asked too often (429). Look less often, or try again later.')
  if (status >= 500) return unavailable(`The server has a fault of its own (${status}). Try again later.`)
  return unavailable(`The server did not send the file but the status ${status}. Open the address in a browser to see what it says.`)
}

const unavailable = (message: string) => new Problem('unavailable', message)

function tooLate(limit: TooLate['limit'], limits: FetchLimits): string {
  const seconds = `${limits[limit] / 1000} seconds`
  return limit === 'firstByte' ? `The server did not begin to answer within ${seconds}. Try again later.` : `The whole file was not there after ${seconds}. Nothing of it was kept. Try again later.`
}
