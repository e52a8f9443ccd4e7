/** Takes the first rows of a file for guessing: all of nearly every published file, and of the others the first part. */
import { jsonLists, openTable, sheetsOf, type Delimiter, type JsonList, type OpenOptions, type Row, type SheetFacts } from '#kernel/tables/index.ts'
import type { ImportSource } from '../imports/reading.ts'
import type { Choices } from './choices.ts'
import type { Sample } from './propose.ts'

const mostRows = 50_000
const mostCells = 1_500_000

/** How a file was read, in words for the page that shows it. */
export interface Reading {
  sort: 'text' | 'spreadsheet' | 'json'
  encoding: string
  encodingReason: string
  /** Null where nothing parts the cells. */
  delimiter: Delimiter | null
  /** The sheet that was read, and all there are that have anything in them. */
  sheet: string | null
  sheets: string[]
  /** The list that was read, and all there are; null where the file is no JSON. */
  path: string[] | null
  lists: { path: string[]; rows: number }[]
  notes: string[]
}

export interface TakenSample extends Sample {
  reading: Reading
}

/** How the file has to be opened, for this sample and by a recipe. */
interface Opening {
  options: Omit<OpenOptions, 'file'>
  file: Sample['file']
  sort: Reading['sort']
  sheets: SheetFacts[]
  lists: JsonList[]
}

/** Reads rows as they stand. Throws a TableProblem where the file is no table. */
export async function takeSample(source: ImportSource, { reading }: Choices): Promise<TakenSample> {
  const { options, file, sort, sheets, lists } = await openingFor(source, reading)
  const table = await openTable(source.open, { ...options, file: source.name, header: 'none', shortRows: 'as-they-are' })
  const { rows, isWhole } = await firstRows(table.rows)
  const named = table.columns.some(({ header }) => header !== '') ? table.columns.map(({ header }) => header) : null
  return {
    fileName: source.name, rows, isWhole, named, file,
    reading: {
      sort, encoding: table.encoding, encodingReason: table.encodingReason, delimiter: table.delimiter, sheet: table.sheet,
      sheets: sheets.filter((sheet) => sheet.rows > 0).map(({ name }) => name), path: sort === 'json' ? [...(options.path ?? [])] : null,
      lists: lists.map(({ path, rows: count }) => ({ path, rows: count })), notes: [...table.notes],
    },
  }
}

async function firstRows(all: AsyncIterable<Row>): Promise<{ rows: Row[]; isWhole: boolean }> {
  const rows: Row[] = []
  let cells = 0
  for await (const row of all) {
    rows.push(row)
    cells += row.cells.length
    if (rows.length >= mostRows || cells >= mostCells) return { rows, isWhole: false }
  }
  return { rows, isWhole: true }
}

async function openingFor(source: ImportSource, reading: Choices['reading']): Promise<Opening> {
  const { encoding, delimiter, sheet } = reading
  switch (await sortOf(source)) {
    case 'json': {
      const lists = (await jsonLists(source.open, source.name)).filter(({ columns }) => columns.length > 1)
      const path = reading.path ?? likeliest(lists)?.path ?? []
      return { options: { format: 'json', path }, file: { format: 'json', ...(path.length > 0 ? { path } : {}) }, sort: 'json', sheets: [], lists }
    }
    case 'spreadsheet': {
      const sheets = await sheetsOf(source.open, source.name)
      const chosen = sheet ?? largest(sheets)?.name
      const named = chosen === undefined ? {} : { sheet: chosen }
      return { options: named, file: sheets.length > 1 ? named : {}, sort: 'spreadsheet', sheets, lists: [] }
    }
    case 'text': {
      const given = { ...(encoding ? { encoding } : {}), ...(delimiter ? { delimiter } : {}) }
      return { options: { format: 'csv', ...given }, file: given, sort: 'text', sheets: [], lists: [] }
    }
  }
}

async function sortOf(source: ImportSource): Promise<Reading['sort']> {
  for await (const chunk of source.open()) {
    const head = Buffer.from(chunk.subarray(0, 200)).toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '')
    return head.startsWith('PK\u0003\u0004') ? 'spreadsheet' : /^\s*[[{]\s*["[{]/.test(head) ? 'json' : 'text'
  }
  return 'text'
}

/** The longest list of records; an object whose entries are rows only where there is none. */
function likeliest(lists: readonly JsonList[]): JsonList | undefined {
  const [first] = lists.filter(({ columns }) => !(columns[0] === 'key' && columns[1] === 'position'))
  return first ?? lists[0]
}

/** The sheet with most in it, of those that are shown. */
const largest = (sheets: readonly SheetFacts[]): SheetFacts | undefined =>
  sheets.filter(({ hidden }) => !hidden).toSorted((a, b) => b.rows * Math.min(b.columns, 20) - a.rows * Math.min(a.columns, 20))[0]
