import { z } from 'zod'
import { knownAtField } from '#kernel/web/known-at.ts'
import { changeFilters, positionFilters, profileSorts, type ProfileFilter } from './rules.ts'

/** What may stand in the address of a profile. A field left empty by the form is the same as one left out. */
const words = z.string().trim().max(300, 'Use 300 characters or fewer').default('')
const oneOf = <const T extends readonly string[]>(values: T) => z.enum(['', ...values], `Use one of ${values.join(', ')}`).default('')

/** A moment and how it was typed, so that the address can keep it as it was. */
const knownAt = z
  .string()
  .optional()
  .transform((given) => given?.trim() || undefined)
  .transform((given, context) => {
    const read = knownAtField.safeParse(given)
    if (read.success) return given === undefined || read.data === undefined ? undefined : { given, moment: read.data }
    for (const { message } of read.error.issues) context.addIssue({ code: 'custom', message })
    return z.NEVER
  })

export const profileQuery = z.object({
  group: words,
  'as-known-at': knownAt,
  service: words,
  dimension: words,
  position: oneOf(positionFilters),
  change: oneOf(changeFilters),
  absence: words,
  sort: oneOf(profileSorts),
  // A page that is not there, after something was narrowed, is the first.
  page: z.coerce.number().int().min(1).max(10_000).catch(1).default(1),
})

export type ProfileQuestion = Omit<z.output<typeof profileQuery>, 'page'>

export function filterOf({ service, dimension, position, change, absence, sort }: ProfileQuestion): ProfileFilter {
  return { service, dimension, position, change, absence, sort: sort === '' ? 'service' : sort }
}

/** The question as it stands in an address: only the parts that say something. */
export function inAddress({ 'as-known-at': known, ...question }: ProfileQuestion, more: Record<string, string> = {}): string {
  const fields = { ...question, 'as-known-at': known?.given ?? '', ...more }
  const said = Object.entries(fields).filter(([, value]) => value !== '')
  return said.length === 0 ? '' : `?${new URLSearchParams(said).toString()}`
}
