import { z } from 'zod'
import { momentGiven } from '#kernel/db/known-at.ts'
import { formatDate, formatMoment } from '#kernel/figures/index.ts'

// What the addresses of pages may hold. A field left empty in a form counts as not given.

const words = z
  .preprocess((given): unknown => (Array.isArray(given) ? given.at(-1) : given), z.string().trim().max(300, 'Use 300 characters or fewer'))
  .optional()
  .default('')

const codes = z
  .preprocess((given) => (given === undefined ? [] : [given].flat()), z.array(z.string().trim().max(100)).max(200))
  .transform((given) => [...new Set(given.filter((code) => code !== ''))])

const pageNumber = z.coerce.number().int().min(1).max(100_000).catch(1)

export const registerQuery = z.object({
  search: words,
  service: words,
  dimension: words,
  polarity: words,
  publisher: words,
  scope: z.enum(['', 'national', 'local']).catch(''),
  'as-known-at': words,
  page: pageNumber,
})

export const measureQuery = z.object({ period: words, group: words, authority: words, 'as-known-at': words })

export const oneMeasureQuery = z.object({ period: words, group: words, 'as-known-at': words })

export const compareQuery = z.object({
  authority: codes,
  measure: codes,
  service: words,
  group: words,
  period: words,
  'as-known-at': words,
  'add-authority': words,
  'add-measure': words,
})

/** The moment asked for, and its words for the banner. Throws a refusal that says what would have been read. */
export function knownAtOf(typed: string): { moment: Date | undefined; words: string | null } {
  if (typed === '') return { moment: undefined, words: null }
  const moment = momentGiven(typed, 'as-known-at')
  if (!moment) return { moment: undefined, words: null }
  return { moment, words: /^\d{4}-\d\d-\d\d$/.test(typed) ? `the end of ${formatDate(typed)}` : formatMoment(moment) }
}

/** Undefined for a field that was left empty. */
export const given = (text: string): string | undefined => (text === '' ? undefined : text)
