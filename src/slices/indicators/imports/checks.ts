/**
 * The checks that warn without refusing: rules about figures, no database. Each looks at one figure with what it needs
 * beside it and says what it expected, or nothing. docs/checks.md describes them for officers.
 */

/** Numbers as the rules need them: floating point is exact enough to ask whether something looks wrong. */
export interface Figure {
  value: number
  numerator: number | null
  denominator: number | null
}

export interface Multipliers {
  numerator: number
  denominator: number
  /** Share of the larger by which value and quotient may differ. */
  tolerance: number
}

/**
 * The value against numerator ÷ denominator after the multipliers, where both are given. Values of 0 are skipped, as the
 * publishers who make such lists do: a zero is often rounded or stands for "none".
 * @returns the quotient that was expected, or null when nothing is wrong
 */
export function valueDisagrees({ value, numerator, denominator }: Figure, multipliers: Multipliers): number | null {
  if (numerator === null || denominator === null || value === 0) return null
  const divisor = denominator * multipliers.denominator
  if (divisor === 0) return null
  const quotient = (numerator * multipliers.numerator) / divisor
  const larger = Math.max(Math.abs(quotient), Math.abs(value))
  return Math.abs(quotient - value) > multipliers.tolerance * larger ? quotient : null
}

/** Fewer earlier values than this tell nothing about what is usual. */
const leastHistory = 5
/** How many scaled median absolute deviations from the median are still usual. */
const usualDeviations = 6
/** Scales a median absolute deviation to a standard deviation of a normal distribution. */
const toStandard = 1.4826
/** A series on the move is far from its median without a surprise: the step from the value before must be unusual too. */
const usualStep = 3
/** A history that hardly moves has a deviation near 0; a change of less than so many twentieths of the median is never remarked on. */
const leastSpread = 0.05

/**
 * A value far from the authority's own earlier values of the measure, given in the order of time: more than 6 scaled median
 * absolute deviations from their median, at least 5 of them, and more than 3 from the last of them. The deviation is taken
 * as at least 5% of the median, so that a steady series may move.
 * @returns the range that would have been usual, or null
 */
export function outlier(value: number, earlier: readonly number[]): { low: number; high: number } | null {
  if (earlier.length < leastHistory) return null
  const middle = median(earlier)
  const deviation = median(earlier.map((each) => Math.abs(each - middle)))
  const spread = Math.max(deviation * toStandard, Math.abs(middle) * leastSpread)
  const reach = usualDeviations * spread
  const last = earlier.at(-1) ?? middle
  if (reach === 0 || Math.abs(value - middle) <= reach || Math.abs(value - last) <= usualStep * spread) return null
  return { low: middle - reach, high: middle + reach }
}

/** How far apart the others may lie for their middle to be a measure of scale. */
const steadyRatio = 5
const leastOthers = 3

/** What sort of slip it looks like: negative, or too large or too small by a factor of about 100 or 1,000. */
export type ScaleSlip = 'negative' | '100 times too large' | '100 times too small' | '1,000 times too large' | '1,000 times too small'

/**
 * A sign or scale that looks wrong beside the other values of the same series (at least 3, none 0, all within a factor of 5 of
 * each other and of one sign): a fraction among percentages, pounds among thousands, a lost bracket.
 */
export function signOrScale(value: number, others: readonly number[]): ScaleSlip | null {
  if (others.length < leastOthers || value === 0 || others.some((each) => each === 0)) return null
  const negatives = others.filter((each) => each < 0).length
  if (negatives > 0) return null
  if (Math.max(...others) > steadyRatio * Math.min(...others)) return null
  if (value < 0) return 'negative'
  const ratio = value / median(others)
  if (near(ratio, 100)) return '100 times too large'
  if (near(ratio, 0.01)) return '100 times too small'
  if (near(ratio, 1000)) return '1,000 times too large'
  return near(ratio, 0.001) ? '1,000 times too small' : null
}

const near = (ratio: number, factor: number) => ratio > factor / 2 && ratio < factor * 2

/** The middle value; of an even number, halfway between the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2
}
