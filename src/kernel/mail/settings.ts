import { z } from 'zod'

/** How letters leave the house. */
export type MailSettings =
  | { carrier: 'smtp'; url: string; from: { name: string; address: string } }
  | { carrier: 'notify'; address: string; key: string; template: string }
  /** Nobody carries them: administrators read them in the outbox and pass on what they say. */
  | { carrier: 'outbox' }

/** The settings of mail as they stand in the environment; each message is the end of "Give …". */
export const mailVariables = {
  MAIL_FROM: z.string().refine((text) => senderIn(text) !== null, 'an address such as bestvalue@example.gov.uk, or Name <address>').optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'an address such as smtp://name:password@mail.example.gov.uk:587' }).optional(),
  NOTIFY_API_KEY: z.string().regex(/^\S*-?[\da-f-]{36}-[\da-f-]{36}$/, 'the whole key as GOV.UK Notify showed it').optional(),
  NOTIFY_TEMPLATE: z.uuid('the id of a template, such as 0a1b2c3d-0000-4000-8000-000000000000').optional(),
  NOTIFY_URL: z.url({ protocol: /^https?$/, error: 'an address such as https://api.notifications.service.gov.uk' }).optional(),
}

type Given = z.output<z.ZodObject<typeof mailVariables>>

/** What the settings mean together, or a sentence for each thing that does not fit. */
export function mailSettings(given: Given): MailSettings | { faults: string[] } {
  const { MAIL_FROM, SMTP_URL, NOTIFY_API_KEY: key, NOTIFY_TEMPLATE: template, NOTIFY_URL: address = 'https://api.notifications.service.gov.uk' } = given
  if (SMTP_URL && (key ?? template)) return { faults: ['SMTP_URL: stands beside settings of GOV.UK Notify. Give one or the other.'] }
  if (SMTP_URL) {
    const from = MAIL_FROM === undefined ? null : senderIn(MAIL_FROM)
    return from ? { carrier: 'smtp', url: SMTP_URL, from } : { faults: ['MAIL_FROM: is needed beside SMTP_URL. Give the address letters come from.'] }
  }
  if (key && template) {
    const isSafe = address.startsWith('https:') || isLoopback(new URL(address).hostname)
    return isSafe ? { carrier: 'notify', address: address.replace(/\/$/, ''), key, template } : { faults: ['NOTIFY_URL: must begin with https, because letters hold one-time links.'] }
  }
  if (key ?? template) return { faults: [`${key ? 'NOTIFY_TEMPLATE' : 'NOTIFY_API_KEY'}: is needed beside ${key ? 'NOTIFY_API_KEY' : 'NOTIFY_TEMPLATE'}.`] }
  return { carrier: 'outbox' }
}

/** Whether a host is this very machine, to which nothing needs to be encrypted. */
export const isLoopback = (host: string) => host === 'localhost' || host === '[::1]' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)

function senderIn(text: string): { name: string; address: string } | null {
  const [, name = '', bracketed] = /^\s*"?([^"<>\p{Cc}]*?)"?\s*<([^<>]*)>\s*$/u.exec(text) ?? []
  const address = (bracketed ?? text).trim()
  return isMailAddress(address) ? { name: name.trim(), address } : null
}

/**
 * Whether this is one plain address, and nothing that a mail program could read as more: no second address, no name, no line
 * end. Only sending to it would show that somebody reads there.
 */
export const isMailAddress = (text: string) =>
  text.length <= 254 && /^[^\s@<>()[\],;:\\"\p{C}]{1,64}@[^\s@<>()[\],;:\\"\p{C}.]+(\.[^\s@<>()[\],;:\\"\p{C}.]+)+$/u.test(text)
