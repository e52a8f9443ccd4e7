import { dateOf, dayInWords, isDate, monthNumber, monthOf, type DateText } from './dates.ts'
import { monthsIn, periodOf, periodOfMonths, readsAsYears, type Period, type PeriodKind } from './period.ts'

/** What is known beside the label, from a recipe or from the measure. It settles only what the label leaves open. */
export interface PeriodHint {
  /** The kind the publisher means where a label could be several: `2019`, `2013-14`, `2010-11`, `2023 Q3`. */
  kind?: PeriodKind
  /** The day, 'MM-DD', on which this publisher's years start. Wins over `kind`: '08-01' is an academic year from August. */
  yearStarts?: string
}

/** Why a text is not a period. Both are for people: `refused` is a whole sentence, `expected` fits in a table cell. */
export interface PeriodRefusal {
  refused: string
  expected: string
}

type Reading = Period | PeriodRefusal
type Reader = (parts: RegExpExecArray, text: string, hint: PeriodHint) => Reading

const earliest = 1900
const latest = 2100
const mostYears = 25
/** The longest label has 46 letters; a longer text is a note or a cell that ran on, and is quoted only in part. */
const longest = 80

const examples: Record<PeriodKind, string> = {
  'financial-year': 'a financial year such as 2023-24 or 2023/24',
  'calendar-year': 'a calendar year such as 2023',
  'academic-year': 'an academic year such as academic year 2023/24',
  'survey-year': 'a survey year such as 16 Nov 2023 to 15 Nov 2024 or 2023-11-16/P1Y',
  'financial-quarter': 'a quarter of a financial year such as 2023-24 Q3',
  'calendar-quarter': 'a quarter of a calendar year such as 2023 Q3',
  month: 'a month such as March 2024 or 2024-03',
  day: 'a day such as 15 May 2024 or 2024-05-15',
  'multi-year': 'several years such as 2018-21 or 2020 to 2024',
}
const anyExample = 'a period such as 2023-24, 2023-24 Q3, 2018-21, March 2024, 2024, academic year 2023/24 or 15 May 2024'

/**
 * Reads a period as publishers write it. Never guesses between two plausible readings: it refuses and says what would settle
 * the matter. Reads every canonical label back to the same period when no hint is given.
 */
export function parsePeriod(text: string, hint: PeriodHint = {}): Reading {
  const tidy = text.replace(/[\s\u00a0\u202f]+/g, ' ').replace(/ ?[‐‑‒–—−-] ?/g, '-').replace(/ ?\/ ?/g, '/').trim()
  if (text.length > longest) return refuse(`${text.slice(0, longest)}…`, 'it is too long for a period', hint)
  for (const [pattern, read] of readers) {
    const parts = pattern.exec(tidy)
    if (parts) return read(parts, text, hint)
  }
  return refuse(text, tidy === '' ? 'it is blank' : 'it is not a spelling of a period that is known here', hint)
}

/** Narrows what `parsePeriod` returned. */
export const isRefusedPeriod = (reading: Period | PeriodRefusal): reading is PeriodRefusal => 'refused' in reading

function refuse(text: string, why: string, hint: PeriodHint): PeriodRefusal {
  const expected = hint.kind ? examples[hint.kind] : anyExample
  return { refused: `"${text}" cannot be read as a period: ${why}. Expected ${expected}.`, expected }
}

// Pieces of patterns. A day is written in words, as ISO or as day/month/year.
const pair = String.raw`(\d{4})[-/](\d{4}|\d{2})`
const wordDay = String.raw`\d{1,2}(?:st|nd|rd|th)? [a-z]{3,9}\.? \d{4}`
const isoDay = String.raw`\d{4}-\d\d-\d\d`
const ukDay = String.raw`\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})`
const month = String.raw`([a-z]{3,9})\.?`
const gap = String.raw`(?: ?[;,] ?|-| )?`
const quarter = String.raw`(?:q|quarter) ?(\d)`
const august = String.raw`( ?\(from august\))?`

const match = (source: string): RegExp => new RegExp(`^(?:${source})$`, 'i')

