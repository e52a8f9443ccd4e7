import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { buffer } from 'node:stream/consumers'
import XLSX from '@e965/xlsx'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readTable, sourceOf, unguarded } from '../tables/index.ts'
import { countedCsv } from './count.ts'
import type { Datatype, Export, ExportCell, ExportColumn } from './export.ts'
import { written, type ExportFormat } from './formats.ts'
import { csvMetadata } from './metadata.ts'
import { columnLetters, writtenAsXlsx } from './xlsx.ts'
import { writtenAsOds } from './ods.ts'

const madeAt = new Date('2026-11-22T16:00:00Z')
const circumstances = { source: 'http://localhost:3000/measures', madeAt }

const column = (name: string, datatype: Datatype): ExportColumn => ({ name, title: name, datatype, description: `About ${name}` })
const columns = [
  column('code', 'text'), column('value', 'number'), column('count', 'whole'), column('day', 'date'), column('at', 'moment'), column('local', 'yes-no'),
]

async function* stream(rows: readonly (readonly ExportCell[])[]) {
  for (const row of rows) yield await Promise.resolve(row)
}

const tableOf = (rows: readonly (readonly ExportCell[])[], of = columns): Export => ({
  name: 'figures', title: 'Figures', description: 'Every figure', publisher: 'The publisher', licence: 'OGL 3.0', knownAt: null, columns: of, rows: stream(rows),
})

const read = (content: Buffer) => XLSX.read(content, { cellFormula: true, cellDates: true, UTC: true, sheetStubs: true })
const spreadsheet = async (table: Export, format: 'xlsx' | 'ods') => read(await buffer(written(table, format, circumstances)))
const text = async (table: Export, format: ExportFormat) => (await buffer(written(table, format, circumstances))).toString()

/** What a sheet holds below its headings, cell by cell; null where there is nothing. */
function cellsOf(book: XLSX.WorkBook, width: number, name = 'Data'): XLSX.CellObject[][] {
  const sheet = book.Sheets[name]
  if (!sheet) throw new Error(`There is no sheet ${name}.`)
  const lines = XLSX.utils.decode_range(sheet['!ref'] ?? 'A1').e.r
  return Array.from({ length: lines }, (_line, line) =>
    Array.from({ length: width }, (_cell, place) => (sheet[XLSX.utils.encode_cell({ r: line + 1, c: place })] as XLSX.CellObject | undefined) ?? { t: 'z' }))
}

/** A CSV file read by our own reader, guarded cells as they were. */
async function csvCells(content: string): Promise<string[][]> {
  const table = await readTable(sourceOf(content), { file: 'export.csv', encoding: 'utf-8', delimiter: ',', header: { line: 1 } })
  return (await Array.fromAsync(table.rows)).map(({ cells }) => cells.map((cell) => unguarded(cell)))
}

// What people and publishers have put into cells, and what nobody should.
const nasty = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', "'=", "''-", "'", '＝', '＋'), fc.string()).map((parts) => parts.join('')),
  fc.constantFrom('=SUM(A1)', '=cmd|"/c calc"!A1', '00123', '0044', '1e5', 'TRUE', '2024-03-31', '_x0041_', '_x005F_', '_x0041\u0001', '<b>&amp;]]>', ' two  spaces ', 'line\nline', 'a\u0000b', '\ud800', '\ufffe', '£€日本語🏛️', 'x'.repeat(40_000)),
)

describe('text of any kind', () => {
  test('comes back from CSV as it went in, once the apostrophe that guards formulas is taken off', async () => {
    const decent = nasty.filter((cell) => !cell.includes('\0') && cell.isWellFormed() && cell.trim() !== '' && cell.trim() === cell && !cell.includes('\ufeff'))
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(decent, decent), { minLength: 1, maxLength: 5 }), async (rows) => {
      const content = await text(tableOf(rows, [column('a', 'text'), column('b', 'text')]), 'csv')
      expect(await csvCells(content)).toEqual(rows)
    }), { numRuns: 200 })
  })

  test('never begins a cell of CSV as a formula would', async () => {
    await fc.assert(fc.asyncProperty(nasty, async (cell) => {
      const line = (await text(tableOf([[cell]], [column('a', 'text')]), 'csv')).split('\r\n').slice(1).join('\r\n').replace(/\r\n$/, '')
      expect(line.replace(/^"/, '')).not.toMatch(/^[=@\t\r\n＝＋]|^[+-](?!(\d+\.?\d*|\.\d+)(e[+-]?\d+)?"?$)/i)
    }), { numRuns: 300 })
  })

  test.each(['xlsx', 'ods'] as const)('is text in %s, letter for letter as far as the format has the letters, and never a formula or a number', async (format) => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(nasty, nasty), { minLength: 1, maxLength: 5 }), async (rows) => {
      const book = await spreadsheet(tableOf(rows, [column('a', 'text'), column('b', 'text')]), format)
      const cells = cellsOf(book, 2)
      rows.forEach((row, line) => row.forEach((cell, place) => {
        const found = cells[line]?.[place] ?? { t: 'z' }
        expect(found.f).toBeUndefined()
        expect(['s', 'z']).toContain(found.t)
        expect(seen(found.v, format)).toBe(seen(expected(cell, format), format))
      }))
    }), { numRuns: 120 })
  })

  /** The library that reads ODS here leaves out lines without a letter, and wide spaces at their ends. */
  const seen = (value: unknown, format: 'xlsx' | 'ods') => {
    const whole = typeof value === 'string' ? value : ''
    return format === 'xlsx' ? whole : whole.split('\n').map((line) => line.trim()).filter((line) => line !== '').join('\n')
  }

  function expected(cell: string, format: 'xlsx' | 'ods'): string {
    const whole = cell.toWellFormed()
    // It takes _x0041_ in ODS for a letter, too, which is so in XLSX only.
    if (format === 'ods') return whole.replace(/\r\n|\r/g, '\n').replace(/[^\t\n\u0020-\ufffd]/g, '\ufffd').replace(/_x([0-9a-f]{4})_/gi, (_all, code: string) => String.fromCharCode(parseInt(code, 16)))
    return whole.length <= 32_767 ? whole : `${whole.slice(0, 32_767 - cut.length)}${cut}`
  }
  const cut = ' … (cut: a cell of a workbook holds 32,767 characters. The CSV file has all of it.)'
})

