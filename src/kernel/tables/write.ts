/** What a cell may hold. Null is an empty cell. */
export type CellValue = string | number | null

/** Leading characters that a spreadsheet takes for a formula or for a way to start one. */
const startsFormula = /^[=+\-@\t\r]/
const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/**
 * One row of CSV (RFC 4180) with its CR LF. Text that a spreadsheet would run as a formula gets an apostrophe before it, so that
 * a downloaded file cannot do anything; numbers with a sign stay numbers.
 */
export function csvRow(cells: readonly CellValue[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(value: CellValue): string {
  if (value === null) return ''
  const text = String(value)
  const harmless = startsFormula.test(text) && !isNumber.test(text) ? `'${text}` : text
  return /[",\r\n]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/**
 * A CSV file piece by piece, in constant memory. `mark` starts it with a byte order mark, without which Excel shows £ wrongly;
 * programs read it either way.
 */
export async function* writeCsv(
  headers: readonly string[],
  rows: AsyncIterable<readonly CellValue[]> | Iterable<readonly CellValue[]>,
  { mark = false }: { mark?: boolean } = {},
): AsyncGenerator<string, void> {
  yield `${mark ? '\ufeff' : ''}${csvRow(headers)}`
  for await (const row of rows) yield csvRow(row)
}
