import type { Actor } from '#kernel/access/actor.ts'
import type { Reader, Store } from '#kernel/db/index.ts'
import { remembered } from '#kernel/db/remembered.ts'
import { authorityByCode, type Authority } from '#slices/places/index.ts'
import { everyBreak, everyMeasure, everySeriesOf, measures, measureStates, valuesForMany, type Measure, type SeriesFigure } from '#slices/indicators/index.ts'
import type { ProfileAnswer, ProfileRowAnswer } from './answer.ts'
import { chooseGroup, type ChosenGroup } from './group.ts'
import { keepProfile, keptDetails, keptPositions, mayBeKept, nothingKept, type Details, type ProfileKey, type WorkedOut } from './kept.ts'
import { describeMeasure, rulesOf, wordOf } from './measure.ts'
import type { Position } from './packing.ts'
import { aimAdjustedChange, directionOf } from './rules/change.ts'
import { placeAmong } from './rules/place.ts'
import { earlierValues, type Dated } from './rules/series.ts'
import { placeOnSpine, spineOf } from './rules/spine.ts'

export interface ProfileQuestion {
  authority: string
  /** Absent: the authority's neighbours, else its kind. */
  group?: string | undefined
  knownAt?: Date | undefined
  service?: string | undefined
  dimension?: string | undefined
}

/**
 * Every measure for one authority: its latest value, where that stands in the group, and how it changed. In the order of the
 * measures' codes. Measures stated to be for its kind of which it has no row at all are listed as missing.
 */
export async function profile(db: Reader, question: ProfileQuestion): Promise<ProfileAnswer> {
  return (await answerAndKeys(db, question)).answer
}

/** The same, and what had to be worked out is kept for the next who asks; `kept` says whether anything was. */
export async function answerAndKeep(store: Store, actor: Actor, question: ProfileQuestion): Promise<{ answer: ProfileAnswer; kept: boolean }> {
  const { answer, key, rows, workedOut } = await store.read(actor, (db) => answerAndKeys(db, question))
  const isWhole = question.service === undefined && question.dimension === undefined
  const kept = key !== null && isWhole && [...workedOut].some((measure) => key.states.get(measure)?.private === false)
  if (kept) await keepProfile(store, key, rows)
  return { answer, kept }
}

/** Where an authority stands on every measure that concerns it, by the measure's number, without what the measures are called. */
export async function positions(db: Reader, { knownAt, ...question }: Pick<ProfileQuestion, 'authority' | 'group' | 'knownAt'>): Promise<Map<number, Position>> {
  const authority = await authorityByCode(db, question.authority)
  const group = await chooseGroup(db, { group: question.group, authority, knownAt })
  const states = knownAt === undefined && mayBeKept(group) ? await measureStates(db) : null
  const { positions: kept, others } = states ? await keptPositions(db, { authority, group, states }) : nothingKept()
  // What is kept is of measures that have a state, so as many are all.
  if (states && kept.size + others.length === states.size) return kept
  const isKept = new Set([...kept.keys(), ...others])
  const missing = states && isKept.size > 0 ? [...states.keys()].filter((measure) => !isKept.has(measure)) : undefined
  const fresh = await standings(db, { authority, group, knownAt }, missing)
  return new Map([...kept, ...[...fresh].map(([measure, standing]) => [measure, positionOf(standing)] as const)])
}

interface AnswerAndKeys {
  answer: ProfileAnswer
  /** Null: nothing of it may be kept. */
  key: ProfileKey | null
  /** By measure, in the order in which pages show them; null where it does not concern the authority. */
  rows: ReadonlyMap<number, WorkedOut | null>
  workedOut: ReadonlySet<number>
}

async function answerAndKeys(db: Reader, { knownAt, service, dimension, ...question }: ProfileQuestion): Promise<AnswerAndKeys> {
  const authority = await authorityByCode(db, question.authority)
  const group = await chooseGroup(db, { group: question.group, authority, knownAt })
  const all = await everyMeasure(db, { service, dimension, knownAt })
  // Only what is known now is kept: a past that was asked for once is rarely asked for again.
  const key = knownAt === undefined && mayBeKept(group) ? { authority, group, states: await measureStates(db) } : null
  const { positions, others, contents } = key ? await keptPositions(db, key) : nothingKept()
  const details = key && positions.size > 0 ? await keptDetails(db, key, contents(), [...positions.keys()]) : new Map<number, Details>()
  const kept = new Map<number, WorkedOut | null>(others.map((measure) => [measure, null]))
  for (const [measure, position] of positions) kept.set(measure, { position, details: details.get(measure)! })
  const missing = all.filter(({ id }) => !kept.has(id))
  const fresh = missing.length === 0 ? new Map<number, WorkedOut>() : await workOut(db, { authority, group, knownAt }, missing, missing.length < all.length)
  const rowOf = (measure: Measure) => kept.get(measure.id) ?? fresh.get(measure.id) ?? null
  const shown = all.flatMap((measure) => {
    const row = rowOf(measure)
    return row ? [{ measure: describeMeasure(measure), ...row.position, ...row.details }] : []
  })
  const rows = new Map(missing.length === 0 ? [] : all.toSorted(asPagesShow).map((measure) => [measure.id, rowOf(measure)]))
  return { answer: { ...headingOf({ authority, group, knownAt }, shown), measures: shown }, key, rows, workedOut: new Set(missing.map(({ id }) => id)) }
}

