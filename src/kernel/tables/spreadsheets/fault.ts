import type { TableFault } from '../problem.ts'

/** What is wrong with a spreadsheet, as it comes from the thread that takes it apart. */
export interface SheetFault {
  fault: TableFault
  /** Null where the whole file is at fault. */
  sheet?: string
  line?: number
  /** Letter of the column. */
  column?: string
  seen: string
  expected: string
}

export class SheetProblem extends Error {
  readonly details: SheetFault
  constructor(details: SheetFault) {
    super(details.seen)
    this.name = 'SheetProblem'
    this.details = details
  }
}
