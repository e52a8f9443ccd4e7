import { sql } from 'kysely'
import type { Trx } from '../db/index.ts'
import type { House } from '../slice.ts'
import { carrierOf, type Carried, type Outgoing } from './carrier.ts'
import { heldFor, keptFor, waitAfterAttempt } from './rules.ts'
import { unseal } from './seal.ts'

type Sending = Pick<House, 'store' | 'config' | 'log' | 'now'>

/**
 * Sends every letter that is due, one after the other, and drops what is of no use any more. Several processes may do this at
 * once: each letter is held by one of them. A letter is noted as sent only after the carrier took it, so one whose sender was
 * killed between the two leaves a second time under the same reference; nothing else is sent twice.
 *
 * @returns how many letters were sent
 */
export async function deliverLetters(house: Sending): Promise<number> {
  await house.store.keep((trx) => dropUseless(trx, house.now()))
  const carry = carrierOf(house.config)
  if (!carry) return 0
  let sent = 0
  for (;;) {
    const held = await house.store.keep((trx) => holdNext(trx, house.now()))
    if (!held) return sent
    const carried = await attempt(house, carry, held)
    await house.store.keep((trx) => noteHow(trx, held, carried, house.now()))
    if (carried.outcome === 'sent') sent++
    else house.log.warn({ letter: held.id, attempt: held.attempts, outcome: carried.outcome, reason: carried.reason }, 'letter not sent')
  }
}

interface Held {
  id: number
  attempts: number
}

async function dropUseless(trx: Trx, now: Date): Promise<void> {
  await trx.updateTable('kernel.letter').set({ state: 'expired', sealed: null })
    .where('state', 'in', ['waiting', 'refused']).where('expires_at', '<=', now).execute()
  await trx.deleteFrom('kernel.letter').where('made_at', '<', new Date(now.getTime() - keptFor)).execute()
}

/** Takes the next letter into hand. A row that another process is just taking is passed over. */
async function holdNext(trx: Trx, now: Date): Promise<Held | undefined> {
  const { rows } = await sql<Held>`
    update kernel.letter set held_until = ${new Date(now.getTime() + heldFor)}, attempts = attempts + 1
     where id = (select id from kernel.letter
                  where state = 'waiting' and next_at <= ${now} and (held_until is null or held_until <= ${now})
                  order by next_at, id limit 1 for update skip locked)
    returning id, attempts`.execute(trx)
  return rows[0]
}

async function attempt(house: Sending, carry: (letter: Outgoing) => Promise<Carried>, { id, attempts }: Held): Promise<Carried> {
  const letter = await house.store.read({ kind: 'system', name: 'the post' }, (db) =>
    db.selectFrom('kernel.letter').select(['id', 'recipient', 'subject', 'sealed', 'made_at']).where('id', '=', id).executeTakeFirst())
  const text = letter?.sealed ? (unseal(house.config, letter.sealed)?.text ?? null) : null
  if (!letter || text === null) return { outcome: 'refused', reason: 'Its text cannot be read: it was written under another SESSION_SECRET.' }
  const { recipient, subject, made_at } = letter
  return carry({ id, recipient, subject, made_at, text, attempt: attempts, reference: `letter-${id}-${made_at.getTime()}` })
}

/** The text of a letter that was sent is dropped: the link in it is its reader's alone. */
async function noteHow(trx: Trx, { id, attempts }: Held, carried: Carried, now: Date): Promise<void> {
  const changes = carried.outcome === 'sent'
    ? { state: 'sent', sealed: null, sent_at: now, reason: null }
    : carried.outcome === 'refused'
      ? { state: 'refused', reason: carried.reason }
      : { next_at: new Date(now.getTime() + waitAfterAttempt(attempts)), reason: carried.reason }
  await trx.updateTable('kernel.letter').set({ ...changes, held_until: null }).where('id', '=', id).where('attempts', '=', attempts).execute()
}
