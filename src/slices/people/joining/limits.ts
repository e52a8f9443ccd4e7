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

/**
 * Counts that something is done once more for a key (an email address, a network), and says whether that is still within the
 * limit. The count is in the store, so all processes share it; the key is kept as a keyed hash.
 */
export function isWithin({ store, config, now }: Pick<House, 'store' | 'config' | 'now'>, { purpose, most, within }: Limit, key: string): Promise<boolean> {
  const hashed = createHmac('sha256', config.sessionSecret).update(`${purpose}\0${key.trim().toLowerCase()}`).digest('base64url')
  const [moment, ends] = [now(), new Date(now().getTime() + within)]
  return store.keep(async (trx) => {
    await trx.insertInto('people.attempt').values({ key: hashed, failures: 0, last_at: moment, blocked_until: ends }).onConflict((known) => known.doNothing()).execute()
    const row = await trx.selectFrom('people.attempt').select(['failures', 'blocked_until']).where('key', '=', hashed).forUpdate().executeTakeFirstOrThrow()
    const isOver = row.blocked_until <= moment
    const count = isOver ? 1 : row.failures + 1
    await trx.updateTable('people.attempt').set({ failures: count, last_at: moment, ...(isOver ? { blocked_until: ends } : {}) }).where('key', '=', hashed).execute()
    return count <= most
  })
}
