import { countOf, formatCount, formatFigure } from '#kernel/figures/index.ts'
import type { ComparisonAnswer, ComparisonRowAnswer, MeasureAnswer, ReachAnswer } from '../answer.ts'
import { FEWEST_FOR_QUARTILES } from '../rules/rank.ts'
import type { Variation } from '../rules/variation.ts'
import { capitalised, changeWords, differenceOf, ordinal, reasonWords, shortFigure, wholeFigure } from './wording.ts'

/** What a statement is made of. Everything is as known at the same moment. */
export interface StatementFacts {
  authority: string
  measure: MeasureAnswer
  period: string
  /** The group as in a sentence, with how many belong to it: "all authorities in Scotland". */
  group: Pick<ComparisonAnswer['group'], 'title' | 'expected' | 'compared' | 'median'>
  row: ComparisonRowAnswer
  /** Whether another authority has the same rank. */
  shared: boolean
  variation: Variation | null
  /** Why figures before this period do not compare; null where nothing broke. */
  breakNote: string | null
  /** The date in words when the figures are as they were known then. */
  knownAt: string | null
}

/** One measure for one authority in plain sentences that stand alone in a report. */
export function statementOf(facts: StatementFacts): string[] {
  const { authority, measure, period, row } = facts
  if (row.value === null) return [absent(facts), middle(facts), source(facts)].filter(isSaid)
  const status = row.status === 'provisional' || row.status === 'estimated' ? ` (${row.status})` : ''
  return [
    `${measure.title}: ${wholeFigure(measure, row.value)} in ${authority} ${inPeriod(period)}${status}.`,
    standing(facts),
    certainty(facts),
    before(facts),
    row.reach ? reachWords(measure, row.reach, row.denominator) : '',
    source(facts),
  ].filter(isSaid)
}

const isSaid = (sentence: string) => sentence !== ''

function absent({ authority, measure, period, row }: StatementFacts): string {
  return `${measure.title}: ${authority} has no figure ${inPeriod(period)} (${reasonWords(row.reason)}).`
}

function middle({ measure, group }: StatementFacts): string {
  if (group.median === null) return ''
  return `The median of ${group.title} is ${shortFigure(measure, group.median)}; ${countOf(group.compared, 'authority has', 'authorities have')} a figure.`
}

/** Rank, quarter and median; or why there is no rank. */
function standing(facts: StatementFacts): string {
  const { measure, row, group, shared } = facts
  if (group.median === null) return ''
  const median = `the median is ${shortFigure(measure, group.median)}`
  if (measure.polarity === 'none') {
    const side = row.value! > group.median ? 'above' : row.value! < group.median ? 'below' : 'at'
    return `That is ${side} the median of ${group.title}, ${shortFigure(measure, group.median)}. Neither direction is better, so it is not ranked.`
  }
  if (group.compared < FEWEST_FOR_QUARTILES) {
    return `Of ${group.title}, ${group.compared} of ${group.expected} ${group.compared === 1 ? 'has' : 'have'} a figure, too few to speak of quarters; ${median}.`
  }
  const place = `${shared ? 'joint ' : ''}${ordinal(row.rank!)} of ${group.compared}`
  const whole = group.compared === group.expected ? '' : ` (${countOf(group.expected - group.compared, 'has', 'have')} no figure)`
  return `That is ${place} among ${group.title}${whole}, best first: ${row.position}; ${median}.`
}

function certainty({ row, measure }: StatementFacts): string {
  if (row.interval === null) return ''
  const { lower, upper, method } = row.interval
  const made = { published: 'published', wilson: 'worked out by Wilson’s method', byar: 'worked out by Byar’s method' }[method]
  const limits = `95% confidence interval ${shortFigure(measure, lower)} to ${shortFigure(measure, upper)}, ${made}`
  return row.against_median === null ? `${capitalised(limits)}.` : `It is ${row.against_median} (${limits}).`
}

