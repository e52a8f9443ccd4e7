import type { Actor } from '#kernel/access/actor.ts'
import type { Changed, Trx } from '#kernel/db/index.ts'
import { withdrawLetters, writeLetter } from '#kernel/mail/index.ts'
import { conflict } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { accountFor, personOf, type Person } from '../sign-in/sessions.ts'
import { forgetFailures } from '../sign-in/attempts.ts'
import { telling } from '../telling.ts'
import { resetLetter } from './letters.ts'
import { hashOfLink, newLink, resetHolds } from './links.ts'
import { isWithin, type Limit } from './limits.ts'

type Sending = Pick<House, 'store' | 'config' | 'now'>

const forgottenPage: Actor = { kind: 'system', name: 'the page for forgotten passwords' }

const perAccount: Limit = { purpose: 'password reset of an account', most: 3, within: 3_600_000 }

/**
 * Sends a link to whoever has this address, if anybody who may sign in does, and not more than three an hour. Says nothing
 * either way: who waits for it must not learn whether there is such an account.
 */
export async function sendResetLink(house: Sending, email: string): Promise<void> {
  if (!(await isWithin(house, perAccount, email))) return
  const account = await accountFor(house, email)
  if (!account?.active) return
  await house.store.change(forgottenPage, 'people.send-reset', (trx) => makeResetLink(trx, house, account, null))
}

/** Writes a letter with a new link; links made before stop working. */
export async function makeResetLink(trx: Trx, house: Sending, account: { id: number; organisation: number; name: string; email: string }, by: Person | null): Promise<Changed<null>> {
  const [link, made_at] = [newLink(), house.now()]
  const expires_at = new Date(made_at.getTime() + resetHolds)
  await endResetLinks(trx, account.id, made_at)
  const address = `${house.config.baseUrl}/new-password?link=${link}`
  const letter = await writeLetter(trx, house, {
    organisation: account.organisation, to: account.email, expiresAt: expires_at, ...resetLetter({ name: account.name, address, by: by?.name ?? null }),
  })
  await trx.insertInto('people.password_reset')
    .values({ account: account.id, organisation: account.organisation, link_hash: hashOfLink(link), letter, made_at, expires_at }).execute()
  return { subject: `account:${account.id}`, organisation: account.organisation, says: `sent ${account.name} a link for choosing a new password`, result: null }
}

/** Ends every link of an account that still opens something, and takes back letters that have not left. */
export async function endResetLinks(trx: Trx, account: number, now: Date): Promise<void> {
  const ended = await trx.updateTable('people.password_reset').set({ ended_at: now })
    .where('account', '=', account).where('used_at', 'is', null).where('ended_at', 'is', null).returning('letter').execute()
  await withdrawLetters(trx, ended.map(({ letter }) => letter))
}

/** Whose password a link changes, as far as it still does; null when it opens nothing. Looking does not use it up. */
export async function holderOf({ store, now }: Sending, link: string) {
  const found = await store.read(forgottenPage, (db) => db.selectFrom('people.password_reset as r')
    .innerJoin('people.account as a', 'a.id', 'r.account')
    .innerJoin('people.credential as c', 'c.account', 'a.id')
    .innerJoin('people.organisation as o', 'o.id', 'a.organisation')
    .select(['r.id', 'r.account', 'a.name', 'a.email', 'o.name as organisation'])
    .where('r.link_hash', '=', hashOfLink(link))
    .where('r.used_at', 'is', null).where('r.ended_at', 'is', null).where('r.expires_at', '>', now())
    .where('a.active', '=', true).whereRef('r.made_at', '>=', 'c.valid_from')
    .executeTakeFirst())
  return found ?? null
}

type Holder = NonNullable<Awaited<ReturnType<typeof holderOf>>>

/** Changes the password by a link, which is then used up. Every session ends; a second factor is asked for as ever. */
export async function choosePassword(house: Sending, holder: Holder, hash: string): Promise<void> {
  const person = await personOf(house, holder.account)
  if (!person) throw linkOver()
  await house.store.change(person, 'people.reset-password', telling(house, holder.account, 'A new password was chosen for your account, by a link sent to this address', (trx) => usePassword(trx, holder, hash, house.now())))
  await forgetFailures(house, holder.email)
}

const linkOver = () => conflict('This link has been used a moment ago. Sign in with the password that was chosen, or ask for another link.')

async function usePassword(trx: Trx, { id, account }: Holder, hash: string, now: Date): Promise<Changed<null>> {
  const used = await trx.updateTable('people.password_reset').set({ used_at: now })
    .where('id', '=', id).where('used_at', 'is', null).where('ended_at', 'is', null).where('expires_at', '>', now)
    .returning('organisation').executeTakeFirst()
  if (!used) throw linkOver()
  await trx.updateTable('people.credential').set({ password: hash, must_change: false, valid_from: now }).where('account', '=', account).execute()
  await trx.deleteFrom('people.session').where('account', '=', account).execute()
  return { subject: `account:${account}`, organisation: used.organisation, says: 'chose a new password by a link sent to their address, which ended all their sessions', result: null }
}
