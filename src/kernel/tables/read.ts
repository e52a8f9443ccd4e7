import { isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'
import { columnNamed, quoted, type Column } from './columns.ts'
import { delimiterNames, detectDelimiter, type Delimiter } from './delimiter.ts'
import { otherThanTable } from './disguise.ts'
import { decode, detectEncoding, knowsEncoding } from './encoding.ts'
import { readHeader, type Header, type HeaderRule } from './header.ts'
import { TableProblem } from './problem.ts'
import { records, type Row } from './records.ts'

/**
 * Bytes of a file. A function that opens them anew is better than a stream: the whole file is then looked through once for its
 * encoding before it is read, so that one accent on line 30,000 does not surprise.
 */
export type TableSource = AsyncIterable<Uint8Array> | (() => AsyncIterable<Uint8Array>)

export interface TableOptions {
  /** The file's name, for what is said about it. */
  file: string
  /** Any encoding iconv-lite knows. Absent: detected. */
  encoding?: string
  /** Absent: detected. */
  delimiter?: Delimiter
  header?: HeaderRule
  /**
   * What becomes of a row with fewer cells than the header: a problem, or blank cells added (notes under a table). `as-they-are`:
   * rows of any length come as they stand, for looking at a file whose header is not known yet.
   */
  shortRows?: 'refuse' | 'fill' | 'as-they-are'
  /** Told of each row with the wrong number of cells, which is then left out. Absent: the first such row stops the reading. */
  onProblem?: (problem: TableProblem) => void
}

/** A table whose header has been read and whose rows are read as they are asked for, once, in constant memory. */
export interface Table {
  file: string
  encoding: string
  /** Why that encoding was chosen, in words. */
  encodingReason: string
  /** Null where nothing parts the cells: a spreadsheet, JSON. */
  delimiter: Delimiter | null
  /** The sheet that is read; null where there are none. */
  sheet: string | null
  /** What a reader should know about how it was read, in sentences. Complete once all rows were read. */
  notes: readonly string[]
  /** Line of the header row; null where the table has none. */
  headerLine: number | null
  columns: Column[]
  /** The column of that name (or `column 4`), or a problem listing the columns there are and the names that come near. */
  column: (name: string) => Column
  /** Every row has a cell for each column, unless rows were asked for as they are. */
  rows: AsyncIterable<Row>
  /** Lets go of the file before all rows were read. A loop over `rows` that is left does this by itself. */
  close: () => Promise<void>
}

const headLength = 64 * 1024

/** Opens a file as a table and reads as far as its header. Throws a TableProblem that says what is wrong and where. */
export async function readTable(source: TableSource, options: TableOptions): Promise<Table> {
  const { file } = options
  const { head, bytes, close } = await peek(typeof source === 'function' ? source() : source)
  const disguise = otherThanTable(head)
  if (disguise) {
    await close()
    throw notATable(file, disguise)
  }

  const { encoding, reason } = await encodingOf(source, head, options.encoding)
  const delimiter = options.delimiter ?? detectDelimiter(sample(head, encoding))
  let columns: readonly Column[] = []
  const all = records(decode(bytes, encoding, file), delimiter, file, (index) => columns[index]?.name ?? `column ${index + 1}`)
  const table = await tableOf(all, options, { encoding, encodingReason: reason, delimiter, sheet: null, notes: [] })
  columns = table.columns
  return table
}

/** A table of rows that come from anywhere, once its header is read. The rows are let go of when that fails. */
export async function tableOf(
  all: AsyncGenerator<Row, void>, options: TableOptions, how: Pick<Table, 'encoding' | 'encodingReason' | 'delimiter' | 'sheet' | 'notes'>,
): Promise<Table> {
  const { file } = options
  try {
    const header = await readHeader(all, options.header, file)
    const { columns, line: headerLine } = header
    return {
      file, ...how, headerLine, columns,
      column: (name) => columnNamed(columns, name, { file, headerLine }),
      rows: evenRows(all, header, options),
      close: async () => void (await all.return()),
    }
  } catch (error) {
    await all.return()
    throw error
  }
}

/** A source of bytes already in memory, such as a file kept in the database. */
export function sourceOf(bytes: Uint8Array | string): () => AsyncIterable<Uint8Array> {
  const whole = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  return async function* () {
    for (let at = 0; at < whole.length; at += headLength) yield await Promise.resolve(whole.subarray(at, at + headLength))
  }
}

/** A file of another sort where text is to be read. */
export function notATable(file: string, disguise: string): TableProblem {
  return new TableProblem('not-a-table', {
    file, line: null, column: null, seen: `the file is ${disguise}`, expected: 'a text table such as CSV; open the file and save the sheet as CSV',
  })
}

interface Peeked {
  head: Uint8Array
  /** All bytes, the first ones included. */
  bytes: AsyncIterable<Uint8Array>
  /** Lets go of a source whose bytes nobody will read. */
  close: () => Promise<void>
}

async function peek(source: AsyncIterable<Uint8Array>): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]()
  const seen: Uint8Array[] = []
  let length = 0
  while (length < headLength) {
    const next = await iterator.next()
    if (next.done) break
    seen.push(next.value)
    length += next.value.length
  }
  const close = async () => void (await iterator.return?.())
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      yield* seen
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
    } finally {
      await close()
    }
  }
  return { head: Buffer.concat(seen), bytes: bytes(), close }
}

