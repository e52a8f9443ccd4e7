import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatFigure, isRefusedFigure, parseFigure, type FigureOptions } from './index.ts'

describe('a published number is read exactly as written', () => {
  test.each<[string, string, FigureOptions?]>([
    ['1234', '1234'],
    ['1.50', '1.50'],
    ['1,234.5', '1234.5'],
    ['12,345,678', '12345678'],
    ['1\u2009234\u2009567', '1234567'],
    ['1 234', '1234'],
    ['1\u00a0234', '1234'],
    ['\u00a07 ', '7'],
    ['£1,234', '1234'],
    ['£ 12.50', '12.50'],
    ['-£5', '-5'],
    ['£-5', '-5'],
    ['$5', '5'],
    ['€5', '5'],
    ['+0.3', '0.3'],
    ['\u22124.1', '-4.1'],
    ['–4.1', '-4.1'],
    ['(1,234)', '-1234'],
    ['(£1,234)', '-1234'],
    ['£(1,234)', '-1234'],
    ['(1.2%)', '-1.2'],
    ['(1.2)%', '-1.2'],
    ['95.2%', '95.2'],
    ['95.2 %', '95.2'],
    ['95.2%', '0.952', { percentAsFraction: true }],
    ['0.50%', '0.0050', { percentAsFraction: true }],
    ['95.2', '95.2', { percentAsFraction: true }],
    ['1e-05', '0.00001'],
    ['-1.5E+3', '-1500'],
    ['22588.71843', '22588718.43000', { scale: '1000' }],
    ['1.2m', '1200000.0', { magnitudes: true }],
    ['£3.5bn', '3500000000.0', { magnitudes: true }],
    ['12k', '12000', { magnitudes: true }],
    ['2 million', '2000000', { magnitudes: true }],
    ['1,234 (a)', '1234', { footnotes: true }],
    ['95%[r]', '95', { footnotes: true }],
    ['(12) (a)', '-12', { footnotes: true }],
    ['0', '0'],
    ['-0.0', '0.0'],
  ])('%s is %s', (text, value, options) => {
    expect(parseFigure(text, options)).toBe(value)
  })
})

describe('what is not certainly a number is refused with the reason', () => {
  test.each<[string, string, FigureOptions?]>([
    ['', 'it is blank'],
    [' ', 'it is blank'],
    ['1,5', 'its comma does not mark thousands'],
    ['1,2345', 'its comma does not mark thousands'],
    ['12,34,567', 'its comma does not mark thousands'],
    ['1234,567', 'its comma does not mark thousands'],
    ['0,123', 'its comma does not mark thousands'],
    ['1.234,5', 'its comma does not mark thousands'],
    ['1,234 567', 'it is not a number'],
    ['1 23', 'its spaces do not mark thousands'],
    ['1.2.3', 'it is not a number'],
    ['…', 'it is not a number'],
    ['-', 'it is not a number'],
    ['–', 'it is not a number'],
    ['%', 'it is not a number'],
    ['£', 'it is not a number'],
    ['x', 'it is not a number'],
    ['NaN', 'it is the result of a failed calculation'],
    ['-Inf', 'it is the result of a failed calculation'],
    ['Infinity', 'it is the result of a failed calculation'],
    ['1.2m', 'it ends in m; if that is a multiple'],
    ['1234(a)', 'letters in brackets follow it; if they are footnotes'],
    ['(-5)', 'its signs or brackets do not belong together'],
    ['£5 £', 'it is not a number'],
    ['££5', 'its signs or brackets do not belong together'],
    ['--5', 'it is not a number'],
    ['1e999', 'its exponent is too large'],
    ['0x1F', 'it is not a number'],
    ['１２', 'it is not a number'],
    ['5 to 10', 'it is not a number'],
  ])('%s', (text, why, options) => {
    const read = parseFigure(text, options)
    expect(isRefusedFigure(read) && read.refused).toContain(`"${text}" cannot be read as a number: ${why}`)
  })
})

test('a text far too long for a number is refused at once, and quoted in part', () => {
  const read = parseFigure('9'.repeat(1_000_000))
  expect(read).toMatchObject({ refused: expect.stringMatching(/^"9{80}…" cannot be read as a number: it is too long for a figure\./) as string })
})

test('every decimal is read as itself, and its printed form is read as the same figure', () => {
  const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.nat({ max: 6 })).map(([units, places]) => {
    const digits = String(units < 0n ? -units : units).padStart(places + 1, '0')
    const text = `${digits.slice(0, digits.length - places)}${places ? `.${digits.slice(-places)}` : ''}`
    return units < 0n ? `-${text}` : text
  })
  fc.assert(
    fc.property(decimal, fc.constantFrom('£', ''), fc.constantFrom('%', ''), (value, prefix, suffix) => {
      expect(parseFigure(value)).toBe(value)
      expect(parseFigure(formatFigure(value, { prefix, suffix }))).toBe(value)
    }),
  )
})

test('no text makes it fail: the answer is a decimal or a sentence', () => {
  const pieces = fc.constantFrom('1', '23', '456', ',', '.', ' ', '-', '(', ')', '£', '%', 'e', 'm', 'a', '[', ']', '−', '+')
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), fc.boolean(), (parts, told) => {
      const read = parseFigure(parts.join(''), { magnitudes: told, footnotes: told, percentAsFraction: told })
      expect(isRefusedFigure(read) ? /^".*" cannot .*\.$/s.test(read.refused) : /^-?\d+(\.\d+)?$/.test(read)).toBe(true)
    }),
    { numRuns: 3000 },
  )
})