/** What of a measure decides whether and where a page shows it. */
export type ProfileEntry = Pick<ProfileRowAnswer, 'measure' | 'value' | 'reason' | 'quartile' | 'rank' | 'compared' | 'direction'>

/** Which measures are shown on all pages together, and which on this one. */
export interface Chosen {
  shown: ProfileEntry[]
  onPage: ProfileEntry[]
}

/** A profile of which only the rows of one page are read in full. */
export interface ProfileGlance extends Omit<ProfileAnswer, 'measures'> {
  /** Every measure, by service and title. */
  entries: ProfileEntry[]
  shown: ProfileEntry[]
  /** Those on the page, in its order. */
  rows: ProfileRowAnswer[]
}

/** The same from what is kept; null where something has to be worked out that could be kept. */
export async function keptGlance(db: Reader, question: ProfileQuestion, choose: (entries: readonly ProfileEntry[]) => Chosen): Promise<ProfileGlance | null> {
  const { knownAt } = question
  const authority = await authorityByCode(db, question.authority)
  const group = await chooseGroup(db, { group: question.group, authority, knownAt })
  if (knownAt !== undefined || !mayBeKept(group)) return null
  const key = { authority, group, states: await measureStates(db) }
  const { positions, others, contents } = await keptPositions(db, key)
  const isSetAside = new Set(others)
  const all = await remembered(db, ['every measure as pages show them'], async () => (await everyMeasure(db, {})).toSorted(asPagesShow))
  const missing = all.filter(({ id }) => !positions.has(id) && !isSetAside.has(id))
  if (missing.some(({ id }) => key.states.get(id)?.private !== true)) return null
  const fresh = missing.length === 0 ? new Map<number, WorkedOut>() : await workOut(db, { authority, group, knownAt }, missing, true)
  const places = contents()
  const numbers = new Map<ProfileEntry, number>()
  for (const measure of all) {
    const position = positions.get(measure.id) ?? fresh.get(measure.id)?.position
    if (!position) continue
    const direction = places.get(measure.id)?.direction ?? fresh.get(measure.id)?.details.direction ?? null
    // The position was read for this page alone.
    numbers.set(Object.assign(position, { measure: describeMeasure(measure), direction }), measure.id)
  }
  const entries = [...numbers.keys()]
  const { shown, onPage } = choose(entries)
  const details = await keptDetails(db, key, places, onPage.map((entry) => numbers.get(entry)!))
  const rows = onPage.map((entry) => {
    const measure = numbers.get(entry)!
    // What is shown was kept or worked out, with its details.
    return { measure: entry.measure, ...(positions.get(measure) ?? fresh.get(measure)!.position), ...(fresh.get(measure)?.details ?? details.get(measure)!) }
  })
  return { ...headingOf({ authority, group, knownAt }, entries), entries, shown, rows }
}

const alphabet = new Intl.Collator('en-GB', { numeric: true })

/** By service and title, without a service last. */
const asPagesShow = (a: Pick<Measure, 'service' | 'title'>, b: Pick<Measure, 'service' | 'title'>) =>
  Number(a.service === null) - Number(b.service === null) || alphabet.compare(a.service ?? '', b.service ?? '') || alphabet.compare(a.title, b.title)

/** Whose standing, among whom. */
interface Among {
  authority: Authority
  group: ChosenGroup
  knownAt: Date | undefined
}

/** Where an authority stands on measures, worked out from the figures; measures that do not concern it are left out. */
async function workOut(db: Reader, among: Among, wanted: readonly Measure[], areFew: boolean): Promise<Map<number, WorkedOut>> {
  const { authority, knownAt } = among
  const series = await everySeriesOf(db, authority.id, knownAt, areFew ? wanted.map(({ id }) => id) : undefined)
  const breaks = await everyBreak(db, knownAt)
  const concerning = wanted.filter((measure) => series.has(measure.id) || measure.kinds.includes(authority.kind))
  const found = await standingsOn(db, among, concerning, series)
  return new Map([...found].map(([measure, standing]) => {
    const position = positionOf(standing)
    return [measure, { position, details: detailsOf(standing, position, breaks.get(measure) ?? []) }]
  }))
}

