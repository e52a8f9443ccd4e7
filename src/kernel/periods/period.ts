import { addDays, addMonths, dayInWords, monthName, monthOf, yearOf, type DateText } from './dates.ts'

/** What sort of stretch of time it is. The words are the ones kept in the database. */
export const periodKinds = [
  'financial-year', 'calendar-year', 'academic-year', 'survey-year',
  'financial-quarter', 'calendar-quarter', 'month', 'day', 'multi-year',
] as const
export type PeriodKind = (typeof periodKinds)[number]

/** A stretch of time with a label people know. */
export interface Period {
  kind: PeriodKind
  /** Canonical: the same kind and dates always have the same label, and two different periods never share one. */
  label: string
  starts: DateText
  /** Inclusive: the last day that counts. */
  ends: DateText
}

/**
 * The period of a kind between two dates, with its canonical label. For rows read from the database and for callers
 * that know the dates; it trusts that they fit the kind.
 */
export function periodOf(kind: PeriodKind, starts: DateText, ends: DateText): Period {
  return { kind, label: labelOf(kind, starts, ends), starts, ends }
}

/**
 * The period of so many whole months from a date. The first day decides what a year is: 1 April financial, 1 January calendar,
 * 1 August or 1 September academic, any other day a survey year. A quarter is a calendar one unless `quarters` says otherwise.
 */
export function periodOfMonths(starts: DateText, months: number, quarters: 'calendar' | 'financial' = 'calendar'): Period {
  const kind = months === 1 ? 'month' : months === 3 ? (`${quarters}-quarter` as const) : months === 12 ? yearKind(starts) : 'multi-year'
  return periodOf(kind, starts, addDays(addMonths(starts, months), -1))
}

function yearKind(starts: DateText): PeriodKind {
  switch (starts.slice(5)) {
    case '04-01': return 'financial-year'
    case '01-01': return 'calendar-year'
    case '08-01':
    case '09-01': return 'academic-year'
    default: return 'survey-year'
  }
}

/** Lengths that were worked out: a comparison asks for those of the same few periods once for each authority. */
const lengths = new WeakMap<Pick<Period, 'kind' | 'starts' | 'ends'>, number>()

/** Length in whole months; 0 for a day. Periods are values: nobody changes one. */
export function monthsIn(period: Pick<Period, 'kind' | 'starts' | 'ends'>): number {
  const length = lengths.get(period) ?? lengthOf(period)
  lengths.set(period, length)
  return length
}

function lengthOf(period: Pick<Period, 'kind' | 'starts' | 'ends'>): number {
  if (period.kind === 'day') return 0
  const next = addDays(period.ends, 1)
  return (yearOf(next) - yearOf(period.starts)) * 12 + monthOf(next) - monthOf(period.starts)
}

/**
 * The same sort of period, earlier or later. Each kind moves by its own length, but several years move by one year: published
 * three-year figures overlap, so the one before 2018-21 is 2017-20.
 */
export function shiftPeriod(period: Period, by: number): Period {
  if (period.kind === 'day') {
    const day = addDays(period.starts, by)
    return periodOf('day', day, day)
  }
  const step = period.kind === 'multi-year' ? 12 : monthsIn(period)
  const starts = addMonths(period.starts, by * step)
  return periodOf(period.kind, starts, addDays(addMonths(starts, monthsIn(period)), -1))
}

/** Whether figures of the two may stand in one series: the same kind and the same length. */
export function comparable(a: Period, b: Period): boolean {
  return a.kind === b.kind && monthsIn(a) === monthsIn(b)
}

/** For sorting, earliest first: by last day, then first day, so that 2018-21 stands beside 2020-21 and not beside 2018-19. */
export function comparePeriods(a: Period, b: Period): number {
  return textOrder(a.ends, b.ends) || textOrder(a.starts, b.starts) || textOrder(a.kind, b.kind)
}

const textOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function labelOf(kind: PeriodKind, starts: DateText, ends: DateText): string {
  const year = yearOf(starts)
  switch (kind) {
    case 'financial-year': return yearPair(year, '-')
    case 'calendar-year': return `${year}`
    case 'academic-year': return `academic year ${yearPair(year, '/')}${fromAugust(starts)}`
    case 'survey-year': return `${dayInWords(starts)} to ${dayInWords(ends)}`
    case 'financial-quarter': return financialQuarter(starts)
    case 'calendar-quarter': return `${year} Q${Math.ceil(monthOf(starts) / 3)}`
    case 'month': return `${monthName(monthOf(starts))} ${year}`
    case 'day': return dayInWords(starts)
    case 'multi-year': return severalYears(starts, ends)
  }
}

const twoDigits = (year: number): string => String(year % 100).padStart(2, '0')
const yearPair = (year: number, between: '-' | '/'): string => `${year}${between}${twoDigits(year + 1)}`

/** Two academic years with one name but different first days need two labels; September is the one left unsaid. */
const fromAugust = (starts: DateText): string => (monthOf(starts) === 8 ? ' (from August)' : '')

function financialQuarter(starts: DateText): string {
  const month = monthOf(starts)
  const year = month >= 4 ? yearOf(starts) : yearOf(starts) - 1
  return `${yearPair(year, '-')} Q${month >= 4 ? Math.floor((month - 1) / 3) : 4}`
}

function severalYears(starts: DateText, ends: DateText): string {
  const first = yearOf(starts)
  const end = yearOf(addDays(ends, 1))
  switch (starts.slice(5)) {
    case '04-01': return `${first}-${readsAsYears(first, end) ? twoDigits(end) : end}`
    case '01-01': return `${first} to ${end - 1}`
    case '08-01':
    case '09-01': return `academic years ${yearPair(first, '/')} to ${yearPair(end - 1, '/')}${fromAugust(starts)}`
    default: return `${dayInWords(starts)} to ${dayInWords(ends)}`
  }
}

/**
 * Whether `first` and the last two digits of `end` can only be meant as years. Up to four years is how publishers write it
 * (2007-11); 2005-11 might be six years or November 2005, so it is written and read only with four digits.
 */
export function readsAsYears(first: number, end: number): boolean {
  const span = end - first
  const looksLikeMonth = end % 100 >= 1 && end % 100 <= 12
  return span >= 1 && (span <= 4 || (span <= 10 && !looksLikeMonth))
}
