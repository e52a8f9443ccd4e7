import { distance } from './rank.ts'
import type { Polarity } from './rank.ts'

/** Plain difference in the measure's unit (percentages), or difference as a share of the earlier value (everything else). */
export type ChangeAs = 'difference' | 'relative'

/** What a measure says about reading a change. */
export interface ChangeRule {
  polarity: Polarity
  /** The best value, for polarity "midpoint" only. */
  midpoint: number | null
  change_as: ChangeAs
}

/**
 * Change from an earlier value, turned so that positive is better: the Scottish benchmarking framework's "aim-adjusted"
 * change. A midpoint measure compares distances from the midpoint (a distance that shrank is better). A measure with no
 * better direction is not turned: positive is then simply more.
 *
 * In the measure's unit for "difference"; a fraction (0.05 is 5 %) for "relative". Not rounded.
 * Null when either value is absent, and for "relative" when the earlier value is 0, unless both are 0: that is no change.
 * A relative change is measured against the size of the earlier value, so that it keeps its meaning for negative figures.
 *
 * Whether the two values may be compared at all (same kind of period, no break in series) is for the caller to know.
 */
export function aimAdjustedChange(now: number | null, before: number | null, rule: ChangeRule): number | null {
  if (now === null || before === null) return null
  const [to, from] = rule.polarity === 'midpoint' ? distances(now, before, rule.midpoint) : [now, before]
  const change = rule.change_as === 'difference' ? to - from : relative(to, from)
  if (change === null || change === 0) return change
  return rule.polarity === 'lower' || rule.polarity === 'midpoint' ? -change : change
}

/**
 * Distances from the midpoint in binary, as the publisher subtracts them, except that two distances equal in decimals
 * (0.45 and 0.55 from 0.5) are equal: no change is no change.
 */
function distances(now: number, before: number, midpoint: number | null): [number, number] {
  const [to, from] = [distance(now, midpoint), distance(before, midpoint)]
  return to === from ? [to, from] : [Math.abs(now - midpoint!), Math.abs(before - midpoint!)]
}

function relative(to: number, from: number): number | null {
  if (from === 0) return to === 0 ? 0 : null
  return (to - from) / Math.abs(from)
}

/** Which way a change went: in words that claim "better" only where the measure has a better direction. Null: not known. */
export function directionOf(
  change: number | null,
  polarity: Polarity,
): 'better' | 'worse' | 'higher' | 'lower' | 'same' | null {
  if (change === null) return null
  if (change === 0) return 'same'
  if (polarity === 'none') return change > 0 ? 'higher' : 'lower'
  return change > 0 ? 'better' : 'worse'
}
