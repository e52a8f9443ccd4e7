import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aimAdjustedChange, directionOf } from './change.ts'
import { compare } from './compare.ts'
import type { ComparisonInput, Member } from './compare.ts'
import { againstMedian, byar, intervalOf, wilson } from './intervals.ts'
import { positionWords } from './position.ts'
import { placeOnSpine, spineOf } from './spine.ts'
import { medianAbsoluteDeviationOf, medianOf, quantileOf, sumOf } from './spread.ts'

const PLAIN = { numerator: 1, denominator: 1, scale: 1 }

function member(authority: string, value: number | null, more: Partial<Member<string>> = {}): Member<string> {
  return {
    authority,
    value,
    numerator: null,
    denominator: null,
    lower: null,
    upper: null,
    status: value === null ? 'absent' : 'published',
    reason: null,
    ...more,
  }
}

function comparison(values: (number | null)[], more: Partial<ComparisonInput<string>> = {}) {
  const members = values.map((value, i) => member(`A${i}`, value))
  return compare({ polarity: 'higher', midpoint: null, change_as: 'difference', multipliers: PLAIN, members, ...more })
}

const ranks = (result: ReturnType<typeof comparison>) => result.rows.map(({ rank }) => rank)
const quartiles = (result: ReturnType<typeof comparison>) => result.rows.map(({ quartile }) => quartile)

describe('ranks', () => {
  it('are competition ranks: equal values share the best rank and the next is left out', () => {
    expect(ranks(comparison([40, 30, 30, 10]))).toEqual([1, 2, 2, 4])
  })

  it('start from the least value where lower is better, and from the nearest to the midpoint where that is best', () => {
    expect(ranks(comparison([40, 30, 30, 10], { polarity: 'lower' }))).toEqual([4, 2, 2, 1])
    expect(ranks(comparison([0.45, 0.55, 0.5, 0.7], { polarity: 'midpoint', midpoint: 0.5 }))).toEqual([2, 2, 1, 4])
  })

  it('are not given where there is no better direction, nor to an authority without a value', () => {
    expect(ranks(comparison([1, 2, 3], { polarity: 'none' }))).toEqual([null, null, null])
    const { rows } = comparison([1, null, 0])
    expect(rows.map(({ rank, compared, rank_share }) => [rank, compared, rank_share])).toEqual([
      [1, 2, 0.5],
      [null, 2, null],
      [2, 2, 1],
    ])
  })
})

describe('quartiles', () => {
  it('put a value on a bound on the better side', () => {
    // Of 1 to 9 the bounds are exactly 3, 5 and 7.
    expect(quartiles(comparison([1, 2, 3, 4, 5, 6, 7, 8, 9]))).toEqual([4, 4, 3, 3, 2, 2, 1, 1, 1])
    expect(quartiles(comparison([1, 2, 3, 4, 5, 6, 7, 8, 9], { polarity: 'lower' }))).toEqual([
      1, 1, 1, 2, 2, 3, 3, 4, 4,
    ])
  })

  it('of a midpoint measure are those of the distance from it', () => {
    const values = [50, 49, 52, 47, 54, 45, 56, 43, 58]
    expect(quartiles(comparison(values, { polarity: 'midpoint', midpoint: 50 }))).toEqual([1, 1, 1, 2, 2, 3, 3, 4, 4])
  })

  it('are left out when fewer than eight have a value, and so are the bounds', () => {
    const { rows, group } = comparison([1, 2, 3, 4, 5, 6, 7, null])
    expect(rows.every(({ quartile }) => quartile === null)).toBe(true)
    expect(group).toMatchObject({ quartile_lower: null, quartile_upper: null, median: 4, compared: 7, expected: 8 })
  })
})

