import type { Reader } from '#kernel/db/index.ts'
import { formatDate } from '#kernel/figures/index.ts'
import { refused } from '#kernel/problems.ts'
import { authorityByCode, isInBeing, kindsInWords, type Authority } from '#slices/places/index.ts'
import {
  breaksOf, figuresOf, kindsWithFigures, measureByCode, periodByLabel, periodsOf, valuesOf,
  type DatedValue, type Figure, type HeldPeriod, type Measure,
} from '#slices/indicators/index.ts'
import type { ComparisonAnswer, ComparisonRowAnswer, MeasureAnswer } from './answer.ts'
import { chooseGroup, membersDuring, reasonWithoutRow, type ChosenGroup } from './group.ts'
import { describeMeasure, rulesOf, wordOf } from './measure.ts'
import { referenceValues, type ReferenceValue } from './register.ts'
import { compare, type ComparisonRow, type GroupFigures, type Member } from './rules/compare.ts'
import { earlierValues, isEarlierInSeries, type Dated } from './rules/series.ts'
import { caveatsOf, describeReach, methodOf, sentenceOf } from './words.ts'

/** What is to be compared, in the words people use. */
export interface ComparisonQuestion {
  /** Code of the measure, or another code it is known by. */
  measure: string
  /** Any spelling. Absent: the latest with a figure for the authority, else for the group. */
  period?: string | undefined
  /** Address of a group. Absent: the authority's neighbours, else its kind; without an authority, all. */
  group?: string | undefined
  /** Code of the authority in question; needed for `neighbours:`. */
  authority?: string | undefined
  knownAt?: Date | undefined
}

/**
 * One measure, one period, one group, as known at a moment. Definitions, groupings, breaks and figures are all as they were
 * known then. Throws what to ask instead when the measure, period, group or authority means nothing.
 */
export async function comparison(db: Reader, question: ComparisonQuestion): Promise<ComparisonAnswer> {
  const { knownAt } = question
  const measure = await measureByCode(db, question.measure, knownAt)
  const authority = question.authority === undefined ? undefined : await authorityByCode(db, question.authority)
  const group = await chooseGroup(db, { group: question.group, authority, measure, knownAt })
  const held = await periodsOf(db, measure.id, knownAt)
  const period = await choosePeriod(db, { measure, authority, group, held, question })
  const kinds = await applicableKinds(db, measure, period, group, knownAt)
  const members = membersDuring(group, period, kinds)
  const breaks = await breaksOf(db, measure.id, knownAt)
  const figures = await figuresOf(db, measure, { authorities: idsOf(members), periods: [period.id], knownAt })
  const earlier = await earlierOf(db, { measure, members, period, held, breaks: breaks.map((one) => one.starts), knownAt })
  const figureOf = new Map(figures.map((one) => [one.authority, one]))
  const compared = compare({
    ...rulesOf(measure),
    members: members.map((one) => memberOf(one, figureOf.get(one.id), earlier.get(one.id) ?? nothingEarlier, period)),
  })
  const lastBreak = breaks.findLast(({ starts }) => starts <= period.starts)
  const reference = await referenceValues(db, measure.id, period.id, knownAt)
  const setAside = await setAsideNote(db, measure, period, group, kinds)
  const notes = [setAside, group.computed ? bothTiersNote(compared.rows) : null, lastBreak ? breakNoteOf(lastBreak) : null].filter((note) => note !== null)
  return answerOf({ measure, period, group, authority, question, compared, earlier, reference, notes })
}

const idsOf = (members: readonly Authority[]) => members.map(({ id }) => id)
const breakNoteOf = ({ starts, note }: { starts: string; note: string }) =>
  `The series breaks on ${formatDate(starts)} (${note}); nothing is compared with figures from before.`

/** What the choice of a period may rest on. */
interface PeriodChoice {
  measure: Measure
  authority: Authority | undefined
  group: ChosenGroup
  held: readonly HeldPeriod[]
  question: ComparisonQuestion
}

