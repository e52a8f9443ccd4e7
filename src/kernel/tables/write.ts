/** What a cell may hold. Null is an empty cell. */
export type CellValue = string | number | null

/** Leading characters that a spreadsheet takes for a formula or for a way to start one, in half and full width. */
const startsFormula = /^'*[=+\-@\t\r\n＝＋－＠]/
const numberText = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** Whether text is a number as figures are written in files: digits with a point, and perhaps a sign and a power of ten. */
export const isNumberText = (text: string) => numberText.test(text)

/**
 * Text with an apostrophe before it where a spreadsheet would run it as a formula, so that a downloaded file cannot do anything;
 * numbers with a sign stay numbers. Text that already has apostrophes before such a character gets one more, so that nothing is lost.
 */
const guarded = (text: string) => (startsFormula.test(text) && !isNumberText(text) ? `'${text}` : text)

/** The text that was guarded: without the one apostrophe that `guarded` put there. Other text stays as it is. */
export const unguarded = (text: string) => (text.startsWith("'") && startsFormula.test(text) ? text.slice(1) : text)

/** One row of CSV (RFC 4180) with its CR LF, guarded against formulas. */
export function csvRow(cells: readonly CellValue[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(value: CellValue): string {
  if (value === null) return ''
  const harmless = typeof value === 'number' ? String(value) : guarded(value)
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
