import type { Reader } from '#kernel/db/index.ts'
import { comparable } from '#kernel/periods/index.ts'
import { authorityByCode, type Authority } from '#slices/places/index.ts'
import { figuresOf, valuesOf, wholeMeasure, type DatedValue, type Figure, type HeldPeriod, type Measure } from '#slices/indicators/index.ts'
import type { TrendAnswer } from './answer.ts'
import { chooseGroup, countsIn, reasonWithoutRow, type ChosenGroup } from './group.ts'
import { describeMeasure, rulesOf, type ComparisonRules, wordOf } from './measure.ts'
import { FEWEST_FOR_QUARTILES, goodness, ranksIn } from './rules/rank.ts'
import { ascending, medianOf, quantileOf } from './rules/spread.ts'

export interface TrendQuestion {
  measure: string
  authority: string
  /** Absent: the authority's neighbours, else its kind. */
  group?: string | undefined
  knownAt?: Date | undefined
}

/**
 * The series of one authority with its group's median and middle half in each period. Only periods that may stand in one series
 * (the kind and length of the authority's latest figure); a period without a value is a gap with its reason. The group in each
 * period is who was in it then.
 *
 * @param known the authority's figures of every period, where they were read already
 */
export async function trend(db: Reader, { knownAt, ...question }: TrendQuestion, known?: readonly Figure[]): Promise<TrendAnswer> {
  const { measure, held, breaks } = await wholeMeasure(db, question.measure, knownAt)
  const authority = await authorityByCode(db, question.authority)
  const group = await chooseGroup(db, { group: question.group, authority, measure, knownAt })
  const own = known ?? await figuresOf(db, measure, { authorities: [authority.id], periods: held.map(({ id }) => id), knownAt })
  const periods = seriesOf(held, own, measure)
  const values = await valuesOf(db, measure, { authorities: group.members.map(({ id }) => id), periods: periods.map(({ id }) => id), knownAt })
  const rules = rulesOf(measure)
  const valuesIn = Map.groupBy(values, ({ period }) => period)
  const figureIn = new Map(own.map((figure) => [figure.period, figure]))
  const { address, title, publisher, licence, dated, asked } = group
  return {
    measure: describeMeasure(measure),
    authority: { code: authority.code, name: authority.name, known_name: authority.known_name },
    group: { address, title, publisher, licence, dated, asked },
    known_at: knownAt?.toISOString() ?? null,
    breaks,
    points: periods.map((period, i) => ({
      ...inWords(measure, {
        ...pointOf(figureIn.get(period.id), authority, period),
        ...spreadOf(countedIn(valuesIn.get(period.id) ?? [], group, period, measure.kinds), authority, rules),
      }),
      after_break: isAfterBreak(period, periods[i - 1], breaks),
    })),
  }
}

const inWords = <P extends { value: number | null; median: number | null }>(measure: Measure, point: P) =>
  ({ ...point, word: wordOf(measure, point.value), median_word: wordOf(measure, point.median) })

/** The periods comparable with the authority's latest value, of the measure's own kind where it has several. */
function seriesOf(held: readonly HeldPeriod[], own: readonly Figure[], { period_kind }: Measure): HeldPeriod[] {
  const withValue = new Set(own.filter(({ value }) => value !== null).map(({ period }) => period))
  const ofKind = held.filter(({ kind }) => kind === period_kind)
  const candidates = ofKind.length > 0 ? ofKind : held
  const latest = candidates.findLast(({ id }) => withValue.has(id)) ?? candidates.at(-1)
  return latest ? held.filter((period) => comparable(period, latest)) : []
}

function pointOf(figure: Figure | undefined, authority: Authority, period: HeldPeriod) {
  const { label, kind, starts, ends } = period
  const { value, status, reason } = figure ?? { value: null, status: 'absent', reason: reasonWithoutRow(authority, period) }
  return { label, kind, starts, ends, value, status, reason }
}

function countedIn(values: readonly DatedValue[], group: ChosenGroup, period: HeldPeriod, kinds: readonly string[]): DatedValue[] {
  const members = new Map(group.members.map((member) => [member.id, member]))
  return values.filter((one) => countsIn(group, members.get(one.authority)!, period, kinds))
}

function spreadOf(values: readonly DatedValue[], authority: Authority, rules: ComparisonRules) {
  const sorted = ascending(values.map(({ value }) => value))
  const enough = sorted.length >= FEWEST_FOR_QUARTILES
  return {
    rank: rankOf(values, authority, rules),
    compared: sorted.length,
    quartile_lower: enough ? quantileOf(sorted, 0.25) : null,
    median: medianOf(sorted),
    quartile_upper: enough ? quantileOf(sorted, 0.75) : null,
  }
}

function rankOf(values: readonly DatedValue[], authority: Authority, { polarity, midpoint }: ComparisonRules): number | null {
  const own = values.find((one) => one.authority === authority.id)
  if (!own || polarity === 'none') return null
  const placed = ascending(values.map(({ value }) => goodness(value, polarity, midpoint)))
  return ranksIn(placed)(goodness(own.value, polarity, midpoint))
}

function isAfterBreak(period: HeldPeriod, before: HeldPeriod | undefined, breaks: readonly { starts: string }[]): boolean {
  return before !== undefined && breaks.some(({ starts }) => before.starts < starts && starts <= period.starts)
}
