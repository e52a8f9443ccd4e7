import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** What a token looks like, and how long it may hold. No database, no web. */

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const prefix = 'bvw_'
const secretLength = 43
const checkLength = 6

/** What a token may be used for; `write` includes reading. */
export const scopes = ['read', 'write'] as const
export type Scope = (typeof scopes)[number]

export const longestDays = 365

/** A new token: a beginning by which programs that look for lost secrets know it, 256 random bits, and a checksum. */
export function newApiToken(): string {
  const secret = Array.from({ length: secretLength }, () => alphabet[randomInt(alphabet.length)]).join('')
  return prefix + secret + checkOf(secret)
}

/** Whether this could be a token of ours. A slip of the pen is told without asking the store. */
export function looksLikeToken(text: string): boolean {
  if (text.length !== prefix.length + secretLength + checkLength || !text.startsWith(prefix)) return false
  const secret = text.slice(prefix.length, -checkLength)
  return checkOf(secret) === text.slice(-checkLength)
}

/** What is kept of a token. It is random, so a plain hash cannot be guessed backwards. */
export const hashOfApiToken = (token: string) => createHash('sha256').update(token).digest('hex')

/** What is kept to be shown: enough for its holder to tell their tokens apart. */
export const endingOf = (token: string) => token.slice(-4)

function checkOf(secret: string): string {
  let rest = crc32(secret)
  let check = ''
  for (let place = 0; place < checkLength; place++) {
    check = (alphabet[rest % alphabet.length] ?? '') + check
    rest = Math.floor(rest / alphabet.length)
  }
  return check
}
