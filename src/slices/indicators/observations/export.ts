/** Figures as they are written out: of authorities and of areas, in the order of their key. */
import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'
import { knownAt } from '#kernel/db/known-at.ts'
import type { ObservationFilters, ObservationKey } from './queries.ts'
import { withheld } from './small-numbers.ts'

/** A page of figures with the names of what they belong to. A figure the small-number rule keeps back comes as suppressed. */
export async function exportPage(db: Reader, filters: ObservationFilters, page: { after: ObservationKey | null; limit: number }) {
  let query = db
    .selectFrom('indicators.observation as o')
    .innerJoin('indicators.measure as m', 'm.id', 'o.measure')
    .innerJoin('indicators.measure_version as v', 'v.measure', 'o.measure')
    .innerJoin('indicators.period as p', 'p.id', 'o.period')
    .leftJoin('places.authority as a', 'a.id', 'o.authority')
    .leftJoin('places.area as r', 'r.id', 'o.area')
    .select([
      'o.measure', 'o.period', 'o.place', 'm.code', 'p.label', 'p.kind', 'p.starts', 'p.ends', 'a.code as authority', 'r.code as area',
      sql<string>`coalesce(a.known_name, r.name)`.as('name'), 'o.value', 'v.scale', 'o.numerator', 'o.denominator', 'o.lower', 'o.upper', 'o.status', 'o.reason',
      'o.marker', 'o.known_from', 'o.import', 'v.publisher', 'v.licence', withheld('o', 'v').as('withheld'),
    ])
    .where(knownAt('o', filters.knownAt))
    .where(knownAt('v', filters.knownAt))
  if (filters.measure) query = query.where('o.measure', '=', filters.measure.id)
  if (filters.authority !== undefined) query = query.where('o.authority', '=', filters.authority)
  if (filters.periods) query = query.where(sql<boolean>`o.period = any(${[...filters.periods]}::int[])`)
  if (page.after) {
    const [measure, period, place] = page.after
    query = query.where(sql<boolean>`(o.measure, o.period, o.place) > (${measure}::int, ${period}::int, ${place}::int)`)
  }
  return query.orderBy('o.measure').orderBy('o.period').orderBy('o.place').limit(page.limit).execute()
}

export type ExportRow = Awaited<ReturnType<typeof exportPage>>[number]

/** Periods of the store with one of these labels; several kinds may share one. */
export async function periodsLabelled(db: Reader, labels: readonly string[]): Promise<number[]> {
  const rows = await db.selectFrom('indicators.period').select('id').where('label', 'in', [...labels]).execute()
  return rows.map((row) => row.id)
}
