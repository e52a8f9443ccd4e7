import type { Config } from '../config.ts'
import { carryByNotify } from './notify.ts'
import { carryBySmtp } from './smtp.ts'

/** A letter on its way out. */
export interface Outgoing {
  id: number
  recipient: string
  subject: string
  text: string
  made_at: Date
  /** Which attempt this is, counted from 1. */
  attempt: number
  /** The same for every attempt of one letter and for no other, so that a second copy can be recognised as one. */
  reference: string
}

/** How an attempt ended. `refused`: trying again would change nothing. */
export type Carried = { outcome: 'sent' } | { outcome: 'refused' | 'later'; reason: string }

/** Hands one letter to whoever the settings name; null when nobody carries letters. Never throws. */
export function carrierOf({ mail, baseUrl }: Pick<Config, 'mail' | 'baseUrl'>): ((letter: Outgoing) => Promise<Carried>) | null {
  if (mail.carrier === 'smtp') return (letter) => carryBySmtp(mail, baseUrl, letter)
  if (mail.carrier === 'notify') return (letter) => carryByNotify(mail, letter)
  return null
}