/** The first pattern that fits decides, so words that name a kind of year stand before the names of months. */
const readers: readonly (readonly [RegExp, Reader])[] = [
  [match(String.raw`(${isoDay})/P(\d{1,3})([YMD])`), readInterval],
  [match(`${isoDay}|${ukDay}|${wordDay}`), readDay],
  [match(`(${wordDay}|${isoDay}|${ukDay}) to (${wordDay}|${isoDay}|${ukDay})`), readRange],
  [match(`(${wordDay})-(${wordDay})`), readRange],
  [match(String.raw`(\d{4}) to (\d{4})`), readCalendarYears],
  [match(`(?:(academic|financial) years )?${pair} to ${pair}${august}`), readYearRange],
  [match(`(?:FY ?|financial year )?${pair}${gap}${quarter}`), (p, text, hint) => readFinancialQuarter(p[1], p[2], p[3], text, hint)],
  [match(`${quarter}${gap}(?:FY ?|financial year )?${pair}`), (p, text, hint) => readFinancialQuarter(p[2], p[3], p[1], text, hint)],
  [match(String.raw`(\d{4})${gap}${quarter}`), (p, text, hint) => readQuarter(p[1], p[2], text, hint)],
  [match(String.raw`${quarter}${gap}(\d{4})`), (p, text, hint) => readQuarter(p[2], p[1], text, hint)],
  [match(String.raw`(academic|financial|calendar)(?: year)? (\d{4})(?:[-/](\d{4}|\d{2}))?${august}`), readNamedYear],
  [match(String.raw`(AY|FY) ?(\d{4})(?:[-/](\d{4}|\d{2}))?${august}`), readNamedYear],
  [match(String.raw`(\d{4})(?:[-/](\d{4}|\d{2}))? \(?(academic|financial|calendar)(?: year)?\)?${august}`), readYearNamedAfter],
  [match(`${pair}${gap}${month}`), (p, text, hint) => readMonthOfYear(p[1], p[2], p[3], text, hint)],
  [match(`${month}${gap}${pair}`), (p, text, hint) => readMonthOfYear(p[2], p[3], p[1], text, hint)],
  [match(String.raw`(\d{4})${gap}${month}`), (p, text, hint) => readMonth(p[1], p[2], text, hint)],
  [match(String.raw`${month}${gap}(\d{4})`), (p, text, hint) => readMonth(p[2], p[1], text, hint)],
  [match(String.raw`${month}-(\d{2})`), (p, text, hint) => readMonth(`20${p[2]}`, p[1], text, hint)],
  [match(String.raw`(\d{4}) ?; ?(\d{1,2})`), (p, text, hint) => monthPeriod(Number(p[1]), Number(p[2]), text, hint)],
  [match(String.raw`(\d{4})([-/])(\d{4}|\d{2})`), readYears],
  [match(String.raw`(\d{4})`), readYear],
]

function readInterval(parts: RegExpExecArray, text: string, hint: PeriodHint): Reading {
  const starts = parts[1] ?? ''
  const count = Number(parts[2])
  const unit = (parts[3] ?? '').toUpperCase()
  if (!isDate(starts)) return refuse(text, 'the calendar has no such first day', hint)
  if (unit === 'D') return count === 1 ? periodOf('day', starts, starts) : refuse(text, 'a number of days is not a kind of period kept here', hint)
  return wholeMonths(starts, unit === 'Y' ? count * 12 : count, text, hint)
}

function wholeMonths(starts: DateText, months: number, text: string, hint: PeriodHint): Reading {
  const problem = outOfRange(Number(starts.slice(0, 4)), months)
  if (problem) return refuse(text, problem, hint)
  if (months < 12 && !starts.endsWith('-01')) return refuse(text, 'months and quarters start on the first of a month', hint)
  if (months === 3 && monthOf(starts) % 3 !== 1) return refuse(text, 'a quarter starts in January, April, July or October', hint)
  if (months !== 1 && months !== 3 && months % 12 !== 0) return refuse(text, `a length of ${months} months is not a kind of period kept here`, hint)
  if (starts.endsWith('-02-29')) return refuse(text, 'a year that starts on 29 February has no first day in the next year', hint)
  return periodOfMonths(starts, months, hint.kind === 'financial-quarter' ? 'financial' : 'calendar')
}

function outOfRange(year: number, months: number): string | undefined {
  if (year < earliest || year + Math.ceil(months / 12) > latest) return `years between ${earliest} and ${latest} are kept here`
  if (months < 1 || months > mostYears * 12) return `a length between one month and ${mostYears} years is kept here`
  return undefined
}

function readDay(parts: RegExpExecArray, text: string, hint: PeriodHint): Reading {
  const day = dayFrom(parts[0])
  return day ? periodOf('day', day, day) : refuse(text, 'the calendar has no such day', hint)
}

/** A day written `2024-05-15`, `15/05/2024`, `15/05/24` or `15 May 2024`. UK order: the day before the month. */
function dayFrom(text: string): DateText | undefined {
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (iso) return plausibleDay(Number(iso[1]), Number(iso[2]), Number(iso[3]))
  const uk = /^(\d{1,2})\/(\d{1,2})\/(\d{4}|\d\d)$/.exec(text)
  if (uk) return plausibleDay(fullYear(uk[3] ?? ''), Number(uk[2]), Number(uk[1]))
  const words = /^(\d{1,2})(?:st|nd|rd|th)? ([a-z]+)\.? (\d{4})$/i.exec(text)
  const named = words && monthNumber(words[2] ?? '')
  return words && named ? plausibleDay(Number(words[3]), named, Number(words[1])) : undefined
}

