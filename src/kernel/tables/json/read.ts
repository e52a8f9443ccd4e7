import { findColumn, listed, nameColumns } from '../columns.ts'
import { TableProblem } from '../problem.ts'
import { tableOf, type Table, type TableOptions, type TableSource } from '../read.ts'
import type { Row } from '../records.ts'
import { readJson } from './document.ts'
import { jsonRows } from './rows.ts'

/** Opens a list in a JSON document as a table. `path` leads to it; without one, the whole document is the list. */
export async function readJsonTable(source: TableSource, path: readonly string[], options: TableOptions): Promise<Table> {
  const { file } = options
  const document = await readJson(source, file)
  return tableOfJson(at(document, path, file), path, options)
}

/** A HexJSON document: a row for each hex, with the columns key, n, q, r and whatever else there is, and `layout`, the same on each. */
export async function readHexJson(source: TableSource, options: TableOptions): Promise<Table> {
  const { file } = options
  const document = await readJson(source, file)
  const layout: unknown = typeof document === 'object' && document !== null && 'layout' in document ? document.layout : undefined
  if (typeof layout !== 'string') {
    throw new TableProblem('not-a-table', { file, line: null, column: null, seen: 'the document does not state its layout', expected: 'HexJSON: an object with "layout" (such as odd-r) and "hexes"' })
  }
  const hexes = at(document, ['hexes'], file)
  const { names, rows } = jsonRows(hexes, file)
  const withLayout = function* (): Generator<Row> {
    for (const row of rows) yield { ...row, cells: [...row.cells, layout] }
  }
  return namedTable([...(names ?? []), 'layout'], withLayout(), ['hexes'], options)
}

function tableOfJson(found: unknown, path: readonly string[], options: TableOptions): Promise<Table> {
  const { names, rows } = jsonRows(found, options.file)
  return names ? namedTable(names, rows, path, options) : tableOf(streamed(rows), options, how(path))
}

const how = (path: readonly string[]) => ({
  encoding: 'utf-8', encodingReason: `JSON is always UTF-8; the list is ${path.length === 0 ? 'the whole document' : `at ${path.join('.')}`}`, delimiter: null, sheet: null, notes: [],
})

/** Columns that the document names need no header row. */
async function namedTable(names: readonly string[], rows: Iterable<Row>, path: readonly string[], options: TableOptions): Promise<Table> {
  const columns = nameColumns(names)
  const { file } = options
  return Promise.resolve({
    file, ...how(path), headerLine: null, columns,
    column: (name) => {
      const column = findColumn(columns, name)
      if (column) return column
      throw new TableProblem('column', { file, line: null, column: null, seen: `there is no column "${name}". The columns are ${listed(names)}`, expected: `a column "${name}"` })
    },
    rows: streamed(rows),
    close: () => Promise.resolve(),
  })
}

async function* streamed(rows: Iterable<Row>): AsyncGenerator<Row, void> {
  for (const row of rows) {
    // Each row gives way to other work: a document may have hundreds of thousands.
    yield await Promise.resolve(row)
  }
}

/** What stands at the end of a path. Only an object's own entries count, whatever their names. */
function at(document: unknown, path: readonly string[], file: string): unknown {
  let found = document
  for (const [depth, name] of path.entries()) {
    if (typeof found === 'object' && found !== null && Object.hasOwn(found, name)) found = (found as Record<string, unknown>)[name]
    else {
      const where = depth === 0 ? 'the document' : `"${path.slice(0, depth).join('.')}"`
      const has = typeof found === 'object' && found !== null ? `; it has ${listed(Object.keys(found), 12) || 'nothing'}` : ''
      throw new TableProblem('column', { file, line: null, column: null, seen: `${where} has no "${name}"${has}`, expected: `a list at "${path.join('.')}"` })
    }
  }
  return found
}

/** A list in a document that can be read as a table. */
export interface JsonList {
  path: string[]
  /** Rows it would give. */
  rows: number
  columns: string[]
}

const mostLists = 50

/** The lists in a document that can be read as tables, the longest first. */
export async function jsonLists(source: TableSource, file: string): Promise<JsonList[]> {
  const lists: JsonList[] = []
  const walk = (value: unknown, path: string[]): void => {
    if (typeof value !== 'object' || value === null || lists.length >= mostLists || path.length > 6) return
    const inner: unknown[] = Object.values(value)
    const composed = inner.filter((one) => typeof one === 'object' && one !== null).length
    if (inner.length > 0 && (Array.isArray(value) || composed > inner.length / 2)) {
      const { names, rows } = jsonRows(value, file)
      const counted = [...rows]
      lists.push({ path, rows: counted.length, columns: names ?? counted[0]?.cells ?? [] })
    }
    if (!Array.isArray(value) && inner.length <= 100) for (const [name, one] of Object.entries(value)) walk(one, [...path, name])
  }
  walk(await readJson(source, file), [])
  return lists.toSorted((a, b) => b.rows - a.rows)
}
