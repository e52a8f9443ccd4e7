import { CFB as library, utils, write, type WorkBook } from '@e965/xlsx'
import { describe, expect, test } from 'vitest'
import { howRead, openTable, sheetsOf, sourceOf, TableProblem, type OpenOptions } from '../index.ts'
import { Thread } from './thread.ts'

const file = 'figures.xlsx'
const CFB = library as { read: (bytes: Buffer, options: object) => unknown; write: (parts: unknown, options: object) => unknown }
type Kind = 'xlsx' | 'ods'

/** A workbook of sheets given as rows. */
function workbook(sheets: Record<string, unknown[][]>): WorkBook {
  const book = utils.book_new()
  for (const [name, rows] of Object.entries(sheets)) utils.book_append_sheet(book, utils.aoa_to_sheet(rows), name)
  return book
}

const bytesOf = (book: WorkBook, kind: Kind): Uint8Array => write(book, { type: 'buffer', bookType: kind }) as Uint8Array

async function read(bytes: Uint8Array, options: Partial<OpenOptions> = {}) {
  const table = await openTable(sourceOf(bytes), { file, ...options })
  const rows = await Array.fromAsync(table.rows)
  return { table, columns: table.columns.map(({ name }) => name), rows: rows.map(({ cells }) => cells), lines: rows.map(({ line }) => line) }
}

async function problemOf(bytes: Uint8Array, options: Partial<OpenOptions> = {}): Promise<TableProblem> {
  try {
    await read(bytes, options)
  } catch (cause) {
    if (cause instanceof TableProblem) return cause
    throw cause
  }
  return expect.unreachable()
}

