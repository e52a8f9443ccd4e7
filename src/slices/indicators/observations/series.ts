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

/** Points at once; more only where one measure alone has more. */
const chunk = 20_000

/** Every series with a staged figure that has a value, one after another, in the order of time. Memory holds a chunk of measures. */
export async function* touchedSeries(trx: Trx): AsyncGenerator<SeriesPoint[]> {
  for (const measures of await chunksOfMeasures(trx)) {
    const points = await pointsOf(trx, measures)
    for (const series of Map.groupBy(points, (point) => `${point.measure} ${point.place} ${point.kind}`).values()) yield series
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

async function pointsOf(trx: Trx, measures: readonly number[]): Promise<SeriesPoint[]> {
  const { rows } = await sql<SeriesPoint>`
    with points as (
      select measure, place, period, authority, value, numerator, denominator, line, col
        from staged where measure = any(${measures}::int[]) and value is not null
      union all
      select o.measure, o.place, o.period, o.authority, o.value, o.numerator, o.denominator, null, null
        from indicators.observation o
       where o.measure = any(${measures}::int[]) and o.known_to = 'infinity' and o.value is not null
         and exists (select from staged s where s.measure = o.measure and s.place = o.place)
         and not exists (select from staged s where s.measure = o.measure and s.period = o.period and s.place = o.place))
    select x.measure, x.place, x.period, x.authority, p.kind, p.label, p.starts, p.ends,
           x.value::float8 as value, x.numerator::float8 as numerator, x.denominator::float8 as denominator, x.line, x.col as column
      from points x join indicators.period p on p.id = x.period
     order by x.measure, x.place, p.ends, p.starts`.execute(trx)
  return rows
}