async function choosePeriod(db: Reader, { measure, authority, group, held, question }: PeriodChoice): Promise<HeldPeriod> {
  if (question.period !== undefined) return periodByLabel(measure, held, question.period)
  const ofKind = held.filter(({ kind }) => kind === measure.period_kind)
  const candidates = (ofKind.length > 0 ? ofKind : held).filter(({ hasValues }) => hasValues)
  const latestOf = async (authorities: readonly number[]) => {
    // The latest is nearly always the first that is looked into, so one after another is quicker than all at once.
    for (const candidate of candidates.toReversed()) {
      const values = await valuesOf(db, measure, { authorities, periods: [candidate.id], knownAt: question.knownAt })
      if (values.length > 0) return candidate
    }
    return undefined
  }
  const latest = (authority && (await latestOf([authority.id]))) ?? (await latestOf(idsOf(group.members))) ?? held.at(-1)
  if (latest) return latest
  throw refused(`${measure.code} has no figures${question.knownAt ? ' as known then' : ' yet'}, so there is nothing to compare.`, [
    { field: 'measure', message: 'Choose a measure with figures' },
  ])
}

/** The kinds a computed group is narrowed to: those the measure states, else those the publisher lists. */
async function applicableKinds(db: Reader, measure: Measure, period: HeldPeriod, group: ChosenGroup, knownAt: Date | undefined) {
  if (!group.computed) return []
  return measure.kinds.length > 0 ? measure.kinds : kindsWithFigures(db, measure.id, period.id, knownAt)
}

/** Says which kinds are counted where a computed group holds authorities of others; null where nobody is set aside. */
async function setAsideNote(db: Reader, measure: Measure, period: HeldPeriod, group: ChosenGroup, kinds: readonly string[]): Promise<string | null> {
  if (kinds.length === 0) return null
  const present = group.members.filter((one) => isInBeing(one, period.ends))
  const counted = new Set(present.map(({ kind }) => kind).filter((kind) => kinds.includes(kind)))
  if (counted.size === 0 || present.every(({ kind }) => counted.has(kind))) return null
  const which = measure.kinds.length > 0 ? 'that the measure applies to' : 'listed for this measure and period'
  return `Only kinds of authority ${which} are counted: ${(await kindsInWords(db, [...counted])).join(', ')}.`
}

/** Says that places are counted twice where counties and their districts are compared together. */
function bothTiersNote(rows: readonly ComparisonRow<Authority>[]): string | null {
  const tiers = new Set(rows.filter(({ value }) => value !== null).map(({ authority }) => authority.tier))
  return tiers.has('upper') && tiers.has('lower') ? 'Counties and districts cover the same places; both are counted.' : null
}

interface Earlier {
  previous: Dated<HeldPeriod> | null
  first: Dated<HeldPeriod> | null
}

const nothingEarlier: Earlier = { previous: null, first: null }

interface EarlierQuestion {
  measure: Measure
  members: readonly Authority[]
  period: HeldPeriod
  held: readonly HeldPeriod[]
  breaks: readonly string[]
  knownAt: Date | undefined
}

/** For each member, the previous and the first value that may be compared with the period's. */
async function earlierOf(db: Reader, { measure, members, period, held, breaks, knownAt }: EarlierQuestion): Promise<Map<number, Earlier>> {
  const periods = new Map(held.filter((one) => isEarlierInSeries(one, period, breaks)).map((one) => [one.id, one]))
  if (periods.size === 0) return new Map()
  const values = await endsOf(db, measure, { authorities: idsOf(members), periods: [...periods.keys()], knownAt })
  const dated = ({ period: id, value }: DatedValue) => ({ period: periods.get(id)!, value })
  return new Map(
    [...Map.groupBy(values, (one) => one.authority)].map(([authority, own]) => [
      authority,
      earlierValues(own.map(dated), period, breaks),
    ]),
  )
}

/**
 * For each authority at least its latest and its first value of some periods, which come in order. Most have both in the periods at
 * the ends; only for the others is everything between read.
 */
