import type { ProfileRowAnswer } from '#slices/benchmarking/index.ts'

/** One measure of a profile, as far as narrowing and ordering look at it. */
export type Entry = Pick<ProfileRowAnswer, 'value' | 'reason' | 'quartile' | 'rank' | 'compared' | 'direction'> & {
  measure: Pick<ProfileRowAnswer['measure'], 'code' | 'title' | 'service' | 'dimension'>
}

/** Which measures of a profile to show, and in which order. Empty text: not narrowed. */
export interface ProfileFilter {
  service: string
  dimension: string
  position: '' | PositionFilter
  change: '' | ChangeFilter
  /** `figure`: has one. `none`: has none. Else the reason there is none. */
  absence: string
  sort: ProfileSort
}

export const positionFilters = ['best', 'better-side', 'worse-side', 'lowest', 'not-compared'] as const
export type PositionFilter = (typeof positionFilters)[number]
export const changeFilters = ['better', 'worse', 'same', 'other', 'unknown'] as const
export type ChangeFilter = (typeof changeFilters)[number]
export const profileSorts = ['service', 'position', 'change', 'title'] as const
export type ProfileSort = (typeof profileSorts)[number]

/** How measures without a service or dimension are asked for. */
export const unstated = 'not-stated'

/** Where an entry falls among the choices of position; null when it has no figure. */
export function positionOf({ value, quartile }: Pick<Entry, 'value' | 'quartile'>): PositionFilter | null {
  if (value === null) return null
  return quartile === null ? 'not-compared' : (positionFilters[quartile - 1] ?? 'not-compared')
}

/** Where an entry falls among the choices of change. `other`: it moved, and the measure has no better direction. */
export function changeOf({ direction }: Pick<Entry, 'direction'>): ChangeFilter {
  if (direction === null) return 'unknown'
  return direction === 'higher' || direction === 'lower' ? 'other' : direction
}

/** Why an entry has no figure, in the register's words; null when it has one. */
export function absenceOf({ value, reason }: Pick<Entry, 'value' | 'reason'>): string | null {
  return value === null ? (reason ?? 'missing') : null
}

/** The entries that answer to all of a filter, in its order. */
export function shownEntries<T extends Entry>(entries: readonly T[], filter: ProfileFilter): T[] {
  return entries.filter((entry) => answers(entry, filter)).sort((a, b) => orders[filter.sort](a, b) || byTitle(a, b))
}

function answers(entry: Entry, { service, dimension, position, change, absence }: ProfileFilter): boolean {
  return (
    (service === '' || (entry.measure.service ?? unstated) === service) &&
    (dimension === '' || (entry.measure.dimension ?? unstated) === dimension) &&
    (position === '' || positionOf(entry) === position) &&
    (change === '' || changeOf(entry) === change) &&
    isAbsentAs(entry, absence)
  )
}

function isAbsentAs(entry: Entry, absence: string): boolean {
  const reason = absenceOf(entry)
  if (absence === '') return true
  if (absence === 'figure') return reason === null
  return absence === 'none' ? reason !== null : reason === absence
}

const alphabet = new Intl.Collator('en-GB', { numeric: true })
const byTitle = (a: Entry, b: Entry) =>
  alphabet.compare(a.measure.title, b.measure.title) || alphabet.compare(a.measure.code, b.measure.code)

/** Changes of different measures are in different units, so they are put in order by direction only. */
const changeOrder: readonly ChangeFilter[] = ['worse', 'same', 'better', 'other', 'unknown']

const orders: Record<ProfileSort, (a: Entry, b: Entry) => number> = {
  service: ({ measure: a }, { measure: b }) =>
    Number(a.service === null) - Number(b.service === null) || alphabet.compare(a.service ?? '', b.service ?? ''),
  position: (a, b) => fromBottom(a) - fromBottom(b),
  change: (a, b) => changeOrder.indexOf(changeOf(a)) - changeOrder.indexOf(changeOf(b)),
  title: () => 0,
}

/** Lowest quarter first and within it the lowest rank; then what has a figure and is not compared; then what has none. */
function fromBottom({ value, quartile, rank, compared }: Entry): number {
  if (value === null) return 20
  if (quartile === null) return 10
  return 4 - quartile + (1 - (rank ?? 0) / Math.max(compared, 1)) / 2
}

/** What the opening sentence and the heading of a service count. */
export interface Tally {
  measures: number
  best: number
  lowest: number
  notCompared: number
  absent: number
}

export function tallyOf(entries: readonly Pick<Entry, 'value' | 'quartile'>[]): Tally {
  const positions = entries.map(positionOf)
  const counted = (position: PositionFilter | null) => positions.filter((one) => one === position).length
  return {
    measures: entries.length, best: counted('best'), lowest: counted('lowest'), notCompared: counted('not-compared'), absent: counted(null),
  }
}
