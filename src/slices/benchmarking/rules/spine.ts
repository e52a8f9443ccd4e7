import type { Comparison } from './compare.ts'
import { FEWEST_FOR_QUARTILES, goodness } from './rank.ts'
import type { Polarity } from './rank.ts'
import { ascending, medianOf, quantileOf } from './spread.ts'

/**
 * A group on a line on which further right is better: values as they are where higher is better or nothing is, with their
 * signs turned where lower is better, distances from the midpoint with theirs turned where that is best.
 */
export interface GroupSpine {
  worst: number
  best: number
  median: number
  /** Edges of the middle half. Null when fewer than eight have a value. */
  middle: { from: number; to: number } | null
}

/** What of a measure decides where a value stands on the line. */
export interface Direction {
  polarity: Polarity
  midpoint: number | null
}

/** Where a value stands on the line. Null: no value. */
export function placeOnSpine(value: number | null, { polarity, midpoint }: Direction): number | null {
  if (value === null || polarity === 'none') return value
  return goodness(value, polarity, midpoint)
}

/** The line of a comparison. Null when nobody has a value. */
export function spineOf({ rows }: Pick<Comparison<unknown>, 'rows'>, direction: Direction): GroupSpine | null {
  const places = ascending(rows.flatMap(({ value }) => placeOnSpine(value, direction) ?? []))
  const [worst, best, median] = [places.at(0), places.at(-1), medianOf(places)]
  if (worst === undefined || best === undefined || median === null) return null
  const enough = places.length >= FEWEST_FOR_QUARTILES
  return { worst, best, median, middle: enough ? { from: quantileOf(places, 0.25)!, to: quantileOf(places, 0.75)! } : null }
}
