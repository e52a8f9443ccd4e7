import { medianOf, quantileOf } from './spread.ts'

/** Which way is better. A measure with polarity "none" is context: it is never ranked. */
export type Polarity = 'higher' | 'lower' | 'midpoint' | 'none'

/** Best quarter to worst. */
export type Quartile = 1 | 2 | 3 | 4

/** A quarter of fewer figures than this would hold one authority or none, so no quartile is given. */
export const FEWEST_FOR_QUARTILES = 8

/**
 * How good a value is, as a number that only means something next to another of the same measure: greater is better.
 * For a midpoint measure it is the distance from the midpoint with its sign turned.
 */
export function goodness(value: number, polarity: Exclude<Polarity, 'none'>, midpoint: number | null): number {
  switch (polarity) {
    case 'higher':
      return value
    case 'lower':
      return 0 - value
    case 'midpoint':
      return 0 - distance(value, midpoint)
  }
}

/**
 * How far a value lies from the midpoint, in the measure's unit, never negative. Worked out in the decimals the value was
 * published with, so that 0.45 and 0.55 are equally far from 0.5 although binary fractions make them differ.
 */
export function distance(value: number, midpoint: number | null): number {
  if (midpoint === null) throw new RangeError('A measure whose best value is a midpoint needs the midpoint.')
  const apart = Math.abs(value - midpoint)
  const decimals = Math.max(decimalsOf(value), decimalsOf(midpoint))
  return decimals > 15 ? apart : Number(apart.toFixed(decimals))
}

/** Decimals of the shortest text that reads back as the same number: 2 for 0.25, 9 for 1.5e-8. */
function decimalsOf(figure: number): number {
  const [mantissa = '', exponent = '0'] = String(figure).split('e')
  const point = mantissa.indexOf('.')
  return Math.max(0, (point < 0 ? 0 : mantissa.length - point - 1) - Number(exponent))
}

/**
 * Competition ranks ("1, 2, 2, 4"), best 1: one more than the number of authorities that are strictly better.
 *
 * @param sorted goodness of every authority with a value, ascending.
 * @returns a function from goodness to rank.
 */
export function ranksIn(sorted: ArrayLike<number>): (own: number) => number {
  const ranks = new Map<number, number>()
  for (let i = sorted.length - 1; i >= 0; i--) {
    const own = sorted[i]!
    if (!ranks.has(own)) ranks.set(own, sorted.length - i)
  }
  return (own) => ranks.get(own)!
}

/** The goodness at which the best quarter, the better half and all but the lowest quarter begin. */
export interface GoodnessBounds {
  best: number
  median: number
  lowest: number
}

/** Bounds between the quarters, or null when fewer than eight authorities have a value. */
export function goodnessBounds(sorted: ArrayLike<number>): GoodnessBounds | null {
  if (sorted.length < FEWEST_FOR_QUARTILES) return null
  return { best: quantileOf(sorted, 0.75)!, median: medianOf(sorted)!, lowest: quantileOf(sorted, 0.25)! }
}

/** The quarter a value falls in, 1 best. A value exactly on a bound belongs to the better side. */
export function quartileOf(own: number, bounds: GoodnessBounds): Quartile {
  if (own >= bounds.best) return 1
  if (own >= bounds.median) return 2
  return own >= bounds.lowest ? 3 : 4
}