describe('figures of the group', () => {
  it('match a worked example by hand', () => {
    const { group, rows } = comparison([2, 4, 4, 5, 7, 9, 10, 15])
    expect(group).toMatchObject({
      minimum: 2,
      quartile_lower: 4,
      median: 6,
      quartile_upper: 9.25,
      maximum: 15,
      mean: 7,
    })
    // Distances from 6: 4 2 2 1 1 3 4 9, of which the middle two are 2 and 3.
    expect(group.median_absolute_deviation).toBe(2.5)
    expect(rows[7]!.deviation).toBe(3.6)
    expect(rows[7]!.deviation_scaled).toBeCloseTo(3.6 / 1.4826, 12)
  })

  it('name who is missing and why', () => {
    const members = [member('A', 1), member('B', null, { reason: 'suppressed' })]
    const { group } = comparison([], { members })
    expect(group.missing).toEqual([{ authority: 'B', status: 'absent', reason: 'suppressed' }])
  })

  it('are all absent, and not zero, when nobody has a value', () => {
    expect(comparison([null, null]).group).toMatchObject({
      compared: 0,
      minimum: null,
      median: null,
      maximum: null,
      mean: null,
      weighted_mean: null,
      median_absolute_deviation: null,
    })
  })

  it('weigh only authorities with a value and both parts, after the multipliers', () => {
    const members = [
      member('A', 10, { numerator: 1, denominator: 100 }),
      member('B', 40, { numerator: 12, denominator: 300 }),
      member('C', 99, { numerator: 50 }),
      member('D', null, { numerator: 50, denominator: 1, reason: 'suppressed' }),
    ]
    const { group } = comparison([], { members, multipliers: { numerator: 1000, denominator: 1, scale: 1 } })
    expect(group.weighted_mean).toBe(32.5)
    expect(group.weighted_over).toBe(2)
  })

  it('give no deviation from the median when the median absolute deviation is zero', () => {
    expect(comparison([5, 5, 5, 9]).rows.map(({ deviation }) => deviation)).toEqual([null, null, null, null])
  })

  it('turn the scaled deviation so that positive is better', () => {
    const lower = comparison([1, 2, 3, 4, 100], { polarity: 'lower' })
    expect(lower.rows[4]!.deviation).toBe(97)
    expect(lower.rows[4]!.deviation_scaled).toBeCloseTo(-97 / 1.4826, 10)
    expect(comparison([1, 2, 3], { polarity: 'none' }).rows[0]).toMatchObject({ deviation: -1, deviation_scaled: null })
  })
})

describe('change', () => {
  const rule = { polarity: 'higher', midpoint: null, change_as: 'relative' } as const

  it('is positive when things got better, whichever way better is', () => {
    expect(aimAdjustedChange(12, 10, rule)).toBe(0.2)
    expect(aimAdjustedChange(12, 10, { ...rule, polarity: 'lower' })).toBe(-0.2)
    expect(aimAdjustedChange(0.75, 0.5, { ...rule, change_as: 'difference' })).toBe(0.25)
    expect(aimAdjustedChange(52, 46, { polarity: 'midpoint', midpoint: 50, change_as: 'relative' })).toBe(0.5)
  })

  it('is not known from zero, except that zero to zero is no change', () => {
    expect(aimAdjustedChange(5, 0, rule)).toBeNull()
    expect(aimAdjustedChange(0, 0, { ...rule, polarity: 'lower' })).toBe(0)
    expect(aimAdjustedChange(5, 0, { ...rule, change_as: 'difference' })).toBe(5)
  })

  it('keeps its direction for negative figures', () => {
    expect(aimAdjustedChange(-5, -10, rule)).toBe(0.5)
  })

  it('is none between values equally far on either side of the midpoint', () => {
    expect(aimAdjustedChange(0.45, 0.55, { polarity: 'midpoint', midpoint: 0.5, change_as: 'difference' })).toBe(0)
  })

  it('is worded as better or worse only where there is a better direction', () => {
    expect([
      directionOf(1, 'lower'),
      directionOf(-1, 'none'),
      directionOf(0, 'higher'),
      directionOf(null, 'higher'),
    ]).toEqual(['better', 'lower', 'same', null])
  })
})

