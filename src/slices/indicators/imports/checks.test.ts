import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { outlier, signOrScale, valueDisagrees } from './checks.ts'

describe('a value against numerator ÷ denominator', () => {
  const thousands = { numerator: 1000, denominator: 1, tolerance: 0.02 }

  test('agrees after the multipliers, up to 2% of the larger', () => {
    expect(valueDisagrees({ value: 3.2, numerator: 32, denominator: 10_000 }, thousands)).toBeNull()
    expect(valueDisagrees({ value: 3.27, numerator: 32, denominator: 10_000 }, thousands)).toBe(3.2)
  })

  test('is not asked where the value is 0, a part is missing or nothing can be divided', () => {
    expect(valueDisagrees({ value: 0, numerator: 32, denominator: 10 }, thousands)).toBeNull()
    expect(valueDisagrees({ value: 1, numerator: null, denominator: 10 }, thousands)).toBeNull()
    expect(valueDisagrees({ value: 1, numerator: 32, denominator: 0 }, thousands)).toBeNull()
  })
})

describe('a value against its own history', () => {
  test('is an outlier when it jumps far from a steady series', () => {
    expect(outlier(150, [100, 101, 99, 100, 102])).toEqual({ low: 70, high: 130 })
    expect(outlier(120, [100, 101, 99, 100, 102])).toBeNull()
  })

  test('is none while there are fewer than five earlier values, or the series moves that way anyway', () => {
    expect(outlier(1000, [1, 2, 3, 4])).toBeNull()
    expect(outlier(28, [10, 12, 14, 16, 18, 20, 22, 24, 26])).toBeNull()
  })

  test('is never remarked on when it repeats an earlier value that is itself usual', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 1, max: 1000, noNaN: true }), { minLength: 5 }), (earlier) => {
      expect(outlier(earlier.at(-1) ?? 0, earlier)).toBeNull()
    }))
  })
})

describe('sign and scale', () => {
  test('looks wrong beside the rest of a steady series', () => {
    expect(signOrScale(0.95, [94, 96, 95])).toBe('100 times too small')
    expect(signOrScale(31_500, [30, 32, 33])).toBe('1,000 times too large')
    expect(signOrScale(-4, [3, 4, 5])).toBe('negative')
  })

  test('is not judged by a series that is negative, uneven or short', () => {
    expect(signOrScale(-4, [3, -4, 5])).toBeNull()
    expect(signOrScale(100, [1, 30, 2])).toBeNull()
    expect(signOrScale(100, [1, 1])).toBeNull()
  })
})