describe('numbers, days and moments', () => {
  const row = ['007', '-12.50', 3, '2024-03-31', '2024-03-31T10:30:00.000Z', true]

  test('are numbers, days and true or false in both kinds of spreadsheet, and codes keep their zeros', async () => {
    for (const format of ['xlsx', 'ods'] as const) {
      const [found = []] = cellsOf(await spreadsheet(tableOf([row]), format), columns.length)
      expect(found.map(({ t, v }) => [t, v instanceof Date ? v.toISOString() : v]), format).toEqual([
        ['s', '007'], ['n', -12.5], ['n', 3], ['d', '2024-03-31T00:00:00.000Z'], ['d', '2024-03-31T10:30:00.000Z'], ['b', true],
      ])
    }
  })

  test('are as they are kept in CSV, and numbers digit for digit in JSON', async () => {
    const exact = ['007', '12345678901234567890.123', '+04', '2024-03-31', new Date('2024-03-31T10:30:00Z'), 'false']
    expect((await text(tableOf([exact]), 'csv')).split('\r\n')[1]).toBe('007,12345678901234567890.123,4,2024-03-31,2024-03-31T10:30:00.000Z,false')
    const json = await text(tableOf([exact, [null, null, null, null, null, null]]), 'json')
    expect(json).toContain('"value":12345678901234567890.123,"count":4,"day":"2024-03-31","at":"2024-03-31T10:30:00.000Z","local":false')
    expect(JSON.parse(json)).toMatchObject([{ code: '007', count: 4 }, { code: null, value: null, day: null }])
    expect(await text(tableOf([]), 'json')).toBe('[]\n')
  })

  test('that are none are kept as text, so that nothing is lost by a datatype', async () => {
    for (const format of ['xlsx', 'ods'] as const) {
      const [found = []] = cellsOf(await spreadsheet(tableOf([['x', 'n/a', '1,5', '31 March', 'now', 'yes']]), format), columns.length)
      expect(found.map(({ t, v }) => [t, v])).toEqual([['s', 'x'], ['s', 'n/a'], ['s', '1,5'], ['s', '31 March'], ['s', 'now'], ['s', 'yes']])
    }
  })

  test('of any size and sign come back as the same number from every format', async () => {
    const numbers = fc.array(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()), { minLength: 1, maxLength: 20 })
    await fc.assert(fc.asyncProperty(numbers, async (values) => {
      const rows = values.map((value) => [value])
      const only = [column('value', 'number')]
      expect((await csvCells(await text(tableOf(rows, only), 'csv'))).map(([cell]) => Number(cell))).toEqual(values.map((value) => value + 0))
      expect((JSON.parse(await text(tableOf(rows, only), 'json')) as { value: number }[]).map(({ value }) => value)).toEqual(values.map((value) => value + 0))
      for (const format of ['xlsx', 'ods'] as const) {
        expect(cellsOf(await spreadsheet(tableOf(rows, only), format), 1).map(([cell]) => cell?.v)).toEqual(values.map((value) => value + 0))
      }
    }), { numRuns: 40 })
  })

  test('before March 1900 are text in XLSX, because programs count those days differently', async () => {
    const [found = []] = cellsOf(await spreadsheet(tableOf([['x', null, null, '1899-04-01', null, null]]), 'xlsx'), columns.length)
    expect(found[3]).toMatchObject({ t: 's', v: '1899-04-01' })
  })
})

