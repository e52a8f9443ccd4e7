import { types } from '@electric-sql/pglite'
import pg from 'pg'

// Both drivers must read the same row as the same JavaScript value. By default one gives dates at local midnight, the
// other at UTC midnight; one gives bigint as text, the other as a number. What is decided here:
//   date → 'YYYY-MM-DD', timestamptz → Date, bigint and count(*) → number, numeric → text (exact until figures read it).

const { DATE, INT8, NUMERIC } = types
/** Object ids of the array types of date, bigint and numeric, which PGlite does not name. */
const DATES = 1182
const INT8S = 1016
const NUMERICS = 1231

/** A bigint as a number. Throws above 2^53, where a number would silently round. */
function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`The database returned ${text}, which is too large to be kept exactly.`)
  return value
}

const asText = (text: string) => text
const arrayOf = <T>(read: (text: string) => T) => (text: string) =>
  text === '{}' ? [] : text.slice(1, -1).split(',').map((part) => (part === 'NULL' ? null : read(part)))

const parsers = new Map<number, (text: string) => unknown>([
  [DATE, asText],
  [INT8, wholeNumber],
  [NUMERIC, asText],
  [DATES, arrayOf(asText)],
  [INT8S, arrayOf(wholeNumber)],
  [NUMERICS, arrayOf(asText)],
])

export const embeddedParsers = Object.fromEntries(parsers)

export const serverTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    const own = parsers.get(oid)
    if (own && format !== 'binary') return own
    return pg.types.getTypeParser(oid, format) as (text: string) => unknown
  },
}
