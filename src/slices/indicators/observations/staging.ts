/** Sets the figures of a file beside the ones the store has, in a temporary table that the transaction takes with it. */
import { sql } from 'kysely'
import type { Trx } from '#kernel/db/index.ts'

/** One figure with everything looked up. Numbers are exact decimal texts. */
export interface StagedFigure {
  line: number
  column: string
  measure: number
  period: number
  authority: number | null
  area: number | null
  value: string | null
  numerator: string | null
  denominator: string | null
  lower: string | null
  upper: string | null
  status: string
  reason: string | null
  marker: string | null
}

export async function createStaging(trx: Trx): Promise<void> {
  await sql`
    create temp table staged (
      seq integer generated always as identity, line integer, col text, measure integer, period integer, authority integer, area integer,
      place integer, value numeric, numerator numeric, denominator numeric, lower numeric, upper numeric,
      status text, reason text, marker text, outcome text not null default 'new'
    ) on commit drop`.execute(trx)
}

export async function stage(trx: Trx, figures: readonly StagedFigure[]): Promise<void> {
  const all = <K extends keyof StagedFigure>(key: K) => figures.map((figure) => figure[key])
  await sql`
    insert into staged (line, col, measure, period, authority, area, place, value, numerator, denominator, lower, upper, status, reason, marker)
    select l, c, m, p, a, r, coalesce(a, -r), v, n, d, lo, up, s, y, k
      from unnest(${all('line')}::int[], ${all('column')}::text[], ${all('measure')}::int[], ${all('period')}::int[], ${all('authority')}::int[],
                  ${all('area')}::int[], ${all('value')}::numeric[], ${all('numerator')}::numeric[], ${all('denominator')}::numeric[],
                  ${all('lower')}::numeric[], ${all('upper')}::numeric[], ${all('status')}::text[], ${all('reason')}::text[], ${all('marker')}::text[])
        as given (l, c, m, p, a, r, v, n, d, lo, up, s, y, k)`.execute(trx)
}

/** Whether two rows say the same. The marker is left out: it is how a publisher writes the reason. */
const sameAs = (a: string, b: string) => {
  const fields = ['value', 'numerator', 'denominator', 'lower', 'upper', 'status', 'reason']
  const row = (alias: string) => sql`(${sql.join(fields.map((field) => sql.ref(`${alias}.${field}`)))})`
  return sql<boolean>`${row(a)} is not distinct from ${row(b)}`
}

/** Two rows of one file that give the same figure differently. */
export interface Contradiction {
  line: number
  first_line: number
  column: string
  value: string | null
  first_value: string | null
  measure: string
  period: string
  place: string
}

/** Takes a figure that is repeated alike once. Returns how many were repeated, and every repetition that differs from the first. */
export async function mergeRepeated(trx: Trx): Promise<{ repeated: number; contradictions: Contradiction[] }> {
  await sql`create index on staged (measure, period, place, seq)`.execute(trx)
  await sql`analyze staged`.execute(trx)
  const removed = await sql`
    delete from staged s using staged f
     where f.measure = s.measure and f.period = s.period and f.place = s.place and f.seq < s.seq and ${sameAs('s', 'f')}`.execute(trx)
  const { rows } = await sql<Contradiction>`
    select s.line, f.line as first_line, s.col as column, s.value, f.value as first_value, m.code as measure, p.label as period,
           coalesce(a.name, r.name) as place
      from staged s
      join lateral (select line, value, seq from staged x where x.measure = s.measure and x.period = s.period and x.place = s.place order by seq limit 1) f
        on f.seq < s.seq
      join indicators.measure m on m.id = s.measure
      join indicators.period p on p.id = s.period
      left join places.authority a on a.id = s.authority
      left join places.area r on r.id = s.area
     order by s.line, s.col limit 1000`.execute(trx)
  return { repeated: Number(removed.numAffectedRows ?? 0), contradictions: rows }
}

export interface Comparison {
  new: number
  revised: number
  unchanged: number
  reference: number
  absent: Record<string, number>
}

/** Marks each staged figure new, revised or unchanged against what the store currently holds, and counts them. */
export async function compareWithStore(trx: Trx): Promise<Comparison> {
  await sql`
    update staged s set outcome = case when ${sameAs('s', 'o')} then 'unchanged' else 'revised' end
      from indicators.observation o
     where o.measure = s.measure and o.period = s.period and o.place = s.place and o.known_to = 'infinity'`.execute(trx)
  const { rows } = await sql<{ outcome: 'new' | 'revised' | 'unchanged'; area: boolean; reason: string | null; figures: number }>`
    select outcome, area is not null as area, reason, count(*) as figures from staged group by 1, 2, 3`.execute(trx)
  const counts: Comparison = { new: 0, revised: 0, unchanged: 0, reference: 0, absent: {} }
  for (const { outcome, area, reason, figures } of rows) {
    counts[outcome] += figures
    if (area) counts.reference += figures
    if (reason) counts.absent[reason] = (counts.absent[reason] ?? 0) + figures
  }
  return counts
}

/** How many staged figures the store already knows of at this moment or later, so that they cannot have become known then. */
export async function knownSince(trx: Trx, moment: Date): Promise<number> {
  const { rows } = await sql<{ later: number }>`
    select count(distinct s.seq) as later from staged s
      join indicators.observation o on o.measure = s.measure and o.period = s.period and o.place = s.place
     where s.outcome <> 'unchanged' and (o.known_from >= ${moment} or (o.known_to > ${moment} and o.known_to <> 'infinity'))`.execute(trx)
  return rows[0]?.later ?? 0
}
