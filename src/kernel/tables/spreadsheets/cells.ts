import { SSF, type CellObject } from '@e965/xlsx'
import { decimalOf } from '../../figures/index.ts'

/**
 * The text of a cell: its value as it is stored, not rounded as it is shown. A percentage keeps its sign (0.924 shown as 92% is
 * 92.4%), a date is an ISO date whatever its format, an error is its name (#N/A), a formula its last value.
 */
export function cellText(cell: CellObject | undefined, date1904: boolean): string {
  if (cell?.v === undefined || cell.t === 'z') return ''
  switch (cell.t) {
    case 'n':
      return typeof cell.v === 'number' ? numberText(cell.v, formatOf(cell), date1904) : String(cell.v)
    case 'b':
      return cell.v === true ? 'TRUE' : 'FALSE'
    case 'e':
      return typeof cell.v === 'number' ? (errorNames[cell.v] ?? '#ERROR!') : String(cell.v)
    case 'd':
      return cell.v instanceof Date ? cell.v.toISOString().slice(0, 10) : String(cell.v)
    case 's':
      return String(cell.v)
  }
}

/** A formula whose value was never stored reads as blank. */
export const isUncounted = (cell: CellObject | undefined): boolean => cell?.f !== undefined && (cell.v === undefined || cell.t === 'z')

const errorNames: Record<number, string> = { 0: '#NULL!', 7: '#DIV/0!', 15: '#VALUE!', 23: '#REF!', 29: '#NAME?', 36: '#NUM!', 42: '#N/A', 43: '#GETTING_DATA' }

const formatOf = ({ z }: CellObject): string => (typeof z === 'string' ? z : '')

function numberText(value: number, format: string, date1904: boolean): string {
  if (!Number.isFinite(value)) return '#NUM!'
  const exact = decimalOf(value)
  if (format === '' || format === 'General') return exact
  if (isDateFormat(format)) return momentText(value, date1904) ?? exact
  return isPercentFormat(format) ? `${decimalOf(`${exact}e2`)}%` : exact
}

/** Signs in quotation marks or after a backslash are only shown. */
const bare = (format: string) => format.replace(/"[^"]*"|\\./g, '')

const isPercentFormat = (format: string) => bare(format).includes('%')

const known = new Map<string, boolean>()

function isDateFormat(format: string): boolean {
  let is = known.get(format)
  if (is === undefined) known.set(format, (is = (SSF as { is_date: (format: string) => boolean }).is_date(format)))
  return is
}

interface Moment {
  y: number
  m: number
  d: number
  H: number
  M: number
  S: number
}

function momentText(value: number, date1904: boolean): string | null {
  const moment = (SSF as { parse_date_code: (value: number, options: { date1904: boolean }) => Moment | null }).parse_date_code(value, { date1904 })
  if (!moment) return null
  const { y, m, d, H, M, S } = moment
  const two = (part: number) => String(part).padStart(2, '0')
  const time = `${two(H)}:${two(M)}${S > 0 ? `:${two(Math.floor(S))}` : ''}`
  if (value >= 0 && value < 1 && !date1904) return time
  const date = `${String(y).padStart(4, '0')}-${two(m)}-${two(d)}`
  return H === 0 && M === 0 && S === 0 ? date : `${date}T${time}`
}