const plausibleDay = (year: number, monthOfYear: number, day: number): DateText | undefined =>
  year >= earliest && year <= latest ? dateOf(year, monthOfYear, day) : undefined

/** Two digits mean a year of this century up to 69, and of the last one from 70. */
const fullYear = (digits: string): number => (digits.length === 4 ? Number(digits) : Number(digits) + (Number(digits) < 70 ? 2000 : 1900))

function readRange(parts: RegExpExecArray, text: string, hint: PeriodHint): Reading {
  const starts = dayFrom(parts[1] ?? '')
  const ends = dayFrom(parts[2] ?? '')
  if (!starts || !ends) return refuse(text, 'the calendar has no such day', hint)
  if (ends < starts) return refuse(text, 'it ends before it starts', hint)
  if (starts === ends) return periodOf('day', starts, ends)
  const reading = wholeMonths(starts, monthsIn({ kind: 'multi-year', starts, ends }), text, hint)
  if ('refused' in reading || reading.ends === ends) return reading
  return refuse(text, `whole years that start on ${dayInWords(starts)} end on the day before, not on ${dayInWords(ends)}`, hint)
}

function readCalendarYears(parts: RegExpExecArray, text: string, hint: PeriodHint): Reading {
  return yearsFrom(Number(parts[1]), Number(parts[2]) + 1, '01-01', text, hint)
}

function readYearRange(parts: RegExpExecArray, text: string, hint: PeriodHint): Reading {
  const starts = parts[1] ? namedStart(parts[1], Boolean(parts[6]), hint) : yearStart(hint)
  const first = Number(parts[2])
  const last = Number(parts[4])
  if (!starts) return refuse(text, unknownStart(hint), hint)
  if (endOf(first, parts[3] ?? '') !== first + 1 || endOf(last, parts[5] ?? '') !== last + 1) {
    return refuse(text, 'each of its two years should run into the next, like 2018-19', hint)
  }
  return yearsFrom(first, last + 1, starts, text, hint)
}

/** The year in which a range ends: `11` after 2007 is 2011, `00` after 1999 is 2000. */
function endOf(first: number, digits: string): number {
  if (digits.length === 4) return Number(digits)
  const sameCentury = first - (first % 100) + Number(digits)
  return sameCentury > first ? sameCentury : sameCentury + 100
}

/** Whole years from the first year's start up to the day before the end year's. */
function yearsFrom(first: number, end: number, starts: string, text: string, hint: PeriodHint): Reading {
  const date = `${String(first).padStart(4, '0')}-${starts}`
  if (!isDate(date) || starts === '02-29') return refuse(text, `years cannot start on ${starts}; a day is written as month and day, like 09-01`, hint)
  if (end <= first) return refuse(text, 'it ends before it starts', hint)
  return wholeMonths(date, (end - first) * 12, text, hint)
}

/** The day on which a year written with two numbers starts, or undefined where the hint leaves it open. */
function yearStart(hint: PeriodHint): string | undefined {
  if (hint.yearStarts) return hint.yearStarts
  if (hint.kind === 'academic-year') return '09-01'
  return hint.kind === 'calendar-year' || hint.kind === 'calendar-quarter' || hint.kind === 'survey-year' ? undefined : '04-01'
}

const unknownStart = (hint: PeriodHint): string =>
  hint.kind === 'survey-year' ? 'it does not say on which day the survey year starts' : 'it names two years where one calendar year was meant'

function namedStart(name: string, fromAugust: boolean, hint: PeriodHint): string {
  if (/^(academic|AY)$/i.test(name)) return fromAugust || hint.yearStarts === '08-01' ? '08-01' : '09-01'
  return /^calendar$/i.test(name) ? '01-01' : '04-01'
}

function readNamedYear(parts: RegExpExecArray, text: string, hint: PeriodHint): Reading {
  return namedYear(parts[1] ?? '', parts[2] ?? '', parts[3], Boolean(parts[4]), text, hint)
}

function readYearNamedAfter(parts: RegExpExecArray, text: string, hint: PeriodHint): Reading {
  return namedYear(parts[3] ?? '', parts[1] ?? '', parts[2], Boolean(parts[4]), text, hint)
}

function namedYear(name: string, first: string, ending: string | undefined, fromAugust: boolean, text: string, hint: PeriodHint): Reading {
  const starts = namedStart(name, fromAugust, hint)
  const year = Number(first)
  if (ending === undefined) return yearsFrom(year, year + 1, starts, text, hint)
  if (starts === '01-01') return refuse(text, 'it names two years where one calendar year was meant', hint)
  const end = endOf(year, ending)
  if (end !== year + 1) return refuse(text, `a year that starts in ${year} ends in ${year + 1}`, hint)
  return yearsFrom(year, end, starts, text, hint)
}

