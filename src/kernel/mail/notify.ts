import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Carried, Outgoing } from './carrier.ts'
import { oneLine } from './rules.ts'
import type { MailSettings } from './settings.ts'

type Notify = Extract<MailSettings, { carrier: 'notify' }>

const longestWait = 30_000
const faults = z.object({ errors: z.array(z.object({ error: z.string(), message: z.string() })).min(1) })
const found = z.object({ notifications: z.array(z.object({ id: z.string(), status: z.string() })) })

/** Hands a letter to GOV.UK Notify, by one template that has nothing but a subject and a body to fill in. */
export async function carryByNotify(settings: Notify, letter: Outgoing): Promise<Carried> {
  try {
    // An attempt whose answer got lost may have been accepted all the same. Notify knows by the reference.
    if (letter.attempt > 1 && (await wasAccepted(settings, letter))) return { outcome: 'sent' }
    const answer = await ask(settings, '/v2/notifications/email', {
      email_address: letter.recipient,
      template_id: settings.template,
      personalisation: { subject: letter.subject, body: letter.text },
      reference: letter.reference,
    })
    return answer.ok ? { outcome: 'sent' } : await howItFailed(answer)
  } catch (cause) {
    return { outcome: 'later', reason: `GOV.UK Notify could not be reached: ${oneLine(reasonOf(cause))}` }
  }
}

async function wasAccepted(settings: Notify, { reference }: Outgoing): Promise<boolean> {
  const answer = await ask(settings, `/v2/notifications?reference=${encodeURIComponent(reference)}`)
  if (!answer.ok) return false
  const read = found.safeParse(await answer.json())
  return read.success && read.data.notifications.some(({ status }) => !/failure/.test(status))
}

function ask({ address, key }: Notify, path: string, body?: object): Promise<Response> {
  return fetch(address + path, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${tokenFor(key)}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
    redirect: 'error',
    signal: AbortSignal.timeout(longestWait),
  })
}

/** A key is a name, the id of the service and the secret, the last two 36 characters each. Notify takes a token for half a minute. */
function tokenFor(key: string): string {
  const [service, secret] = [key.slice(-73, -37), key.slice(-36)]
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ typ: 'JWT', alg: 'HS256' })}.${part({ iss: service, iat: Math.floor(Date.now() / 1000) })}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/**
 * A bad request about the address will be bad again. Everything else can pass: a limit for the minute or the day, a key that
 * is replaced, a template that is put right, a fault of theirs.
 */
async function howItFailed(answer: Response): Promise<Carried> {
  const read = faults.safeParse(await answer.json().catch(() => null))
  const said = read.success ? read.data.errors.map(({ error, message }) => `${error}: ${message}`).join('; ') : 'no reason given'
  const isLasting = answer.status === 400 && read.success && read.data.errors.every(({ error, message }) => error === 'ValidationError' && /^email_address\b/.test(message))
  return { outcome: isLasting ? 'refused' : 'later', reason: `GOV.UK Notify answered ${answer.status}: ${oneLine(said)}` }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error ? `${cause.message} (${cause.cause.message})` : cause.message
}