describe('what the next quarter would take', () => {
  const values = [1, 2, 3, 4, 5, 6, 7, 8, 9]

  it('is told in the measure’s unit and in whole things, towards the better side', () => {
    const members = values.map((value, i) => member(`A${i}`, value, { numerator: value * 15, denominator: 15 }))
    const [worst] = comparison([], { members }).rows
    expect(worst!.next_quartile).toEqual({
      quartile: 3,
      bound: 3,
      difference: 2,
      numerator_change: 30,
      numerator_factor: 1,
    })
    const lower = comparison([], { members, polarity: 'lower' }).rows
    expect(lower[8]!.next_quartile).toMatchObject({ quartile: 3, bound: 7, difference: -2, numerator_change: -30 })
    expect(lower[0]!.next_quartile).toBeNull()
  })

  it('rounds counts up to whole things and leaves amounts alone', () => {
    const counted = values.map((value, i) => member(`A${i}`, value, { numerator: value, denominator: 1 }))
    counted[1] = member('A1', 2.2, { numerator: 11, denominator: 5 })
    expect(comparison([], { members: counted }).rows[1]!.next_quartile!.numerator_change).toBe(4)
    counted[2] = member('A2', 2.5, { numerator: 2.5, denominator: 1 })
    const amount = comparison([], { members: counted }).rows[1]!.next_quartile!
    expect(amount.numerator_change).toBeCloseTo(0.3 * 5, 10)
  })

  it('counts pounds rather than thousands of them, and a percentage out of a hundred', () => {
    const pounds = values.map((value, i) => member(`A${i}`, value, { numerator: value * 2, denominator: 2000 }))
    const costs = comparison([], {
      members: pounds,
      polarity: 'lower',
      multipliers: { numerator: 1000, denominator: 1, scale: 1 },
    })
    expect(costs.rows[8]!.next_quartile).toMatchObject({ numerator_change: -4000, numerator_factor: 1000 })
    const shares = values.map((value, i) => member(`A${i}`, value, { numerator: value * 4, denominator: 400 }))
    const percentages = comparison([], { members: shares, multipliers: { numerator: 1, denominator: 1, scale: 100 } })
    expect(percentages.rows[0]!.next_quartile).toMatchObject({ difference: 2, numerator_change: 8 })
  })

  it('says nothing of numerators that do not make the value', () => {
    const members = values.map((value, i) => member(`A${i}`, value, { numerator: 77, denominator: 15 }))
    expect(comparison([], { members }).rows[0]!.next_quartile!.numerator_change).toBeNull()
  })

  it('moves towards the midpoint on the authority’s own side', () => {
    const result = comparison([50, 49, 52, 47, 54, 45, 56, 43, 58], { polarity: 'midpoint', midpoint: 50 })
    expect(result.rows[7]!.next_quartile).toMatchObject({ bound: 44, difference: 1 })
    expect(result.rows[8]!.next_quartile).toMatchObject({ bound: 56, difference: -2 })
  })
})

describe('intervals', () => {
  it('match published worked examples', () => {
    // 81 of 263, the example of Newcombe (1998): 0.2553 to 0.3662.
    expect(wilson(81, 263)!.lower).toBeCloseTo(0.2553, 4)
    expect(wilson(81, 263)!.upper).toBeCloseTo(0.3662, 4)
    // Exact Poisson limits of 10 events are 4.795 and 18.390; Byar's are close.
    expect(byar(10, 1)!.lower).toBeCloseTo(4.79, 2)
    expect(byar(10, 1)!.upper).toBeCloseTo(18.39, 2)
  })

  it('prefer published limits, and need parts that make the value', () => {
    const figure = { value: 0.3, numerator: 30, denominator: 100, lower: 0.2, upper: 0.4 }
    expect(intervalOf(figure, 'wilson', PLAIN)).toEqual({ lower: 0.2, upper: 0.4, source: 'published' })
    expect(intervalOf({ ...figure, lower: null }, 'wilson', PLAIN)).toMatchObject({ source: 'wilson' })
    expect(intervalOf({ ...figure, lower: null, value: 0.4 }, 'wilson', PLAIN)).toBeNull()
    expect(intervalOf({ ...figure, lower: null }, 'none', PLAIN)).toBeNull()
    expect(intervalOf({ ...figure, value: null }, 'wilson', PLAIN)).toBeNull()
  })

  it('come in the unit of the measure', () => {
    const figure = { value: 30, numerator: 30, denominator: 100, lower: null, upper: null }
    const limits = intervalOf(figure, 'wilson', { ...PLAIN, scale: 100 })!
    expect(limits.lower).toBeCloseTo(100 * wilson(30, 100)!.lower, 12)
  })

  it('say better or worse only where they do not reach the median', () => {
    const interval = { lower: 4, upper: 6, source: 'published' } as const
    expect(againstMedian(interval, 5, 'lower')).toBe('not clearly different from the median')
    expect(againstMedian(interval, 6, 'lower')).toBe('not clearly different from the median')
    expect(againstMedian(interval, 7, 'lower')).toBe('clearly better than the median')
    expect(againstMedian(interval, 7, 'higher')).toBe('clearly worse than the median')
    expect(againstMedian(interval, 3, 'midpoint')).toBe('clearly above the median')
    expect(againstMedian(null, 3, 'higher')).toBeNull()
  })

  it('of a proportion stay between 0 and 1 and hold the proportion', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e7 }), fc.double({ min: 0, max: 1, noNaN: true }), (base, share) => {
        const count = Math.round(share * base)
        const { lower, upper } = wilson(count, base)!
        expect(lower).toBeGreaterThanOrEqual(0)
        expect(upper).toBeLessThanOrEqual(1)
        expect(lower).toBeLessThanOrEqual(count / base)
        expect(upper).toBeGreaterThanOrEqual(count / base)
      }),
    )
  })

  it('of a rate are not negative and hold the rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e7 }), fc.integer({ min: 1, max: 1e7 }), (count, base) => {
        const { lower, upper } = byar(count, base)!
        expect(lower).toBeGreaterThanOrEqual(0)
        expect(lower).toBeLessThanOrEqual(count / base)
        expect(upper).toBeGreaterThan(count / base)
      }),
    )
  })
})

