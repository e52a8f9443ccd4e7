/** Finds the row that names the columns among the first rows of a file. No database, no web. */
import { isRefusedPeriod, parsePeriod } from '#kernel/periods/index.ts'
import type { Row } from '#kernel/tables/index.ts'
import { figureOf } from './profile.ts'

/** As far down as a header is looked for. */
const farthestHeader = 50

export interface FoundHeader {
  /** Place of the header in the rows; -1 where the file has none. */
  at: number
  reason: string
  /** Whether the row above belongs to it, because only together they tell the columns apart. */
  joined: boolean
}

const filledIn = ({ cells }: Row) => cells.filter((cell) => cell.trim() !== '')

/** A year in a heading is a name like any other. */
const isName = (text: string) => figureOf(text) === null || !isRefusedPeriod(parsePeriod(text.trim()))

/** The first row that is about as wide as the table and holds names rather than numbers. */
export function findHeader(rows: readonly Row[]): FoundHeader {
  const width = usualWidth(rows)
  const first = rows.slice(0, farthestHeader)
  const at = first.findIndex((row, place) => isHeader(row, width) && (place === 0 ? looksUnlike(row, rows.slice(1, 20)) : true))
  if (at === -1) return { at: -1, joined: false, reason: 'No row of names stands above the figures, so the columns are counted.' }
  const line = first[at]?.line ?? 1
  if (needsRowAbove(rows, at)) return { at, joined: true, reason: `Line ${line} names the columns, but names repeat in it; with the codes on the line above, each is different.` }
  return { at, joined: false, reason: at === 0 ? 'The first row holds names where the rows below hold cells.' : `Line ${line} is the first row as wide as the table that holds names rather than numbers; what stands above it are titles.` }
}

function isHeader(row: Row, width: number): boolean {
  const filled = filledIn(row)
  const names = filled.filter(isName)
  return filled.length >= Math.max(1, width * 0.6) && names.length >= filled.length * 0.6 && new Set(names).size >= names.length * 0.5
}

/** Names that repeat, under a row of short codes with which they no longer do. */
export function needsRowAbove(rows: readonly Row[], at: number): boolean {
  const [own, above] = [rows[at], rows[at - 1]]
  if (!own || !above) return false
  const names = own.cells.map((cell) => cell.trim())
  const repeated = names.filter((name, place) => name !== '' && names.indexOf(name) !== place)
  const codes = above.cells.filter((cell, place) => /^[A-Z]{0,3}\d{1,5}[a-z]?$/.test(cell.trim()) && names[place] !== '')
  const joined = names.map((name, place) => `${(above.cells[place] ?? '').trim()} ${name}`)
  return repeated.length > 0 && codes.length >= names.length * 0.6 && new Set(joined).size === joined.length
}

/** A first row is not a header when most of its texts occur again below in the same column. */
function looksUnlike(row: Row, below: readonly Row[]): boolean {
  if (below.length === 0) return true
  const again = row.cells.filter((cell, place) => cell.trim() !== '' && below.some(({ cells }) => cells[place] === cell)).length
  return again < filledIn(row).length * 0.5
}

/** The commonest number of filled cells, of rows with more than one where there are any. */
function usualWidth(rows: readonly Row[]): number {
  const counts = new Map<number, number>()
  for (const row of rows.slice(0, 300)) {
    const filled = filledIn(row).length
    if (filled > 1) counts.set(filled, (counts.get(filled) ?? 0) + 1)
  }
  return [...counts].toSorted((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 1
}
