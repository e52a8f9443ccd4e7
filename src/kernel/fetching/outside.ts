/** What the world outside looks like to the workbench. */
import { lookup, type LookupAddress } from 'node:dns'
import { isPublicAddress } from './addresses.ts'

/** Limits in milliseconds, hops and bytes. */
export interface FetchLimits {
  /** Until the head of the answer is there, for each address asked. */
  firstByte: number
  /** For everything, redirects and the whole file included. */
  inAll: number
  redirects: number
  /** Of the file, as sent and as unpacked. */
  bytes: number
}

/** How names become addresses, which of those may be asked, and for how long. A test puts a small world of its own in place of the real one. */
export interface Outside {
  resolve: (host: string) => Promise<readonly LookupAddress[]>
  isPublic: (address: string) => boolean
  /** Domains that may be asked, each with what is below it; empty or left out: every one. */
  domains?: readonly string[]
  /** The one that is connected to; addresses name none of their own. */
  port: number
  /** Certificate authorities instead of the ones Node trusts, as PEM. */
  ca?: string
  limits: FetchLimits
}

/** The internet. */
export const internet: Outside = {
  resolve: (host) => new Promise((resolve, reject) => lookup(host, { all: true }, (err, found) => (err ? reject(err) : resolve(found)))),
  isPublic: isPublicAddress,
  port: 443,
  limits: { firstByte: 30_000, inAll: 5 * 60_000, redirects: 5, bytes: 100 * 1000 * 1000 },
}
