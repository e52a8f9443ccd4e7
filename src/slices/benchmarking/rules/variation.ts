import { medianOf, ascending } from './spread.ts'

/** Whether a change stands out from the earlier ones of the same series. */
export type Variation = 'larger' | 'usual'

/** With fewer earlier changes than this there is no telling what is usual. */
const FEWEST_CHANGES = 4

/** A change is larger than usual when it is more than this many times the median size of the earlier changes. */
const TIMES = 2

/**
 * Compares the latest change of a series with the median size of the changes before it. It says nothing about causes, and is
 * no test of significance: it only keeps an ordinary wobble from being read as news.
 *
 * @param values the unbroken run of comparable figures, oldest first, ending with the figure in question.
 * @returns null when there are too few earlier changes to know, or when the change is not large by the median yet larger than
 * any before it.
 */
export function variationOf(values: readonly number[]): Variation | null {
  const sizes = values.slice(1).map((value, before) => Math.abs(value - values[before]!))
  const [latest, earlier] = [sizes.at(-1), sizes.slice(0, -1)]
  if (latest === undefined || earlier.length < FEWEST_CHANGES) return null
  if (latest > TIMES * (medianOf(ascending(earlier)) ?? 0)) return 'larger'
  return latest <= Math.max(...earlier) ? 'usual' : null
}
