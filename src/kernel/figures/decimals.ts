/**
 * Exact arithmetic on numbers kept as text ('-12.50'), the way the database gives them. Floating point would turn 1.005 into
 * 1.00499999999999989; published figures must come out as they went in.
 */
export type Decimal = string

/** A decimal taken apart: `units` × 10^-places. */
interface Parts {
  units: bigint
  places: number
}

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,6}))?$/i
const largestExponent = 400

/**
 * Writes a plain or scientific number as a plain decimal: '1e-05' becomes '0.00001', '-.5' becomes '-0.5', '1.50' keeps its
 * zero, '-0' becomes '0'. Undefined for anything else, and for exponents beyond ±400, which no figure has.
 */
export function plainDecimal(text: string): Decimal | undefined {
  const match = pattern.exec(text)
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? []
  if (!match || whole + fraction === '' || Math.abs(Number(exponent)) > largestExponent) return undefined
  const units = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n)
  const places = fraction.length - Number(exponent)
  return write(places >= 0 ? { units, places } : { units: units * 10n ** BigInt(-places), places: 0 })
}

/** A number of the language as an exact decimal of the digits it prints. Infinity and NaN are a fault of the caller. */
export function decimalOf(value: number | bigint | Decimal): Decimal {
  const plain = plainDecimal(String(value))
  if (plain === undefined) throw new RangeError(`${String(value)} is not a decimal number`)
  return plain
}

/** Exact product, keeping the decimal places of both: 1.50 × 0.1 is 0.150. */
export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  const [x, y] = [take(a), take(b)]
  return write({ units: x.units * y.units, places: x.places + y.places })
}

export function subtractDecimals(a: Decimal, b: Decimal): Decimal {
  const [x, y] = align(take(a), take(b))
  return write({ units: x.units - y.units, places: x.places })
}

/** Negative, zero or positive, for sorting. '1.5' and '1.50' are equal. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const [x, y] = align(take(a), take(b))
  return x.units < y.units ? -1 : x.units > y.units ? 1 : 0
}

/** Rounds to so many places, half away from zero, and fills up with zeros: 1.005 to two places is 1.01, 2 is 2.00. */
export function roundDecimal(value: Decimal, places: number): Decimal {
  const x = take(value)
  if (x.places <= places) return write(align(x, { units: 0n, places })[0])
  const divisor = 10n ** BigInt(x.places - places)
  const half = (divisor / 2n) * (x.units < 0n ? -1n : 1n)
  return write({ units: (x.units + half) / divisor, places })
}

/** As many digits as a number of the language holds exactly, whatever they are. */
const exactDigits = 15

/**
 * The same for a number as it prints, times a power of ten, without arithmetic on long numbers: pages write hundreds of figures.
 * Undefined where too many digits are left for that.
 *
 * @param power of ten, nought or more
 */
export function roundNumber(value: number, power: number, places: number): Decimal | undefined {
  const text = String(Math.abs(value))
  if (text.includes('e') || !Number.isFinite(value)) return undefined
  const dot = text.indexOf('.')
  const digits = dot < 0 ? text : text.slice(0, dot) + text.slice(dot + 1)
  const kept = (dot < 0 ? text.length : dot) + power + places
  if (kept > exactDigits) return undefined
  // The first digit that goes decides: those behind it can only make more of a half.
  const isUp = digits.length > kept && digits[kept]! >= '5'
  const units = String(Number(digits.slice(0, kept).padEnd(kept, '0')) + (isUp ? 1 : 0))
  const written = places === 0 ? units : withPoint(units.padStart(places + 1, '0'), places)
  return value < 0 && units !== '0' ? `-${written}` : written
}

const withPoint = (digits: string, places: number) => `${digits.slice(0, -places)}.${digits.slice(-places)}`

function take(value: Decimal): Parts {
  const plain = decimalOf(value)
  const [whole = '', fraction = ''] = plain.split('.')
  return { units: BigInt(whole + fraction), places: fraction.length }
}

function align(a: Parts, b: Parts): [Parts, Parts] {
  const places = Math.max(a.places, b.places)
  const widen = (x: Parts): Parts => ({ units: x.units * 10n ** BigInt(places - x.places), places })
  return [widen(a), widen(b)]
}

function write({ units, places }: Parts): Decimal {
  const digits = String(units < 0n ? -units : units).padStart(places + 1, '0')
  const whole = digits.slice(0, digits.length - places)
  return `${units < 0n ? '-' : ''}${whole}${places > 0 ? `.${digits.slice(-places)}` : ''}`
}
