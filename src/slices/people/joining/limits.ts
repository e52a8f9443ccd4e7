import { createHmac } from 'node:crypto'
import type { House } from '#kernel/slice.ts'

/** How often something may be done in a while. */
export interface Limit {
  /** A word for what is limited; counts of different purposes are apart. */
  purpose: string
  most: number
  /** Milliseconds from the first time on, at most a day. */
  within: number
}

type Counting = Pick<House, 'store' | 'config' | 'now'>

/**
 * Counts that something is done once more for a key (an email address, a network), and says whether that is still within the
 * limit. The count is in the store, so all processes share it; the key is kept as a keyed hash.
 */
export async function isWithin(house: Counting, limit: Limit, key: string): Promise<boolean> {
  return (await claim(house, limit, key, 1)).granted === 1
}

/**
 * Asks for several at once of what may be done for a key, so that a process need not ask the store each time. What was granted holds
 * until the moment given, and is counted whether or not it is used.
 */
export function claim({ store, config, now }: Counting, { purpose, most, within }: Limit, key: string, wanted: number): Promise<{ granted: number; until: Date }> {
  const hashed = createHmac('sha256', config.sessionSecret).update(`${purpose}\0${key.trim().toLowerCase()}`).digest('base64url')
  const [moment, ends] = [now(), new Date(now().getTime() + within)]
  return store.keep(async (trx) => {
    await trx.insertInto('people.attempt').values({ key: hashed, failures: 0, last_at: moment, blocked_until: ends }).onConflict((known) => known.doNothing()).execute()
    const row = await trx.selectFrom('people.attempt').select(['failures', 'blocked_until']).where('key', '=', hashed).forUpdate().executeTakeFirstOrThrow()
    const isOver = row.blocked_until <= moment
    const [before, until] = isOver ? [0, ends] : [row.failures, row.blocked_until]
    await trx.updateTable('people.attempt').set({ failures: before + wanted, last_at: moment, ...(isOver ? { blocked_until: ends } : {}) }).where('key', '=', hashed).execute()
    return { granted: Math.max(0, Math.min(wanted, most - before)), until }
  })
}
