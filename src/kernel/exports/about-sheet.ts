import { formatCount } from '../figures/index.ts'
import { datatypeWords } from './datatypes.ts'
import type { Export } from './export.ts'

/** What an export says of itself beside its rows. Everything is text. */
export interface Circumstances {
  /** Address of the page or query it was taken from. */
  source: string
  madeAt: Date
}

/** The last sheet of a spreadsheet: what the table is, how many rows it has and what its columns mean. */
export function aboutRows(table: Export, { source, madeAt }: Circumstances, rows: number): string[][] {
  const { title, description, publisher, licence, knownAt, columns } = table
  return [
    ['Title', title],
    ['Description', description],
    ['Publisher', publisher ?? 'see the rows, or the measures they name'],
    ['Licence', licence ?? 'see the rows, or the measures they name'],
    ['Taken from', source],
    ['As known at', knownAt?.toISOString() ?? madeAt.toISOString()],
    ['Made at', madeAt.toISOString()],
    ['Rows', formatCount(rows)],
    [],
    ['Column', 'Heading in CSV', 'Holds', 'Meaning'],
    ...columns.map((column) => [column.title, column.name, datatypeWords[column.datatype], column.description]),
  ]
}
