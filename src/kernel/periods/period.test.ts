import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { comparable, comparePeriods, isDate, isRefusedPeriod, monthsIn, parsePeriod, periodOf, shiftPeriod, type Period } from './index.ts'
import { periodOfMonths } from './period.ts'

function read(text: string): Period {
  const period = parsePeriod(text)
  if (isRefusedPeriod(period)) throw new Error(period.refused)
  return period
}

const date = (year: number, month: number, day: number) =>
  `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
const year = fc.integer({ min: 1910, max: 2060 })
const yearStart = fc.oneof(
  fc.constantFrom('-04-01', '-01-01', '-08-01', '-09-01'),
  fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 })).map(([m, d]) => date(0, m, d).slice(1)),
)
const years = fc.tuple(year, yearStart, fc.integer({ min: 1, max: 25 })).map(([y, start, n]) => periodOfMonths(`${y}${start}`, n * 12))
const quarters = fc
  .tuple(year, fc.constantFrom(1, 4, 7, 10), fc.constantFrom('calendar' as const, 'financial' as const))
  .map(([y, month, of]) => periodOfMonths(date(y, month, 1), 3, of))
const monthly = fc.tuple(year, fc.integer({ min: 1, max: 12 })).map(([y, month]) => periodOfMonths(date(y, month, 1), 1))
const days = fc
  .tuple(year, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([y, m, d]) => periodOf('day', date(y, m, d), date(y, m, d)))
const anyPeriod = fc.oneof(years, quarters, monthly, days)

test('every label is read back as the same period, so no two periods share one', () => {
  fc.assert(
    fc.property(anyPeriod, (period) => {
      expect(parsePeriod(period.label)).toEqual(period)
    }),
    { numRuns: 2000 },
  )
})

describe('any text', () => {
  test('is either refused with a sentence that quotes it, or is a period of real days in order', () => {
    const pieces = fc.constantFrom('20', '19', '18', '-', '/', ';', ' ', 'Q', '1', '3', '5', 'April', 'to', 'P', 'Y', 'M', '2018', '2023', '01', '31', 'academic year')
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 9 }).map((parts) => parts.join('')), (text) => {
        const period = parsePeriod(text)
        if (isRefusedPeriod(period)) return period.refused.startsWith(`"${text.slice(0, 80)}`) && period.refused.endsWith('.')
        return isDate(period.starts) && isDate(period.ends) && period.starts <= period.ends
      }),
      { numRuns: 5000 },
    )
  })
})

describe('moving along a series', () => {
  test.each([
    ['2023-24', -1, '2022-23'],
    ['2018-21', -1, '2017-20'],
    ['2020 to 2024', -1, '2019 to 2023'],
    ['2019', 2, '2021'],
    ['2023-24 Q1', -1, '2022-23 Q4'],
    ['2023 Q4', 1, '2024 Q1'],
    ['March 2024', -1, 'February 2024'],
    ['16 Nov 2015 to 15 Nov 2016', 1, '16 Nov 2016 to 15 Nov 2017'],
    ['academic year 2022/23 (from August)', -1, 'academic year 2021/22 (from August)'],
    ['1 Mar 2024', -1, '29 Feb 2024'],
  ])('%s moved by %i is %s', (from, by, to) => {
    expect(shiftPeriod(read(from), by).label).toBe(to)
  })

  test('there and back is where one was, and stays comparable', () => {
    fc.assert(
      fc.property(anyPeriod, fc.integer({ min: -30, max: 30 }), (period, by) => {
        const moved = shiftPeriod(period, by)
        expect(comparable(moved, period)).toBe(true)
        expect(shiftPeriod(moved, -by)).toEqual(period)
        expect(Math.sign(comparePeriods(moved, period))).toBe(Math.sign(by))
      }),
    )
  })

  test('periods of another kind or length are not comparable', () => {
    expect(comparable(read('2018-19'), read('2019'))).toBe(false)
    expect(comparable(read('2018-21'), read('2018-20'))).toBe(false)
    expect(comparable(read('2018-21'), read('2019 to 2021'))).toBe(true)
    expect(comparable(read('2023-24 Q2'), read('2023 Q3'))).toBe(false)
  })
})

test('periods sort by when they ended, so 2018-21 stands beside 2020-21', () => {
  const sorted = ['2020-21', '2018-21', '2018-19', '2021-22', '2019'].map(read).sort(comparePeriods).map((p) => p.label)
  expect(sorted).toEqual(['2018-19', '2019', '2018-21', '2020-21', '2021-22'])
})

test('length is counted in whole months, and a day has none', () => {
  expect(['2018-21', '2023-24', '2023-24 Q1', 'March 2024', '15 May 2024', '16 Nov 2015 to 15 Nov 2016'].map((label) => monthsIn(read(label)))).toEqual([36, 12, 3, 1, 0, 12])
})
