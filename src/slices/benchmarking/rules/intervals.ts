import type { Polarity } from './rank.ts'
import { ratioOf } from './spread.ts'
import type { Multipliers, Parts } from './spread.ts'

/** How to work out an interval the publisher did not give: proportions by Wilson, rates with counts by Byar. */
export type IntervalMethod = 'none' | 'wilson' | 'byar'

/** 95% confidence limits in the measure's unit, and where they come from. */
export interface Interval {
  lower: number
  upper: number
  source: 'published' | 'wilson' | 'byar'
}

/** The 97.5th percentile of the normal distribution: both limits leave 2.5 % outside. */
const Z = 1.959963984540054

/** Value and numerator ÷ denominator may differ by this share of the larger (rounding); beyond it they describe different things. */
const AGREEMENT = 0.02

/** A figure with what is known of its making. */
interface Uncertain extends Parts {
  value: number | null
  lower: number | null
  upper: number | null
}

/**
 * The 95% interval of a figure: the published limits where both are there, else by the measure's method from numerator and
 * denominator. Null when the figure is absent, when the method needs a part that is absent or impossible (a proportion
 * above one, a negative count), and when numerator ÷ denominator is not the value.
 */
export function intervalOf(figure: Uncertain, method: IntervalMethod, multipliers: Multipliers): Interval | null {
  if (figure.value === null) return null
  if (figure.lower !== null && figure.upper !== null)
    return { lower: figure.lower, upper: figure.upper, source: 'published' }
  if (method === 'none' || figure.numerator === null || figure.denominator === null) return null
  if (!agrees(figure.value, figure, multipliers)) return null
  const count = figure.numerator * multipliers.numerator
  const base = figure.denominator * multipliers.denominator
  const limits = method === 'wilson' ? wilson(count, base) : byar(count, base)
  return limits && { lower: limits.lower * multipliers.scale, upper: limits.upper * multipliers.scale, source: method }
}

/** Whether a value is its numerator ÷ denominator, to within 2 % of the larger. False when either part is absent. */
export function agrees(value: number, parts: Parts, multipliers: Multipliers): boolean {
  const ratio = ratioOf(parts, multipliers)
  return ratio !== null && Math.abs(ratio - value) <= AGREEMENT * Math.max(Math.abs(ratio), Math.abs(value))
}

/**
 * Wilson's score interval for `count` of `base`, as fractions of one. Unlike the textbook interval it stays between 0
 * and 1 and works for none and all. (E. B. Wilson, 1927; the method of the public health observatories' technical briefing 3.)
 * Null unless 0 ≤ count ≤ base and base > 0.
 */
export function wilson(count: number, base: number): { lower: number; upper: number } | null {
  if (!(base > 0) || !(count >= 0) || count > base) return null
  const spread = Z * Math.sqrt(Z * Z + (4 * count * (base - count)) / base)
  const width = 2 * (base + Z * Z)
  return {
    lower: count === 0 ? 0 : Math.max(0, (2 * count + Z * Z - spread) / width),
    upper: count === base ? 1 : Math.min(1, (2 * count + Z * Z + spread) / width),
  }
}

/**
 * Byar's interval for a rate: `count` events, taken as Poisson, over `base`. An approximation to the exact limits that is
 * within a few per cent from about five events up. (Breslow and Day, 1987; the same briefing.)
 * Null unless count ≥ 0 and base > 0.
 */
export function byar(count: number, base: number): { lower: number; upper: number } | null {
  if (!(base > 0) || !(count >= 0)) return null
  const more = count + 1
  const lower = count === 0 ? 0 : count * Math.max(0, 1 - 1 / (9 * count) - Z / (3 * Math.sqrt(count))) ** 3
  const upper = more * (1 - 1 / (9 * more) + Z / (3 * Math.sqrt(more))) ** 3
  return { lower: lower / base, upper: upper / base }
}

/**
 * What the interval allows one to say about a figure and the group's median. "Better" only where higher or lower is
 * better; a midpoint measure, or one with no better direction, is above or below. Null without interval or median.
 */
export function againstMedian(
  interval: Interval | null,
  median: number | null,
  polarity: Polarity,
): MedianWords | null {
  if (interval === null || median === null) return null
  if (interval.lower <= median && median <= interval.upper) return 'not clearly different from the median'
  const above = interval.lower > median
  if (polarity === 'higher' || polarity === 'lower') {
    return above === (polarity === 'higher') ? 'clearly better than the median' : 'clearly worse than the median'
  }
  return above ? 'clearly above the median' : 'clearly below the median'
}

export type MedianWords =
  | 'not clearly different from the median'
  | 'clearly better than the median'
  | 'clearly worse than the median'
  | 'clearly above the median'
  | 'clearly below the median'
