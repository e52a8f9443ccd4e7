/** From an address somebody typed, or a server sent us on to, to the machines that may be asked for it. */
import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { Problem, refused } from '../problems.ts'
import type { Outside } from './outside.ts'

/**
 * Reads an address. Numbers in unusual notations are what they stand for afterwards, because the address is read as browsers read it.
 *
 * @throws a Problem that says what is wrong with it
 */
export function readAddress(text: string, { isPublic, domains = [] }: Pick<Outside, 'isPublic' | 'domains'>): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url) throw refused('This is not a web address. It begins with https:// and names a site.')
  if (url.protocol !== 'https:') throw refused(`Only addresses that begin with https:// are fetched, and this one begins with ${url.protocol}//.`)
  if (url.username !== '' || url.password !== '') throw refused('The address holds a user name or password. Use an address that is open to everybody.')
  if (url.port !== '') throw refused('The address names a port of its own. Only the usual port of https is fetched from.')
  const host = hostOf(url)
  if (isIP(host) !== 0 && !isPublic(host)) throw notPublic(host)
  if (domains.length > 0 && !domains.some((domain) => host === domain || host.endsWith(`.${domain}`))) {
    throw refused(`This installation fetches from ${domains.join(', ')} only, and not from ${host}. Whoever runs it can add it to SOURCE_DOMAINS.`)
  }
  url.hash = ''
  return url
}

/** Without the brackets of an IPv6 address. */
const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, '')

/** Looks the host up once. What is asked later is one of these, so that a name cannot change its meaning in between. */
export async function locate(url: URL, { resolve, isPublic }: Pick<Outside, 'resolve' | 'isPublic'>): Promise<LookupAddress[]> {
  const host = hostOf(url)
  const family = isIP(host)
  const found = family === 0 ? await resolve(host).catch(() => []) : [{ address: host, family }]
  if (found.length === 0) throw new Problem('unavailable', `The name ${host} leads to no machine. Check the address, or try again later.`)
  if (!found.every(({ address }) => isPublic(address))) throw notPublic(host)
  return [...found]
}

const notPublic = (host: string) => refused(`${host} is not on the public internet but in a network of its own, so it is not fetched from.`)
