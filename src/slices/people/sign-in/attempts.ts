import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import type { Trx } from '#kernel/db/index.ts'
import type { House } from '#kernel/slice.ts'
import { failuresStillCounting, knownFor, networkOf, patienceWithAccount, patienceWithAddress, patienceWithEverybody, waitAfter, type Patience } from './rules.ts'

/** Who tries to sign in, as far as can be told before the password or code is looked at. */
export interface Caller {
  /** What was typed as email address, whether or not an account has it. */
  email: string
  /** Network address. */
  address: string
  /** What was asked for; each is counted apart, so that a right password does not forget wrong codes. */
  asked?: 'password' | 'code'
}

type Keeping = Pick<House, 'store' | 'config' | 'now'>

/** Where an email address is locked after too many failures: for the network they came from, or everywhere it is not known from. */
export type Lock = 'here' | 'everywhere'

// Wrong passwords are counted for an email address and the network they come from, so that nobody elsewhere can lock its holder out; and for
// the address whatever the network, more patiently, so that guesses from a thousand networks end as well. From a network where the right
// password was typed lately the second count is not asked, or it would be a way to lock people out. All are kept whether or not anybody
// has the address. Wrong codes are counted for the account alone: whoever types one knows its password already.

/** Milliseconds this caller has to wait before a password is looked at; 0 when none. The same for accounts that do not exist. */
export async function waitOf(house: Keeping, caller: Caller): Promise<number> {
  const until = await house.store.keep(async (trx) => blockedUntil(trx, await countsOf(trx, house, caller)))
  return Math.max(0, until - house.now().getTime())
}

/**
 * Counts a failure. Rows are locked, so simultaneous failures count one after the other, and one that arrives while the
 * caller must wait is not looked at.
 *
 * @returns what this failure locked; null when nothing
 */
export function noteFailure(house: Keeping, caller: Caller): Promise<Lock | null> {
  const now = house.now()
  return house.store.keep(async (trx) => {
    await forgetQuiet(trx, now)
    const counts = await countsOf(trx, house, caller)
    if ((await blockedUntil(trx, counts)) > now.getTime()) return null
    let lock: Lock | null = null
    for (const { key, patience, locks } of counts) {
      const row = await trx.selectFrom('people.attempt').selectAll().where('key', '=', key).executeTakeFirstOrThrow()
      const failures = failuresStillCounting(row.failures, row.last_at, now, patience) + 1
      const blocked_until = new Date(now.getTime() + waitAfter(failures, patience))
      await trx.updateTable('people.attempt').set({ failures, last_at: now, blocked_until }).where('key', '=', key).execute()
      if (locks && failures >= patience.lockAt) lock = locks
    }
    return lock
  })
}

/**
 * Forgets the failures of an email address after the right password. Those of the network address stay: somebody with one
 * account must not be able to try others for ever. Those of the email address in other networks stay while it is locked there.
 *
 * @returns false when others' failures have locked it in the meantime, and then a right password does not help either
 */
export function settle(house: Keeping, caller: Caller): Promise<boolean> {
  const now = house.now()
  return house.store.keep(async (trx) => {
    if ((await blockedUntil(trx, await countsOf(trx, house, caller))) > now.getTime()) return false
    const { here, everywhere, known } = keysOf(house, caller)
    await trx.deleteFrom('people.attempt').where('key', 'in', [here, everywhere]).where('blocked_until', '<=', now).execute()
    if (caller.asked === 'code') return true
    const until = new Date(now.getTime() + knownFor)
    await trx.insertInto('people.attempt').values({ key: known, failures: 0, last_at: now, blocked_until: until })
      .onConflict((again) => again.column('key').doUpdateSet({ last_at: now, blocked_until: until })).execute()
    return true
  })
}

/** Lets an email address try again at once, from everywhere. */
export function forgetFailures(house: Keeping, email: string): Promise<void> {
  return house.store.keep(async (trx) => {
    await trx.deleteFrom('people.attempt').where(accountPart, 'in', accountKeysOf(house, email)).execute()
  })
}

