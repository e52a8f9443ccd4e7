import { Secret, TOTP } from 'otpauth'
import type { Membership } from '#kernel/access/actor.ts'
import type { Config } from '#kernel/config.ts'

/** Facts about second factors. No database, no web, no clock of its own. */

const period = 30
/** How many half minutes a code may be early or late: the clocks of telephones differ. */
const tolerance = 1
/** Authenticator apps one account may have, so that a list of them stays readable. */
export const mostAuthenticators = 5
export const recoveryCodeCount = 10

/** Who must have one: administrators of anything, or everybody, as the installation says; nobody in a demonstration unless it says so. */
export function mustHaveSecondFactor(config: Pick<Config, 'demo' | 'demonstrationSignIns' | 'signIn'>, memberships: readonly Membership[]): boolean {
  const rule = config.signIn.secondFactorFor ?? (config.demo === 'on' && config.demonstrationSignIns ? 'nobody' : 'administrators')
  if (rule === 'everyone') return true
  return rule === 'administrators' && memberships.some(({ roles }) => roles.includes('administrator'))
}

/** A new secret for an authenticator app, in the letters and digits people type: 160 random bits. */
export const newSecret = () => new Secret({ size: 20 }).base32

/** What an authenticator app is told, as the address in its QR code. `place` says which workbench. */
export function addressForApp(secret: string, email: string, place: string): string {
  return appFor(secret, email, place).toString()
}

/**
 * The half minute since 1970 this code belongs to; null when it is wrong, or too early or late by the clock. Whoever asks makes sure
 * that a half minute counts once.
 */
export function stepOfCode(secret: string, code: string, now: Date): number | null {
  if (!/^\d{6}$/.test(code)) return null
  const delta = appFor(secret).validate({ token: code, timestamp: now.getTime(), window: tolerance })
  return delta === null ? null : Math.floor(now.getTime() / 1000 / period) + delta
}

/** The code an app shows at this moment. */
export const codeAt = (secret: string, now: Date) => appFor(secret).generate({ timestamp: now.getTime() })

function appFor(secret: string, label = '', issuer = ''): TOTP {
  return new TOTP({ issuer, label, secret, algorithm: 'SHA1', digits: 6, period })
}

/** What was typed as a code: six digits of an app or a recovery code, without the spaces and dashes people put in. */
export const plainCode = (typed: string) => typed.toLowerCase().replace(/[\s-]/g, '')

/** Whether this can only be meant as a recovery code. */
export const looksLikeRecoveryCode = (plain: string) => /^[a-z2-9]{12}$/.test(plain)

/** A secret in groups of four, as it is easiest to copy by hand. */
export const inGroups = (text: string) => text.replace(/(.{4})(?=.)/g, '$1 ')
