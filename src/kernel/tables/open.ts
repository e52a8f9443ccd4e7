import { otherThanTable } from './disguise.ts'
import { readHexJson, readJsonTable } from './json/read.ts'
import { TableProblem } from './problem.ts'
import { notATable, readTable, type Table } from './read.ts'
import { readSheetTable, type SheetOptions } from './spreadsheets/read.ts'

/** What a file may be read as. auto: text or a spreadsheet, whichever it is; JSON has to be asked for. */
export const tableFormats = ['auto', 'csv', 'tsv', 'xlsx', 'ods', 'json', 'hexjson'] as const
export type TableFormat = (typeof tableFormats)[number]

export interface OpenOptions extends SheetOptions {
  format?: TableFormat
  /** Where the list is in a JSON document; empty: the whole document. */
  path?: readonly string[]
}

/** Opens a file of any sort as a table and reads as far as its header. Throws a TableProblem that says what is wrong and where. */
export async function openTable(source: () => AsyncIterable<Uint8Array>, options: OpenOptions): Promise<Table> {
  const { format = 'auto', path = [], file } = options
  if (format === 'json') return readJsonTable(source, path, options)
  if (format === 'hexjson') return readHexJson(source, options)
  const sort = await sortOf(source)
  if (sort === 'empty' || sort === 'text') {
    if ((format === 'xlsx' || format === 'ods') && sort === 'text') throw notASpreadsheet(file, await disguiseOf(source))
    return readTable(source, format === 'tsv' ? { delimiter: '\t', ...options } : options)
  }
  if (format === 'csv' || format === 'tsv') throw notATable(file, (await disguiseOf(source)) ?? 'a spreadsheet')
  return readSheetTable(source, options)
}

/** Whether a file is a package, as spreadsheets are. Everything else is left to the reader of text, which says what it is not. */
async function sortOf(source: () => AsyncIterable<Uint8Array>): Promise<'package' | 'text' | 'empty'> {
  const head = await headOf(source)
  if (head.length === 0) return 'empty'
  return head.toString('latin1', 0, 4) === 'PK\x03\x04' ? 'package' : 'text'
}

async function headOf(source: () => AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of source()) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= 4096) break
  }
  return Buffer.concat(chunks)
}

const disguiseOf = async (source: () => AsyncIterable<Uint8Array>) => otherThanTable(await headOf(source))

function notASpreadsheet(file: string, disguise: string | undefined): TableProblem {
  return new TableProblem('not-a-table', { file, line: null, column: null, seen: `the file is ${disguise ?? 'text'}`, expected: 'a spreadsheet (.xlsx or .ods), as the recipe says' })
}
