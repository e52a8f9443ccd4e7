import { comparable, comparePeriods } from '#kernel/periods/index.ts'
import type { Period } from '#kernel/periods/index.ts'

/**
 * Whether an earlier period's figures may be set beside those of `period`: the same kind and length, earlier, and no break
 * in series between. A break stands before the period that starts on its date.
 */
export function isEarlierInSeries(earlier: Period, period: Period, breaks: readonly string[]): boolean {
  if (!comparable(earlier, period) || comparePeriods(earlier, period) >= 0) return false
  return !breaks.some((starts) => earlier.starts < starts && starts <= period.starts)
}

/** A value and the period it is of. */
export interface Dated<P extends Period> {
  period: P
  value: number
}

/** The latest and the first of some values that `period` may be compared with; null where there is none. */
export function earlierValues<P extends Period>(
  values: readonly Dated<P>[],
  period: Period,
  breaks: readonly string[],
): { previous: Dated<P> | null; first: Dated<P> | null } {
  const earlier = values
    .filter((one) => isEarlierInSeries(one.period, period, breaks))
    .sort((a, b) => comparePeriods(a.period, b.period))
  return { previous: earlier.at(-1) ?? null, first: earlier[0] ?? null }
}
