import { countOf, formatCount, formatDate, formatDifference, formatFigure, formatMoment } from '#kernel/figures/index.ts'
import type { ComparisonAnswer, ComparisonRowAnswer, MeasureAnswer, ReachAnswer } from './answer.ts'
import { formatOf } from './measure.ts'
import { FEWEST_FOR_QUARTILES } from './rules/rank.ts'
import type { Reach } from './rules/reach.ts'

/** How the comparison was made, in words that hold for every authority in it. */
export function methodOf(measure: MeasureAnswer): string {
  const { polarity, midpoint, change_as } = measure
  const share = 'Quarters are bounded by linear interpolation; a value on a bound belongs to the better side.'
  const change =
    change_as === 'difference'
      ? 'Changes are plain differences'
      : 'Changes are shares of the earlier value'
  if (polarity === 'none') return `No direction is better, so nothing is ranked. ${change}; positive means more.`
  const best = {
    higher: 'the highest value is best',
    lower: 'the lowest value is best',
    midpoint: `the value nearest to ${midpoint === null ? 'the midpoint' : formatFigure(midpoint, formatOf(measure))} is best`,
  }[polarity]
  return `Ranked from 1: ${best}, equal values share a rank. ${share} ${change}, turned so that positive is better, and never reach across a break in series.`
}

/** What a reader should know before relying on the comparison. */
export function caveatsOf(answer: Pick<ComparisonAnswer, 'measure' | 'group' | 'authorities' | 'known_at'>, notes: readonly string[]): string[] {
  const { measure, group, authorities } = answer
  const caveats: string[] = []
  if (measure.fictional) caveats.push('These figures are fictional.')
  if (answer.known_at) caveats.push(`As known here at ${momentInWords(answer.known_at)}; later corrections are left out.`)
  if (group.compared === 0) caveats.push('No authority has a figure, so nothing is compared.')
  else if (group.compared < FEWEST_FOR_QUARTILES) caveats.push(`Only ${countOf(group.compared, 'authority has', 'authorities have')} a figure, so no quarters are given.`)
  if (group.missing.length > 0) caveats.push(`${formatCount(group.missing.length)} of ${countOf(group.expected, 'authority', 'authorities')} ${group.missing.length === 1 ? 'has' : 'have'} no figure: ${reasons(group.missing)}.`)
  for (const [status, word] of [['provisional', 'provisional'], ['estimated', 'estimated'], ['low', 'marked as of low quality']] as const) {
    const count = authorities.filter((row) => row.status === status).length
    if (count > 0) caveats.push(`${countOf(count, 'figure is', 'figures are')} ${word}.`)
  }
  if (group.weighted_mean !== null && group.weighted_over < group.compared)
    caveats.push(`The weighted mean is of ${formatCount(group.weighted_over)} authorities; the others have no numerator or denominator.`)
  return [...caveats, ...notes]
}

/** A date alone was read as the end of that day, so no time is shown that nobody typed. */
function momentInWords(moment: string): string {
  const [day, time] = moment.split('T') as [string, string]
  return time === '23:59:59.999Z' ? `the end of ${formatDate(day)}` : formatMoment(new Date(moment))
}

function reasons(missing: readonly { reason: string | null }[]): string {
  const counts = Map.groupBy(missing, ({ reason }) => reason ?? 'missing')
  return [...counts].map(([reason, of]) => `${formatCount(of.length)} ${reason.replaceAll('-', ' ')}`).join(', ')
}

/** The comparison in words: what the group looks like, and where the authority in question stands. */
export function sentenceOf(answer: Omit<ComparisonAnswer, 'sentence'>): string {
  const { measure, period, group, authority } = answer
  const format = formatOf(measure)
  const about = `${measure.title} (${measure.unit}), ${period.label}`
  const spread =
    group.median === null
      ? `nobody has a figure in the group ${group.title}`
      : `the median of ${group.title} is ${formatFigure(group.median, format)}; ${formatCount(group.compared)} of ${formatCount(group.expected)} have a figure`
  const whole = `${about}: ${spread}.`
  if (!authority) return whole
  const row = answer.authorities.find(({ code }) => code === authority.code)
  if (!row) return `${whole} ${authority.known_name} was not in this group then.`
  return `${whole} ${rowInWords(row, measure)}`
}

function rowInWords(row: ComparisonRowAnswer, measure: MeasureAnswer): string {
  if (row.value === null) return `${row.known_name} has ${row.position}.`
  const rank = row.rank === null || row.compared === 1 ? '' : `, rank ${formatCount(row.rank)} of ${formatCount(row.compared)}`
  const surely = row.against_median === null ? '' : `, ${row.against_median}`
  return `${row.known_name} has ${formatFigure(row.value, formatOf(measure))}${rank}: ${row.position}${surely}.`
}

/** What the next quarter would take, with its words. */
export function describeReach(next: Reach | null, value: number | null, measure: MeasureAnswer): ReachAnswer | null {
  if (next === null || value === null) return null
  const format = formatOf(measure)
  const quarter = next.quartile === 1 ? 'the best quarter' : next.quartile === 2 ? 'the better half' : 'the middle half'
  const way = measure.scale ? (next.difference < 0 ? 'down the scale' : 'up the scale') : next.difference < 0 ? 'less' : 'more'
  const amount = formatDifference(Math.abs(next.difference), format, 'unsigned')
  const parts = numeratorInWords(next, measure)
  return { ...next, words: `Reaching ${quarter} (${formatFigure(next.bound, format)}) would take ${amount} ${way}${parts}.` }
}

/** In whole units, unless the name itself speaks of thousands. */
function numeratorInWords({ numerator_change: change, numerator_factor: factor }: Reach, { numerator_name: name }: MeasureAnswer): string {
  if (change === null || name === null || change === 0) return ''
  const inThousands = factor > 1 && /000|thousand/i.test(name)
  const amount = formatFigure(Math.abs(inThousands ? change / factor : change), { decimals: inThousands ? 1 : 0 })
  return `: ${amount} ${change < 0 ? 'fewer' : 'more'} (${name})`
}
