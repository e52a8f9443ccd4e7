import { decimalOf } from '../../figures/index.ts'
import { TableProblem } from '../problem.ts'
import type { Row } from '../records.ts'

/** The rows of a list found in a JSON document. */
export interface JsonRows {
  /** Names of the columns; null where the list holds lists, whose first is the header. */
  names: string[] | null
  rows: Iterable<Row>
}

const mostColumns = 5_000

/**
 * Rows of what stands in a document. A list of objects: a row each, with a column for each field (`properties.LAD23CD` for a
 * field within a field). A list of lists: a row each. An object: for each entry a row, or one for each item of the entry's list,
 * with the columns key, position and value, and one for each field. `line` is the number of the item or entry.
 */
export function jsonRows(found: unknown, file: string): JsonRows {
  if (Array.isArray(found)) return found.length > 0 && found.every((item) => Array.isArray(item)) ? { names: null, rows: listRows(found as unknown[][]) } : recordRows(found as unknown[], file)
  if (typeof found === 'object' && found !== null) return entryRows(found, file)
  throw new TableProblem('not-a-table', { file, line: null, column: null, seen: `there is ${described(found)}`, expected: 'a list, or an object whose entries are the rows' })
}

const described = (value: unknown) => (value === null ? 'null' : typeof value === 'string' ? 'a text' : `a ${typeof value}`)

function* listRows(lists: readonly unknown[][]): Generator<Row> {
  for (const [index, list] of lists.entries()) yield { line: index + 1, cells: list.map(jsonText) }
}

function recordRows(items: readonly unknown[], file: string): JsonRows {
  const scalars = items.length > 0 && items.every((item) => typeof item !== 'object' || item === null)
  if (scalars) return { names: ['position', 'value'], rows: items.map((item, index) => ({ line: index + 1, cells: [String(index + 1), jsonText(item)] })) }
  const fields = items.map((item) => fieldsOf(item))
  const names = namesOf(fields, file)
  return { names, rows: rowsOf(fields, names, (index) => index + 1, () => []) }
}

function entryRows(whole: object, file: string): JsonRows {
  const entries = Object.entries(whole).flatMap(([key, value], entry) =>
    (Array.isArray(value) ? (value as unknown[]) : [value as unknown]).map((item, index) => ({ line: entry + 1, key, position: String(index + 1), item })))
  const fields = entries.map(({ item }) => (isObject(item) ? fieldsOf(item) : new Map<string, string>()))
  const names = namesOf(fields, file)
  const own = (index: number) => {
    const entry = entries[index]
    return entry ? [entry.key, entry.position, jsonText(entry.item)] : []
  }
  return { names: ['key', 'position', 'value', ...names], rows: rowsOf(fields, names, (index) => entries[index]?.line ?? 0, own) }
}

function* rowsOf(fields: readonly Map<string, string>[], names: readonly string[], line: (index: number) => number, own: (index: number) => string[]): Generator<Row> {
  for (const [index, one] of fields.entries()) yield { line: line(index), cells: [...own(index), ...names.map((name) => one.get(name) ?? '')] }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The fields of a record, those of objects within it too. A list within it stays together, as JSON text. */
function fieldsOf(record: unknown): Map<string, string> {
  const found = new Map<string, string>()
  const walk = (value: unknown, name: string): void => {
    if (isObject(value)) for (const [key, inner] of Object.entries(value)) walk(inner, name === '' ? key : `${name}.${key}`)
    else found.set(name === '' ? 'value' : name, jsonText(value))
  }
  walk(record, '')
  return found
}

function namesOf(records: readonly Map<string, string>[], file: string): string[] {
  const names = new Set<string>()
  for (const record of records) for (const name of record.keys()) names.add(name)
  if (names.size <= mostColumns) return [...names]
  throw new TableProblem('too-large', { file, line: null, column: null, seen: `the records have ${names.size} different fields`, expected: `at most ${mostColumns}` })
}

/** A text as it is, a number exactly, nothing for null, anything else as JSON. */
function jsonText(value: unknown): string {
  if (typeof value === 'string') return value
  // A number too large to be kept is none; it is refused where a figure is wanted.
  if (typeof value === 'number') return Number.isFinite(value) ? decimalOf(value) : String(value)
  return value === null || value === undefined ? '' : JSON.stringify(value)
}
