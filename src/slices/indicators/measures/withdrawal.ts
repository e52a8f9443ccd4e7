import { sql } from 'kysely'
import type { Trx } from '#kernel/db/index.ts'

/**
 * Ends the definitions an import brought. Where there was an earlier one, it stands again as a new version. A measure's only
 * definition stays while figures rest on it, because they would mean nothing without.
 */
export async function withdrawVersions(trx: Trx, id: number, moment: Date): Promise<{ closed: number; restored: number; kept: number }> {
  const { rows } = await sql<{ measure: number; earlier: number | null; used: boolean }>`
    select v.measure,
           (select max(e.version) from indicators.measure_version e left join indicators.import i on i.id = e.import
             where e.measure = v.measure and e.version < v.version and e.import is distinct from ${id} and i.withdrawn_at is null) as earlier,
           exists (select from indicators.observation o where o.measure = v.measure and o.known_to = 'infinity') as used
      from indicators.measure_version v where v.import = ${id} and v.known_to = 'infinity'`.execute(trx)
  const counts = { closed: 0, restored: 0, kept: 0 }
  for (const { measure, earlier, used } of rows) {
    if (earlier === null && used) {
      counts.kept++
      continue
    }
    await trx.updateTable('indicators.measure_version').set({ known_to: moment })
      .where('measure', '=', measure).where('known_to', '=', sql<Date>`'infinity'`).execute()
    counts.closed++
    if (earlier === null) continue
    await bringBack(trx, measure, earlier, id, moment)
    counts.restored++
  }
  return counts
}

async function bringBack(trx: Trx, measure: number, version: number, withdrawn: number, moment: Date): Promise<void> {
  const earlier = await trx.selectFrom('indicators.measure_version').selectAll().where('measure', '=', measure).where('version', '=', version).executeTakeFirstOrThrow()
  const last = await trx.selectFrom('indicators.measure_version').select((row) => row.fn.max('version').as('version')).where('measure', '=', measure).executeTakeFirstOrThrow()
  await trx.insertInto('indicators.measure_version').values({
    ...earlier, version: last.version + 1, known_from: moment, known_to: sql<Date>`'infinity'`,
    what_changed: `as version ${version}, because import ${withdrawn} was withdrawn`,
  }).execute()
}
