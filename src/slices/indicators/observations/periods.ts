import { sql } from 'kysely'
import type { Trx } from '#kernel/db/index.ts'
import type { Period } from '#kernel/periods/index.ts'

/** Makes sure that periods are there. Returns their ids in the same order. */
export async function ensurePeriods(trx: Trx, periods: readonly Period[]): Promise<number[]> {
  if (periods.length === 0) return []
  const all = <K extends keyof Period>(key: K) => periods.map((period) => period[key])
  const given = sql`unnest(${all('kind')}::text[], ${all('label')}::text[], ${all('starts')}::date[], ${all('ends')}::date[]) with ordinality as given (kind, label, starts, ends, nth)`
  await sql`
    insert into indicators.period (kind, label, starts, ends) select kind, label, starts, ends from ${given} order by nth on conflict do nothing`.execute(trx)
  const { rows } = await sql<{ id: number }>`
    select p.id from ${given} join indicators.period p using (kind, starts, ends) order by nth`.execute(trx)
  return rows.map((row) => row.id)
}
