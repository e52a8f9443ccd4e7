import type { Reader } from '#kernel/db/index.ts'
import { formatDate } from '#kernel/figures/index.ts'
import { refused } from '#kernel/problems.ts'
import { authorityByCode, isInBeing, kindsInWords, type Authority } from '#slices/places/index.ts'
import {
  comparedFigures, kindsWithFigures, periodByLabel, valuesOf, wholeMeasure,
  type AreaFigure, type Figure, type Compared, type ComparedFigure, type DatedValue, type HeldPeriod, type Measure,
} from '#slices/indicators/index.ts'
import type { ComparisonAnswer, ComparisonRowAnswer, MeasureAnswer } from './answer.ts'
import { chooseGroup, membersDuring, reasonWithoutRow, type ChosenGroup } from './group.ts'
import { describeMeasure, rulesOf, wordOf } from './measure.ts'
import { compare, type ComparisonRow, type GroupFigures, type Member } from './rules/compare.ts'
import { endsOfSeries, isEarlierInSeries, type Ends } from './rules/series.ts'
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
 *
 * @param own the authority's figures of every period, where they were read already
 */
export async function comparison(db: Reader, question: ComparisonQuestion, own?: readonly OwnValue[]): Promise<ComparisonAnswer> {
  const { knownAt } = question
  const { measure, held, breaks } = await wholeMeasure(db, question.measure, knownAt)
  const authority = question.authority === undefined ? undefined : await authorityByCode(db, question.authority)
  const group = await chooseGroup(db, { group: question.group, authority, measure, knownAt })
  const { period, ...read } = await readFigures(db, { measure, held, breaks, authority, group, question, own })
  const kinds = await applicableKinds(db, { measure, period, group, figures: read.figures, knownAt })
  const members = membersDuring(group, period, kinds)
  const earlier = await earlierOf(db, { measure, members, read, knownAt })
  const compared = compare({
    ...rulesOf(measure),
    members: members.map((one) => memberOf(one, read.figures.get(one.id), earlier.get(one.id) ?? nothingEarlier, period)),
  })
  const lastBreak = breaks.findLast(({ starts }) => starts <= period.starts)
  const setAside = await setAsideNote(db, measure, period, group, kinds)
  const notes = [setAside, group.computed ? bothTiersNote(compared.rows) : null, lastBreak ? breakNoteOf(lastBreak) : null].filter((note) => note !== null)
  return answerOf({ measure, period, group, authority, question, compared, earlier, reference: read.areas, notes })
}

const idsOf = (all: readonly { id: number }[]) => all.map(({ id }) => id)
const breakNoteOf = ({ starts, note }: { starts: string; note: string }) =>
  `The series breaks on ${formatDate(starts)} (${note}); nothing is compared with figures from before.`

/** What the choice of a period may rest on. */
interface PeriodChoice {
  measure: Measure
  held: readonly HeldPeriod[]
  breaks: readonly { starts: string }[]
  authority: Authority | undefined
  group: ChosenGroup
  question: ComparisonQuestion
  own: readonly OwnValue[] | undefined
}

/** A figure of the authority in question, of the period with this number. */
type OwnValue = Pick<Figure, 'period' | 'value'>

/** The figures of the period in question, and of those that its changes are measured from. */
interface Read extends Compared {
  period: HeldPeriod
  /** The periods whose figures may be compared with the period's, earliest first. */
  series: readonly HeldPeriod[]
}

async function readFigures(db: Reader, choice: PeriodChoice): Promise<Read> {
  const { measure, held, authority, group, question } = choice
  if (question.period !== undefined) return readPeriod(db, choice, periodByLabel(measure, held, question.period))
  const ofKind = held.filter(({ kind }) => kind === measure.period_kind)
  const candidates = (ofKind.length > 0 ? ofKind : held).filter(({ hasValues }) => hasValues)
  const latest = authority && (await latestOf(db, choice, authority, candidates))
  if (latest) return readPeriod(db, choice, latest)
  // The latest that anybody has is nearly always the group's too, so nothing is read twice.
  for (const candidate of candidates.toReversed()) {
    const read = await readPeriod(db, choice, candidate)
    if (group.members.some(({ id }) => hasValue(read.figures.get(id)))) return read
  }
  const last = held.at(-1)
  if (last) return readPeriod(db, choice, last)
  throw refused(`${measure.code} has no figures${question.knownAt ? ' as known then' : ' yet'}, so there is nothing to compare.`, [
    { field: 'measure', message: 'Choose a measure with figures' },
  ])
}

