import { decimalOf, multiplyDecimals, roundDecimal, roundNumber, type Decimal } from './decimals.ts'

/** How a measure shows its figures. */
export interface FigureFormat {
  /** Before the number: £. */
  prefix?: string
  /** After it: % closes up; words such as days are parted from the number by a space that does not break. */
  suffix?: string
  /** Multiplied before showing: 100 where percentages are kept as fractions. */
  displayFactor?: number | Decimal
  /** Places shown, rounded half away from zero. Absent: as many as the figure has. */
  decimals?: number
  /** The words of an ordinal scale, the worst first: a figure is a place in it, from 1, and is shown as its word. */
  scale?: readonly string[] | null
}

const minus = '\u2212'
const unbroken = '\u00a0'

/** A figure for people: `£1,234.50`, `95.2%`, `31.2 days`, `−4.1`. Null, an absent figure, is `no figure`. */
export function formatFigure(value: number | Decimal | null, format: FigureFormat = {}): string {
  if (value === null) return 'no figure'
  if (format.scale) return wordOn(format.scale, value)
  const shown = shownNumber(value, format)
  return `${isNegative(shown) ? minus : ''}${magnitudeInWords(shown, format.prefix ?? '', format.suffix ?? '')}`
}

/** The word of a place on a scale; between two of them where the place is, as a median may be. */
export function wordOn(scale: readonly string[], place: number | Decimal): string {
  const at = Number(place)
  const [below, above] = [scale[Math.floor(at) - 1], scale[Math.ceil(at) - 1]]
  if (below === undefined || above === undefined) return formatFigure(place)
  return below === above ? below : `between ${below} and ${above}`
}

/** Signs of a difference: always shown except on nought, or left out where the sentence says which way ("slower by …"). */
export type SignStyle = 'signed' | 'unsigned'

/**
 * A difference between two figures, its unit in words: `+4.1 days`, `−0.3 percentage points`; unsigned `4.1 days`. A figure
 * shown with % differs by percentage points. A difference that rounds to nought has no sign.
 */
export function formatDifference(difference: number | Decimal, format: FigureFormat = {}, signs: SignStyle = 'signed'): string {
  if (format.scale) return formatDifference(difference, { decimals: Number.isInteger(Number(difference)) ? 0 : 1, suffix: 'steps' }, signs)
  const shown = shownNumber(difference, format)
  const suffix = format.suffix?.trim() === '%' ? 'percentage points' : (format.suffix ?? '')
  const sign = signs === 'unsigned' || !/[1-9]/.test(shown) ? '' : isNegative(shown) ? minus : '+'
  return `${sign}${magnitudeInWords(shown, format.prefix ?? '', suffix)}`
}

/** A whole number with commas: 2,941. */
export function formatCount(count: number | bigint): string {
  return formatFigure(typeof count === 'number' ? count : decimalOf(count), { decimals: 0 })
}

/** A number of things: `1 figure`, `2,941 figures`, `no rows` is written by the caller where nought needs other words. */
export function countOf(count: number | bigint, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${Number(count) === 1 ? one : many}`
}

/** Factors by which figures are multiplied in nearly every measure, as powers of ten. */
const powers = new Map<number | Decimal | undefined, number>([[undefined, 0], [1, 0], [10, 1], [100, 2], [1000, 3]])

function shownNumber(value: number | Decimal, format: FigureFormat): Decimal {
  const power = powers.get(format.displayFactor)
  const quickly = typeof value === 'number' && power !== undefined && format.decimals !== undefined ? roundNumber(value, power, format.decimals) : undefined
  return quickly ?? exactly(value, format)
}

function exactly(value: number | Decimal, format: FigureFormat): Decimal {
  const scaled = multiplyDecimals(decimalOf(value), decimalOf(format.displayFactor ?? 1))
  return format.decimals === undefined ? scaled : roundDecimal(scaled, format.decimals)
}

const isNegative = (shown: Decimal): boolean => shown.startsWith('-')

function magnitudeInWords(shown: Decimal, prefix: string, suffix: string): string {
  const [whole = '', fraction] = shown.replace('-', '').split('.')
  const number = `${whole.length > 3 ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole}${fraction === undefined ? '' : `.${fraction}`}`
  return `${prefix.trim()}${number}${joined(number === '1' ? singular(suffix) : suffix, prefix)}`
}

/** Words are set off from the number; signs and the magnitude of a sum of money (£5m) close up. */
function joined(suffix: string, prefix: string): string {
  const bare = suffix.trim()
  if (bare === '') return ''
  const closesUp = !/^[\p{L}\d]/u.test(bare) || (/^[£$€]$/.test(prefix.trim()) && /^(k|m|bn)$/i.test(bare))
  return closesUp ? bare : `${unbroken}${bare}`
}

const singular = (suffix: string): string => suffix.replace(/\b(day|week|month|year|hour|minute|point|home|visit|step)s\b/, '$1')
