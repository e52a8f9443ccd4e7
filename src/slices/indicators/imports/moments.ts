/** When things became known. Imports happen one after another, each at a moment of its own. */
import { sql } from 'kysely'
import type { Trx } from '#kernel/db/index.ts'

/** Held until the transaction ends. */
export async function lockImports(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('indicators.import'))`.execute(trx)
}

/** Now, in whole milliseconds, and later than every import and withdrawal before. */
export async function nextMoment(trx: Trx): Promise<Date> {
  const { rows } = await sql<{ moment: Date }>`
    select greatest(date_trunc('milliseconds', clock_timestamp()), max(greatest(known_from, withdrawn_at)) + interval '1 millisecond') as moment
      from indicators.import`.execute(trx)
  const moment = rows[0]?.moment
  if (!moment) throw new Error('The database did not say what time it is.')
  return moment
}
