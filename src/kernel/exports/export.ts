/** What a column holds. `number` covers fractions; `date` is a day, `moment` a day and time in UTC. */
export type Datatype = 'text' | 'number' | 'whole' | 'date' | 'moment' | 'yes-no'

/** One cell. Numbers may come as text, exactly as the database keeps them; null is an empty cell. */
export type ExportCell = string | number | boolean | Date | null

/** A column as a reader of the file needs to know it. */
export interface ExportColumn {
  /** The heading in CSV: small letters, digits and underscores. */
  name: string
  /** The heading in spreadsheets. */
  title: string
  datatype: Datatype
  /** What a cell means: unit, and what an empty one says. */
  description: string
}

/** A column together with how its cell is found in whatever a row is made from. */
export interface ColumnOf<T> extends ExportColumn {
  cell: (row: T) => ExportCell
}

/** What an export is of. Written into its metadata, so that a file can be understood away from the page it came from. */
export interface ExportAbout {
  /** Name of the file without its ending. */
  name: string
  title: string
  description: string
  /** Who put the content out; null where the rows say so themselves or nobody outside did. */
  publisher: string | null
  licence: string | null
  /** Where the publisher put it out, when that is one address. */
  origin?: string | null
  /** The moment whose knowledge it is; null: now. */
  knownAt: Date | null
}

/** A table that can be written in any format. The rows are made while they are being read and can be read once. */
export interface Export extends ExportAbout {
  columns: readonly ExportColumn[]
  /** False: the CSV file begins without a byte order mark, as programs prefer it. People's files have one, or Excel shows £ wrongly. */
  mark?: boolean
  rows: AsyncIterable<readonly ExportCell[]>
}

/** A table of rows of any kind, each column finding its own cell. */
export function exportOf<T>(about: ExportAbout, columns: readonly ColumnOf<T>[], rows: AsyncIterable<T> | Iterable<T>): Export {
  return { ...about, columns, rows: cellsOf(columns, rows) }
}

async function* cellsOf<T>(columns: readonly ColumnOf<T>[], rows: AsyncIterable<T> | Iterable<T>): AsyncGenerator<ExportCell[], void> {
  for await (const row of rows) yield columns.map(({ cell }) => cell(row))
}
