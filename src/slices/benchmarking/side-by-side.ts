import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'
import { figuresOf, measures, periodsOf, valuesOf, type HeldPeriod, type Measure } from '#slices/indicators/index.ts'
import { authorities, type Authority } from '#slices/places/index.ts'
import type { MeasureAnswer } from './answer.ts'
import { comparison } from './comparison.ts'
import { describeMeasure } from './measure.ts'

// Chosen authorities beside one another on chosen measures. Each measure is shown for one period, the same for everybody.

export const mostAuthorities = 8
export const mostMeasures = 40

export interface SideBySideQuestion {
  authorities: readonly Authority[]
  measures: readonly Measure[]
  group: string
  /** Label of the period to show; empty: for each measure the latest in which one of the authorities has a figure. */
  period: string
  knownAt?: Date | undefined
}

/** One authority's figure; `position` is null when it does not belong to the group. */
export interface SideFigure {
  authority: Authority
  value: number | null
  reason: string | null
  status: string
  position: string | null
}

export interface SideRow {
  measure: MeasureAnswer
  /** Null: no figure of these authorities in the period asked for, or in any. */
  period: string | null
  median: number | null
  compared: number
  figures: SideFigure[]
}

/** A row for each measure, with a figure for each authority in the order given. */
export async function sideBySide(db: Reader, question: SideBySideQuestion): Promise<SideRow[]> {
  const rows: SideRow[] = []
  for (const measure of question.measures) rows.push(await rowFor(db, measure, question))
  return rows
}

async function rowFor(db: Reader, measure: Measure, question: SideBySideQuestion): Promise<SideRow> {
  const { knownAt, group } = question
  const period = await periodFor(db, measure, question)
  const described = describeMeasure(measure)
  if (!period) {
    const figures = question.authorities.map((authority) => ({ authority, ...nothing(measure, authority) }))
    return { measure: described, period: null, median: null, compared: 0, figures }
  }
  const ids = question.authorities.map(({ id }) => id)
  const own = await figuresOf(db, measure, { authorities: ids, periods: [period.id], knownAt })
  const answer = await comparison(db, { measure: measure.code, period: period.label, group, knownAt })
  const figures = question.authorities.map((authority): SideFigure => {
    const figure = own.find((one) => one.authority === authority.id)
    const position = answer.authorities.find(({ code }) => code === authority.code)?.position ?? null
    if (!figure) return { authority, ...nothing(measure, authority), position }
    const { value, reason, status } = figure
    return { authority, value, reason, status, position }
  })
  return { measure: described, period: period.label, median: answer.group.median, compared: answer.group.compared, figures }
}

function nothing({ kinds }: Measure, { kind }: Authority) {
  const applies = kinds.length === 0 || kinds.includes(kind)
  return { value: null, reason: applies ? 'missing' : 'not-applicable', status: 'absent', position: null }
}

/** The period of the measure's own kind that has the label, or the latest in which one of the authorities has a figure. */
async function periodFor(db: Reader, measure: Measure, question: SideBySideQuestion): Promise<HeldPeriod | undefined> {
  const { knownAt, period: label } = question
  const held = await periodsOf(db, measure.id, knownAt)
  if (label !== '') return held.find((one) => one.label.toLowerCase() === label.toLowerCase())
  const ofKind = held.filter(({ kind }) => kind === measure.period_kind)
  const candidates = ofKind.length > 0 ? ofKind : held
  const ids = question.authorities.map(({ id }) => id)
  const values = await valuesOf(db, measure, { authorities: ids, periods: candidates.map(({ id }) => id), knownAt })
  return candidates.findLast(({ id }) => values.some(({ period }) => period === id))
}

/** Authorities by their codes, in alphabetical order. Codes that mean nothing are left out. */
export async function authoritiesWith(db: Reader, codes: readonly string[]): Promise<Authority[]> {
  const found = await authorities(db).where(sql<boolean>`a.code = any(${[...codes]}::text[])`).execute()
  return found.sort((a, b) => a.known_name.localeCompare(b.known_name, 'en') || (a.code < b.code ? -1 : 1))
}

/** Authorities with all the words in a name, or with that code; those in being first. */
export async function authoritiesCalled(db: Reader, words: string, limit = 20): Promise<Authority[]> {
  const typed = words.trim()
  const exact = await authorities(db)
    .where((where) => where.or([where(sql`lower(a.code)`, '=', typed.toLowerCase()), where(sql`lower(a.known_name)`, '=', typed.toLowerCase())]))
    .where('a.ends', 'is', null)
    .execute()
  if (exact.length === 1) return exact
  let query = authorities(db)
  for (const word of typed.split(/\s+/)) {
    const pattern = `%${word.replace(/[\\%_]/g, '\\$&')}%`
    query = query.where((where) =>
      where.or([where('a.known_name', 'ilike', pattern), where('a.name', 'ilike', pattern), where('a.code', 'ilike', pattern)]),
    )
  }
  return query.orderBy(sql`a.ends is not null`).orderBy('a.known_name').orderBy('a.code').limit(limit).execute()
}

/** Measures by their codes, and all of a service, by title. Codes that mean nothing, or not for this person, are left out. */
export async function measuresWith(db: Reader, codes: readonly string[], service: string, knownAt?: Date): Promise<Measure[]> {
  const visible = await db
    .selectFrom('indicators.measure')
    .select('id')
    .where(sql<boolean>`code = any(${[...codes]}::text[])`)
    .execute()
  const chosen = visible.length === 0 ? [] : await measures(db, { ids: visible.map(({ id }) => id), knownAt })
  const ofService = service === '' ? [] : await measures(db, { service, knownAt })
  const all = new Map([...chosen, ...ofService].map((measure) => [measure.id, measure]))
  return [...all.values()].sort((a, b) => a.title.localeCompare(b.title, 'en') || (a.code < b.code ? -1 : 1))
}

/** Measures with all the words in title or code. */
export function measuresCalled(db: Reader, words: string, knownAt?: Date, limit = 20): Promise<Measure[]> {
  return measures(db, { search: words, knownAt }, { limit })
}
