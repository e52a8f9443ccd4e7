import type { Reader } from '#kernel/db/index.ts'
import { authorityByCode, type Authority } from '#slices/places/index.ts'
import { everyBreak, everySeriesOf, measures, valuesForMany, type Measure, type SeriesFigure } from '#slices/indicators/index.ts'
import type { ProfileAnswer, ProfileRowAnswer } from './answer.ts'
import { chooseGroup, type ChosenGroup } from './group.ts'
import { describeMeasure, rulesOf, wordOf } from './measure.ts'
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
export async function profile(db: Reader, { knownAt, service, dimension, ...question }: ProfileQuestion): Promise<ProfileAnswer> {
  const authority = await authorityByCode(db, question.authority)
  const group = await chooseGroup(db, { group: question.group, authority, knownAt })
  const series = await everySeriesOf(db, authority.id, knownAt)
  const breaks = await everyBreak(db, knownAt)
  const all = await measures(db, { service, dimension, knownAt })
  const latest = all
    .filter((measure) => series.has(measure.id) || measure.kinds.includes(authority.kind))
    .map((measure) => latestOf(measure, series.get(measure.id) ?? []))
  const wanted = latest.flatMap(({ measure, figure }) => (figure ? { measure: measure.id, period: figure.period.id } : []))
  const authorities = group.members.map(({ id }) => id)
  const values = await valuesForMany(db, wanted, { authorities, inBeing: group.computed, knownAt })
  const inGroup = authorities.includes(authority.id)
  const rows = latest.map((one) => rowOf(one, values.get(one.measure.id) ?? [], breaks.get(one.measure.id) ?? [], inGroup))
  return answerOf(authority, group, inGroup, knownAt, rows)
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

function rowOf({ measure, series, figure, later }: Latest, values: readonly number[], breaks: readonly string[], inGroup: boolean): ProfileRowAnswer {
  const rules = rulesOf(measure)
  const value = figure?.value ?? null
  const dated: Dated<SeriesFigure['period']>[] = series.filter(hasValue)
  const { previous, first } = figure && value !== null ? earlierValues(dated, figure.period, breaks) : { previous: null, first: null }
  const place = placeAmong(values, { value: inGroup ? value : null, reason: figure?.reason ?? null, ...rules })
  const since = aimAdjustedChange(value, previous?.value ?? null, rules)
  const described = describeMeasure(measure)
  return {
    measure: described,
    period: figure && { label: figure.period.label, kind: figure.period.kind, starts: figure.period.starts, ends: figure.period.ends },
    value,
    word: wordOf(described, value),
    status: figure?.status ?? 'absent',
    reason: figure ? figure.reason : 'missing',
    later_absence: later && { period: later.period.label, reason: later.reason },
    ...place,
    median_word: wordOf(described, place.median),
    position: inGroup || value === null ? place.position : 'not in this group',
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

function answerOf(authority: Authority, group: ChosenGroup, inGroup: boolean, knownAt: Date | undefined, rows: ProfileRowAnswer[]): ProfileAnswer {
  const { address, title, publisher, licence, dated, asked } = group
  const { code, name, known_name } = authority
  const count = (test: (row: ProfileRowAnswer) => boolean) => rows.filter(test).length
  return {
    authority: { code, name, known_name, in_group: inGroup },
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
    measures: rows,
  }
}
