import type { Reader, Trx } from '../db/index.ts'
import { conflict, notFound, refused } from '../problems.ts'
import type { House } from '../slice.ts'
import { oneLine } from './rules.ts'
import { seal, unseal } from './seal.ts'
import { isMailAddress } from './settings.ts'

/** A letter to one person. */
export interface Letter {
  /** The organisation whose administrators look after it; null: whoever runs the installation. */
  organisation: number | null
  to: string
  subject: string
  /** Plain text. */
  text: string
  /** From then on it is of no use to its reader, and is not sent. */
  expiresAt: Date
}

/**
 * Writes a letter in the transaction of what it tells of: both come to be or neither. It is sent afterwards, or waits in the
 * outbox where nobody carries letters.
 *
 * @returns the letter's number
 */
export async function writeLetter(trx: Trx, { config, now }: Pick<House, 'config' | 'now'>, letter: Letter): Promise<number> {
  if (!isMailAddress(letter.to)) throw refused('No letter can be sent there.', [{ field: 'email', message: 'Enter an email address like name@example.gov.uk' }])
  const { id } = await trx.insertInto('kernel.letter').values({
    organisation: letter.organisation, recipient: letter.to, subject: oneLine(letter.subject, 200), sealed: seal(config, letter.text),
    made_at: now(), next_at: now(), expires_at: letter.expiresAt,
  }).returning('id').executeTakeFirstOrThrow()
  return id
}

/** Writes a letter that nothing else refers to, which whoever does not look after letters may do as well. */
export async function writeNotice(trx: Trx, { config, now }: Pick<House, 'config' | 'now'>, letter: Letter): Promise<void> {
  await trx.insertInto('kernel.letter').values({
    organisation: letter.organisation, recipient: letter.to, subject: oneLine(letter.subject, 200), sealed: seal(config, letter.text),
    made_at: now(), next_at: now(), expires_at: letter.expiresAt,
  }).execute()
}

/** Seals anew what was sealed with the session secret before. Returns how many, and how many letters nothing opens. */
export async function resealLetters(trx: Trx, { config }: Pick<House, 'config'>): Promise<{ resealed: number; unreadable: number }> {
  const letters = await trx.selectFrom('kernel.letter').select(['id', 'sealed']).where('sealed', 'is not', null).forUpdate().execute()
  const found = letters.map(({ id, sealed }) => ({ id, opened: unseal(config, sealed ?? '') }))
  const stale = found.filter(({ opened }) => opened?.stale)
  for (const { id, opened } of stale) if (opened) await trx.updateTable('kernel.letter').set({ sealed: seal(config, opened.text) }).where('id', '=', id).execute()
  return { resealed: stale.length, unreadable: found.filter(({ opened }) => !opened).length }
}

/** Takes back a letter that has not been sent, because what it offers no longer holds. One that has left stays as it is. */
export async function withdrawLetters(trx: Trx, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await trx.updateTable('kernel.letter').set({ state: 'withdrawn', sealed: null })
    .where('id', 'in', ids).where('state', 'in', ['waiting', 'refused']).execute()
}

/** Letters the asker looks after, the latest first. */
export function lettersOf(db: Reader, most: number) {
  return db.selectFrom('kernel.letter')
    .select(['id', 'organisation', 'recipient', 'subject', 'state', 'made_at', 'expires_at', 'attempts', 'next_at', 'reason', 'sent_at'])
    .orderBy('id', 'desc').limit(most).execute()
}

/** A letter opened by somebody who will pass on what it says. From then on nobody else sends it. */
export async function openLetter(trx: Trx, { config, now }: Pick<House, 'config' | 'now'>, id: number) {
  const letter = await letterThere(trx, id)
  const isOpen = (letter.state === 'waiting' || letter.state === 'refused') && letter.expires_at > now() && !isHeld(letter.held_until, now())
  const text = isOpen && letter.sealed !== null ? (unseal(config, letter.sealed)?.text ?? null) : null
  if (text === null) throw conflict('This letter can no longer be read here: it was sent, has been opened before, or is of no use any more.')
  await trx.updateTable('kernel.letter').set({ state: 'handed-over', sealed: null }).where('id', '=', id).execute()
  return {
    subject: `letter:${id}`, organisation: letter.organisation,
    says: `opened the letter to ${letter.recipient} (${letter.subject}) to pass it on`,
    result: { ...letter, text },
  }
}

/** Lets a letter be tried again at once: what stood in the way has been put right. */
export async function tryAgain(trx: Trx, { now }: Pick<House, 'now'>, id: number) {
  const letter = await letterThere(trx, id)
  const changed = await trx.updateTable('kernel.letter').set({ state: 'waiting', next_at: now() })
    .where('id', '=', id).where('state', 'in', ['waiting', 'refused']).where('sealed', 'is not', null).where('expires_at', '>', now()).returning('id').executeTakeFirst()
  if (!changed) throw conflict('This letter cannot be sent again: it was sent, or is of no use any more.')
  return { subject: `letter:${id}`, organisation: letter.organisation, says: `had the letter to ${letter.recipient} tried again`, result: null }
}

const isHeld = (until: Date | null, now: Date) => until !== null && until > now

async function letterThere(db: Trx, id: number) {
  const letter = await db.selectFrom('kernel.letter').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!letter) throw notFound('There is no such letter, or it is not yours to look after.')
  return letter
}
