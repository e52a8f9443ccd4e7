import { createHmac } from 'node:crypto'
import type { Trx } from '#kernel/db/index.ts'
import type { House } from '#kernel/slice.ts'
import { failuresStillCounting, networkOf, patienceWithAccount, patienceWithAddress, waitAfter } from './rules.ts'

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

/** Milliseconds this caller has to wait before a password is looked at; 0 when none. The same for accounts that do not exist. */
export async function waitOf(house: Keeping, caller: Caller): Promise<number> {
  const until = await house.store.keep((trx) => blockedUntil(trx, keysOf(house, caller)))
  return Math.max(0, until - house.now().getTime())
}

/**
 * Counts a failure. Rows are locked, so simultaneous failures count one after the other, and one that arrives while the
 * caller must wait is not looked at.
 *
 * @returns whether this failure locked the email address
 */
export function noteFailure(house: Keeping, caller: Caller): Promise<boolean> {
  const keys = keysOf(house, caller)
  const now = house.now()
  return house.store.keep(async (trx) => {
    await forgetQuiet(trx, now)
    if ((await blockedUntil(trx, keys)) > now.getTime()) return false
    let locked = false
    for (const [kind, key] of Object.entries(keys)) {
      const patience = kind === 'account' ? patienceWithAccount : patienceWithAddress
      const row = await trx.selectFrom('people.attempt').selectAll().where('key', '=', key).executeTakeFirstOrThrow()
      const failures = failuresStillCounting(row.failures, row.last_at, now, patience) + 1
      const blocked_until = new Date(now.getTime() + waitAfter(failures, patience))
      await trx.updateTable('people.attempt').set({ failures, last_at: now, blocked_until }).where('key', '=', key).execute()
      if (kind === 'account') locked = failures >= patience.lockAt
    }
    return locked
  })
}

/**
 * Forgets the failures of an email address after the right password. Those of the network address stay: somebody with one
 * account must not be able to try others for ever.
 *
 * @returns false when others' failures have locked it in the meantime, and then a right password does not help either
 */
export function settle(house: Keeping, caller: Caller): Promise<boolean> {
  const keys = keysOf(house, caller)
  return house.store.keep(async (trx) => {
    if ((await blockedUntil(trx, keys)) > house.now().getTime()) return false
    await trx.deleteFrom('people.attempt').where('key', '=', keys.account).execute()
    return true
  })
}

/** Lets an email address try again at once. */
export function forgetFailures(house: Keeping, email: string): Promise<void> {
  return house.store.keep(async (trx) => {
    await trx.deleteFrom('people.attempt').where('key', 'in', accountKeysOf(house, email)).execute()
  })
}

/** Which of these email addresses are locked now, after too many failures. */
export async function lockedAmong(house: Keeping, emails: readonly string[]): Promise<ReadonlySet<string>> {
  if (emails.length === 0) return new Set()
  const byKey = new Map(emails.flatMap((email) => accountKeysOf(house, email).map((key): [string, string] => [key, email])))
  const rows = await house.store.keep((trx) =>
    trx.selectFrom('people.attempt').select('key')
      .where('key', 'in', [...byKey.keys()]).where('failures', '>=', patienceWithAccount.lockAt).where('blocked_until', '>', house.now())
      .execute(),
  )
  return new Set(rows.map(({ key }) => byKey.get(key) ?? ''))
}

/** Keyed hashes, because what was typed as an address may be somebody's password. */
function keysOf({ config }: Pick<House, 'config'>, { email, address, asked = 'password' }: Caller) {
  const keyed = (text: string) => createHmac('sha256', config.sessionSecret).update(`sign-in attempt\0${text}`).digest('base64url')
  const what = asked === 'password' ? 'account' : 'code of account'
  return { account: keyed(`${what} ${email.trim().toLowerCase()}`), address: keyed(`network ${networkOf(address)}`) }
}

/** The keys under which wrong passwords and wrong codes of an email address are counted. */
function accountKeysOf(house: Pick<House, 'config'>, email: string): string[] {
  return (['password', 'code'] as const).map((asked) => keysOf(house, { email, address: '', asked }).account)
}

/** The latest moment either is blocked until, in milliseconds since 1970. Makes and locks both rows, always in one order. */
async function blockedUntil(trx: Trx, keys: Record<string, string>): Promise<number> {
  const wanted = Object.values(keys).sort()
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
