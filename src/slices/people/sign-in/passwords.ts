import { argon2, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { Problem } from '#kernel/problems.ts'
import { comparable } from './rules.ts'

/** Argon2id with the memory (KiB), passes and lanes OWASP's password storage guidance lists first. About 30 ms. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const tagLength = 32

/** Text to keep instead of a password, in the form other programs read too: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export function hashPassword(password: string): Promise<string> {
  return hashWith(password, randomBytes(16))
}

/** Hashes of random codes that belong together. They share a salt, so that a code can be looked for among them at the price of one. */
export async function hashCodes(codes: readonly string[]): Promise<string[]> {
  const nonce = randomBytes(16)
  return Promise.all(codes.map((code) => hashWith(code, nonce)))
}

/** What a code would be kept as if it belonged with this one. */
export function hashLike(code: string, kept: string): Promise<string> {
  const parts = partsOf(kept)
  return hashWith(code, parts.nonce, parts)
}

async function hashWith(password: string, nonce: Buffer, { memory, passes, parallelism }: typeof cost = cost): Promise<string> {
  const tag = await tagOf(password, nonce, { memory, passes, parallelism })
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(tag)}`
}

/**
 * Whether this is the password. Give null where no account exists: the same work is done and the answer is no, so that
 * the time an answer takes does not tell who has an account.
 */
export async function isPassword(password: string, kept: string | null): Promise<boolean> {
  const read = partsOf(kept ?? (await nobodysPassword()))
  const tag = await tagOf(password, read.nonce, read)
  return timingSafeEqual(tag, read.tag) && kept !== null
}

/** A password for one use, to be read out or typed from paper: nothing in it can be mistaken for something else. About 77 bits. */
export const oneTimePassword = () => legibleCode(4)

/** A code of so many groups of four letters and digits, each group worth about 19 bits. */
export function legibleCode(groups: number): string {
  const legible = 'abcdefghjkmnpqrstvwxyz23456789'
  const part = () => Array.from({ length: 4 }, () => legible[randomInt(legible.length)]).join('')
  return Array.from({ length: groups }, part).join('-')
}

let nobody: Promise<string> | undefined
const nobodysPassword = () => (nobody ??= hashPassword(randomBytes(32).toString('base64')))

const unpadded = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')

function partsOf(kept: string) {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(kept)
  if (!match) throw new Error('A kept password is not in the form this version reads.')
  const [, memory, passes, parallelism, nonce = '', tag = ''] = match
  return {
    memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism),
    nonce: Buffer.from(nonce, 'base64'), tag: Buffer.from(tag, 'base64'),
  }
}

/** Each computation takes 19 MB and a core, so a crowd is turned away rather than let in all at once. */
const mostAtOnce = 50
let running = 0

async function tagOf(password: string, nonce: Buffer, { memory, passes, parallelism }: typeof cost): Promise<Buffer> {
  if (running >= mostAtOnce) throw new Problem('too-many', 'Very many people are signing in at this moment. Wait a minute and try again.')
  running++
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      argon2('argon2id', { message: comparable(password), nonce, parallelism, tagLength, memory, passes }, (error, tag) => {
        if (error) reject(error)
        else resolve(tag)
      })
    })
  } finally {
    running--
  }
}