async function endsOf(
  db: Reader, measure: Measure, { authorities, periods, knownAt }: { authorities: readonly number[]; periods: readonly number[]; knownAt: Date | undefined },
): Promise<DatedValue[]> {
  const ends = [...new Set([periods[0]!, periods.at(-1)!])]
  const found = await valuesOf(db, measure, { authorities, periods: ends, knownAt })
  const complete = new Set([...Map.groupBy(found, (one) => one.authority)].flatMap(([authority, own]) => (own.length === ends.length ? [authority] : [])))
  const others = authorities.filter((authority) => !complete.has(authority))
  if (others.length === 0 || ends.length === periods.length) return found
  return [...found, ...(await valuesOf(db, measure, { authorities: others, periods: periods.filter((id) => !ends.includes(id)), knownAt }))]
}

function memberOf(authority: Authority, figure: Figure | undefined, { previous, first }: Earlier, period: HeldPeriod): Member<Authority> {
  if (!figure) return { authority, ...absent, reason: reasonWithoutRow(authority, period) }
  const { value, numerator, denominator, lower, upper, status, reason } = figure
  return { authority, value, numerator, denominator, lower, upper, status, reason, previous: previous?.value ?? null, first: first?.value ?? null }
}

const absent = { value: null, numerator: null, denominator: null, lower: null, upper: null, status: 'absent' }

interface Parts {
  measure: Measure
  period: HeldPeriod
  group: ChosenGroup
  authority: Authority | undefined
  question: ComparisonQuestion
  compared: { rows: ComparisonRow<Authority>[]; group: GroupFigures<Authority> }
  earlier: ReadonlyMap<number, Earlier>
  reference: ReferenceValue[]
  /** What else to know: kinds set aside, a break in the series. */
  notes: readonly string[]
}

function answerOf({ measure, period, group, authority, question, compared, earlier, reference, notes }: Parts): ComparisonAnswer {
  const described = describeMeasure(measure)
  const { address, title, publisher, licence, dated, asked } = group
  const { missing, ...figures } = compared.group
  const { label, kind, starts, ends } = period
  const answer = {
    measure: described,
    period: { label, kind, starts, ends, asked: question.period !== undefined },
    known_at: question.knownAt?.toISOString() ?? null,
    group: {
      address, title, publisher, licence, dated, asked, ...figures, median_word: wordOf(described, figures.median),
      missing: missing.map(({ authority: one, status, reason }) => ({ ...nameOf(one), status, reason })),
    },
    authority: authority ? { ...nameOf(authority), in_group: compared.rows.some((row) => row.authority.id === authority.id) } : null,
    reference: reference.map((one) => ({ ...one, word: wordOf(described, one.value) })),
    method: methodOf(described),
    authorities: compared.rows.map((row) => rowOf(row, described, earlier.get(row.authority.id) ?? nothingEarlier)),
  }
  const whole = { ...answer, caveats: caveatsOf(answer, notes) }
  return { sentence: sentenceOf(whole), ...whole }
}

const nameOf = ({ code, name, known_name }: Authority) => ({ code, name, known_name })

function rowOf(row: ComparisonRow<Authority>, measure: MeasureAnswer, { previous, first }: Earlier): ComparisonRowAnswer {
  const { authority, interval, next_quartile, ...rest } = row
  const hasValue = row.value !== null
  return {
    ...nameOf(authority),
    ...rest,
    word: wordOf(measure, row.value),
    change: row.change_since_previous,
    previous_period: hasValue ? (previous?.period.label ?? null) : null,
    previous_value: hasValue ? (previous?.value ?? null) : null,
    first_period: hasValue ? (first?.period.label ?? null) : null,
    first_value: hasValue ? (first?.value ?? null) : null,
    interval: interval && { lower: interval.lower, upper: interval.upper, method: interval.source },
    clearly_different: row.against_median === null ? null : row.against_median !== 'not clearly different from the median',
    reach: describeReach(next_quartile, row.value, measure),
  }
}
