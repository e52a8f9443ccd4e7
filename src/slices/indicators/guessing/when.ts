/** Guesses for when the figures are: columns with periods, headings that are periods, or a period named above the table or in the file's name. */
import { isRefusedPeriod, parsePeriod, type PeriodKind } from '#kernel/periods/index.ts'
import { expressionOf } from '../imports/expressions.ts'
import { shareOf, type Profile } from './profile.ts'
import type { Guess } from './roles.ts'
import { combinations, type SampleTable } from './table.ts'

/** What the periods are read from, with the kind where the labels leave it open. */
export interface When {
  kind: PeriodKind | null
  /** Why that kind, in words; null where the labels say it themselves. */
  kindReason: string | null
  /** One period for the whole file; null where columns or headings say it, or nothing does. */
  fixed: string | null
  fixedReason: string | null
}

const hinted = /period|year|quarter|month|date|time|when|financial/i
const bareYear = /^(19|20)\d\d(\.0+)?$/

const reads = (text: string, kind?: PeriodKind) => !isRefusedPeriod(parsePeriod(text, kind ? { kind } : {}))

/** A kind that settles what the labels leave open, such as `2007-11`; undefined where no kind reads them all. */
function readingKind(labels: readonly string[]): PeriodKind | null | undefined {
  const tried = labels.slice(0, 500)
  for (const kind of [undefined, 'financial-year', 'multi-year', 'month'] as const) {
    if (tried.every((label) => reads(label, kind))) return kind ?? null
  }
  return undefined
}

export function guessWhen(table: SampleTable, guesses: Map<number, Guess>): void {
  const free = table.columns.filter(({ index, filled }) => !guesses.has(index) && filled > 0)
  const candidates = free.filter((column) => holdsPeriods(column, table)).toSorted((a, b) => richness(b) - richness(a))
  const part = free.find((column) => shareOf(column, isPartOfYear) > 0.95)
  const [best] = part ? candidates.filter((column) => readsTogether(table, column, part)) : candidates
  const main = best ?? candidates[0]
  if (!main) return guessHeadings(table, guesses)
  guesses.set(main.index, { role: 'period', reason: 'Its cells read as periods.' })
  if (part && best) guesses.set(part.index, { role: 'period', reason: `Its cells are months or quarters; with “${main.name}” before them they read as periods.` })
  for (const other of candidates) {
    if (!guesses.has(other.index)) guesses.set(other.index, { role: 'ignore', reason: `It reads as periods too; “${main.name}” says when already.` })
  }
}

function holdsPeriods(column: Profile, { rows }: SampleTable): boolean {
  if (column.filled < rows.length * 0.7) return false
  const share = shareOf(column, (text) => reads(text) || reads(text, 'financial-year'))
  const years = shareOf(column, (text) => bareYear.test(text))
  return years > 0.5 ? share > 0.98 && (hinted.test(column.heading) || column.distinct.size <= 40) : share > 0.95
}

/** Labels that say more are the better ones, and a heading that speaks of time. */
function richness(column: Profile): number {
  const days = shareOf(column, (text) => /\d{1,2}[/-]\d{1,2}[/-]|^\d{4}-\d\d-\d\d$/.test(text)) > 0.5
  const ends = /end|to\b|until/i.test(column.heading.replaceAll('_', ' '))
  const words = /inspection|assessment|survey|reference/i.test(column.heading)
  return (column.blank === 0 ? 1 : 0) + (hinted.test(column.heading) ? 2 : 0) + (shareOf(column, (text) => bareYear.test(text)) > 0.5 ? 0 : 2) - (days ? 1 : 0) + (ends ? 0.5 : 0) + (words ? 0.25 : 0)
}

const isPartOfYear = (text: string) =>
  /^(q(uarter)? ?[1-4]|january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)$/i.test(text)

function readsTogether({ rows }: SampleTable, year: Profile, part: Profile): boolean {
  const labels = combinations(rows, [year, part]).filter((texts) => texts.every((text) => text !== '')).map((texts) => texts.join(' '))
  return labels.length > 0 && readingKind(labels) !== undefined
}

/** Headings such as 2012, 2013 … over numbers. */
function guessHeadings({ columns }: Pick<SampleTable, 'columns'>, guesses: Map<number, Guess>): void {
  const dated = columns.filter((column) => !guesses.has(column.index) && column.heading !== '' && reads(column.heading) && isOfNumbers(column))
  if (dated.length < 2) return guessBoth({ columns }, guesses)
  for (const column of dated) guesses.set(column.index, { role: 'value-of-period', reason: `Its heading, “${column.heading}”, reads as a period and its cells are numbers.` })
}

