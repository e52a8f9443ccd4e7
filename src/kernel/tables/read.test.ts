import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { howRead, readTable, sourceOf, TableProblem, unguarded, writeCsv, type Row, type TableOptions } from './index.ts'

const file = 'scores.csv'

async function rowsOf(bytes: string | Uint8Array, options: Partial<TableOptions> = {}): Promise<Row[]> {
  const table = await readTable(sourceOf(bytes), { file, ...options })
  return Array.fromAsync(table.rows)
}

const columnsOf = async (bytes: string | Uint8Array, options: Partial<TableOptions> = {}) =>
  (await readTable(sourceOf(bytes), { file, ...options })).columns.map((column) => column.name)

/** The problem that reading ends in, as fault and message. */
async function problemOf(bytes: string | Uint8Array, options: Partial<TableOptions> = {}): Promise<string> {
  try {
    await rowsOf(bytes, options)
  } catch (error) {
    if (error instanceof TableProblem) return `${error.fault}: ${error.message}`
    throw error
  }
  return 'no problem'
}

describe('rows', () => {
  test('are numbered by the line they start on, whatever blank lines and quoted line breaks come before', async () => {
    const text = 'area,note\r\n\r\nA,"first\r\nsecond\nthird"\r\n,\r\nB,plain\n\n\nC,"say ""hi"""'
    expect(await rowsOf(text)).toEqual([
      { line: 3, cells: ['A', 'first\r\nsecond\nthird'] },
      { line: 7, cells: ['B', 'plain'] },
      { line: 10, cells: ['C', 'say "hi"'] },
    ])
  })

  test('arrive the same whatever pieces the bytes come in', async () => {
    const text = Buffer.from('\ufeffarea,note\r\nÉ,"a\r\nb"\r\n\r\n£,€ 😀\r\n')
    const whole = await rowsOf(text)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), async (sizes) => {
        async function* pieces() {
          for (let at = 0, n = 0; at < text.length; n += 1) {
            const size = sizes[n % sizes.length] ?? 1
            yield await Promise.resolve(text.subarray(at, at + size))
            at += size
          }
        }
        expect(await Array.fromAsync((await readTable(pieces(), { file })).rows)).toEqual(whole)
      }),
    )
    expect(whole).toEqual([{ line: 2, cells: ['É', 'a\r\nb'] }, { line: 5, cells: ['£', '€ 😀'] }])
  })

  test('are read one at a time: leaving early lets go of the source', async () => {
    let given = 0
    let closed = false
    async function* endless() {
      try {
        for (;;) {
          given += 1
          yield await Promise.resolve(Buffer.from(given === 1 ? 'a,b\n' : '1,2\n'.repeat(1000)))
        }
      } finally {
        closed = true
      }
    }
    const table = await readTable(endless(), { file })
    let seen = 0
    for await (const row of table.rows) if (row.cells[0] === '1' && (seen += 1) === 50_000) break
    expect(seen).toBe(50_000)
    expect(closed).toBe(true)
    expect(given).toBeLessThan(150)
  })

  test('written and read again are the same', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', '\r\n', ' ', ';', '1', '.', '£') }).filter((text) => !text.startsWith('\r'))
    const row = fc.array(cell, { minLength: 3, maxLength: 3 }).filter((cells) => cells.some((each) => each.trim() !== ''))
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 6 }), async (rows) => {
        const text = (await Array.fromAsync(writeCsv(['x', 'y', 'z'], rows))).join('')
        expect((await rowsOf(text, { delimiter: ',' })).map((each) => each.cells.map(unguarded))).toEqual(rows)
      }),
    )
  })
})

