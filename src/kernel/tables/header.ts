import { columnNamed, findColumn, listed, nameColumns, type Column } from './columns.ts'
import { TableProblem } from './problem.ts'
import type { Row } from './records.ts'

/**
 * Where the header is: on a line of the file, in the first row that has all the named columns (among the first 50 rows unless
 * `within` says otherwise), or nowhere. Absent: the first row.
 */
export type HeaderRule = { line: number } | JoinedHeader | { columns: readonly string[]; within?: number } | 'none' | undefined

/** A header over several lines, from top to bottom: each column's parts are joined. */
export interface JoinedHeader {
  lines: readonly number[]
  join: string
  /** Lines in which a blank cell takes the text to its left, as under a heading over several columns. */
  carry: readonly number[]
}

export interface Header {
  /** Null where the table has no header. */
  line: number | null
  columns: Column[]
  /** A row that was looked at and belongs to the data. */
  first?: Row
}

/** Reads up to and including the header row, and leaves the rest of the rows to be read. */
export async function readHeader(rows: AsyncIterator<Row, void>, rule: HeaderRule, file: string): Promise<Header> {
  const first = await rows.next()
  if (first.done) throw empty(file)
  if (rule === undefined) return headerIn(first.value)
  if (rule === 'none') return { line: null, columns: nameColumns(first.value.cells.map(() => '')), first: first.value }
  if ('lines' in rule) return headerOverLines(first.value, rows, rule, file)
  return 'line' in rule ? headerOnLine(first.value, rows, rule.line, file) : headerWith(first.value, rows, rule.columns, rule.within ?? 50, file)
}

const empty = (file: string): TableProblem =>
  new TableProblem('empty', { file, line: null, column: null, seen: 'the file is empty', expected: 'a header row and rows of figures' })

const headerIn = (row: Row): Header => ({ line: row.line, columns: nameColumns(row.cells) })

async function headerOnLine(first: Row, rows: AsyncIterator<Row, void>, line: number, file: string): Promise<Header> {
  return headerIn(await rowOnLine(first, rows, line, file))
}

/** Reads on to the row that starts on the line. */
async function rowOnLine(first: Row, rows: AsyncIterator<Row, void>, line: number, file: string): Promise<Row> {
  let last = first
  while (last.line < line) {
    const next = await rows.next()
    if (next.done) break
    last = next.value
  }
  if (last.line === line) return last
  throw new TableProblem('header', {
    file, line, column: null,
    seen: last.line < line ? `the last row starts on line ${last.line}` : 'no row starts on this line; it is blank or inside a cell',
    expected: `the header row on line ${line}`,
  })
}

async function headerOverLines(first: Row, rows: AsyncIterator<Row, void>, { lines, join, carry }: JoinedHeader, file: string): Promise<Header> {
  const parts: string[][] = []
  let last = first
  for (const line of lines) {
    last = await rowOnLine(last, rows, line, file)
    parts.push(carry.includes(line) ? carried(last.cells) : last.cells)
  }
  const width = Math.max(...parts.map((cells) => cells.length))
  const names = Array.from({ length: width }, (_, at) => parts.map((cells) => (cells[at] ?? '').trim()).filter((part) => part !== '').join(join))
  return { line: last.line, columns: nameColumns(names) }
}

function carried(cells: readonly string[]): string[] {
  let text = ''
  return cells.map((cell) => (text = cell.trim() === '' ? text : cell))
}

async function headerWith(first: Row, rows: AsyncIterator<Row, void>, wanted: readonly string[], within: number, file: string): Promise<Header> {
  let row: Row | undefined = first
  let best: { header: Header; found: number } = { header: headerIn(first), found: 0 }
  for (let read = 1; row && read <= within; read += 1) {
    const header = headerIn(row)
    const found = wanted.filter((name) => findColumn(header.columns, name)).length
    if (found === wanted.length) return header
    if (found > best.found) best = { header, found }
    const next: IteratorResult<Row, void> = await rows.next()
    row = next.done ? undefined : next.value
  }
  if (best.found > 0) for (const name of wanted) columnNamed(best.header.columns, name, { file, headerLine: best.header.line })
  throw new TableProblem('header', {
    file, line: first.line, column: null,
    seen: `no row among the first ${within} has the expected header; the first row reads ${listed(first.cells, 12)}`,
    expected: `a header row with ${listed(wanted)}`,
  })
}
