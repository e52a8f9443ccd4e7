/** What the pages of imports ask beyond the questions of ../imports and ../observations. */
import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'
import type { CheckName } from '../imports/report.ts'

/** Slugs and names of organisations by id. */
export async function organisationNames(db: Reader): Promise<Map<number, { slug: string; name: string }>> {
  const rows = await db.selectFrom('people.organisation').select(['id', 'slug', 'name']).execute()
  return new Map(rows.map(({ id, slug, name }) => [id, { slug, name }]))
}

interface FirstWarning {
  check_name: CheckName
  line: number | null
  column: string | null
  seen: string | null
  expected: string | null
  message: string
}

/** The first few warnings of each check. */
export async function firstWarnings(db: Reader, id: number, each: number): Promise<FirstWarning[]> {
  const { rows } = await sql<FirstWarning>`
    select check_name, line, column_name as column, seen, expected, message
      from (select w.*, row_number() over (partition by check_name order by seq) as nth from indicators.import_warning w where import = ${id}) numbered
     where nth <= ${each} order by check_name, nth`.execute(db)
  return rows
}

/** How many of an import's figures replaced an earlier one, and how many were new. */
export async function changeCounts(db: Reader, id: number): Promise<{ replaced: number; fresh: number }> {
  const { rows } = await sql<{ replaced: number; fresh: number }>`
    select count(w.measure) as replaced, count(*) - count(w.measure) as fresh
      from indicators.observation o
      left join indicators.observation w on w.measure = o.measure and w.period = o.period and w.place = o.place and w.known_to = o.known_from
     where o.import = ${id} and not o.restored`.execute(db)
  return rows[0] ?? { replaced: 0, fresh: 0 }
}

export interface MadeMeasure {
  code: string
  title: string
  version: number
  what_changed: string | null
}

/** Measures whose definition came with an import, by code. */
export function measuresOf(db: Reader, id: number, limit: number): Promise<MadeMeasure[]> {
  return db.selectFrom('indicators.measure_version as v').innerJoin('indicators.measure as m', 'm.id', 'v.measure')
    .select(['m.code', 'v.title', 'v.version', 'v.what_changed'])
    .where('v.import', '=', id).orderBy('m.code').limit(limit).execute()
}

/** What withdrawing an import would do to its figures. */
export interface WouldReturn {
  /** Figures of the import that are shown at present. */
  current: number
  /** Of these, those for which an earlier figure of an import that still stands would come back. */
  returning: number
}

export async function wouldReturn(db: Reader, id: number): Promise<WouldReturn> {
  const { rows } = await sql<WouldReturn>`
    select count(*) as current, count(*) filter (where exists (
             select from indicators.observation e join indicators.import i on i.id = e.import
              where e.measure = o.measure and e.period = o.period and e.place = o.place and e.known_from < o.known_from
                and e.import <> o.import and i.withdrawn_at is null)) as returning
      from indicators.observation o where o.import = ${id} and o.known_to = 'infinity'`.execute(db)
  return rows[0] ?? { current: 0, returning: 0 }
}