describe('a spreadsheet', () => {
  test('goes on on another sheet where one is full, and says on the last one what it is', async () => {
    const rows = Array.from({ length: 7 }, (_row, place) => [`code ${place}`, place])
    const two = [column('code', 'text'), column('value', 'number')]
    for (const write of [writtenAsXlsx, writtenAsOds]) {
      const book = read(await buffer(write(tableOf(rows, two), circumstances, 3)))
      expect(book.SheetNames).toEqual(['Data', 'Data 2', 'Data 3', 'About'])
      expect(['Data', 'Data 2', 'Data 3'].flatMap((name) => cellsOf(book, 2, name).map((cells) => cells.map(({ v }) => v)))).toEqual(rows)
      const about = XLSX.utils.sheet_to_json<string[]>(book.Sheets.About ?? {}, { header: 1 })
      expect(Object.fromEntries(about)).toMatchObject({ Title: 'Figures', Publisher: 'The publisher', Licence: 'OGL 3.0', Rows: '7', 'Made at': madeAt.toISOString() })
      expect(about).toContainEqual(['value', 'value', 'a number', 'About value'])
    }
  })

  test('without rows has its headings and one sheet', async () => {
    for (const format of ['xlsx', 'ods'] as const) {
      const book = await spreadsheet(tableOf([]), format)
      expect(book.SheetNames).toEqual(['Data', 'About'])
      expect(XLSX.utils.sheet_to_json(book.Sheets.Data ?? {}, { header: 1 })).toEqual([columns.map(({ title }) => title)])
    }
  })

  test('names its columns as spreadsheets do', () => {
    expect([0, 25, 26, 51, 52, 701, 702].map(columnLetters)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA'])
  })
})

test.each(['csv', 'xlsx', 'ods', 'json'] as const)('rows that fail in the middle fail the %s file, which never ends as if it were whole', async (format) => {
  async function* failing() {
    for (let row = 0; row < 5_000; row++) yield await Promise.resolve([`code ${row}`, row])
    throw new Error('The database went away.')
  }
  const table = { ...tableOf([], [column('code', 'text'), column('value', 'number')]), rows: failing() }
  await expect(buffer(written(table, format, circumstances))).rejects.toThrow('The database went away.')
})

test.each(['csv', 'xlsx', 'ods', 'json'] as const)('rows of a %s file wait for whoever reads it, so that memory does not grow with the table', async (format) => {
  let made = 0
  async function* endless() {
    for (;;) yield await Promise.resolve([`code ${++made}`])
  }
  const file = written({ ...tableOf([], [column('code', 'text')]), rows: endless() }, format, circumstances)
  await once(file, 'readable')
  for (let turns = 0; turns < 500; turns++) await turn()
  expect(made).toBeGreaterThan(0)
  expect(made).toBeLessThan(100_000)
  file.destroy()
})

test.each(['csv', 'xlsx', 'ods'] as const)('whoever stops reading a %s file half way lets go of the rows', async (format) => {
  const letGo = Promise.withResolvers<void>()
  async function* endless() {
    try {
      for (let row = 0; ; row++) yield await Promise.resolve([`code ${row}`])
    } finally {
      letGo.resolve()
    }
  }
  const file = written({ ...tableOf([], [column('code', 'text')]), rows: endless() }, format, circumstances)
  for await (const piece of file) {
    expect(piece).toBeDefined()
    break
  }
  await letGo.promise
})

describe('the count', () => {
  test('is of the file as it is downloaded', async () => {
    const rows = [['a', 1], ['=b', 2]]
    const two = [column('code', 'text'), column('value', 'number')]
    const file = await buffer(written(tableOf(rows, two), 'csv', circumstances))
    expect(await countedCsv(tableOf(rows, two))).toEqual({ rows: 2, bytes: file.length, sha256: createHash('sha256').update(file).digest('hex') })
  })

  test('stops at the most it may count', async () => {
    async function* endless() {
      for (;;) yield await Promise.resolve(['x'])
    }
    expect(await countedCsv({ ...tableOf([], [column('code', 'text')]), rows: endless() }, 100)).toBeNull()
  })

  test('stands in the metadata, with publisher, licence, source, and what each column holds', () => {
    const counted = { rows: 2, bytes: 30, sha256: 'f'.repeat(64) }
    expect(csvMetadata(tableOf([]), circumstances, 'figures.csv', counted)).toMatchObject({
      '@context': ['http://www.w3.org/ns/csvw', { '@language': 'en' }], url: 'figures.csv', 'dc:title': 'Figures', 'dc:publisher': 'The publisher', 'dc:license': 'OGL 3.0',
      'dc:source': [{ '@id': 'http://localhost:3000/measures' }], notes: [{ rows: 2, sha256: 'f'.repeat(64) }, expect.stringContaining('apostrophe'), expect.any(String)],
      tableSchema: { columns: expect.arrayContaining([{ name: 'value', titles: 'value', 'dc:title': 'value', 'dc:description': 'About value', datatype: 'number' }]) as unknown },
    })
  })
})