async function encodingOf(source: TableSource, head: Uint8Array, given?: string): Promise<{ encoding: string; reason: string }> {
  if (given) return { encoding: given.toLowerCase() === 'utf8' ? 'utf-8' : given.toLowerCase(), reason: 'it was given' }
  const guess = detectEncoding(head)
  if (guess.encoding !== 'utf-8' || guess.mark > 0 || typeof source !== 'function') return guess
  return (await allUtf8(source())) ? guess : { encoding: 'windows-1252', reason: 'it is not valid UTF-8 all through, and most such files are in Windows-1252' }
}

/** Looks through a whole file. A character may be split between two pieces, so each is judged with up to the last line break. */
async function allUtf8(bytes: AsyncIterable<Uint8Array>): Promise<boolean> {
  let rest: Uint8Array = new Uint8Array()
  for await (const chunk of bytes) {
    const piece = Buffer.concat([rest, chunk])
    const whole = piece.lastIndexOf(10) + 1
    if (!isUtf8(piece.subarray(0, whole))) return false
    rest = piece.subarray(whole)
  }
  return isUtf8(rest)
}

function sample(head: Uint8Array, encoding: string): string {
  return knowsEncoding(encoding) ? iconv.decode(Buffer.from(head), encoding) : ''
}

/** Rows with a cell for every column. A short row is held back until it is known whether it was the last. */
async function* evenRows(all: AsyncIterable<Row>, header: Header, options: TableOptions): AsyncGenerator<Row, void> {
  const width = header.columns.length
  const report = (row: Row, last: boolean) => {
    const problem = unevenRow(row, last, header, options.file)
    if (!options.onProblem) throw problem
    options.onProblem(problem)
  }
  let short: Row | undefined
  if (header.first) yield header.first
  for await (const row of all) {
    if (short) report(short, false)
    short = undefined
    if (row.cells.length === width || options.shortRows === 'as-they-are') yield row
    else if (row.cells.length > width) report(row, false)
    else if (options.shortRows === 'fill') yield { line: row.line, cells: [...row.cells, ...Array<string>(width - row.cells.length).fill('')] }
    else short = row
  }
  if (short) report(short, true)
}

function unevenRow(row: Row, last: boolean, header: Header, file: string): TableProblem {
  const width = header.columns.length
  const cells = (count: number) => (count === 1 ? '1 cell' : `${count} cells`)
  const extra = row.cells.slice(width)
  const beyond = extra.length > 0 ? `; the first one too many is ${quoted(extra.find((cell) => cell.trim() !== '') ?? '')}` : ''
  const foot = last ? '; it is the last row, so the file may have been cut short' : ''
  return new TableProblem(last ? 'cut-short' : 'cells', {
    file, line: row.line, column: null,
    seen: `the row has ${cells(row.cells.length)}${beyond}${foot}`,
    expected: header.line === null ? `${cells(width)}, like the first row` : `${cells(width)}, like the header on line ${header.line}`,
  })
}

/** How a table was read, for people: `windows-1252, parted by semicolons, header on line 7`. */
export function howRead(table: Table): string {
  const header = table.headerLine === null ? 'no header' : `header on line ${table.headerLine}`
  if (table.sheet !== null) return `the sheet “${table.sheet}”, ${header}`
  return table.delimiter === null ? table.encoding : `${table.encoding}, parted by ${delimiterNames[table.delimiter]}s, ${header}`
}
