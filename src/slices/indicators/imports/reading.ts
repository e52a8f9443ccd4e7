/** Opens the file an import brings and gives its rows with their lines, whatever the format. */
import { createHash } from 'node:crypto'
import { TableProblem, findColumn, readTable, type HeaderRule, type Row } from '#kernel/tables/index.ts'
import type { Recipe } from './recipe.ts'
import { columnsOf, type ColumnPlace } from './texts.ts'

/** A file to import: opened anew for each look through it. */
export interface ImportSource {
  /** Its name as people know it. */
  name: string
  open: () => AsyncIterable<Uint8Array>
}

/** What was seen of a file before its rows. */
export interface FileFacts {
  name: string
  bytes: number
  sha256: string
  encoding: string
  /** Why that encoding, in words. */
  encoding_reason: string
  delimiter: string
  /** Line of the header; null where there is none. */
  header_line: number | null
  columns: string[]
}

export interface OpenFile {
  facts: FileFacts
  place: ColumnPlace
  rows: AsyncIterable<Row>
  close(): Promise<void>
}

/** Opens a file as its recipe says. Rows with the wrong number of cells go to `onProblem`. */
export async function openFile(source: ImportSource, recipe: Recipe, onProblem: (problem: TableProblem) => void): Promise<OpenFile> {
  const { bytes, sha256 } = await fingerprint(source)
  if (recipe.file.format === 'json') return openJson(source, { bytes, sha256 })
  const { encoding, delimiter, short_rows } = recipe.file
  const table = await readTable(source.open, {
    file: source.name,
    ...(encoding === 'auto' ? {} : { encoding }),
    ...(delimiter === 'auto' ? {} : { delimiter }),
    ...headerOf(recipe),
    shortRows: short_rows,
    onProblem,
  })
  return {
    facts: {
      name: source.name, bytes, sha256, encoding: table.encoding, encoding_reason: table.encodingReason, delimiter: table.delimiter,
      header_line: table.headerLine, columns: table.columns.map((column) => column.name),
    },
    place: (name) => table.column(name).index,
    rows: table.rows,
    close: () => table.close(),
  }
}

function headerOf(recipe: Recipe): { header?: NonNullable<HeaderRule> } {
  const { header } = recipe.file
  if (header === 'first') return {}
  if (header === 'none') return { header: 'none' }
  return { header: header === 'find' ? { columns: columnsOf(recipe) } : { line: header } }
}

async function fingerprint(source: ImportSource): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of source.open()) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
}

/** JSON is for lists: an object of lists becomes a row for each entry of each list. Its "line" is the entry's number. */
async function openJson(source: ImportSource, { bytes, sha256 }: { bytes: number; sha256: string }): Promise<OpenFile> {
  const columns = ['key', 'position', 'value'].map((name, index) => ({ name, index, header: name }))
  const rows = rowsOf(await parsedJson(source), source.name)
  return {
    facts: {
      name: source.name, bytes, sha256, encoding: 'utf-8', encoding_reason: 'JSON is always UTF-8', delimiter: '', header_line: null,
      columns: columns.map((column) => column.name),
    },
    place: (name) => {
      const column = findColumn(columns, name)
      if (column) return column.index
      throw new TableProblem('column', { file: source.name, line: null, column: null, seen: `there is no column "${name}"`, expected: 'key, position or value' })
    },
    rows,
    close: () => Promise.resolve(),
  }
}

async function parsedJson(source: ImportSource): Promise<unknown> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source.open()) chunks.push(chunk)
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8').replace(/^\uFEFF/, ''))
  } catch (cause) {
    const seen = `the file is not JSON (${cause instanceof Error ? cause.message : String(cause)}); it may have been cut short`
    throw new TableProblem('cut-short', { file: source.name, line: null, column: null, seen, expected: 'one whole JSON object' })
  }
}

async function* rowsOf(whole: unknown, file: string): AsyncGenerator<Row> {
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) {
    throw new TableProblem('not-a-table', { file, line: null, column: null, seen: 'the JSON is not an object', expected: 'an object of lists' })
  }
  let entry = 0
  for (const [key, value] of Object.entries(whole)) {
    entry++
    const list: unknown[] = Array.isArray(value) ? value : [value]
    for (const [index, item] of list.entries()) yield await Promise.resolve({ line: entry, cells: [key, String(index + 1), jsonText(item)] })
  }
}

const jsonText = (value: unknown): string =>
  typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value)
