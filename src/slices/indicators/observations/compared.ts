import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'
import { knownAt } from '#kernel/db/known-at.ts'
import { prepared } from '#kernel/db/prepared.ts'
import type { Measure } from '../measures/queries.ts'
import { listed, numbersIn } from './lists.ts'
import type { DatedValue, Figure } from './queries.ts'
import { withheld } from './small-numbers.ts'

// Everything a comparison reads of the figures, in one statement. Columns travel as lists of numbers: a row for each figure would take
// several times as long to hand over.

/** A figure as it is compared: nothing of where it came from. */
export type ComparedFigure = Pick<Figure, 'authority' | 'value' | 'numerator' | 'denominator' | 'lower' | 'upper' | 'status' | 'reason'>

/** A published figure for a country, region or other wider area: shown beside the authorities, never ranked. */
export interface AreaFigure {
  code: string
  name: string
  level: string
  value: number | null
  reason: string | null
  status: string
}

export interface Compared {
  /** Of the period, by the authority's number. Who has no row is not in it. */
  figures: Map<number, ComparedFigure>
  /** Values of the other periods that were asked for. Absent and withheld ones are left out. */
  earlier: DatedValue[]
  /** Countries first. */
  areas: AreaFigure[]
}

interface ComparedQuestion {
  period: number
  /** Other periods whose values are wanted. */
  earlier: readonly number[]
  /** Only these authorities; absent: all that have a row, which is quicker than to name most of them. */
  authorities?: readonly number[] | undefined
  knownAt?: Date | undefined
}

interface Lists {
  places: string | null
  values: string
  numerators: string
  denominators: string
  /** Those that are more than a published value without limits. */
  special: [place: number, lower: number | null, upper: number | null, status: string, reason: string | null, withheld: boolean][] | null
  earlier_places: string | null
  earlier_periods: string
  earlier_values: string
  areas: AreaFigure[] | null
}

/** Figures of a measure for a period and values of others, as known at a moment. */
export async function comparedFigures(
  db: Reader,
  measure: Pick<Measure, 'id' | 'version'>,
  { period, earlier, authorities, knownAt: moment }: ComparedQuestion,
): Promise<Compared> {
  const known = knownAt('o', moment)
  const among = authorities ? sql`o.place = any(${[...authorities]}::int[])` : sql`o.place > 0`
  const own = sql`
    from indicators.observation o join indicators.measure_version v on v.measure = o.measure and v.version = ${measure.version}
   where o.measure = ${measure.id} and ${among} and ${known}`
  const isWithheld = withheld('o', 'v')
  const { rows } = await sql<Lists>`${prepared}select f.*, e.*, a.* from
    (select ${listed('o.place')} as places, ${listed('o.value')} as values, ${listed('o.numerator')} as numerators, ${listed('o.denominator')} as denominators,
            json_agg(json_build_array(o.place, o.lower, o.upper, o.status, o.reason, ${isWithheld}))
              filter (where o.status <> 'published' or o.lower is not null or o.upper is not null or ${isWithheld}) as special
       ${own} and o.period = ${period}) f,
    (select ${listed('o.place')} as earlier_places, ${listed('o.period')} as earlier_periods, ${listed('o.value')} as earlier_values
       ${own} and o.period = any(${[...earlier]}::int[]) and o.value is not null and not ${isWithheld}) e,
    (select json_agg(json_build_object('code', a.code, 'name', a.name, 'level', a.level, 'value', o.value, 'reason', o.reason, 'status', o.status)
              order by a.level <> 'country', a.level <> 'region', a.level, a.name) as areas
       from indicators.observation o join places.area a on a.id = -o.place
      where o.measure = ${measure.id} and o.period = ${period} and o.place < 0 and ${known}) a`.execute(db)
  const [lists] = rows
  return lists ? { figures: figuresIn(lists), earlier: valuesIn(lists), areas: lists.areas ?? [] } : { figures: new Map(), earlier: [], areas: [] }
}

const figuresOrNot = (text: string) => JSON.parse(text) as (number | null)[]

function figuresIn({ places, values, numerators, denominators, special }: Lists): Map<number, ComparedFigure> {
  if (places === null) return new Map()
  const [value, numerator, denominator] = [figuresOrNot(values), figuresOrNot(numerators), figuresOrNot(denominators)]
  const figures = new Map(
    numbersIn(places).map((authority, at) => [
      authority,
      { authority, value: value[at]!, numerator: numerator[at]!, denominator: denominator[at]!, lower: null, upper: null, status: 'published', reason: null },
    ]),
  )
  for (const [place, lower, upper, status, reason, isWithheld] of special ?? []) {
    const figure = figures.get(place)!
    if (isWithheld && figure.value !== null) Object.assign(figure, nothing, { status: 'absent', reason: 'suppressed' })
    else if (figure.value === null) Object.assign(figure, nothing, { status, reason })
    else Object.assign(figure, { lower, upper, status, reason })
  }
  return figures
}

const nothing = { value: null, numerator: null, denominator: null, lower: null, upper: null }

function valuesIn({ earlier_places: places, earlier_periods: periods, earlier_values: values }: Lists): DatedValue[] {
  if (places === null) return []
  const [period, value] = [numbersIn(periods), numbersIn(values)]
  return numbersIn(places).map((authority, at) => ({ authority, period: period[at]!, value: value[at]! }))
}
