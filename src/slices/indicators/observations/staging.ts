/** Sets the figures of a file beside the ones the store has, in a temporary table that the transaction takes with it. */
import { sql } from 'kysely'
import { copyInto, type CopyRows } from '#kernel/db/copy.ts'
import type { Trx } from '#kernel/db/index.ts'

/** What stands behind the numbers a draft has for its measure, its period and its area: ids in the order of those numbers. */
export interface DraftKeys {
  measures: readonly number[]
  periods: readonly number[]
  areas: readonly number[]
}

/** Columns of `drafts`, in the order in which drafts are written down. */
const draftColumns = 'seq, line, col, measure, period, authority, area, value, numerator, denominator, lower, upper, status, reason, marker'

/**
 * Copies drafts in and sets them in the order of their key as `staged`, each with its place among those that give the same figure
 * (`nth`). Both tables go with the transaction.
 */
export async function stage(trx: Trx, drafts: CopyRows, { measures, periods, areas }: DraftKeys): Promise<void> {
  await sql`
    create temp table drafts (
      seq integer, line integer, col text, measure integer, period integer, authority integer, area integer,
      value numeric, numerator numeric, denominator numeric, lower numeric, upper numeric, status text, reason text, marker text
    ) on commit drop`.execute(trx)
  await copyInto(trx, `drafts (${draftColumns})`, drafts)
  await sql`analyze drafts (measure, period)`.execute(trx)
  const numbered = (ids: readonly number[]) => sql`unnest(${[...ids]}::int[]) with ordinality`
  await sql`
    create temp table staged on commit drop as
      select *, row_number() over (partition by measure, period, place order by seq) as nth, 'new'::text as outcome from (
        select d.seq, d.line, d.col, m.id as measure, p.id as period, d.authority, r.id as area, coalesce(d.authority, -r.id) as place,
               d.value, d.numerator, d.denominator, d.lower, d.upper, d.status, d.reason, d.marker
          from drafts d
          join ${numbered(measures)} m (id, nth) on m.nth = d.measure + 1
          join ${numbered(periods)} p (id, nth) on p.nth = d.period + 1
          left join ${numbered(areas)} r (id, nth) on r.nth = d.area + 1) known`.execute(trx)
  await sql`drop table drafts`.execute(trx)
  await sql`create index on staged (measure, period, place, seq)`.execute(trx)
  await sql`analyze staged (measure, period, place)`.execute(trx)
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
  first_column: string
  value: string | null
  first_value: string | null
  measure: string
  period: string
  place: string
}

/** Takes a figure that is repeated alike once. Returns how many were repeated, and every repetition that differs from the first. */
export async function mergeRepeated(trx: Trx): Promise<{ repeated: number; contradictions: Contradiction[] }> {
  const { rows: again } = await sql`select from staged where nth > 1 limit 1`.execute(trx)
  if (again.length === 0) return { repeated: 0, contradictions: [] }
  const removed = await sql`
    delete from staged s using staged f
     where f.measure = s.measure and f.period = s.period and f.place = s.place and f.seq < s.seq and ${sameAs('s', 'f')}`.execute(trx)
  const { rows } = await sql<Contradiction>`
    select s.line, f.line as first_line, s.col as column, f.col as first_column, s.value, f.value as first_value, m.code as measure, p.label as period,
           coalesce(a.name, r.name) as place
      from staged s
      join lateral (select line, col, value, seq from staged x where x.measure = s.measure and x.period = s.period and x.place = s.place order by seq limit 1) f
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
  // Of a measure without a single figure nothing need be looked for, figure by figure.
  const { rows: held } = await sql`
    select from (select distinct measure from staged) s where exists (select from indicators.observation o where o.measure = s.measure) limit 1`.execute(trx)
  if (held.length > 0) await sql`
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
