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

/** The latest and the first value of somebody's series; null where there is none. */
export interface Ends<P> {
  previous: { period: P; value: number } | null
  first: { period: P; value: number } | null
}

/**
 * The same for many authorities at once, of values whose periods may all be compared with the one in question.
 *
 * @param periods earliest first; values of others are left out
 */
export function endsOfSeries<P extends { id: number }>(
  values: readonly { authority: number; period: number; value: number }[],
  periods: readonly P[],
): Map<number, Ends<P>> {
  const places = new Map(periods.map(({ id }, place) => [id, place]))
  const found = new Map<number, { first: number; last: number; firstValue: number; lastValue: number }>()
  for (const { authority, period, value } of values) {
    const place = places.get(period)
    if (place === undefined) continue
    const own = found.get(authority)
    if (!own) found.set(authority, { first: place, last: place, firstValue: value, lastValue: value })
    else if (place < own.first) Object.assign(own, { first: place, firstValue: value })
    else if (place > own.last) Object.assign(own, { last: place, lastValue: value })
  }
  return new Map(
    [...found].map(([authority, { first, last, firstValue, lastValue }]) => [
      authority,
      { previous: { period: periods[last]!, value: lastValue }, first: { period: periods[first]!, value: firstValue } },
    ]),
  )
}
