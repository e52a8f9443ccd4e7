import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'
import { knownAt } from '#kernel/db/known-at.ts'
import { prepared } from '#kernel/db/prepared.ts'
import { remembered } from '#kernel/db/remembered.ts'
import { listed, numbersIn } from './lists.ts'
import type { Measure } from '../measures/queries.ts'
import { withheld } from './small-numbers.ts'

/** What every reading of figures selects. `o` is the observation, `v` the version of the measure whose rules hold. */
function figures(db: Reader) {
  return db
    .selectFrom('indicators.observation as o')
    .innerJoin('indicators.measure_version as v', 'v.measure', 'o.measure')
    .select([
      'o.measure', 'o.authority', 'o.period', 'o.value', 'o.numerator', 'o.denominator', 'o.lower', 'o.upper', 'o.status',
      'o.reason', 'o.marker', 'o.known_from', 'o.import', 'o.restored', withheld('o', 'v').as('withheld'),
    ])
}

type Row = Awaited<ReturnType<ReturnType<typeof figures>['execute']>>[number]

/** A figure fit to be shown: numbers as numbers, and nothing where the measure's small-number rule keeps it back. */
export interface Figure {
  measure: number
  authority: number
  period: number
  /** In the measure's unit as published. Null: absent, and `reason` says why. */
  value: number | null
  numerator: number | null
  denominator: number | null
  /** Published 95% confidence limits. */
  lower: number | null
  upper: number | null
  status: string
  reason: string | null
  /** What the publisher wrote where it was not a number. */
  marker: string | null
  known_from: Date
  import: number
}

const number = (text: string | null) => (text === null ? null : Number(text))
const nothing = { value: null, numerator: null, denominator: null, lower: null, upper: null }

function shown(row: Row): Figure {
  const { measure, period, status, reason, marker, known_from } = row
  // Only rows of authorities are read here, so there is one.
  const figure = { measure, authority: row.authority!, period, status, reason, marker, known_from, import: row.import }
  if (row.withheld && row.value !== null) return { ...figure, ...nothing, status: 'absent', reason: 'suppressed' }
  if (row.value === null) return { ...figure, ...nothing }
  return {
    ...figure,
    value: Number(row.value),
    numerator: number(row.numerator),
    denominator: number(row.denominator),
    lower: number(row.lower),
    upper: number(row.upper),
  }
}

/** Figures of authorities for a measure and some periods, as known at a moment. Who has no row is not in the answer. */
export async function figuresOf(
  db: Reader,
  measure: Pick<Measure, 'id' | 'version'>,
  { authorities, periods, knownAt: moment }: { authorities: readonly number[]; periods: readonly number[]; knownAt?: Date | undefined },
): Promise<Figure[]> {
  const rows = await figures(db)
    .modifyFront(prepared)
    .where('v.version', '=', measure.version)
    .where('o.measure', '=', measure.id)
    .where(sql<boolean>`o.period = any(${[...periods]}::int[])`)
    .where(sql<boolean>`o.place = any(${[...authorities]}::int[])`)
    .where(knownAt('o', moment))
    .execute()
  return rows.map(shown)
}

/** A value alone, for series and medians. Absent and withheld ones are left out. */
export interface DatedValue {
  authority: number
  period: number
  value: number
}

/** The values of authorities for a measure and some periods, handed over as lists: a row for each would take several times as long. */
export async function valuesOf(
  db: Reader,
  measure: Pick<Measure, 'id' | 'version'>,
  { authorities, periods, knownAt: moment }: { authorities: readonly number[]; periods: readonly number[]; knownAt?: Date | undefined },
): Promise<DatedValue[]> {
  const { rows } = await sql<{ places: string | null; dates: string; values: string }>`${prepared}
    select ${listed('o.place')} as places, ${listed('o.period')} as dates, ${listed('o.value')} as values
      from indicators.observation o
      join indicators.measure_version v on v.measure = o.measure and v.version = ${measure.version}
     where o.measure = ${measure.id} and o.value is not null and o.period = any(${[...periods]}::int[]) and o.place = any(${[...authorities]}::int[])
       and not ${withheld('o', 'v')} and ${knownAt('o', moment)}`.execute(db)
  const [lists] = rows
  if (!lists || lists.places === null) return []
  const [dates, values] = [numbersIn(lists.dates), numbersIn(lists.values)]
  return numbersIn(lists.places).map((authority, at) => ({ authority, period: dates[at]!, value: values[at]! }))
}

/**
 * The kinds of authority with at least one row for a measure and period. An absence counts too: an authority the publisher
 * lists without a figure is missing, not out of the question. Only "not applicable" leaves a kind out.
 */
export function kindsWithFigures(db: Reader, measure: number, period: number, moment?: Date): Promise<string[]> {
  return remembered(db, ['kinds with figures', measure, period, moment], () => kindsListed(db, measure, period, moment))
}

async function kindsListed(db: Reader, measure: number, period: number, moment: Date | undefined): Promise<string[]> {
  const rows = await db
    .selectFrom('indicators.observation as o')
    .innerJoin('places.authority as a', 'a.id', 'o.authority')
    .select('a.kind')
    .distinct()
    .where('o.measure', '=', measure)
    .where('o.period', '=', period)
    .where(sql<boolean>`o.reason is distinct from 'not-applicable'`)
    .where(knownAt('o', moment))
    .execute()
  return rows.map((row) => row.kind)
}

export interface ObservationFilters {
  measure?: Pick<Measure, 'id'> | undefined
  authority?: number | undefined
  /** Ids of periods. */
  periods?: readonly number[] | undefined
  knownAt?: Date | undefined
}

/** Where a page of observations ended. */
export type ObservationKey = readonly [measure: number, period: number, place: number]