/** The same without the details: of the definitions only those that concern the authority are read. */
async function standings(db: Reader, among: Among, only: readonly number[] | undefined): Promise<Map<number, Standing>> {
  const { authority, knownAt } = among
  const series = await everySeriesOf(db, authority.id, knownAt, only)
  return standingsOn(db, among, await measures(db, { knownAt, ids: only, concerning: { ids: [...series.keys()], kind: authority.kind } }), series)
}

async function standingsOn(
  db: Reader, { authority, group, knownAt }: Among, concerning: readonly Measure[], series: ReadonlyMap<number, SeriesFigure[]>,
): Promise<Map<number, Standing>> {
  const latest = concerning.map((measure) => latestOf(measure, series.get(measure.id) ?? []))
  const wanted = latest.flatMap(({ measure, figure }) => (figure ? { measure: measure.id, period: figure.period.id } : []))
  const authorities = group.members.map(({ id }) => id)
  const values = await valuesForMany(db, wanted, { authorities, inBeing: group.computed, knownAt })
  const inGroup = authorities.includes(authority.id)
  return new Map(latest.map((one) => [one.measure.id, { ...one, values: values.get(one.measure.id) ?? [], inGroup }]))
}

/** The authority's latest figure beside the values of the group. */
interface Standing extends Latest {
  values: readonly number[]
  inGroup: boolean
}

/** A measure, the authority's whole series, and the figure that stands for it now. */
interface Latest {
  measure: Measure
  series: SeriesFigure[]
  /** The latest with a value; where there is none, the latest; null where there is no row. */
  figure: SeriesFigure | null
  /** A later period of which the authority has no figure. */
  later: SeriesFigure | null
}

function latestOf(measure: Measure, whole: readonly SeriesFigure[]): Latest {
  const ofKind = whole.filter(({ period }) => period.kind === measure.period_kind)
  const series = ofKind.length > 0 ? ofKind : [...whole]
  const last = series.at(-1) ?? null
  const withValue = series.findLast(({ value }) => value !== null)
  return { measure, series, figure: withValue ?? last, later: withValue && last !== withValue ? last : null }
}

const hasValue = (one: SeriesFigure): one is SeriesFigure & { value: number } => one.value !== null

function positionOf({ measure, figure, values, inGroup }: Standing): Position {
  const value = figure?.value ?? null
  const place = placeAmong(values, { value: inGroup ? value : null, reason: figure?.reason ?? null, ...rulesOf(measure) })
  return {
    period: figure && { label: figure.period.label, kind: figure.period.kind, starts: figure.period.starts, ends: figure.period.ends },
    value,
    status: figure?.status ?? 'absent',
    reason: figure ? figure.reason : 'missing',
    ...place,
    position: inGroup || value === null ? place.position : 'not in this group',
  }
}

function detailsOf({ measure, series, figure, later, values }: Standing, { value, median }: Position, breaks: readonly string[]): Details {
  const rules = rulesOf(measure)
  const dated: Dated<SeriesFigure['period']>[] = series.filter(hasValue)
  const { previous, first } = figure && value !== null ? earlierValues(dated, figure.period, breaks) : { previous: null, first: null }
  const since = aimAdjustedChange(value, previous?.value ?? null, rules)
  const described = describeMeasure(measure)
  return {
    word: wordOf(described, value),
    median_word: wordOf(described, median),
    later_absence: later && { period: later.period.label, reason: later.reason },
    change_since_previous: since,
    previous_period: previous?.period.label ?? null,
    previous_value: previous?.value ?? null,
    direction: directionOf(since, rules.polarity),
    change_since_first: aimAdjustedChange(value, first?.value ?? null, rules),
    first_period: first?.period.label ?? null,
    first_value: first?.value ?? null,
    spine: spineOf({ rows: values.map((one) => ({ value: one })) }, rules),
    spine_place: placeOnSpine(value, rules),
    series: figure ? series.map((one) => ({ period: one.period.label, starts: one.period.starts, value: one.value })) : [],
    breaks: [...breaks],
  }
}

function headingOf({ authority, group, knownAt }: Among, rows: readonly Pick<ProfileEntry, 'value' | 'quartile'>[]): Omit<ProfileAnswer, 'measures'> {
  const { address, title, publisher, licence, dated, asked } = group
  const { code, name, known_name } = authority
  const count = (test: (row: Pick<ProfileEntry, 'value' | 'quartile'>) => boolean) => rows.filter(test).length
  return {
    authority: { code, name, known_name, in_group: group.members.some(({ id }) => id === authority.id) },
    group: { address, title, publisher, licence, dated, asked, members: group.members.length },
    known_at: knownAt?.toISOString() ?? null,
    counts: {
      measures: rows.length,
      best_quarter: count((row) => row.quartile === 1),
      better_middle: count((row) => row.quartile === 2),
      worse_middle: count((row) => row.quartile === 3),
      lowest_quarter: count((row) => row.quartile === 4),
      no_figure: count((row) => row.value === null),
      not_compared: count((row) => row.value !== null && row.quartile === null),
    },
  }
}