describe('words for position', () => {
  const standing = { polarity: 'higher', compared: 20, value: 1, reason: null, quartile: null } as const

  it('are always the same ones', () => {
    expect(([1, 2, 3, 4] as const).map((quartile) => positionWords({ ...standing, quartile }))).toEqual([
      'in the best quarter',
      'in the middle half, better side',
      'in the middle half, worse side',
      'in the lowest quarter',
    ])
    expect(positionWords({ ...standing, compared: 5 })).toBe('too few to compare (5 have a figure)')
    expect(positionWords({ ...standing, compared: 1 })).toBe('too few to compare (1 has a figure)')
    expect(positionWords({ ...standing, polarity: 'none' })).toBe('not compared: no better direction')
    expect(positionWords({ ...standing, value: null, reason: 'suppressed' })).toBe('no figure: suppressed')
    expect(positionWords({ ...standing, value: null, reason: 'not-collected' })).toBe('no figure: not collected')
    expect(positionWords({ ...standing, value: null })).toBe('no figure: missing')
  })
})

describe('whatever the figures', () => {
  const figures = fc.array(
    fc.integer({ min: -1000, max: 1000 }).map((n) => n / 8),
    { minLength: 1, maxLength: 60 },
  )
  const polarity = fc.constantFrom('higher', 'lower', 'midpoint')
  const options = (which: 'higher' | 'lower' | 'midpoint') => ({
    polarity: which,
    midpoint: which === 'midpoint' ? 3 : null,
  })

  it('the order in which authorities are given changes nothing', () => {
    fc.assert(
      fc.property(figures, polarity, (values, which) => {
        const plain = comparison(values, options(which))
        const turned = comparison(values.toReversed(), options(which))
        const strip = (rows: typeof plain.rows) => rows.map((row) => ({ ...row, authority: '' }))
        expect(strip(turned.rows.toReversed())).toEqual(strip(plain.rows))
        expect(turned.group).toEqual(plain.group)
      }),
    )
  })

  it('an authority worse than all others changes nobody’s rank', () => {
    fc.assert(
      fc.property(figures, (values) => {
        expect(ranks(comparison([...values, -999]))).toEqual([...ranks(comparison(values)), values.length + 1])
      }),
    )
  })

  it('turning every sign and the polarity round changes no rank, quartile or scaled deviation', () => {
    fc.assert(
      fc.property(figures, (values) => {
        const place = (result: ReturnType<typeof comparison>) =>
          result.rows.map(({ rank, quartile, deviation_scaled }) => [rank, quartile, deviation_scaled])
        const negated = values.map((value) => 0 - value)
        expect(place(comparison(negated, { polarity: 'lower' }))).toEqual(place(comparison(values)))
      }),
    )
  })

  it('a better rank never has a worse quartile, and equal values share both', () => {
    fc.assert(
      fc.property(figures, polarity, (values, which) => {
        const rows = comparison(values, options(which)).rows.toSorted((a, b) => a.rank! - b.rank!)
        for (const [i, row] of rows.entries()) {
          const next = rows[i + 1]
          if (next === undefined || row.quartile === null) continue
          expect(next.quartile!).toBeGreaterThanOrEqual(row.quartile)
          if (next.rank === row.rank) expect(next.quartile).toBe(row.quartile)
        }
      }),
    )
  })

  it('the best quarter is never short, and what the next quarter takes points towards better', () => {
    fc.assert(
      fc.property(figures, polarity, (values, which) => {
        const { rows } = comparison(values, options(which))
        if (values.length < 8) return
        expect(rows.filter(({ quartile }) => quartile === 1).length).toBeGreaterThanOrEqual(
          Math.floor(values.length / 4),
        )
        for (const row of rows) {
          const reach = row.next_quartile
          expect(reach === null).toBe(row.quartile === 1)
          if (reach === null || which === 'midpoint') continue
          expect(Math.sign(reach.difference)).toBe(which === 'higher' ? 1 : -1)
        }
      }),
    )
  })

  it('the middle lies within the ends: bounds, median, mean and weighted mean', () => {
    const parts = fc.array(fc.tuple(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 1, max: 10_000 })), {
      minLength: 8,
      maxLength: 40,
    })
    fc.assert(
      fc.property(parts, (pairs) => {
        const members = pairs.map(([numerator, denominator], i) =>
          member(`A${i}`, numerator / denominator, { numerator, denominator }),
        )
        const { group } = comparison([], { members })
        const order = [group.minimum, group.quartile_lower, group.median, group.quartile_upper, group.maximum].map(
          Number,
        )
        expect(order).toEqual(order.toSorted((a, b) => a - b))
        for (const middle of [group.mean!, group.weighted_mean!]) {
          expect(middle).toBeGreaterThanOrEqual(group.minimum! * (1 - 1e-12))
          expect(middle).toBeLessThanOrEqual(group.maximum! * (1 + 1e-12))
        }
      }),
    )
  })

  it('a figure that is not a number is a fault and not an absence', () => {
    expect(() => comparison([1, Number.NaN])).toThrow('A1')
  })
})

