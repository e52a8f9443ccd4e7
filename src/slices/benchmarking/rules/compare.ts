import { aimAdjustedChange } from './change.ts'
import type { ChangeAs } from './change.ts'
import { againstMedian, intervalOf } from './intervals.ts'
import type { Interval, IntervalMethod, MedianWords } from './intervals.ts'
import { positionWords } from './position.ts'
import { goodness, goodnessBounds, quartileOf, ranksIn, FEWEST_FOR_QUARTILES } from './rank.ts'
import type { GoodnessBounds, Polarity, Quartile } from './rank.ts'
import { reachOf } from './reach.ts'
import type { Reach } from './reach.ts'
import { ascending, meanOf, medianAbsoluteDeviationOf, medianOf, quantileOf, weightedMeanOf } from './spread.ts'
import type { Multipliers } from './spread.ts'

/** One authority of the group, with its figure for the measure and period or the reason it has none. */
export interface Member<Key> {
  authority: Key
  /** In the measure's unit as published. Null: absent, and `reason` says why. A zero is a zero. */
  value: number | null
  numerator: number | null
  denominator: number | null
  /** Published 95% confidence limits, in the measure's unit. */
  lower: number | null
  upper: number | null
  status: string
  reason: string | null
  /** Value of the previous comparable period; null or left out where there is none, or a break in series lies between. */
  previous?: number | null
  /** Value of the first comparable period, likewise. */
  first?: number | null
}

/** One measure, one period, one group. Each authority once. */
export interface ComparisonInput<Key> {
  polarity: Polarity
  midpoint: number | null
  change_as: ChangeAs
  multipliers: Multipliers
  /** Left out: none. */
  interval_method?: IntervalMethod
  /** The values are places on a scale of words: they have an order and a middle, but no mean and no distance. Left out: numbers. */
  ordinal?: boolean
  members: readonly Member<Key>[]
}

/** An authority's place in the comparison. Fields that need a value, a better direction or eight figures are null without. */
export interface ComparisonRow<Key> {
  authority: Key
  value: number | null
  numerator: number | null
  denominator: number | null
  status: string
  reason: string | null
  /** Competition rank, best 1. */
  rank: number | null
  /** How many in the group have a value. */
  compared: number
  /** rank ÷ compared: best is 1 ÷ compared, worst 1. Not a percentile on which more is better. */
  rank_share: number | null
  quartile: Quartile | null
  /** (value − median) ÷ median absolute deviation: not scaled, not turned. Null when that deviation is 0. */
  deviation: number | null
  /** The same in units that match standard deviations for normal figures (÷ 1.4826), turned so that positive is better. */
  deviation_scaled: number | null
  /** Aim-adjusted: positive is better. In the measure's unit, or a fraction, as `change_as` says. */
  change_since_previous: number | null
  change_since_first: number | null
  interval: Interval | null
  /** What the interval allows one to say. */
  against_median: MedianWords | null
  next_quartile: Reach | null
  /** Where it stands, in words. */
  position: string
}

/** The group as a whole. All values in the measure's unit. */
export interface GroupFigures<Key> {
  /** Authorities in the group. */
  expected: number
  /** Authorities with a value. */
  compared: number
  missing: { authority: Key; status: string; reason: string | null }[]
  minimum: number | null
  /** Edges of the middle half, lower and upper as numbers whatever the polarity. Null when fewer than eight have a value. */
  quartile_lower: number | null
  median: number | null
  quartile_upper: number | null
  maximum: number | null
  mean: number | null
  weighted_mean: number | null
  /** How many had a value, a numerator and a denominator, and so count in the weighted mean. */
  weighted_over: number
  median_absolute_deviation: number | null
}

export interface Comparison<Key> {
  rows: ComparisonRow<Key>[]
  group: GroupFigures<Key>
}

/** Makes the median absolute deviation of normally distributed figures equal to their standard deviation. */
const NORMAL = 1.4826

/**
 * Compares the members of a group on one measure and period. Rows come back in the order given. Nothing is rounded.
 * Throws a RangeError for a figure that is not a finite number: imports refuse those, so one here is a fault of ours.
 */
export function compare<Key>(input: ComparisonInput<Key>): Comparison<Key> {
  const values = ascending(valuesOf(input.members))
  const group = groupFigures(input, values)
  const order = input.polarity === 'none' ? null : orderOf(input, input.polarity, values)
  const counts = input.members.every(
    ({ numerator }) => numerator === null || isWhole(numerator * input.multipliers.numerator),
  )
  return { rows: input.members.map((member) => rowOf(member, input, group, order, counts)), group }
}

