/** Opens the file an import brings and gives its rows with their lines, whatever the format. */
import { createHash } from 'node:crypto'
import { columnLetters, openTable, type Column, type HeaderRule, type OpenOptions, type Row, type Table, type TableProblem, unguarded } from '#kernel/tables/index.ts'
import { columnsOf } from './columns.ts'
import type { Recipe } from './recipe.ts'
import type { ColumnPlace } from './texts.ts'

/** A file to import: opened anew for each look through it. */
export interface ImportSource {
  /** Its name as people know it. */
  name: string
  open: () => AsyncIterable<Uint8Array>
}

/** What was seen of a file before its rows. */
export interface FileFacts {
  name: string
  bytes: number
  sha256: string
  encoding: string
  /** Why that encoding, in words. */
  encoding_reason: string
  /** Blank where nothing parts the cells: a spreadsheet, JSON. */
  delimiter: string
  /** The sheet that was read; null where there are none. */
  sheet: string | null
  /** Line of the header; null where there is none. */
  header_line: number | null
  columns: string[]
}

export interface OpenFile {
  facts: FileFacts
  columns: readonly Column[]
  place: ColumnPlace
  /** How a column is named to people: in a spreadsheet with its letter. */
  label: (name: string) => string
  rows: AsyncIterable<Row>
  /** What a reader should know about how the file was read, in sentences; complete once all rows were read. */
  notes: readonly string[]
  close(): Promise<void>
}

/** Opens a file as its recipe says. Rows with the wrong number of cells go to `onProblem`. */
export async function openFile(source: ImportSource, recipe: Recipe, onProblem: (problem: TableProblem) => void): Promise<OpenFile> {
  const { bytes, sha256 } = await fingerprint(source)
  const table = await openTable(source.open, { ...openingOf(recipe), file: source.name, onProblem })
  return {
    facts: {
      name: source.name, bytes, sha256, encoding: table.encoding, encoding_reason: table.encodingReason, delimiter: table.delimiter ?? '', sheet: table.sheet,
      header_line: table.headerLine, columns: table.columns.map((column) => column.name),
    },
    columns: table.columns,
    place: (name) => table.column(name).index,
    label: labelOf(table),
    rows: recipe.file.guarded ? unguardedRows(table.rows) : table.rows,
    notes: table.notes,
    close: () => table.close(),
  }
}

/** The cells of a download as they were before a spreadsheet was kept from running them. */
async function* unguardedRows(rows: AsyncIterable<Row>): AsyncGenerator<Row> {
  for await (const row of rows) yield { ...row, cells: row.cells.map(unguarded) }
}

function labelOf({ sheet, columns }: Table): (name: string) => string {
  if (sheet === null) return (name) => name
  const letters = new Map(columns.map(({ name, index }) => [name, columnLetters(index)]))
  return (name) => (letters.has(name) ? `${name} (column ${letters.get(name) ?? ''} of the sheet ${sheet})` : name)
}

/** How a recipe has its file opened. */
export function openingOf(recipe: Recipe): Omit<OpenOptions, 'file'> {
  const { format, encoding, delimiter, sheet, merged, path, short_rows: shortRows } = recipe.file
  return {
    format, merged, shortRows,
    ...(encoding === 'auto' ? {} : { encoding }),
    ...(delimiter === 'auto' ? {} : { delimiter }),
    ...(sheet === undefined ? {} : { sheet }),
    ...(path === undefined ? {} : { path: typeof path === 'string' ? path.split('.') : path }),
    ...headerOf(recipe),
  }
}

function headerOf(recipe: Recipe): { header?: NonNullable<HeaderRule> } {
  const { header } = recipe.file
  if (header === 'first') return {}
  if (header === 'none') return { header: 'none' }
  if (header === 'find') return { header: { columns: columnsOf(recipe) } }
  if (typeof header === 'number') return { header: { line: header } }
  const { lines, join, carry } = header
  return { header: { lines, join, carry: Array.isArray(carry) ? carry : carry ? lines.slice(0, -1) : [] } }
}

async function fingerprint(source: ImportSource): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of source.open()) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
}