describe.each<Kind>(['xlsx', 'ods'])('a spreadsheet (%s)', (kind) => {
  const two = workbook({
    Notes: [['About these figures'], ['Published by somebody']],
    Data: [['Housing repairs'], [], ['Council', 'Year', 'Value'], ['Fife', '2021-22', 91.5], [], ['Moray', '2021-22', 0.1]],
  })

  test('is read as its rows, with the numbers of the rows in the sheet', async () => {
    const { columns, rows, lines, table } = await read(bytesOf(two, kind), { sheet: 'Data', header: { line: 3 } })
    expect(columns).toEqual(['Council', 'Year', 'Value'])
    expect(rows).toEqual([['Fife', '2021-22', '91.5'], ['Moray', '2021-22', '0.1']])
    expect(lines).toEqual([4, 6])
    expect(howRead(table)).toBe('the sheet “Data”, header on line 3')
  })

  test('is read at the first sheet that has the header, by number, or by name however capitals stand', async () => {
    const bytes = bytesOf(two, kind)
    expect((await read(bytes, { header: { columns: ['Council', 'Value'] } })).table.sheet).toBe('Data')
    expect((await read(bytes, { sheet: 2, header: { line: 3 } })).table.sheet).toBe('Data')
    expect((await read(bytes, { sheet: 'data', header: { line: 3 } })).table.notes).toEqual(['Read was the sheet “Data”; not read: “Notes”.'])
    expect((await problemOf(bytes, { sheet: 'Figures' })).seen).toBe('there is no sheet “Figures”. The sheets are “Notes”, “Data”')
    expect((await problemOf(bytes, { sheet: 3 })).seen).toBe('there is no sheet 3; there are 2: “Notes”, “Data”')
  })

  test('lists its sheets', async () => {
    expect(await sheetsOf(sourceOf(bytesOf(two, kind)), file)).toEqual([
      { name: 'Notes', hidden: false, rows: 2, columns: 1 }, { name: 'Data', hidden: false, rows: 6, columns: 3 },
    ])
  })

  test('gives values as they are stored, not as they are shown: percentages with their sign, dates as ISO', async () => {
    const book = workbook({ Data: [['share', 'day', 'money', 'small', 'flag', 'text']] })
    const sheet = book.Sheets['Data']!
    utils.sheet_add_aoa(sheet, [[
      { t: 'n', v: 0.9241, z: '0%' }, { t: 'n', v: 45180, z: 'dd/mm/yyyy' }, { t: 'n', v: 1234.567, z: '"£"#,##0' }, { t: 'n', v: 1e-7 }, { t: 'b', v: true }, { t: 's', v: '  007 ' },
    ]], { origin: 'A2' })
    expect((await read(bytesOf(book, kind))).rows).toEqual([['92.41%', '2023-09-11', '1234.567', '0.0000001', 'TRUE', '  007 ']])
  })

  test('reads the text of merged cells once, or in each of them', async () => {
    const book = workbook({ Data: [['Council', 'Year', 'Value'], ['Fife', '2020-21', 1], [null, '2021-22', 2]] })
    book.Sheets['Data']!['!merges'] = [{ s: { r: 1, c: 0 }, e: { r: 2, c: 0 } }]
    expect((await read(bytesOf(book, kind))).rows.map(([council]) => council)).toEqual(['Fife', ''])
    expect((await read(bytesOf(book, kind), { merged: 'repeat' })).rows.map(([council]) => council)).toEqual(['Fife', 'Fife'])
  })

  test('passes a hidden sheet over unless it is named, and says so', async () => {
    const book = workbook({ Old: [['Council', 'Value'], ['Fife', 1]], New: [['Council', 'Value'], ['Fife', 2]] })
    book.Workbook = { Sheets: [{ name: 'Old', Hidden: 1 }, { name: 'New', Hidden: 0 }] }
    const bytes = bytesOf(book, kind)
    const { rows, table } = await read(bytes)
    // The writer of ODS does not hide sheets.
    if (kind === 'ods') return expect(rows).toEqual([['Fife', '1']])
    expect(rows).toEqual([['Fife', '2']])
    expect(table.notes).toEqual(['Read was the sheet “New”; not read: “Old” (hidden).'])
    expect((await read(bytes, { sheet: 'Old' })).table.notes[0]).toBe('The sheet “Old” is hidden in the spreadsheet.')
  })

  test('has cells of a length that is bounded, and says where one is longer', async () => {
    const book = workbook({ Data: [['Council', 'Value'], ['Fife', 1]] })
    const sheet = book.Sheets['Data']!
    sheet['B2'] = { t: 'n', v: 1 }
    const problem = await problemOf(lengthened(bytesOf(book, kind)))
    expect([problem.line, problem.column, problem.seen]).toEqual([2, 'A', 'the cell has 200000 characters'])
  })
})

/** The same spreadsheet with a name of 200,000 characters in it, which no library writes. */
function lengthened(bytes: Uint8Array): Uint8Array {
  const parts = CFB.read(Buffer.from(bytes), { type: 'buffer' }) as { FullPaths: string[]; FileIndex: { content?: Uint8Array }[] }
  for (const part of parts.FileIndex) {
    const text = Buffer.from(part.content ?? []).toString('utf8')
    if (text.includes('>Fife<')) part.content = Buffer.from(text.replace('>Fife<', `>${randomText(200_000)}<`))
  }
  return Buffer.from(CFB.write(parts, { type: 'buffer', fileType: 'zip', compression: true }) as Uint8Array)
}

/** Text that does not pack well, so that it is its length that is refused. */
const randomText = (length: number) => Array.from({ length: length / 10 }, (_, index) => String((index * 7_919_317) % 10_000_000_000).padStart(10, '7')).join('')

describe('the worker that takes spreadsheets apart', () => {
  test('is ended when it needs too long, and the file is refused with the limit', async () => {
    const thread = new Thread(bytesOf(workbook({ Data: [['a'], [1]] }), 'xlsx'), file, 1)
    await expect(thread.next()).rejects.toThrow('figures.xlsx: taking the spreadsheet apart needs more than 0.001 seconds.')
  })
})
