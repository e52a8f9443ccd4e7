import { TableProblem } from '../problem.ts'
import { tableOf, type Table, type TableOptions, type TableSource } from '../read.ts'
import type { Row } from '../records.ts'
import type { SheetFacts } from './sheets.ts'
import { bytesOf, Thread } from './thread.ts'
import type { Ask } from './worker.ts'

export interface SheetOptions extends TableOptions {
  /** Name of the sheet, or its number from 1. Absent: the first that is shown and has the header. */
  sheet?: string | number
  /** Whether the text of merged cells stands in the first of them or in each. */
  merged?: 'first' | 'repeat'
}

/** Opens a sheet of a spreadsheet as a table. Throws a TableProblem that says what is wrong and where. */
export async function readSheetTable(source: TableSource, options: SheetOptions): Promise<Table> {
  const taken = await TakenApart.open(source, options.file)
  try {
    return await firstThatFits(taken, options)
  } catch (cause) {
    await taken.close()
    throw cause
  }
}

/** The sheets of a spreadsheet, in its order. */
export async function sheetsOf(source: TableSource, file: string): Promise<SheetFacts[]> {
  const taken = await TakenApart.open(source, file)
  await taken.close()
  return taken.sheets
}

async function firstThatFits(taken: TakenApart, options: SheetOptions): Promise<Table> {
  const candidates = candidatesAmong(taken.sheets, options)
  let first: unknown
  for (const sheet of candidates) {
    try {
      return await sheetTable(taken, sheet, candidates.length < taken.sheets.length || options.sheet !== undefined, options)
    } catch (cause) {
      // Without a sheet named, a sheet of notes is passed over for the one that has the header.
      if (!(cause instanceof TableProblem) || !['header', 'column', 'empty'].includes(cause.fault)) throw cause
      first ??= cause
    }
  }
  throw first
}

function candidatesAmong(sheets: readonly SheetFacts[], { sheet, file }: SheetOptions): SheetFacts[] {
  const problem = (seen: string, expected: string) => new TableProblem('sheet', { file, line: null, column: null, seen, expected })
  const names = sheets.map(({ name, hidden }) => `“${name}”${hidden ? ' (hidden)' : ''}`).join(', ')
  if (sheet === undefined) {
    const shown = sheets.filter(({ hidden, rows }) => !hidden && rows > 0)
    if (shown.length > 0) return shown
    throw problem(sheets.some(({ rows }) => rows > 0) ? `only hidden sheets have anything in them: ${names}` : 'the spreadsheet is empty', 'a sheet with a header row and rows of figures')
  }
  const found = typeof sheet === 'number' ? sheets[sheet - 1] : (sheets.find(({ name }) => name === sheet) ?? sheets.find(({ name }) => name.trim().toLowerCase() === sheet.trim().toLowerCase()))
  if (found) return [found]
  throw problem(typeof sheet === 'number' ? `there is no sheet ${sheet}; there are ${sheets.length}: ${names}` : `there is no sheet “${sheet}”. The sheets are ${names}`, typeof sheet === 'number' ? `a number up to ${sheets.length}` : `a sheet “${sheet}”`)
}

async function sheetTable(taken: TakenApart, { name, hidden }: SheetFacts, severalOrNamed: boolean, options: SheetOptions): Promise<Table> {
  const notes = hidden ? [`The sheet “${name}” is hidden in the spreadsheet.`] : []
  const others = taken.sheets.filter((sheet) => sheet.name !== name && sheet.rows > 0)
  if (others.length > 0) notes.push(`Read was the sheet “${name}”; not read: ${others.slice(0, 8).map((sheet) => `“${sheet.name}”${sheet.hidden ? ' (hidden)' : ''}`).join(', ')}${others.length > 8 ? ' …' : ''}.`)
  const rows = taken.rows(name, options.merged ?? 'first', notes)
  const table = await tableOf(rows, { ...options, shortRows: options.shortRows === 'as-they-are' ? 'as-they-are' : 'fill', file: `${options.file}, sheet “${name}”` }, {
    encoding: 'spreadsheet', encodingReason: severalOrNamed ? `the sheet “${name}” is read` : 'a spreadsheet says its own encoding', delimiter: null, sheet: name, notes,
  })
  return {
    ...table, file: options.file, rows: closing(table.rows, taken),
    close: async () => {
      await table.close()
      await taken.close()
    },
  }
}

/** The rows, and after the last of them, or when the reader has seen enough, the end of the thread. */
async function* closing(rows: AsyncIterable<Row>, taken: TakenApart): AsyncGenerator<Row, void> {
  try {
    yield* rows
  } finally {
    await taken.close()
  }
}

/** A spreadsheet in its thread. The thread ends with `close`, or when it takes too long. */
class TakenApart {
  readonly sheets: SheetFacts[]
  readonly #thread: Thread
  readonly #file: string

  private constructor(thread: Thread, sheets: SheetFacts[], file: string) {
    this.#thread = thread
    this.sheets = sheets
    this.#file = file
  }

  static async open(source: TableSource, file: string): Promise<TakenApart> {
    const thread = new Thread(await bytesOf(source, file), file)
    const answer = await thread.next()
    if (!('sheets' in answer)) throw new Error('The thread of a spreadsheet began with rows.')
    return new TakenApart(thread, answer.sheets, file)
  }

  async *rows(sheet: string, merged: 'first' | 'repeat', notes: string[]): AsyncGenerator<Row, void> {
    let ask: Ask = { begin: sheet, merged }
    for (;;) {
      const answer = await this.#thread.ask(ask)
      if (!('rows' in answer)) throw new Error(`The thread of ${this.#file} answered without rows.`)
      yield* answer.rows
      if (answer.done) {
        notes.push(...answer.notes)
        return
      }
      ask = 'more'
    }
  }

  close(): Promise<void> {
    return this.#thread.end()
  }
}
