/** The series a file touches: its staged figures beside the ones the store holds for the same measure and place. */
import { sql } from 'kysely'
import type { Trx } from '#kernel/db/index.ts'

export interface SeriesPoint {
  measure: number
  place: number
  period: number
  authority: number | null
  kind: string
  label: string
  starts: string
  ends: string
  value: number
  numerator: number | null
  denominator: number | null
  /** Null for a figure that is in the store and not in the file. */
  line: number | null
  column: string | null
}

/** Points at once; more only where one measure alone has more. Few enough that whoever asks for a page meanwhile need not wait. */
const chunk = 5_000

/** Every series with a staged figure that has a value, one after another, in the order of time. Memory holds a chunk of measures. */
export async function* touchedSeries(trx: Trx): AsyncGenerator<SeriesPoint[]> {
  const periods = await heldPeriods(trx)
  for (const measures of await chunksOfMeasures(trx)) yield* seriesIn(await pointsOf(trx, measures, periods))
}

/** Points come measure by measure and place by place; a place may have series of several kinds of period. */
function* seriesIn(points: readonly SeriesPoint[]): Generator<SeriesPoint[]> {
  let from = 0
  for (let to = 1; to <= points.length; to += 1) {
    if (points[to]?.place === points[from]?.place && points[to]?.measure === points[from]?.measure) continue
    const own = points.slice(from, to)
    from = to
    if (own.every(({ kind }) => kind === own[0]?.kind)) yield own
    else yield* Map.groupBy(own, ({ kind }) => kind).values()
  }
}

async function chunksOfMeasures(trx: Trx): Promise<number[][]> {
  const { rows } = await sql<{ measure: number; figures: number }>`
    select measure, count(*) as figures from staged group by measure order by measure`.execute(trx)
  const chunks: number[][] = []
  let room = 0
  for (const { measure, figures } of rows) {
    if (figures > room || chunks.length === 0) {
      chunks.push([])
      room = chunk
    }
    chunks.at(-1)?.push(measure)
    room -= figures
  }
  return chunks
}

/** A point as the database hands it over: an array of JSON, because a row for each would take several times as long. */
type PackedPoint = [place: number, period: number, authority: number | null, value: number, numerator: number | null, denominator: number | null, line: number | null, column: string | null]

async function pointsOf(trx: Trx, measures: readonly number[], periods: ReadonlyMap<number, HeldPeriod>): Promise<SeriesPoint[]> {
  const { rows } = await sql<{ measure: number; points: PackedPoint[] }>`
    with points as (
      select measure, place, period, authority, value, numerator, denominator, line, col
        from staged where measure = any(${measures}::int[]) and value is not null
      union all
      select o.measure, o.place, o.period, o.authority, o.value, o.numerator, o.denominator, null, null
        from indicators.observation o
       where o.measure = any(${measures}::int[]) and o.known_to = 'infinity' and o.value is not null
         and exists (select from staged s where s.measure = o.measure and s.place = o.place)
         and not exists (select from staged s where s.measure = o.measure and s.period = o.period and s.place = o.place))
    select measure, json_agg(json_build_array(
             place, period, authority, value::float8, numerator::float8, denominator::float8, line, col)) as points
      from points group by measure order by measure`.execute(trx)
  return rows.flatMap(({ measure, points }) => points.map((point) => unpacked(measure, point, periods)).sort(byPlaceAndTime))
}

type HeldPeriod = Pick<SeriesPoint, 'kind' | 'label' | 'starts' | 'ends'>

function unpacked(measure: number, [place, period, authority, value, numerator, denominator, line, column]: PackedPoint, periods: ReadonlyMap<number, HeldPeriod>): SeriesPoint {
  const held = periods.get(period)
  if (!held) throw new Error(`The period ${period} of a figure is not in the store.`)
  const { kind, label, starts, ends } = held
  return { measure, place, period, authority, kind, label, starts, ends, value, numerator, denominator, line, column }
}

const textOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const byPlaceAndTime = (a: SeriesPoint, b: SeriesPoint) => a.place - b.place || textOrder(a.ends, b.ends) || textOrder(a.starts, b.starts)

async function heldPeriods(trx: Trx): Promise<Map<number, HeldPeriod>> {
  const rows = await trx.selectFrom('indicators.period').select(['id', 'kind', 'label', 'starts', 'ends']).execute()
  return new Map(rows.map(({ id, ...period }) => [id, period]))
}
