import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { Config } from '#kernel/config.ts'

type Secrets = Pick<Config, 'sessionSecret' | 'signIn'>

/**
 * Text that only this installation can open: AES-256-GCM under a key made from the session secret for this one purpose. `bound`
 * says whose it is; it opens for nobody else. The same text sealed twice gives different results.
 */
export function seal(config: Secrets, purpose: string, bound: string, text: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyFor(config.sessionSecret, purpose), nonce).setAAD(Buffer.from(bound))
  const inside = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return ['v1', nonce.toString('base64url'), inside.toString('base64url'), cipher.getAuthTag().toString('base64url')].join('.')
}

/**
 * Opens what was sealed; null when it was altered, belongs to somebody else, or neither the session secret nor the one before it
 * fits. `stale` says that it was the one before.
 */
export function unseal(config: Secrets, purpose: string, bound: string, sealed: string): { text: string; stale: boolean } | null {
  const text = openWith(config.sessionSecret, purpose, bound, sealed)
  if (text !== null) return { text, stale: false }
  const earlier = config.signIn.earlierSecret === null ? null : openWith(config.signIn.earlierSecret, purpose, bound, sealed)
  return earlier === null ? null : { text: earlier, stale: true }
}

function openWith(secret: string, purpose: string, bound: string, sealed: string): string | null {
  const [version, ...parts] = sealed.split('.')
  const [nonce, inside, tag] = parts.map((part) => Buffer.from(part, 'base64url'))
  if (version !== 'v1' || nonce?.length !== 12 || !inside || tag?.length !== 16) return null
  const decipher = createDecipheriv('aes-256-gcm', keyFor(secret, purpose), nonce).setAAD(Buffer.from(bound)).setAuthTag(tag)
  try {
    return Buffer.concat([decipher.update(inside), decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}

/** A key of its own for each purpose, so that what is sealed for one cannot be passed off as another. */
const keyFor = (secret: string, purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', `sealed for ${purpose}`, 32))
