/** A day of the calendar, 'YYYY-MM-DD'. Text, because a day has no time zone. */
export type DateText = string

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const dayLength = 86_400_000

/** 1 for January; undefined for a word that is not a month. Reads `April`, `Apr`, `Sept` and `apr.`. */
export function monthNumber(word: string): number | undefined {
  const wanted = word.toLowerCase().replace(/\.$/, '')
  if (wanted.length < 3) return undefined
  const index = months.findIndex((name) => name.toLowerCase() === wanted || name.toLowerCase().slice(0, wanted === 'sept' ? 4 : 3) === wanted)
  return index < 0 ? undefined : index + 1
}

export const monthName = (month: number): string => months[month - 1] ?? ''

export const yearOf = (date: DateText): number => Number(date.slice(0, 4))
export const monthOf = (date: DateText): number => Number(date.slice(5, 7))

/** The date, or undefined where the calendar has no such day (30 February). */
export function dateOf(year: number, month: number, day: number): DateText | undefined {
  const made = new Date(Date.UTC(year, month - 1, day))
  const real = made.getUTCFullYear() === year && made.getUTCMonth() === month - 1 && made.getUTCDate() === day
  return real ? made.toISOString().slice(0, 10) : undefined
}

/** Whether the text is a day of the calendar written as 'YYYY-MM-DD'. */
export function isDate(text: string): text is DateText {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  return parts !== null && dateOf(Number(parts[1]), Number(parts[2]), Number(parts[3])) !== undefined
}

export function addDays(date: DateText, days: number): DateText {
  return new Date(Date.parse(date) + days * dayLength).toISOString().slice(0, 10)
}

/** The same day some months later, or the last day of a shorter month: 31 January and one month is 28 or 29 February. */
export function addMonths(date: DateText, count: number): DateText {
  const day = Number(date.slice(8, 10))
  const first = new Date(Date.UTC(yearOf(date), monthOf(date) - 1 + count, 1))
  const lastDay = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  first.setUTCDate(Math.min(day, lastDay))
  return first.toISOString().slice(0, 10)
}

/** `5 Oct 2023`: how a day is written everywhere. Three letters for every month, September too. */
export function dayInWords(date: DateText): string {
  return `${Number(date.slice(8, 10))} ${monthName(monthOf(date)).slice(0, 3)} ${date.slice(0, 4)}`
}
