import nodemailer from 'nodemailer'
import type { Carried, Outgoing } from './carrier.ts'
import { oneLine } from './rules.ts'
import { isLoopback, type MailSettings } from './settings.ts'

type Smtp = Extract<MailSettings, { carrier: 'smtp' }>

/** Hands a letter to a mail server. Without encryption only to this very machine. */
export async function carryBySmtp({ url, from }: Smtp, baseUrl: string, letter: Outgoing): Promise<Carried> {
  const transport = nodemailer.createTransport({
    ...serverIn(url),
    connectionTimeout: 15_000, greetingTimeout: 15_000, socketTimeout: 30_000, dnsTimeout: 10_000,
    disableFileAccess: true, disableUrlAccess: true,
  })
  try {
    await transport.sendMail({
      from,
      // Given as an object, so that no part of an address is ever read as a second one.
      to: { name: '', address: letter.recipient },
      envelope: { from: from.address, to: [letter.recipient] },
      subject: letter.subject,
      text: letter.text,
      date: letter.made_at,
      messageId: `<${letter.reference}@${new URL(baseUrl).hostname.replace(/[[\]:]/g, '')}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
    return { outcome: 'sent' }
  } catch (cause) {
    return howItFailed(cause)
  } finally {
    transport.close()
  }
}

function serverIn(address: string) {
  const url = new URL(address)
  const secure = url.protocol === 'smtps:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return {
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !isLoopback(url.hostname),
    // On this very machine a certificate proves nothing, and mail servers there rarely have one for "localhost".
    tls: { rejectUnauthorized: !isLoopback(url.hostname) },
    ...(url.username === '' ? {} : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
  }
}

/** Only a lasting refusal of this reader or this text ends the attempts; wrong settings can be put right. */
function howItFailed(cause: unknown): Carried {
  const { responseCode, response, command } = partsOf(cause)
  const isLasting = responseCode >= 500 && (command === 'RCPT TO' || command === 'DATA')
  if (response !== '') return { outcome: isLasting ? 'refused' : 'later', reason: `The mail server answered: ${oneLine(response)}` }
  return { outcome: 'later', reason: `The mail server could not be used: ${oneLine(cause instanceof Error ? cause.message : String(cause))}` }
}

function partsOf(cause: unknown): { responseCode: number; response: string; command: string } {
  const of = (name: string): unknown => (typeof cause === 'object' && cause !== null ? Reflect.get(cause, name) : undefined)
  const [response, command] = [of('response'), of('command')]
  return {
    responseCode: Number(of('responseCode') ?? 0),
    response: typeof response === 'string' ? response : '',
    command: typeof command === 'string' ? command : '',
  }
}
