import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { Config } from '../config.ts'

const keyFrom = (secret: string) => Buffer.from(hkdfSync('sha256', secret, '', 'text of letters', 32))

/** Text that can be read again with the installation's secret and not from a copy of the database alone (AES-256-GCM). */
export function seal({ sessionSecret }: Pick<Config, 'sessionSecret'>, text: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyFrom(sessionSecret), nonce)
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')
}

/**
 * The text again; null when it was sealed under a secret this installation does not have (any more) or altered since. `stale` says that
 * it was the secret before.
 */
export function unseal({ sessionSecret, signIn: { earlierSecret } }: Pick<Config, 'sessionSecret' | 'signIn'>, sealed: string): { text: string; stale: boolean } | null {
  const bytes = Buffer.from(sealed, 'base64url')
  const text = unsealWith(sessionSecret, bytes)
  if (text !== null) return { text, stale: false }
  const earlier = earlierSecret === null ? null : unsealWith(earlierSecret, bytes)
  return earlier === null ? null : { text: earlier, stale: true }
}

function unsealWith(secret: string, bytes: Buffer): string | null {
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyFrom(secret), bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}