function before({ measure, row, variation, breakNote, period }: StatementFacts): string {
  if (row.previous_value === null || row.previous_period === null) {
    if (breakNote === null) return ''
    return `It cannot be compared with figures before ${period}: ${breakNote.replace(/\.$/, '')}.`
  }
  const change = changeWords(measure, row.change_since_previous)
  const was = `It was ${shortFigure(measure, row.previous_value)} ${inPeriod(row.previous_period)}`
  if (row.change_since_previous === null) return `${was}.`
  const usual =
    variation === 'larger'
      ? '; the change is larger than this series usually shows'
      : variation === 'usual'
        ? '; the change is within what this series usually shows'
        : ''
  return `${was} (${change})${usual}.`
}

const quarters = { 1: 'the best quarter', 2: 'the better half', 3: 'the middle half' } as const

/** What the next quarter would take: "Reaching the best quarter (22.4 days or fewer) would mean about 8.8 days fewer, …". */
export function reachWords(
  measure: MeasureAnswer,
  reach: ReachAnswer,
  denominator: number | null,
): string {
  const bound = shortFigure(measure, reach.bound)
  const more = reach.difference > 0
  if (measure.scale) return `Reaching ${quarters[reach.quartile as 1 | 2 | 3]} (${bound}) would mean about ${differenceOf(measure, reach.difference)} ${more ? 'up' : 'down'} the scale, all others staying as they are.`
  const counted = measure.suffix.trim() !== '' && measure.suffix.trim() !== '%'
  const limit = more ? 'or more' : counted ? 'or fewer' : 'or less'
  const goal = `Reaching ${quarters[reach.quartile as 1 | 2 | 3]} (${bound}${measure.polarity === 'midpoint' ? '' : ` ${limit}`})`
  const step = `${differenceOf(measure, reach.difference)} ${more ? 'more' : counted ? 'fewer' : 'less'}`
  return `${goal} would mean about ${step}${inNumbers(measure, reach, denominator)}, all others staying as they are.`
}

/** The change of the numerator in people, homes, days or pounds, with what it is spread over. */
function inNumbers(measure: MeasureAnswer, reach: ReachAnswer, denominator: number | null): string {
  const { numerator_change: change } = reach
  const named = measure.numerator_name
  if (change === null || named === null || change === 0) return ''
  const name = lowered(named.replace(/\s*\(?£\s?(000s?|k|m|bn|million|thousand)?\)?\s*$/i, '').trim())
  const isMoney = named.includes('£') || (measure.prefix.trim() === '£' && reach.numerator_factor > 1)
  const size = Math.abs(change)
  const amount = isMoney
    ? `£${formatCount(Math.round(size))} ${change > 0 ? 'more' : 'less'}`
    : `${formatFigure(size, { decimals: Number.isInteger(size) ? 0 : 1 })} ${change > 0 ? 'more' : 'fewer'}`
  const over =
    denominator === null || measure.denominator_name === null
      ? ''
      : ` (over ${formatFigure(denominator, { decimals: Number.isInteger(denominator) ? 0 : 1 })} ${lowered(measure.denominator_name)})`
  return `, that is ${amount} ${isMoney ? `on ${name}` : name}${over}`
}

function source({ measure, knownAt }: StatementFacts): string {
  return `Source: ${measure.publisher}${knownAt === null ? '' : `, as known at ${knownAt}`}.`
}

/** "in 2023-24", "on 15 May 2024", "for 16 Nov 2015 to 15 Nov 2016". */
export function inPeriod(label: string): string {
  if (label.includes(' to ')) return `for ${label}`
  return /^\d{1,2} \p{L}+ \d{4}$/u.test(label) ? `on ${label}` : `in ${label}`
}

/** A name inside a sentence: its first letter small, unless it begins with an abbreviation. */
function lowered(name: string): string {
  return /^\p{Lu}\p{Ll}/u.test(name) || /^\p{Lu}\s/u.test(name) ? name.slice(0, 1).toLowerCase() + name.slice(1) : name
}