function valuesOf(members: readonly Member<unknown>[]): number[] {
  const values: number[] = []
  for (const { authority, value } of members) {
    if (value === null) continue
    if (!Number.isFinite(value)) throw new RangeError(`The value of ${String(authority)} is not a number: ${value}.`)
    values.push(value)
  }
  return values
}

function groupFigures<Key>({ members, multipliers, ordinal = false }: ComparisonInput<Key>, values: Float64Array): GroupFigures<Key> {
  const weighted = weightedMeanOf(
    ordinal ? [] : members.filter(({ value }) => value !== null),
    multipliers,
  )
  const enough = values.length >= FEWEST_FOR_QUARTILES
  return {
    expected: members.length,
    compared: values.length,
    missing: members
      .filter(({ value }) => value === null)
      .map(({ authority, status, reason }) => ({ authority, status, reason })),
    minimum: values.at(0) ?? null,
    quartile_lower: enough ? quantileOf(values, 0.25) : null,
    median: medianOf(values),
    quartile_upper: enough ? quantileOf(values, 0.75) : null,
    maximum: values.at(-1) ?? null,
    mean: ordinal ? null : meanOf(values),
    weighted_mean: weighted.mean,
    weighted_over: weighted.over,
    median_absolute_deviation: ordinal ? null : medianAbsoluteDeviationOf(values),
  }
}

/** Everything that depends on which way is better, worked out once for the group. */
interface Order {
  polarity: Exclude<Polarity, 'none'>
  rank: (own: number) => number
  bounds: GoodnessBounds | null
  median: number | null
  deviation: number | null
}

function orderOf(input: ComparisonInput<unknown>, polarity: Exclude<Polarity, 'none'>, values: Float64Array): Order {
  const sorted = ascending(values.map((value) => goodness(value, polarity, input.midpoint)))
  return {
    polarity,
    rank: ranksIn(sorted),
    bounds: goodnessBounds(sorted),
    median: medianOf(sorted),
    deviation: input.ordinal ? null : medianAbsoluteDeviationOf(sorted),
  }
}

function rowOf<Key>(
  member: Member<Key>,
  input: ComparisonInput<Key>,
  group: GroupFigures<Key>,
  order: Order | null,
  counts: boolean,
): ComparisonRow<Key> {
  const { authority, value, numerator, denominator, status, reason } = member
  const interval = intervalOf(member, input.interval_method ?? 'none', input.multipliers)
  const standing = standingOf(member, input, order, counts)
  return {
    authority,
    value,
    numerator,
    denominator,
    status,
    reason,
    rank: standing.rank,
    compared: group.compared,
    rank_share: standing.rank === null ? null : standing.rank / group.compared,
    quartile: standing.quartile,
    deviation: value === null ? null : deviationOf(value, group.median, group.median_absolute_deviation),
    deviation_scaled: standing.deviation_scaled,
    change_since_previous: aimAdjustedChange(value, member.previous ?? null, input),
    change_since_first: aimAdjustedChange(value, member.first ?? null, input),
    interval,
    against_median: againstMedian(interval, group.median, input.polarity),
    next_quartile: standing.next_quartile,
    position: positionWords({
      polarity: input.polarity,
      compared: group.compared,
      value,
      reason,
      quartile: standing.quartile,
    }),
  }
}

type Standing = Pick<ComparisonRow<unknown>, 'rank' | 'quartile' | 'deviation_scaled' | 'next_quartile'>

const NOWHERE: Standing = { rank: null, quartile: null, deviation_scaled: null, next_quartile: null }

/** What an authority's goodness says about it; nothing where it has no value or the measure no better direction. */
function standingOf(
  member: Member<unknown>,
  input: ComparisonInput<unknown>,
  order: Order | null,
  counts: boolean,
): Standing {
  const { value, numerator, denominator } = member
  if (value === null || order === null) return NOWHERE
  const own = goodness(value, order.polarity, input.midpoint)
  const quartile = order.bounds && quartileOf(own, order.bounds)
  const scaled = deviationOf(own, order.median, order.deviation)
  return {
    rank: order.rank(own),
    quartile,
    deviation_scaled: scaled === null ? null : scaled / NORMAL,
    next_quartile:
      quartile && order.bounds
        ? reachOf({ value, numerator, denominator, quartile }, order.bounds, {
            ...input,
            polarity: order.polarity,
            counts,
          })
        : null,
  }
}

function deviationOf(own: number, median: number | null, deviation: number | null): number | null {
  return median === null || deviation === null || deviation === 0 ? null : (own - median) / deviation
}

/** Whole to a millionth: 4.797 × 1000 is not quite 4797 in binary. */
function isWhole(figure: number): boolean {
  return Math.abs(figure - Math.round(figure)) < 1e-6
}
