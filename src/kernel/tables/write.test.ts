import { expect, test } from 'vitest'
import { csvRow, writeCsv } from './index.ts'

test('cells are quoted only where they must be', () => {
  expect(csvRow(['plain', 'a,b', 'say "hi"', 'two\nlines', ' edge', null, 1.5, ''])).toBe('plain,"a,b","say ""hi""","two\nlines"," edge",,1.5,\r\n')
})

test.each([
  ['=SUM(A1:A9)', "'=SUM(A1:A9)"],
  ['+44 20 7946 0000', "'+44 20 7946 0000"],
  ['-2+3', "'-2+3"],
  ['@here', "'@here"],
  ['\t=1', "'\t=1"],
  ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
  ['-4.1', '-4.1'],
  ['+3', '+3'],
  ['-1.5e-05', '-1.5e-05'],
  ['-', "'-"],
])('%s cannot run in a spreadsheet', (cell, written) => {
  expect(csvRow([cell])).toBe(`${written}\r\n`)
})

test('rows are written as they come, from a list or from a stream', async () => {
  async function* stream() {
    yield await Promise.resolve(['E06000001', 1.5])
  }
  expect(await Array.fromAsync(writeCsv(['code', 'value'], stream(), { mark: true }))).toEqual(['\ufeffcode,value\r\n', 'E06000001,1.5\r\n'])
  expect(await Array.fromAsync(writeCsv(['code'], [['a']]))).toEqual(['code\r\n', 'a\r\n'])
})
