import * as xlsx from '@e965/xlsx'
import { type CellObject, type ParsingOptions, type Range, type WorkBook, type WorkSheet } from '@e965/xlsx'
import { columnLetters } from '../columns.ts'
import { longestCell } from '../records.ts'
import { cellText, isUncounted } from './cells.ts'
import { SheetProblem } from './fault.ts'
import { limits } from './limits.ts'
import { unpack } from './package.ts'

/** A sheet of a spreadsheet. */
export interface SheetFacts {
  name: string
  /** Whether its author hid it. */
  hidden: boolean
  /** Rows and columns up to the last that has anything. */
  rows: number
  columns: number
}

export interface SheetRow {
  /** Number of the row in the sheet, from 1. */
  line: number
  cells: string[]
}

/** SheetJS reads a package of parts as well as a file, though its types do not say so. So it never unpacks anything itself. */
const { parse_zip: parsePackage } = xlsx as unknown as { parse_zip: (parts: { files: Record<string, { name: string; asNodeBuffer: () => Buffer }> }, options: ParsingOptions) => WorkBook }

/** A spreadsheet taken apart, in memory. */
export class Sheets {
  readonly facts: SheetFacts[]
  readonly #book: WorkBook

  private constructor(book: WorkBook) {
    this.#book = book
    this.facts = book.SheetNames.map((name, index) => ({ name, hidden: (book.Workbook?.Sheets?.[index]?.Hidden ?? 0) !== 0, ...sizeOf(name, book.Sheets[name]) }))
  }

  static async open(bytes: Buffer): Promise<Sheets> {
    const { parts } = await unpack(bytes)
    const files = Object.fromEntries([...parts].map(([name, part]) => [name, { name, asNodeBuffer: () => part }]))
    try {
      return new Sheets(parsePackage({ files }, { dense: true, cellFormula: true, cellNF: true, cellText: false, cellHTML: false, cellStyles: false, cellDates: false }))
    } catch (cause) {
      throw new SheetProblem({ fault: 'not-a-table', seen: `the spreadsheet cannot be read (${cause instanceof Error ? cause.message.slice(0, 160) : 'for an unknown reason'})`, expected: 'a spreadsheet saved anew as .xlsx or .ods, or its sheet saved as CSV' })
    }
  }

  /** The rows of a sheet that have anything in them. What a reader should know is added to the notes once all were read. */
  *rows(name: string, merged: 'first' | 'repeat', notes: string[]): Generator<SheetRow> {
    const sheet = this.#book.Sheets[name]
    if (!sheet) return
    const grid = gridOf(sheet)
    const repeats = merged === 'repeat' ? repeated(sheet['!merges'] ?? []) : new Map<number, Map<number, CellAt>>()
    const reader = new RowReader(name, grid, this.#book.Workbook?.WBProps?.date1904 === true)
    const last = Math.max(grid.length, ...[...repeats.keys()].slice(-1).map((row) => row + 1))
    for (let row = 0; row < last; row += 1) {
      const cells = reader.row(row, repeats.get(row))
      if (cells.length > 0) yield { line: row + 1, cells }
    }
    notes.push(...reader.notes())
  }
}

type CellAt = readonly [row: number, column: number]

/** Reads the cells of one sheet and remembers what was odd about them. */
class RowReader {
  readonly #sheet: string
  readonly #grid: Grid
  readonly #date1904: boolean
  readonly #uncounted: string[] = []
  #without = 0
  #cells = 0

  constructor(sheet: string, grid: Grid, date1904: boolean) {
    this.#sheet = sheet
    this.#grid = grid
    this.#date1904 = date1904
  }

  row(row: number, repeats: ReadonlyMap<number, CellAt> | undefined): string[] {
    const width = Math.max(this.#grid[row]?.length ?? 0, ...[...(repeats?.keys() ?? [])].map((last) => last + 1))
    this.#cells += width
    if (this.#cells > limits.cells) throw tooManyCells(this.#sheet)
    const cells = Array.from({ length: width }, (_, column) => this.#cell(row, column, repeats?.get(column) ?? [row, column]))
    while (cells.length > 0 && cells.at(-1)?.trim() === '') cells.pop()
    return cells
  }

  #cell(row: number, column: number, [fromRow, fromColumn]: CellAt): string {
    const cell = this.#grid[fromRow]?.[fromColumn]
    if (isUncounted(cell)) {
      this.#without += 1
      if (this.#uncounted.length < 3) this.#uncounted.push(`${columnLetters(column)}${row + 1}`)
    }
    const text = cellText(cell, this.#date1904)
    if (text.length <= longestCell && !text.includes('\0')) return text
    throw new SheetProblem({
      fault: 'cells', sheet: this.#sheet, line: row + 1, column: columnLetters(column),
      seen: text.length > longestCell ? `the cell has ${text.length} characters` : 'the cell has a zero byte in it, which no text has',
      expected: text.length > longestCell ? `at most ${longestCell}` : 'text',
    })
  }

  notes(): string[] {
    if (this.#without === 0) return []
    const [what, have] = this.#without === 1 ? ['A formula', 'has no stored value and is'] : [`${this.#without} formulas`, 'have no stored value and are']
    const where = `${this.#uncounted.join(', ')}${this.#without > this.#uncounted.length ? ' …' : ''}`
    return [`${what} in the sheet “${this.#sheet}” ${have} read as blank (${where}). Opened and saved in a spreadsheet program, the file keeps the values.`]
  }
}

const tooManyCells = (sheet: string) =>
  new SheetProblem({ fault: 'too-large', sheet, seen: `the sheet has more than ${limits.cells / 1_000_000} million cells`, expected: 'a smaller sheet, or the sheet saved as CSV, which may have any length' })

type Grid = (CellObject | undefined)[][]

/** The dense form: rows of cells, with holes. */
function gridOf(sheet: WorkSheet): Grid {
  const data: unknown = (sheet as { '!data'?: unknown })['!data']
  return Array.isArray(data) ? (data as Grid) : []
}

function sizeOf(name: string, sheet: WorkSheet | undefined): { rows: number; columns: number } {
  const grid = sheet ? gridOf(sheet) : []
  if (grid.length > limits.rows) {
    throw new SheetProblem({ fault: 'too-large', sheet: name, seen: `the sheet claims to have ${grid.length} rows`, expected: `at most ${limits.rows}; save the sheet as CSV, which may have any length` })
  }
  return { rows: grid.length, columns: grid.reduce((most, row) => Math.max(most, row.length), 0) }
}

/** For each cell under a merged one, the cell whose text it repeats. */
function repeated(merges: readonly Range[]): Map<number, Map<number, CellAt>> {
  const found = new Map<number, Map<number, CellAt>>()
  let room = 1_000_000
  for (const { s, e } of merges) {
    room -= (e.r - s.r + 1) * (e.c - s.c + 1)
    if (room < 0) throw new SheetProblem({ fault: 'too-large', seen: 'more than a million cells of the sheet are merged', expected: 'fewer, or a recipe without "merged"' })
    for (let row = s.r; row <= e.r; row += 1) {
      const cells = found.get(row) ?? new Map<number, CellAt>()
      for (let column = s.c; column <= e.c; column += 1) cells.set(column, [s.r, s.c])
      found.set(row, cells)
    }
  }
  return found
}
