import { Problem } from '../problems.ts'

/** What sort of fault it is; stable, for reports and tests. */
export type TableFault =
  | 'empty'
  | 'not-a-table'
  | 'encoding'
  | 'nul'
  | 'quotes'
  | 'cut-short'
  | 'cells'
  | 'header'
  | 'column'
  | 'too-large'
  | 'unsafe'
  | 'sheet'
  | 'json'

export interface TableFaultDetails {
  /** The file's name as people know it. */
  file: string
  /** Line in the file, counting from 1, where the row at fault starts; null when the whole file is at fault. */
  line: number | null
  /** Name of the column, as `Column.name`; null when the row or file is at fault. */
  column: string | null
  /** What stands there. */
  seen: string
  /** What should stand there instead. */
  expected: string
}

/** A file that cannot be read as a table. The message is one or two sentences that name file, line and column. */
export class TableProblem extends Problem {
  readonly fault: TableFault
  readonly file: string
  readonly line: number | null
  readonly column: string | null
  readonly seen: string
  readonly expected: string

  constructor(fault: TableFault, details: TableFaultDetails) {
    const { file, line, column, seen, expected } = details
    const place = [file, line !== null && `line ${line}`, column !== null && `column "${column}"`].filter(Boolean).join(', ')
    super('refused', `${place}: ${seen}. Expected ${expected}.`)
    this.name = 'TableProblem'
    this.fault = fault
    this.file = file
    this.line = line
    this.column = column
    this.seen = seen
    this.expected = expected
  }
}
