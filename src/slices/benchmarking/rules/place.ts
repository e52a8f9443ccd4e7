import { positionWords } from './position.ts'
import { FEWEST_FOR_QUARTILES, goodness, goodnessBounds, quartileOf } from './rank.ts'
import type { Polarity, Quartile } from './rank.ts'
import { ascending, medianOf, quantileOf } from './spread.ts'

/** One authority's figure among the values of its group. */
interface Own {
  value: number | null
  /** Why there is no value. */
  reason: string | null
  polarity: Polarity
  midpoint: number | null
}

/** What a comparison says of one authority and its group, without what it says of all the others. */
export interface Place {
  compared: number
  minimum: number | null
  quartile_lower: number | null
  median: number | null
  quartile_upper: number | null
  maximum: number | null
  rank: number | null
  quartile: Quartile | null
  position: string
}

/**
 * The place of one authority, worked out for thousands of measures at once. It is what `compare` says of the authority and the
 * group, and a test holds the two together.
 *
 * @param values of everybody in the group with a figure, the authority's own included.
 */
export function placeAmong(values: readonly number[], own: Own): Place {
  const sorted = ascending(values)
  const enough = sorted.length >= FEWEST_FOR_QUARTILES
  const standing = standingAmong(values, own)
  return {
    compared: sorted.length,
    minimum: sorted.at(0) ?? null,
    quartile_lower: enough ? quantileOf(sorted, 0.25) : null,
    median: medianOf(sorted),
    quartile_upper: enough ? quantileOf(sorted, 0.75) : null,
    maximum: sorted.at(-1) ?? null,
    ...standing,
    position: positionWords({ ...own, compared: sorted.length, quartile: standing.quartile }),
  }
}

function standingAmong(values: readonly number[], { value, polarity, midpoint }: Own): Pick<Place, 'rank' | 'quartile'> {
  if (value === null || polarity === 'none') return { rank: null, quartile: null }
  const mine = goodness(value, polarity, midpoint)
  const all = ascending(values.map((one) => goodness(one, polarity, midpoint)))
  const bounds = goodnessBounds(all)
  return { rank: 1 + all.filter((one) => one > mine).length, quartile: bounds && quartileOf(mine, bounds) }
}
