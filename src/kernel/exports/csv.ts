import { csvRow, type CellValue } from '../tables/index.ts'
import type { Datatype, Export, ExportCell } from './export.ts'
import { valueOf } from './values.ts'

/** How much text is gathered before it is handed on: many small pieces would cost more than the rows themselves. */
const pieceSize = 32 * 1024

/** The table as CSV, piece by piece. */
export async function* writtenAsCsv({ columns, rows, mark = true }: Pick<Export, 'columns' | 'rows' | 'mark'>): AsyncGenerator<string, void> {
  let piece = `${mark ? '\ufeff' : ''}${csvRow(columns.map(({ name }) => name))}`
  for await (const row of rows) {
    piece += csvRow(row.map((cell, place) => inCsv(cell, columns[place]?.datatype ?? 'text')))
    if (piece.length >= pieceSize) {
      yield piece
      piece = ''
    }
  }
  yield piece
}

/** Numbers, days and moments are written so that only text can need guarding. */
function inCsv(cell: ExportCell, datatype: Datatype): CellValue {
  const value = valueOf(cell, datatype)
  switch (value.kind) {
    case 'empty':
      return null
    case 'number':
      return value.digits
    case 'date':
      return value.day
    case 'moment':
      return value.at.toISOString()
    case 'yes-no':
      return String(value.yes)
    case 'text':
      return value.text
  }
}