describe('building blocks', () => {
  it('interpolate as spreadsheets do', () => {
    expect([0, 0.25, 0.5, 0.75, 1].map((share) => quantileOf([1, 2, 3, 4], share))).toEqual([1, 1.75, 2.5, 3.25, 4])
    expect(quantileOf([], 0.5)).toBeNull()
    expect(medianOf([])).toBeNull()
    expect(medianAbsoluteDeviationOf([])).toBeNull()
  })

  it('add without losing small amounts beside large ones', () => {
    expect(sumOf([1e16, 1, -1e16])).toBe(1)
  })
})

describe('the line of a group', () => {
  const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, null]

  it('runs from worst to best whatever the polarity', () => {
    const higher = { polarity: 'higher', midpoint: null } as const
    expect(spineOf(comparison(values), higher)).toEqual({ worst: 1, best: 9, median: 5, middle: { from: 3, to: 7 } })
    const lower = { polarity: 'lower', midpoint: null } as const
    expect(spineOf(comparison(values), lower)).toEqual({
      worst: -9,
      best: -1,
      median: -5,
      middle: { from: -7, to: -3 },
    })
    const midpoint = { polarity: 'midpoint', midpoint: 5 } as const
    expect(spineOf(comparison(values), midpoint)).toMatchObject({ worst: -4, best: 0, median: -2 })
    expect(placeOnSpine(8, midpoint)).toBe(-3)
    expect(placeOnSpine(8, { polarity: 'none', midpoint: null })).toBe(8)
  })

  it('has no middle half when fewer than eight have a value, and is not there when nobody has', () => {
    const higher = { polarity: 'higher', midpoint: null } as const
    expect(spineOf(comparison([1, 2, 3]), higher)).toEqual({ worst: 1, best: 3, median: 2, middle: null })
    expect(spineOf(comparison([null]), higher)).toBeNull()
  })
})