/** Which of these email addresses are locked now, after too many failures, for at least one network. */
export async function lockedAmong(house: Keeping, emails: readonly string[]): Promise<ReadonlySet<string>> {
  if (emails.length === 0) return new Set()
  const byKey = new Map(emails.flatMap((email) => accountKeysOf(house, email).map((key): [string, string] => [key, email])))
  const rows = await house.store.keep((trx) =>
    trx.selectFrom('people.attempt').select(accountPart.as('account'))
      .where(accountPart, 'in', [...byKey.keys()]).where('failures', '>=', patienceWithAccount.lockAt).where('blocked_until', '>', house.now())
      .execute(),
  )
  return new Set(rows.map(({ account }) => byKey.get(account) ?? ''))
}

/** What stands before the dot in a key: the account. A network may follow it. */
const accountPart = sql<string>`split_part(key, '.', 1)`

/** Keyed hashes, because what was typed as an address may be somebody's password. */
function keysOf({ config }: Pick<House, 'config'>, { email, address, asked = 'password' }: Caller) {
  const keyed = (text: string) => createHmac('sha256', config.sessionSecret).update(`sign-in attempt\0${text}`).digest('base64url')
  const [whose, network] = [email.trim().toLowerCase(), keyed(`network ${networkOf(address)}`)]
  const everywhere = keyed(`${asked === 'password' ? 'account' : 'code of account'} ${whose}`)
  return { everywhere, here: `${everywhere}.${network}`, network, known: `${keyed(`known from ${whose}`)}.${network}` }
}

interface Count {
  key: string
  patience: Patience
  /** What is locked when it is full; null: not an account. */
  locks: Lock | null
}

/** What is counted, and asked, when this caller tries. */
async function countsOf(trx: Trx, house: Pick<House, 'config' | 'now'>, caller: Caller): Promise<Count[]> {
  const { everywhere, here, network, known } = keysOf(house, caller)
  const ofNetwork: Count = { key: network, patience: patienceWithAddress, locks: null }
  if (caller.asked === 'code') return [{ key: everywhere, patience: patienceWithAccount, locks: 'everywhere' }, ofNetwork]
  const isKnown = await trx.selectFrom('people.attempt').select('key').where('key', '=', known).where('blocked_until', '>', house.now()).executeTakeFirst()
  return [
    { key: here, patience: patienceWithAccount, locks: 'here' }, ofNetwork,
    ...(isKnown ? [] : [{ key: everywhere, patience: patienceWithEverybody, locks: 'everywhere' } as const]),
  ]
}

/** The keys under which wrong passwords and wrong codes of an email address are counted. */
function accountKeysOf(house: Pick<House, 'config'>, email: string): string[] {
  return (['password', 'code'] as const).map((asked) => keysOf(house, { email, address: '', asked }).everywhere)
}

/** The latest moment one of them is blocked until, in milliseconds since 1970. Makes and locks all rows, always in one order. */
async function blockedUntil(trx: Trx, counts: readonly Count[]): Promise<number> {
  const wanted = counts.map(({ key }) => key).sort()
  const long_ago = new Date(0)
  await trx.insertInto('people.attempt')
    .values(wanted.map((key) => ({ key, failures: 0, last_at: long_ago, blocked_until: long_ago })))
    .onConflict((conflict) => conflict.doNothing()).execute()
  const rows = await trx.selectFrom('people.attempt').select('blocked_until').where('key', 'in', wanted).orderBy('key').forUpdate().execute()
  return Math.max(...rows.map((row) => row.blocked_until.getTime()))
}

/** Rows nobody failed on for as long as anybody remembers. */
async function forgetQuiet(trx: Trx, now: Date): Promise<void> {
  const since = new Date(now.getTime() - patienceWithAccount.forgetAfter)
  await trx.deleteFrom('people.attempt').where('last_at', '<', since).where('blocked_until', '<', now).execute()
}