describe('the encoding', () => {
  const text = 'area;cost\r\nYnys Môn;£12\r\nSão – Ž;€3\r\n'
  test.each([
    ['utf-8', false], ['utf-8', true], ['utf-16le', true], ['utf-16le', false], ['utf-16be', true], ['utf-16be', false], ['windows-1252', false],
  ])('%s, with byte order mark: %s, is recognised and read right', async (encoding, addBOM) => {
    const table = await readTable(sourceOf(iconv.encode(text.repeat(3), encoding, { addBOM })), { file })
    expect(howRead(table)).toBe(`${encoding}, parted by semicolons, header on line 1`)
    expect((await Array.fromAsync(table.rows)).slice(0, 2).map((row) => row.cells)).toEqual([['Ynys Môn', '£12'], ['São – Ž', '€3']])
  })

  const late = Buffer.concat([Buffer.from(`area,cost\n${'Abc,1\n'.repeat(30_000)}`), iconv.encode('Ynys Môn,£2\n', 'windows-1252')])

  test('is found from the whole file where it can be opened twice', async () => {
    expect((await rowsOf(late)).at(-1)).toEqual({ line: 30_002, cells: ['Ynys Môn', '£2'] })
  })

  test('that does not hold stops the reading at the line, and says which one it looks like', async () => {
    const expected =
      'encoding: scores.csv, line 30002: there are bytes that are not UTF-8; the file looks like windows-1252, in which the line reads "Ynys Môn,£2". ' +
      'Expected UTF-8 throughout, or another encoding named in the recipe.'
    expect(await problemOf(late, { encoding: 'UTF-8' })).toBe(expected)
    const once = await readTable(sourceOf(late)(), { file })
    await expect(Array.fromAsync(once.rows)).rejects.toThrow(/line 30002: there are bytes that are not UTF-8/)
  })

  test('may be given by name, and must be one that is known', async () => {
    expect(await rowsOf(iconv.encode('x\nŁódź\n', 'iso-8859-2'), { encoding: 'iso-8859-2' })).toEqual([{ line: 2, cells: ['Łódź'] }])
    expect(await problemOf('x\n1\n', { encoding: 'klingon' })).toMatch(/^encoding: scores\.csv: the encoding "klingon" is not known\. Expected utf-8,/)
  })

  test('of UTF-16 taken for UTF-8 is noticed by its zero bytes or its mark', async () => {
    expect(await problemOf(iconv.encode('a,b\n1,2\n', 'utf-16le'), { encoding: 'utf-8' })).toMatch(/^nul: scores\.csv, line 1: .*may be in UTF-16/)
    expect(await problemOf(iconv.encode('a,b\n1,2\n', 'utf-16le', { addBOM: true }), { encoding: 'utf-8' })).toMatch(/^encoding: .*line 1: .*looks like utf-16le/)
  })
})

describe('the delimiter', () => {
  test.each([
    ['comma', 'a,b\n1,2\n"x;y;z",3\n'],
    ['tab', 'a\tb, c\n1\t2\n'],
    ['semicolon', 'area;rate\nA;1,5\nB;2,5\n'],
    ['vertical bar', 'a|b\n1|2,3\n4|5\n'],
    ['comma', 'only\none\ncolumn\n'],
    ['comma', 'Title; with a semicolon\n\na,b,c\n1,2,3\n4,5,6\n'],
  ])('%s is recognised', async (name, text) => {
    expect(howRead(await readTable(sourceOf(text), { file }))).toContain(`parted by ${name}s`)
  })
})

describe('the header', () => {
  const report = 'Spending\nin £ thousand,,\n,2016,2017\ncode,name,total\nE1,A,5\n'

  test('is on the line that is named, or in the first row with the columns that are named', async () => {
    for (const header of [{ line: 4 }, { columns: ['total', 'code'] }]) {
      const table = await readTable(sourceOf(report), { file, header })
      expect([table.headerLine, table.columns.map((column) => column.name)]).toEqual([4, ['code', 'name', 'total']])
      expect(await Array.fromAsync(table.rows)).toEqual([{ line: 5, cells: ['E1', 'A', '5'] }])
    }
  })

  test('may be absent: columns then go by position and the first row counts', async () => {
    expect(await rowsOf('E1,5\nE2,6\n', { header: 'none' })).toHaveLength(2)
    expect(await columnsOf('E1,5\n', { header: 'none' })).toEqual(['column 1', 'column 2'])
  })

  test('keeps blank and repeated names apart', async () => {
    expect(await columnsOf(',SN1,SNP,SN2,SNP,SNP (2),,"Total\n cost "\n')).toEqual([
      'column 1', 'SN1', 'SNP', 'SN2', 'SNP (3)', 'SNP (2)', 'column 7', 'Total cost',
    ])
    const table = await readTable(sourceOf('a,,b\n1,2,3\n'), { file })
    expect([table.column('column 2').index, table.column('column 3').name, table.column(' b ').index]).toEqual([1, 'b', 2])
  })

  test('gives every column a name of its own', async () => {
    const name = fc.constantFrom('', 'a', 'b', 'a (2)', 'a (3)', 'column 1', 'column 2', ' a ')
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 2, maxLength: 8 }), async (headers) => {
        const names = await columnsOf(`${headers.join(',')},end\n`)
        expect(new Set(names).size).toBe(headers.length + 1)
      }),
    )
  })

  test('that lacks a column is answered with the columns there are and the names that come near', async () => {
    const table = await readTable(sourceOf('LocalAuthority,IndicatorCode,Year\n'), { file })
    expect(() => table.column('Local Authority')).toThrow(
      'scores.csv, line 1: there is no column "Local Authority". The columns are "LocalAuthority", "IndicatorCode", "Year". ' +
        'Expected a column "Local Authority"; perhaps "LocalAuthority" is meant.',
    )
    expect(await problemOf(report, { header: { columns: ['code', 'Totals'] } })).toMatch(/^column: scores\.csv, line 4: .*perhaps "total" is meant\.$/)
    expect(await problemOf(report, { header: { columns: ['x'] } })).toMatch(/^header: scores\.csv, line 1: no row among the first 50/)
    expect(await problemOf('a,b\n\n1,2\n', { header: { line: 2 } })).toMatch(/^header: scores\.csv, line 2: no row starts on this line/)
    expect(await problemOf('a,b\n1,2\n', { header: { line: 9 } })).toMatch(/^header: scores\.csv, line 9: the last row starts on line 2/)
  })
})

