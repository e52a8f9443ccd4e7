import { sql, type RawBuilder } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'
import { knownAt } from '#kernel/db/known-at.ts'
import { comparePeriods, type PeriodKind } from '#kernel/periods/index.ts'
import type { HeldPeriod } from '../measures/periods.ts'
import { withheld } from './small-numbers.ts'

// Questions about one authority and thousands of measures at once, each in one statement. The database puts the figures of a
// measure together as JSON: a row for each figure would take several times as long to hand over.

/** One figure of a series: `value` null with the reason why. */
export interface SeriesFigure {
  period: HeldPeriodOnly
  value: number | null
  status: string
  reason: string | null
}

type HeldPeriodOnly = Omit<HeldPeriod, 'hasValues'>

/** Every figure of an authority by measure, earliest first, as known at a moment; of some measures only where they are named. */
export async function everySeriesOf(db: Reader, authority: number, moment?: Date, only?: readonly number[]): Promise<Map<number, SeriesFigure[]>> {
  const periods = new Map((await db.selectFrom('indicators.period').selectAll().execute()).map((row) => [row.id, { ...row, kind: row.kind as PeriodKind }]))
  const rows = await db
    .selectFrom('indicators.observation as o')
    .innerJoin('indicators.measure_version as v', 'v.measure', 'o.measure')
    .select(['o.measure', sql<[number, number | null, string, string | null, boolean][]>`
      json_agg(json_build_array(o.period, o.value, o.status, o.reason, ${withheld('o', 'v')}))`.as('figures')])
    .where('o.authority', '=', authority)
    .where(only ? sql<boolean>`o.measure = any(${[...only]}::int[])` : sql<boolean>`true`)
    .where(knownAt('o', moment))
    .where(knownAt('v', moment))
    .groupBy('o.measure')
    .execute()
  return new Map(
    rows.map((row) => [
      row.measure,
      row.figures
        .map(([period, value, status, reason, kept]) =>
          kept && value !== null
            ? { period: periods.get(period)!, value: null, status: 'absent', reason: 'suppressed' }
            : { period: periods.get(period)!, value, status, reason },
        )
        .sort((a, b) => comparePeriods(a.period, b.period)),
    ]),
  )
}

/** Which authorities count, for a set of measures. */
interface Counting {
  authorities: readonly number[]
  /** Only those in being on the period's last day, of the kinds the measure states. */
  inBeing: boolean
  knownAt?: Date | undefined
}

/** The values of a group for many measures, each in a period of its own. Absent and withheld ones are left out. */
export async function valuesForMany(db: Reader, wanted: readonly { measure: number; period: number }[], counting: Counting): Promise<Map<number, number[]>> {
  const asked = sql`unnest(${wanted.map((one) => one.measure)}::int[], ${wanted.map((one) => one.period)}::int[]) as w (measure, period)`
  const { rows } = await (counting.inBeing ? valuesInBeing(asked, counting) : valuesOfMembers(asked, counting)).execute(db)
  return new Map(rows.map((row) => [row.measure, row.shown]))
}

type Values = RawBuilder<{ measure: number; shown: number[] }>

/** Measured: measure by measure, so that the database looks up who is a member in a hash, within a few pages of the index. */
function valuesOfMembers(asked: RawBuilder<unknown>, { authorities, knownAt: moment }: Counting): Values {
  return sql`
    select w.measure, l.shown
      from ${asked}
      join indicators.measure_version v on v.measure = w.measure and ${knownAt('v', moment)}
      cross join lateral (
        select json_agg(o.value) as shown from indicators.observation o
         where o.measure = w.measure and o.period = w.period and o.place = any(${[...authorities]}::int[]) and ${knownAt('o', moment)}
           and o.value is not null and not ${withheld('o', 'v')}) l
     where l.shown is not null`
}

/** Here the register decides for each period who counts. */
function valuesInBeing(asked: RawBuilder<unknown>, { authorities, knownAt: moment }: Counting): Values {
  // Measured: a few members are quickest found one by one in the index, many by reading the whole period and asking the register.
  const few = authorities.length <= 60
  const members = sql`any(${[...authorities]}::int[])`
  const among = few ? sql<boolean>`o.place = ${members}` : sql<boolean>`o.place > 0`
  return sql`
    select w.measure, json_agg(o.value) as shown
      from ${asked}
      join indicators.period p on p.id = w.period
      join indicators.measure_version v on v.measure = w.measure and ${knownAt('v', moment)}
      join indicators.observation o on o.measure = w.measure and o.period = w.period and ${among} and ${knownAt('o', moment)}
      join places.authority a on a.id = o.place
     where o.value is not null and a.id = ${members} and not ${withheld('o', 'v')}
       and (a.starts is null or a.starts <= p.ends) and (a.ends is null or a.ends >= p.ends) and (cardinality(v.kinds) = 0 or a.kind = any(v.kinds))
     group by w.measure`
}

/** Every break in series that was known at a moment, by measure. */
export async function everyBreak(db: Reader, moment?: Date): Promise<Map<number, string[]>> {
  const rows = await db.selectFrom('indicators.series_break as b').select(['b.measure', 'b.starts']).where(knownAt('b', moment)).execute()
  const byMeasure = Map.groupBy(rows, (row) => row.measure)
  return new Map([...byMeasure].map(([measure, own]) => [measure, own.map(({ starts }) => starts)]))
}