/** A heading that ends in a period, as recipes and this program match it. */
export const periodAtEnd = String.raw`^(?<measure>.*[A-Za-z].*?)[ ,:_\(\-]*(?<period>(?:19|20)\d{2}(?:[\/\-](?:\d{2}|\d{4}))?)\)?$`

const endsInPeriod = expressionOf(periodAtEnd)

/** Headings such as `Rate 2019-20` over numbers: several periods of each. */
function guessBoth({ columns }: Pick<SampleTable, 'columns'>, guesses: Map<number, Guess>): void {
  const found = columns.filter((column) => !guesses.has(column.index) && isOfNumbers(column)).flatMap((column) => {
    const { measure, period } = endsInPeriod.find(column.heading)?.groups ?? {}
    return measure && period && (reads(period) || reads(period, 'financial-year')) ? [{ column, measure, period }] : []
  })
  const [measures, periods] = [new Set(found.map(({ measure }) => measure)), new Set(found.map(({ period }) => period))]
  if (periods.size < 2 || found.length < 3 || measures.size > found.length / 2) return
  for (const { column, measure, period } of found) guesses.set(column.index, { role: 'value-of-both', reason: `Its heading says what, “${measure}”, and for when, “${period}”.` })
}

const isOfNumbers = (column: Profile) => column.numbers > 0 && column.numbers + column.markers >= column.filled * 0.6

/** The kind of the periods, and one for the whole file where no column says when. */
export function whenOf(table: SampleTable, guesses: ReadonlyMap<number, Guess>): When {
  const roleOf = (role: Guess['role']) => table.columns.filter(({ index }) => guesses.get(index)?.role === role)
  const parts = roleOf('period')
  const headings = [...roleOf('value-of-period').map(({ heading }) => heading), ...roleOf('value-of-both').map(({ heading }) => endsInPeriod.find(heading)?.groups['period'] ?? heading)]
  const labels = parts.length > 0 ? combinations(table.rows, parts).filter((texts) => texts.every((text) => text !== '')).map((texts) => texts.join(' ')) : headings
  if (labels.length === 0) return { kind: null, kindReason: null, ...fixedPeriod(table) }
  return { ...kindOf(labels, [...parts.map(({ heading }) => heading), table.fileName, ...table.titles].join(' ')), fixed: null, fixedReason: null }
}

const ofMoney = /financ|fiscal|\bfy\b|spend|expenditure|budget|revenue|outturn|council.?tax|grant|precept/i
const ofSchools = /academic|school.?year/i

function kindOf(labels: readonly string[], words: string): Pick<When, 'kind' | 'kindReason'> {
  const heard = words.replace(/[_-]/g, ' ')
  const open = labels.filter((label) => bareYear.test(label) || /^\d{4}[-/](\d\d|\d{4})$/.test(label))
  if (open.length < labels.length / 2) return { kind: readingKind(labels) ?? null, kindReason: null }
  if (ofSchools.test(heard)) return { kind: 'academic-year', kindReason: 'The file speaks of academic years.' }
  const bare = labels.every((label) => bareYear.test(label))
  if (!bare) return { kind: readingKind(labels) === 'multi-year' ? 'multi-year' : 'financial-year', kindReason: 'Two years with a dash or stroke between them usually are one financial year.' }
  return ofMoney.test(heard)
    ? { kind: 'financial-year', kindReason: 'The file is about money, which authorities account for by financial year; each is named here by its first year.' }
    : { kind: 'calendar-year', kindReason: 'A year alone usually is a calendar year. Nothing in the file says otherwise.' }
}

const inText = [
  /\b(?:19|20)\d\d[-/–](?:\d\d|(?:19|20)\d\d)(?: ?;? ?Q[1-4])?(?![\d-])/, /\bQ[1-4] (?:19|20)\d\d\b/i,
  /\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December) (?:19|20)\d\d\b/i,
  /\b(?:January|February|March|April|May|June|July|August|September|October|November|December) (?:19|20)\d\d\b/i, /\b(?:19|20)\d\d-\d\d-\d\d\b/, /\b(?:19|20)\d\d\b/,
]

/** The first period that the titles name, else the file's name. */
function fixedPeriod({ titles, fileName }: SampleTable): Pick<When, 'fixed' | 'fixedReason'> {
  for (const [texts, where] of [[titles, 'The words above the table name it.'], [[fileName.replace(/\.\w+$/, '').replaceAll('_', ' ')], 'The name of the file says so.']] as const) {
    for (const pattern of inText) {
      const found = texts.map((text) => pattern.exec(text)?.[0]).find((text) => text !== undefined && reads(text))
      if (found !== undefined) return { fixed: found, fixedReason: where }
    }
  }
  return { fixed: null, fixedReason: null }
}