describe('a fault is placed and explained', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['too few cells', 'a,b,c\n1,2\n3,4,5\n', 'cells: scores.csv, line 2: the row has 2 cells. Expected 3 cells, like the header on line 1.'],
    ['too many cells', 'a,b\n1,2,x y\n', 'cells: scores.csv, line 2: the row has 3 cells; the first one too many is "x y". Expected 2 cells, like the header on line 1.'],
    ['too few at the foot', 'a,b,c\n1,2,3\n4', 'cut-short: scores.csv, line 3: the row has 1 cell; it is the last row, so the file may have been cut short. Expected 3 cells, like the header on line 1.'],
    ['a quotation cut short', 'a,b\n1,"two\nthree\n', 'cut-short: scores.csv, line 2, column "b": a quotation mark opens in this row and the file ends before it closes; the file may have been cut short. Expected a closing quotation mark.'],
    ['a quotation mark in a cell', 'a,b\n\n1,6" pipe\n', 'quotes: scores.csv, line 3, column "b": a quotation mark stands in the middle of a cell. Expected quotation marks only around a whole cell, and doubled inside it.'],
    ['a zero byte', 'a,b\n1,2\n3,\0\n', 'nul: scores.csv, line 3: there is a zero byte, which no text table has; the file may be in UTF-16, or not be text at all. Expected text in the encoding that was given.'],
    ['nothing', '', 'empty: scores.csv: the file is empty. Expected a header row and rows of figures.'],
    ['only blank lines', '\ufeff\n , \n', 'empty: scores.csv: the file is empty. Expected a header row and rows of figures.'],
  ])('%s', async (_, bytes, expected) => {
    expect(await problemOf(bytes)).toBe(expected)
  })

  test.each<[string, string | Uint8Array, RegExp]>([
    ['an Excel workbook', Buffer.from('PK\x03\x04\x14\0\x06\0[Content_Types].xml'), /^not-a-table: scores\.csv: the file is an Excel workbook .*save the sheet as CSV/],
    ['an OpenDocument sheet', Buffer.from('PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet'), /an OpenDocument spreadsheet/],
    ['a ZIP', Buffer.from('PK\x03\x04figures.csv'), /a ZIP archive/],
    ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /an old Excel workbook/],
    ['a PDF', '%PDF-1.7\n', /a PDF document/],
    ['a web page', '\ufeff\n<!DOCTYPE html><html>', /a web page \(HTML\)/],
    ['JSON', '{ "areas": [] }', /a JSON document/],
    ['a list in JSON', '[\n {"a": 1}]', /a JSON document/],
    ['XML', '<?xml version="1.0"?><x/>', /an XML document/],
  ])('%s is called what it is', async (_, bytes, expected) => {
    expect(await problemOf(bytes)).toMatch(expected)
  })

  test('uneven rows are all reported where somebody listens, and left out', async () => {
    const problems: TableProblem[] = []
    const rows = await rowsOf('a,b\n1\n2,3\n4,5,6\n7\n', { onProblem: (problem) => problems.push(problem) })
    expect(rows.map((row) => row.line)).toEqual([3])
    expect(problems.map(({ line, fault }) => [line, fault])).toEqual([[2, 'cells'], [4, 'cells'], [5, 'cut-short']])
  })

  test('short rows may be filled, as for notes under a table', async () => {
    expect(await rowsOf('a,b\n1,2\nSource: DLUHC\n', { shortRows: 'fill' })).toEqual([
      { line: 2, cells: ['1', '2'] },
      { line: 3, cells: ['Source: DLUHC', ''] },
    ])
  })
})
