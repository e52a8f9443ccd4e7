import { isNumberText } from '../tables/index.ts'
import type { Datatype, ExportCell } from './export.ts'

/** A cell as every format writes it. What does not fit its column's datatype is kept as text rather than lost. */
export type Value =
  | { kind: 'empty' }
  | { kind: 'text'; text: string }
  /** Digits exactly as they were given, in the notation of JSON. */
  | { kind: 'number'; digits: string }
  /** `2024-03-31` */
  | { kind: 'date'; day: string }
  /** `2024-03-31T10:00:00.000Z` */
  | { kind: 'moment'; at: Date }
  | { kind: 'yes-no'; yes: boolean }

const empty: Value = { kind: 'empty' }

/** What a cell of a column of this datatype holds. */
export function valueOf(cell: ExportCell, datatype: Datatype): Value {
  if (cell === null) return empty
  if (typeof cell === 'boolean') return { kind: 'yes-no', yes: cell }
  if (cell instanceof Date) return Number.isNaN(cell.valueOf()) ? empty : { kind: 'moment', at: cell }
  if (typeof cell === 'number') return Number.isFinite(cell) ? { kind: 'number', digits: digitsOf(String(cell)) } : empty
  return fromText(cell, datatype)
}

function fromText(cell: string, datatype: Datatype): Value {
  if ((datatype === 'number' || datatype === 'whole') && isNumberText(cell)) return { kind: 'number', digits: digitsOf(cell) }
  if (datatype === 'date' && isDay(cell)) return { kind: 'date', day: cell }
  if (datatype === 'moment' && isMoment(cell)) return { kind: 'moment', at: new Date(cell) }
  if (datatype === 'yes-no' && (cell === 'true' || cell === 'false')) return { kind: 'yes-no', yes: cell === 'true' }
  return { kind: 'text', text: cell }
}

const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text)
const isMoment = (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text))

/** No sign +, no leading zeros, a digit on both sides of the point: what JSON and every spreadsheet read. */
function digitsOf(number: string): string {
  const [, sign = '', whole = '', fraction = '', power = ''] = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(number) ?? []
  const exponent = power === '' ? '' : `e${Number(power)}`
  return `${sign === '-' ? '-' : ''}${whole.replace(/^0+(?=\d)/, '') || '0'}${fraction === '' ? '' : `.${fraction}`}${exponent}`
}
