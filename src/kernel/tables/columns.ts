import { TableProblem } from './problem.ts'

/** One column of a table. */
export interface Column {
  /** How it is addressed: its header tidied of spaces, `name (2)` for a repeated one, `column 4` where the header is blank. */
  name: string
  /** Place in `Row.cells`, counting from 0. */
  index: number
  /** The header as written. */
  header: string
}

/** Names the columns of a header row. Every name is different. */
export function nameColumns(headers: readonly string[]): Column[] {
  const taken = new Set(headers.map(tidyHeader))
  const seen = new Set<string>()
  return headers.map((header, index) => {
    const own = tidyHeader(header) || `column ${index + 1}`
    let name = own
    for (let nth = 2; seen.has(name) || (name !== own && taken.has(name)); nth += 1) name = `${own} (${nth})`
    seen.add(name)
    return { name, index, header }
  })
}

/** Line breaks and runs of spaces inside a header are layout, not name. */
const tidyHeader = (header: string): string => header.replace(/[\s\u00a0]+/g, ' ').trim()

/** Finds a column by name, or by position (`column 4`); the name wins. Undefined where there is none. */
export function findColumn(columns: readonly Column[], name: string): Column | undefined {
  const wanted = tidyHeader(name)
  const position = /^column (\d+)$/.exec(wanted)
  return columns.find((column) => column.name === wanted) ?? (position ? columns[Number(position[1]) - 1] : undefined)
}

/** The letters of a column in a spreadsheet: A for the first. */
export function columnLetters(index: number): string {
  let letters = ''
  for (let left = index; left >= 0; left = Math.floor(left / 26) - 1) letters = String.fromCharCode(65 + (left % 26)) + letters
  return letters
}

/** Where the header was read, for what is said when a column is missing. */
interface HeaderPlace {
  file: string
  headerLine: number | null
}

/** The column of that name; a problem that lists the columns there are and the names that come near, where there is none. */
export function columnNamed(columns: readonly Column[], name: string, { file, headerLine }: HeaderPlace): Column {
  const column = findColumn(columns, name)
  if (column) return column
  const near = nearNames(columns.map((each) => each.name), name)
  const suggestion = near.length > 0 ? `; perhaps ${near.map(quoted).join(' or ')} is meant` : ''
  throw new TableProblem('column', {
    file, line: headerLine, column: null,
    seen: `there is no column "${name}". The columns are ${listed(columns.map((each) => each.name))}`,
    expected: `a column "${name}"${suggestion}`,
  })
}

/** A name or cell for a sentence; a very long one is cut. */
export const quoted = (text: string): string => `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`

/** Names for a sentence, cut off where a file has very many columns. */
export function listed(names: readonly string[], most = 40): string {
  const shown = names.slice(0, most).map(quoted).join(', ')
  return names.length > most ? `${shown} and ${names.length - most} more` : shown
}

/** Up to three names that differ from the wanted one by case, punctuation or a few letters, nearest first. */
export function nearNames(names: readonly string[], wanted: string): string[] {
  const key = comparisonKey(wanted)
  return names
    .filter((name) => name.length <= 200)
    .map((name) => ({ name, distance: distance(comparisonKey(name), key) }))
    .filter(({ name, distance: d }) => d <= Math.max(1, Math.floor(Math.min(key.length, comparisonKey(name).length) / 3)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name)
}

const comparisonKey = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/** Letters to insert, remove or replace to get from one to the other. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
