import { utils, write, type WorkBook } from '@e965/xlsx'
import { describe, expect, test } from 'vitest'
import { howRead, openTable, sheetsOf, sourceOf, TableProblem, type OpenOptions } from '../index.ts'

const file = 'figures.xlsx'
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
})