function readFinancialQuarter(first = '', ending = '', number = '', text: string, hint: PeriodHint): Reading {
  const year = Number(first)
  if (hint.kind === 'calendar-quarter') return refuse(text, 'it names a financial year where a calendar year was meant', hint)
  if (endOf(year, ending) !== year + 1) return refuse(text, `a financial year that starts in ${year} ends in ${year + 1}`, hint)
  return quarterPeriod(year, Number(number), 'financial', text, hint)
}

function readQuarter(year = '', number = '', text: string, hint: PeriodHint): Reading {
  const financial = hint.kind === 'financial-quarter' || hint.kind === 'financial-year'
  return quarterPeriod(Number(year), Number(number), financial ? 'financial' : 'calendar', text, hint)
}

function quarterPeriod(year: number, number: number, of: 'financial' | 'calendar', text: string, hint: PeriodHint): Reading {
  if (number < 1 || number > 4) return refuse(text, 'a year has quarters 1 to 4', hint)
  const problem = outOfRange(year, 12)
  if (problem) return refuse(text, problem, hint)
  const first = (number - 1) * 3 + (of === 'financial' ? 4 : 1)
  const starts = dateOf(first > 12 ? year + 1 : year, first > 12 ? first - 12 : first, 1)
  return starts ? periodOfMonths(starts, 3, of) : refuse(text, 'the calendar has no such quarter', hint)
}

/** A month beside the year it lies in, financial unless the hint says otherwise: `2010-11 January` is January 2011. */
function readMonthOfYear(first = '', ending = '', word = '', text: string, hint: PeriodHint): Reading {
  const year = Number(first)
  const number = monthNumber(word)
  if (!number) return refuse(text, `${word} is not a month`, hint)
  if (endOf(year, ending) !== year + 1) return refuse(text, `a year that starts in ${year} ends in ${year + 1}`, hint)
  const yearBegins = Number((yearStart(hint) ?? '04-01').slice(0, 2))
  return monthPeriod(number >= yearBegins ? year : year + 1, number, text, hint)
}

function readMonth(year = '', word = '', text: string, hint: PeriodHint): Reading {
  const number = monthNumber(word)
  return number ? monthPeriod(Number(year), number, text, hint) : refuse(text, `${word} is not a month`, hint)
}

function monthPeriod(year: number, number: number, text: string, hint: PeriodHint): Reading {
  const starts = plausibleDay(year, number, 1)
  if (!starts) return refuse(text, number < 1 || number > 12 ? 'a year has months 1 to 12' : `years between ${earliest} and ${latest} are kept here`, hint)
  return periodOfMonths(starts, 1)
}

/** `2013-14`, `2018-21`, `2015/2016`, and `2023-11` where the ending can only be a month. */
function readYears(parts: RegExpExecArray, text: string, hint: PeriodHint): Reading {
  const first = Number(parts[1])
  const ending = parts[3] ?? ''
  const end = endOf(first, ending)
  const monthLike = ending.length === 2 && Number(ending) >= 1 && Number(ending) <= 12
  if (monthLike && hint.kind === 'month') return monthPeriod(first, Number(ending), text, hint)
  const yearLike = ending.length === 4 ? end > first && end - first <= mostYears : end - first <= 10
  if (!yearLike && monthLike && parts[2] === '-') return monthPeriod(first, Number(ending), text, hint)
  if (!yearLike) return refuse(text, implausible(first, ending), hint)
  if (ending.length === 2 && !readsAsYears(first, end) && hint.kind !== 'multi-year') {
    return refuse(text, `it could be the years ${first} to ${end} or month ${ending} of ${first}; write ${first}-${end}, or say which kind of period is meant`, hint)
  }
  const starts = yearStart(hint)
  return starts ? yearsFrom(first, end, starts, text, hint) : refuse(text, unknownStart(hint), hint)
}

function implausible(first: number, ending: string): string {
  if (ending.length === 4) return `${ending} is not one of the ${mostYears} years after ${first}`
  const next = String((first + 1) % 100).padStart(2, '0')
  return `${ending} is neither a year soon after ${first} nor a month; one year from ${first} is written ${first}-${next}`
}

/** A year alone is a calendar year unless the hint says that a year starts on another day. */
function readYear(parts: RegExpExecArray, text: string, hint: PeriodHint): Reading {
  const year = Number(parts[1])
  if (hint.kind === 'survey-year' && !hint.yearStarts) return refuse(text, unknownStart(hint), hint)
  const byKind = hint.kind === 'financial-year' ? '04-01' : hint.kind === 'academic-year' ? '09-01' : '01-01'
  return yearsFrom(year, year + 1, hint.yearStarts ?? byKind, text, hint)
}
