import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countOf, decimalOf, formatCount, formatDate, formatDifference, formatFigure, formatMoment, type FigureFormat } from './index.ts'

const space = '\u00a0'

describe('a figure is shown', () => {
  test.each<[number | string | null, FigureFormat, string]>([
    ['1234.5', { prefix: '£', decimals: 2 }, '£1,234.50'],
    ['0.952', { suffix: '%', displayFactor: 100, decimals: 1 }, '95.2%'],
    ['0.952', { suffix: '%', displayFactor: '100', decimals: 1 }, '95.2%'],
    [31.2, { suffix: 'days', decimals: 1 }, `31.2${space}days`],
    [31.2, { suffix: ' days', decimals: 1 }, `31.2${space}days`],
    ['-4.1', {}, '−4.1'],
    ['-1234.5', { prefix: '£', decimals: 0 }, '−£1,235'],
    ['1.005', { decimals: 2 }, '1.01'],
    [1.005, { decimals: 2 }, '1.01'],
    ['-0.04', { decimals: 1 }, '0.0'],
    ['1.50', {}, '1.50'],
    ['12.4', { suffix: 'per 1,000 people', decimals: 1 }, `12.4${space}per 1,000 people`],
    ['1', { suffix: 'days', decimals: 0 }, `1${space}day`],
    ['1', { suffix: 'days', decimals: 1 }, `1.0${space}days`],
    ['3.2', { prefix: '£', suffix: 'm' }, '£3.2m'],
    ['3.2', { suffix: 'm' }, `3.2${space}m`],
    [null, { suffix: '%' }, 'no figure'],
  ])('%s with %o as %s', (value, format, expected) => {
    expect(formatFigure(value, format)).toBe(expected)
  })
})

describe('a difference is shown with its unit in words', () => {
  test.each<[number | string, FigureFormat, string, string]>([
    ['4.1', { suffix: 'days', decimals: 1 }, `+4.1${space}days`, `4.1${space}days`],
    ['-0.003', { suffix: '%', displayFactor: 100, decimals: 1 }, `−0.3${space}percentage points`, `0.3${space}percentage points`],
    ['-1', { suffix: '%', decimals: 0 }, `−1${space}percentage point`, `1${space}percentage point`],
    ['-12.5', { prefix: '£', decimals: 2 }, '−£12.50', '£12.50'],
    ['0.04', { decimals: 1 }, '0.0', '0.0'],
  ])('%s with %o as %s', (value, format, signed, unsigned) => {
    expect(formatDifference(value, format)).toBe(signed)
    expect(formatDifference(value, format, 'unsigned')).toBe(unsigned)
  })
})

test('counts have commas and their noun agrees', () => {
  expect(formatCount(1234567)).toBe('1,234,567')
  expect([countOf(0, 'row'), countOf(1, 'row'), countOf(2941, 'figure'), countOf(2, 'authority', 'authorities')]).toEqual([
    '0 rows', '1 row', '2,941 figures', '2 authorities',
  ])
})

test('days and moments are those of London, in winter and in summer', () => {
  expect(formatDate('2026-11-21')).toBe('21 Nov 2026')
  expect(formatDate('2024-09-01')).toBe('1 Sep 2024')
  expect(formatMoment(new Date('2026-11-21T14:02:59Z'))).toBe('21 Nov 2026 14:02')
  expect(formatMoment(new Date('2026-06-30T23:30:00Z'))).toBe('1 Jul 2026 00:30')
  expect(formatDate(new Date('2026-06-30T23:30:00Z'))).toBe('1 Jul 2026')
})

test('a number is written like the exact decimal of its digits, however it is scaled and rounded', () => {
  const figure = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.tuple(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), fc.nat({ max: 8 })).map(([units, places]) => units / 10 ** places),
  )
  const format = fc.record({ displayFactor: fc.constantFrom(1, 10, 100, 1000, 0.1, 12), decimals: fc.nat({ max: 6 }), prefix: fc.constantFrom('', '£'), suffix: fc.constantFrom('', '%', 'days') })
  fc.assert(
    fc.property(figure, format, (value, shown) => {
      expect(formatFigure(value, shown)).toBe(formatFigure(decimalOf(value), shown))
      expect(formatDifference(value, shown)).toBe(formatDifference(decimalOf(value), shown))
    }),
    { numRuns: 2_000 },
  )
})
