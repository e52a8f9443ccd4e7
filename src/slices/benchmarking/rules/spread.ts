/**
 * How a set of figures is spread. Every function takes figures that are really there: a missing one is left out by the
 * caller, a zero is a zero. Results are in the unit of the figures and are never rounded here.
 */

/** The figures in ascending order, as a new array. */
export function ascending(figures: Iterable<number>): Float64Array {
  return Float64Array.from(figures).sort()
}

/** The middle figure, or the mean of the two in the middle. Null when there is no figure. */
export function medianOf(sorted: ArrayLike<number>): number | null {
  const upper = sorted[sorted.length >> 1]
  if (upper === undefined) return null
  return sorted.length % 2 === 1 ? upper : (sorted[(sorted.length >> 1) - 1]! + upper) / 2
}

/**
 * The figure a share of the way along the sorted figures, by linear interpolation: the method numpy calls "linear" and
 * spreadsheets call "inclusive". Interpolates from the nearer end, so that turning every sign round turns the result round.
 * Null when there is no figure.
 *
 * @param share 0 is the least figure, 1 the greatest.
 */
export function quantileOf(sorted: ArrayLike<number>, share: number): number | null {
  if (sorted.length === 0) return null
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const part = place - below
  const low = sorted[below]!
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part)
}

/** The sum, with the rounding errors of the additions carried along and added last (Neumaier), so order hardly matters. */
export function sumOf(figures: ArrayLike<number>): number {
  let sum = 0
  let lost = 0
  for (let i = 0; i < figures.length; i++) {
    const figure = figures[i]!
    const next = sum + figure
    lost += Math.abs(sum) >= Math.abs(figure) ? sum - next + figure : figure - next + sum
    sum = next
  }
  return sum + lost
}

/** The simple mean: each authority counts once, whatever its size. Null when there is no figure. */
export function meanOf(figures: ArrayLike<number>): number | null {
  return figures.length === 0 ? null : sumOf(figures) / figures.length
}

/**
 * The median distance of the figures from their median: the "MAD" of the Office for Local Government, not scaled.
 * Null when there is no figure; 0 when more than half of the figures are the same.
 */
export function medianAbsoluteDeviationOf(sorted: ArrayLike<number>): number | null {
  const median = medianOf(sorted)
  if (median === null) return null
  return medianOf(ascending(Array.from(sorted, (figure) => Math.abs(figure - median))))
}

/** What turns the published (often truncated) numerator and denominator into whole units, and their ratio into the value. */
export interface Multipliers {
  /** Factor from the published numerator to whole units: 1000 where it is in thousands of pounds. */
  numerator: number
  /** Factor from the published denominator to the units the value is expressed in. */
  denominator: number
  /** value = numerator ÷ denominator × scale: 100 where a percentage is kept as 95 rather than 0.95. */
  scale: number
}

/** A numerator and denominator as published; either may be absent. */
export interface Parts {
  numerator: number | null
  denominator: number | null
}

/**
 * The group's own rate: the sum of the numerators over the sum of the denominators, after multipliers, in the measure's
 * unit. Only authorities with both parts count, and `over` says how many did.
 * Null when none has both, or the denominators sum to zero.
 */
export function weightedMeanOf(rows: Iterable<Parts>, multipliers: Multipliers): { mean: number | null; over: number } {
  const numerators: number[] = []
  const denominators: number[] = []
  for (const { numerator, denominator } of rows) {
    if (numerator === null || denominator === null) continue
    numerators.push(numerator)
    denominators.push(denominator)
  }
  const ratio = ratioOf({ numerator: sumOf(numerators), denominator: sumOf(denominators) }, multipliers)
  return { mean: numerators.length === 0 ? null : ratio, over: numerators.length }
}

/** Numerator ÷ denominator after multipliers, in the measure's unit. Null when a part is absent or the denominator is zero. */
export function ratioOf(parts: Parts, multipliers: Multipliers): number | null {
  if (parts.numerator === null || parts.denominator === null || parts.denominator === 0) return null
  return ((parts.numerator * multipliers.numerator) / (parts.denominator * multipliers.denominator)) * multipliers.scale
}
