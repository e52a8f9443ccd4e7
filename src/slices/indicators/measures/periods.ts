import { sql, type RawBuilder } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'
import { knownAt } from '#kernel/db/known-at.ts'
import { remembered } from '#kernel/db/remembered.ts'
import { comparePeriods, isRefusedPeriod, parsePeriod, type Period, type PeriodHint, type PeriodKind } from '#kernel/periods/index.ts'
import { refused } from '#kernel/problems.ts'
import type { Measure } from './queries.ts'

/** A period for which a measure has rows. */
export interface HeldPeriod extends Period {
  id: number
  /** Whether some authority has a value; else the rows all say why there is none. */
  hasValues: boolean
}

/** The periods for which a measure has anything on authorities, as known at a moment; earliest first. Two looks into an index for each period. */
export function periodsOf(db: Reader, measure: number, moment?: Date): Promise<HeldPeriod[]> {
  return remembered(db, ['periods', measure, moment], async () => {
    const { rows } = await periodsHeld(sql`${measure}`, moment).execute(db)
    return rows.sort(comparePeriods)
  })
}

/** The question behind it, in no order. */
export function periodsHeld(measure: RawBuilder<unknown>, moment: Date | undefined): RawBuilder<HeldPeriod> {
  // The place of an authority is above nought, that of an area below, and it stands in the index.
  const some = sql`select from indicators.observation o where o.measure = ${measure} and o.period = p.id and o.place > 0 and ${knownAt('o', moment)}`
  return sql<HeldPeriod>`
    select p.id, p.kind, p.label, p.starts, p.ends, exists (${some} and o.value is not null) as "hasValues"
      from indicators.period p where exists (${some})`
}

/** A held period with how many authorities have a value; the others' rows say why they have none. */
export interface CountedPeriod extends HeldPeriod {
  figures: number
}

/** The same with every figure counted, for those who show how many there are. */
export function countedPeriodsOf(db: Reader, measure: number, moment?: Date): Promise<CountedPeriod[]> {
  return remembered(db, ['counted periods', measure, moment], () => counted(db, measure, moment))
}

async function counted(db: Reader, measure: number, moment: Date | undefined): Promise<CountedPeriod[]> {
  const counts = await db
    .selectFrom('indicators.observation as o')
    .select(['o.period', sql<number>`count(o.value)`.as('figures')])
    .where('o.measure', '=', measure)
    .where('o.authority', 'is not', null)
    .where(knownAt('o', moment))
    .groupBy('o.period')
    .execute()
  const figures = new Map(counts.map((one) => [one.period, one.figures]))
  return (await periodsOf(db, measure, moment)).map((period) => ({ ...period, figures: figures.get(period.id) ?? 0 }))
}

/** The label of the latest period for which an authority has a value, by measure; absent where there is none. */
export async function latestPeriods(db: Reader, measures: readonly number[]): Promise<Map<number, string>> {
  const { rows } = await sql<{ measure: number; label: string }>`
    select m.id as measure, l.label
      from unnest(${[...measures]}::int[]) as m (id)
      join lateral (
        select p.label from indicators.period p
         where exists (select from indicators.observation o
                        where o.measure = m.id and o.period = p.id and o.authority is not null and o.value is not null and ${knownAt('o', undefined)})
         order by p.ends desc, p.starts desc limit 1) l on true`.execute(db)
  return new Map(rows.map(({ measure, label }) => [measure, label]))
}

/**
 * The period a label means for a measure: its own spelling of a period it has, else any spelling the parser reads, as the
 * kind of period the measure has figures for. Refused with the latest periods when it has none such, and with the
 * candidates when the label fits several.
 */
export function periodByLabel(measure: Pick<Measure, 'code' | 'period_kind'>, held: readonly HeldPeriod[], label: string): HeldPeriod {
  const wanted = label.trim().toLowerCase()
  const exact = held.find((period) => period.label.toLowerCase() === wanted)
  if (exact) return exact
  const readings = hintsFor(measure, held).map((hint) => parsePeriod(label, hint))
  const read = readings.flatMap((reading) => (isRefusedPeriod(reading) ? [] : reading))
  const matches = held.filter((period) => read.some((one) => samePeriod(one, period)))
  const [only, ...more] = matches
  if (only && more.length === 0) return only
  if (only) throw refusal(`"${label}" can mean several periods of ${measure.code}: ${labels(matches)}.`, `Choose one of ${labels(matches)}`)
  const [first] = readings
  if (read.length === 0 && first && isRefusedPeriod(first)) throw refusal(first.refused, first.expected)
  throw refusal(`${measure.code} has no figures for ${label}. ${latest(held)}`, latest(held))
}

/** The measure's own kind first, then each kind of period it has, with the day its years start on. */
function hintsFor({ period_kind }: Pick<Measure, 'period_kind'>, held: readonly HeldPeriod[]): PeriodHint[] {
  const hints = new Map<string, PeriodHint>()
  if (period_kind !== null) hints.set(period_kind, { kind: period_kind as PeriodKind })
  for (const { kind, starts } of held) {
    const isYear = kind === 'academic-year' || kind === 'survey-year' || kind === 'multi-year'
    const yearStarts = starts.slice(5)
    hints.set(`${kind} ${isYear ? yearStarts : ''}`, isYear ? { kind, yearStarts } : { kind })
  }
  return [...hints.values()]
}

const samePeriod = (a: Period, b: Period) => a.kind === b.kind && a.starts === b.starts && a.ends === b.ends
const labels = (periods: readonly Period[]) => periods.map((period) => period.label).join(', ')
const refusal = (detail: string, message: string) => refused(detail, [{ field: 'period', message }])

function latest(held: readonly HeldPeriod[]): string {
  if (held.length === 0) return 'It has no figures at all.'
  return `The latest it has are ${labels(held.slice(-5).toReversed())}.`
}
