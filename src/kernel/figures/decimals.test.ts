import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareDecimals, decimalOf, multiplyDecimals, roundDecimal, subtractDecimals } from './index.ts'
import { plainDecimal } from './decimals.ts'

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat({ max: 12 }))
  .map(([units, places]) => plainDecimal(`${units}e-${places}`) ?? '')

test.each([
  ['1e-05', '0.00001'],
  ['-1.1641532182693482e-13', '-0.00000000000011641532182693482'],
  ['1.2E+3', '1200'],
  ['1.50', '1.50'],
  ['007.10', '7.10'],
  ['.5', '0.5'],
  ['5.', '5'],
  ['+3', '3'],
  ['-0', '0'],
  ['-0.00', '0.00'],
  ['1e401', undefined],
  ['', undefined],
  ['.', undefined],
  ['1e', undefined],
  ['0x10', undefined],
])('%s is the plain decimal %s', (text, expected) => {
  expect(plainDecimal(text)).toBe(expected)
})

test.each([
  ['1.005', 2, '1.01'],
  ['-1.005', 2, '-1.01'],
  ['2.5', 0, '3'],
  ['-2.5', 0, '-3'],
  ['-0.4', 0, '0'],
  ['0.95', 3, '0.950'],
  ['999.999', 1, '1000.0'],
])('%s rounded to %i places is %s', (value, places, expected) => {
  expect(roundDecimal(value, places)).toBe(expected)
})

test('rounding moves by at most half a unit of the last place', () => {
  fc.assert(
    fc.property(decimal, fc.nat({ max: 8 }), (value, places) => {
      const moved = subtractDecimals(roundDecimal(value, places), value).replace('-', '')
      expect(compareDecimals(moved, multiplyDecimals('0.5', plainDecimal(`1e-${places}`) ?? ''))).toBeLessThanOrEqual(0)
    }),
  )
})

test('scaling by a factor and back loses nothing', () => {
  fc.assert(
    fc.property(decimal, fc.nat({ max: 9 }), (value, zeros) => {
      const there = multiplyDecimals(value, `1${'0'.repeat(zeros)}`)
      expect(compareDecimals(multiplyDecimals(there, plainDecimal(`1e-${zeros}`) ?? ''), value)).toBe(0)
    }),
  )
})

test('a number becomes the digits it prints, and no number is a fault', () => {
  expect(decimalOf(0.1)).toBe('0.1')
  expect(decimalOf(1e21)).toBe('1000000000000000000000')
  expect(() => decimalOf(Number.NaN)).toThrow('NaN is not a decimal number')
})