const hasValue = (figure: ComparedFigure | undefined) => figure !== undefined && figure.value !== null

async function latestOf(db: Reader, { measure, question, own }: PeriodChoice, { id }: Authority, candidates: readonly HeldPeriod[]): Promise<HeldPeriod | undefined> {
  const values = own ?? (await valuesOf(db, measure, { authorities: [id], periods: candidates.map((one) => one.id), knownAt: question.knownAt }))
  const periods = new Set(values.filter(({ value }) => value !== null).map(({ period }) => period))
  return candidates.findLast((candidate) => periods.has(candidate.id))
}

async function readPeriod(db: Reader, { measure, held, breaks, group, question }: PeriodChoice, period: HeldPeriod): Promise<Read> {
  const starts = breaks.map((one) => one.starts)
  const series = held.filter((one) => isEarlierInSeries(one, period, starts))
  // Who of a computed group is expected to have a figure depends on who else has one, so everybody's are read.
  const authorities = group.computed ? undefined : idsOf(group.members)
  const read = await comparedFigures(db, measure, { period: period.id, earlier: idsOf(endsOf(series)), authorities, knownAt: question.knownAt })
  return { period, series, ...read }
}

const endsOf = (series: readonly HeldPeriod[]) => [...new Set([...series.slice(0, 1), ...series.slice(-1)])]

interface KindsQuestion {
  measure: Measure
  period: HeldPeriod
  group: ChosenGroup
  figures: ReadonlyMap<number, ComparedFigure>
  knownAt: Date | undefined
}

/** The kinds a computed group is narrowed to: those the measure states, else those the publisher lists. */
async function applicableKinds(db: Reader, { measure, period, group, figures, knownAt }: KindsQuestion): Promise<readonly string[]> {
  if (!group.computed) return []
  if (measure.kinds.length > 0) return measure.kinds
  const kindOf = new Map(group.members.map(({ id, kind }) => [id, kind]))
  const listed = [...figures.values()].filter(({ reason }) => reason !== 'not-applicable').map(({ authority }) => kindOf.get(authority))
  const isOutside = (kind: string | undefined) => kind === undefined
  return listed.some(isOutside) ? kindsWithFigures(db, measure.id, period.id, knownAt) : [...new Set(listed.filter((kind) => kind !== undefined))]
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

type Earlier = Ends<HeldPeriod>

const nothingEarlier: Earlier = { previous: null, first: null }

interface EarlierQuestion {
  measure: Measure
  members: readonly Authority[]
  read: Pick<Read, 'series' | 'earlier'>
  knownAt: Date | undefined
}

/**
 * For each member, the previous and the first value that may be compared with the period's. Most have both in the periods at the
 * ends, which have been read; only for the others is everything between read.
 */
async function earlierOf(db: Reader, { measure, members, read, knownAt }: EarlierQuestion): Promise<Map<number, Earlier>> {
  const { series, earlier } = read
  const ends = idsOf(endsOf(series))
  if (ends.length === series.length) return endsOfSeries(earlier, series)
  const found = new Map<number, number>()
  for (const { authority } of earlier) found.set(authority, (found.get(authority) ?? 0) + 1)
  const others = idsOf(members).filter((id) => found.get(id) !== ends.length)
  const between = idsOf(series).filter((id) => !ends.includes(id))
  const more: DatedValue[] = others.length === 0 ? [] : await valuesOf(db, measure, { authorities: others, periods: between, knownAt })
  return endsOfSeries([...earlier, ...more], series)
}

function memberOf(authority: Authority, figure: ComparedFigure | undefined, { previous, first }: Earlier, period: HeldPeriod): Member<Authority> {
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
  reference: AreaFigure[]
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
