import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'
import { knownAt } from '#kernel/db/known-at.ts'
import { prepared } from '#kernel/db/prepared.ts'
import { remembered } from '#kernel/db/remembered.ts'
import { comparePeriods } from '#kernel/periods/index.ts'
import { periodsOf, periodsHeld, type HeldPeriod } from './periods.ts'
import { breaksOf, definedMeasures, measureByCode, type Measure } from './queries.ts'

/** A measure with everything that frames its figures. */
export interface WholeMeasure {
  measure: Measure
  /** As `periodsOf` gives them. */
  held: HeldPeriod[]
  /** As `breaksOf` gives them. */
  breaks: { starts: string; note: string }[]
}

/** What `measureByCode`, `periodsOf` and `breaksOf` say, in one statement where the code is the measure's own. */
export function wholeMeasure(db: Reader, code: string, moment?: Date): Promise<WholeMeasure> {
  return remembered(db, ['whole measure', code, moment], () => findWhole(db, code, moment))
}

async function findWhole(db: Reader, code: string, moment: Date | undefined): Promise<WholeMeasure> {
  const row = await definedMeasures(db, moment)
    .modifyFront(prepared)
    .select([
      sql<HeldPeriod[] | null>`(select json_agg(p) from (${periodsHeld(sql.ref('m.id'), moment)}) p)`.as('held'),
      sql<{ starts: string; note: string }[] | null>`(
        select json_agg(json_build_object('starts', b.starts, 'note', b.note) order by b.starts)
          from indicators.series_break b where b.measure = m.id and ${knownAt('b', moment)})`.as('breaks'),
    ])
    .where('m.code', '=', code)
    .executeTakeFirst()
  if (row) {
    const { held, breaks, ...measure } = row
    return { measure, held: (held ?? []).sort(comparePeriods), breaks: breaks ?? [] }
  }
  const measure = await measureByCode(db, code, moment)
  return { measure, held: await periodsOf(db, measure.id, moment), breaks: await breaksOf(db, measure.id, moment) }
}
