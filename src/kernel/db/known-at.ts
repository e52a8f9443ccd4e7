import { sql } from 'kysely'
import { refused } from '../problems.ts'

/** True for rows that were current at the moment; for rows that are current now when no moment is given. */
export function knownAt(alias: string, moment: Date | undefined) {
  const from = sql.ref<Date>(`${alias}.known_from`)
  const to = sql.ref<Date>(`${alias}.known_to`)
  return moment ? sql<boolean>`${from} <= ${moment} and ${to} > ${moment}` : sql<boolean>`${to} = 'infinity'`
}

/**
 * The moment a person means by "as known at": an ISO date or date and time. A date alone is the end of that day, a time
 * without a zone is in UTC. Null when the text is neither.
 */
export function momentOf(text: string): Date | null {
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(Z|[+-]\d\d:?\d\d)?)?$/i.exec(text.trim())
  if (!parts) return null
  const [, day = '', time = '23:59:59.999', zone = 'Z'] = parts
  const moment = new Date(`${day}T${time}${zone.toUpperCase()}`)
  const realDay = new Date(`${day}T00:00:00Z`)
  if (Number.isNaN(moment.valueOf()) || Number.isNaN(realDay.valueOf())) return null
  // The language reads 30 February as 1 March; nobody means that.
  return realDay.toISOString().startsWith(day) ? moment : null
}

/** The same, throwing a refusal that says what would have been read. Undefined, "now", when nothing was given. */
export function momentGiven(text: string | undefined, field: string): Date | undefined {
  if (text === undefined) return undefined
  const moment = momentOf(text)
  if (!moment) throw refused(`"${text}" is not a moment. ${momentExample}.`, [{ field, message: momentExample }])
  return moment
}

export const momentExample = 'Write a date such as 2024-03-31, or a date and time such as 2024-03-31T12:00:00Z'
