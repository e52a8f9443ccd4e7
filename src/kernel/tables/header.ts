import { columnNamed, findColumn, listed, nameColumns, type Column } from './columns.ts'
import { TableProblem } from './problem.ts'
import type { Row } from './records.ts'

/**
 * Where the header is: on a line of the file, in the first row that has all the named columns (among the first 50 rows unless
 * `within` says otherwise), or nowhere. Absent: the first row.
 */
export type HeaderRule = { line: number } | { columns: readonly string[]; within?: number } | 'none' | undefined

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
  return 'line' in rule ? headerOnLine(first.value, rows, rule.line, file) : headerWith(first.value, rows, rule.columns, rule.within ?? 50, file)
}

const empty = (file: string): TableProblem =>
  new TableProblem('empty', { file, line: null, column: null, seen: 'the file is empty', expected: 'a header row and rows of figures' })

const headerIn = (row: Row): Header => ({ line: row.line, columns: nameColumns(row.cells) })

async function headerOnLine(first: Row, rows: AsyncIterator<Row, void>, line: number, file: string): Promise<Header> {
  let last = first
  while (last.line < line) {
    const next = await rows.next()
    if (next.done) break
    last = next.value
  }
  if (last.line === line) return headerIn(last)
  throw new TableProblem('header', {
    file, line, column: null,
    seen: last.line < line ? `the last row starts on line ${last.line}` : 'no row starts on this line; it is blank or inside a cell',
    expected: `the header row on line ${line}`,
  })
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
