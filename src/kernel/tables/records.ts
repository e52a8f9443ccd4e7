import { CsvError, parse, type Parser } from 'csv-parse'
import type { Delimiter } from './delimiter.ts'
import { TableProblem } from './problem.ts'

/** One row of a file. */
export interface Row {
  /** Line in the file where the row starts, counting from 1. A quoted cell may carry it on over further lines. */
  line: number
  cells: string[]
}

/** Characters of a cell. No publisher's cell comes near; a spreadsheet program allows a third of it. */
export const longestCell = 100_000

/** A row longer than this is taken for a quotation mark that was never closed; without a limit it would fill the memory. */
const longestRow = 4_000_000

/**
 * Parts text into rows. Blank lines and rows of blank cells are left out but counted. Lines are counted here, from the cells,
 * because csv-parse counts a line break inside quotation marks twice where it is CR LF. The parser is fed by hand rather than
 * as a stream because a failing stream throws away the good rows before the fault, and with them the header.
 */
export async function* records(
  text: AsyncIterable<string>,
  delimiter: Delimiter,
  file: string,
  columnName: (index: number) => string,
): AsyncGenerator<Row, void> {
  let line = 1
  let ready: Row[] = []
  let tooLong: TableProblem | undefined
  const take = (cells: string[]): null => {
    const at = cells.findIndex((cell) => cell.length > longestCell)
    if (at !== -1) tooLong ??= longCell(cells[at] ?? '', line, columnName(at), file)
    if (cells.some((cell) => cell.trim() !== '')) ready.push({ line, cells })
    line += cells.reduce((breaks, cell) => breaks + breaksIn(cell), 1)
    return null
  }
  const parser = parse({ delimiter, record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true, max_record_size: longestRow, on_record: take })
  const feed = feeder(parser)
  for await (const piece of ended(refuseNul(text, file))) {
    const failure = await feed(piece)
    const rows = ready
    ready = []
    yield* tooLong ? rows.filter((row) => row.line < (tooLong?.line ?? 0)) : rows
    if (tooLong) throw tooLong
    if (failure) throw failure instanceof CsvError ? quoteProblem(failure, line, file, columnName) : failure
  }
}

const longCell = (cell: string, line: number, column: string, file: string) =>
  new TableProblem('cells', { file, line, column, seen: `the cell has ${cell.length} characters`, expected: `at most ${longestCell}; a quotation mark may never have been closed` })

/** Gives the parser a piece of text, or null at the end, and answers with its error once it has worked through it. */
function feeder(parser: Parser): (piece: string | null) => Promise<Error | undefined> {
  let failure: Error | undefined
  // Without a listener Node would end the process; the answer to the caller carries the error.
  parser.on('error', (error) => (failure = error))
  return (piece) =>
    new Promise((resolve) => {
      const done = (error?: Error | null) => resolve(error ?? failure)
      if (piece === null) parser.end(done)
      else parser.write(piece, done)
    })
}

/** The pieces, and null after the last. */
async function* ended(text: AsyncIterable<string>): AsyncGenerator<string | null> {
  yield* text
  yield null
}

function breaksIn(cell: string): number {
  return cell.includes('\n') || cell.includes('\r') ? (cell.match(/\r\n|\n|\r/g) ?? []).length : 0
}

/** A NUL is never part of a table: the file is of another sort, or in UTF-16 and read as something else. */
async function* refuseNul(text: AsyncIterable<string>, file: string): AsyncGenerator<string> {
  let line = 1
  for await (const piece of text) {
    const at = piece.indexOf('\0')
    if (at !== -1) {
      throw new TableProblem('nul', {
        file, line: line + breaksIn(piece.slice(0, at)), column: null,
        seen: 'there is a zero byte, which no text table has; the file may be in UTF-16, or not be text at all',
        expected: 'text in the encoding that was given',
      })
    }
    line += breaksIn(piece)
    yield piece
  }
}

function quoteProblem(error: CsvError, line: number, file: string, columnName: (index: number) => string): TableProblem {
  const column = typeof error.column === 'number' ? columnName(error.column) : null
  const problem = (fault: 'quotes' | 'cut-short', seen: string, expected: string) => new TableProblem(fault, { file, line, column, seen, expected })
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return problem('cut-short', 'a quotation mark opens in this row and the file ends before it closes; the file may have been cut short', 'a closing quotation mark')
    case 'CSV_MAX_RECORD_SIZE':
      return problem('quotes', `the row is longer than ${longestRow / 1_000_000} million characters; a quotation mark may never have been closed`, 'a closing quotation mark')
    case 'INVALID_OPENING_QUOTE':
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE':
      return problem('quotes', 'a quotation mark stands in the middle of a cell', 'quotation marks only around a whole cell, and doubled inside it')
    default:
      return problem('quotes', `the row cannot be parted into cells (${error.message})`, 'a row of cells')
  }
}
