import type { Spine } from '#kernel/charts/index.ts'
import type { ComparisonRow } from './compare.ts'
import { FEWEST_FOR_QUARTILES, goodness } from './rank.ts'
import type { Polarity } from './rank.ts'
import { ascending, medianOf, quantileOf } from './spread.ts'

/** What of a measure decides where a value stands on the line. */
interface Direction {
  polarity: Polarity
  midpoint: number | null
}

/**
 * Where a value stands on the line of the strip: as it is where higher is better or nothing is, with its sign turned where
 * lower is better, as the distance from the midpoint with its sign turned where that is best. Null: no value.
 */
export function placeOnSpine(value: number | null, { polarity, midpoint }: Direction): number | null {
  if (value === null || polarity === 'none') return value
  return goodness(value, polarity, midpoint)
}

/** The line of a comparison, for the strip. No middle half when fewer than eight have a value; null when nobody has. */
export function spineOf({ rows }: { rows: readonly Pick<ComparisonRow<unknown>, 'value'>[] }, direction: Direction): Spine | null {
  const places = ascending(rows.flatMap(({ value }) => placeOnSpine(value, direction) ?? []))
  const [worst, best, median] = [places.at(0), places.at(-1), medianOf(places)]
  if (worst === undefined || best === undefined || median === null) return null
  const enough = places.length >= FEWEST_FOR_QUARTILES
  return {
    worst,
    best,
    median,
    middle: enough ? { from: quantileOf(places, 0.25)!, to: quantileOf(places, 0.75)! } : null,
  }
}
