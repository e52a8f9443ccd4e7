import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { roundTicks, widened } from './axis.ts'

const labels = (from: number, to: number, about: number) => roundTicks(from, to, about).map(({ label }) => label)

describe('ticks of an axis', () => {
  test.each([
    [0, 1, 5, ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']],
    [22, 32, 5, ['22', '24', '26', '28', '30', '32']],
    [-3, 5, 5, ['−2', '0', '2', '4']],
    [0, 12_000_000, 5, ['0', '2,000,000', '4,000,000', '6,000,000', '8,000,000', '10,000,000', '12,000,000']],
    [0, 3, 3, ['0', '1', '2', '3']],
    [7, 7, 4, []],
  ] as const)('between %d and %d are round and told apart by their decimals', (from, to, about, expected) => {
    expect(labels(from, to, about)).toEqual(expected)
  })

  const ends = fc.tuple(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.double({ min: 1e-6, max: 1e9, noNaN: true })).map(([from, span]) => [from, from + span] as const)
    .filter(([from, to]) => to - from > Math.abs(from) * 1e-6)

  test('lie within the axis, are as many as there is room for, and no two are labelled alike', () => {
    fc.assert(fc.property(ends, fc.integer({ min: 2, max: 10 }), ([from, to], about) => {
      const ticks = roundTicks(from, to, about)
      const slack = (to - from) * 1e-6
      expect(ticks.length).toBeGreaterThanOrEqual(1)
      expect(ticks.length).toBeLessThanOrEqual(about * 1.6 + 1)
      expect(ticks.every(({ at }) => at >= from - slack && at <= to + slack)).toBe(true)
      expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length)
    }))
  })

  test('a widened axis holds what it held and little more', () => {
    fc.assert(fc.property(ends, ([from, to]) => {
      const [low, high] = widened([from, to])
      const slack = (to - from) * 1e-6
      expect(low).toBeLessThanOrEqual(from + slack)
      expect(high).toBeGreaterThanOrEqual(to - slack)
      expect(high - low).toBeLessThanOrEqual((to - from) * 1.6)
    }))
  })
})
