/** Signs publishers put where a number should be, or beside it, with what they usually mean. */
import type { Reason } from '../imports/recipe-parts.ts'

/** In a cell instead of a number. The letters in square brackets are those of the guidance for government statistics. */
const instead: Readonly<Record<string, Reason>> = {
  '..': 'not-available', '...': 'not-available', '…': 'not-available', ':': 'not-available', 'na': 'not-available', 'n/a': 'not-available', 'n.a.': 'not-available',
  'not available': 'not-available', 'no data': 'not-available', '[x]': 'not-available', '-': 'missing', '–': 'missing', '—': 'missing', 'null': 'missing',
  'none': 'missing', 'nan': 'missing', '#n/a': 'missing', '.': 'missing', '*': 'suppressed', '[c]': 'suppressed', 'c': 'suppressed', 'suppressed': 'suppressed',
  'x': 'not-available', 'z': 'not-applicable', '[z]': 'not-applicable', 'not applicable': 'not-applicable', 'u': 'unreliable', '[u]': 'unreliable',
  'not collected': 'not-collected', '[w]': 'not-available', 'not rated': 'not-available', 'not yet rated': 'not-available',
}

/** What a sign instead of a number most likely means; undefined where it is no sign we know. */
export const markerMeaning = (text: string): Reason | undefined => {
  const key = text.toLowerCase().trim()
  return Object.hasOwn(instead, key) ? instead[key] : undefined
}

type Status = Reason | 'provisional' | 'estimated' | 'low' | 'revised' | 'published'

/** In a column of its own beside the number. */
const beside: Readonly<Record<string, Status>> = {
  x: 'not-available', c: 'suppressed', u: 'unreliable', z: 'not-applicable', p: 'provisional', r: 'revised', e: 'estimated', low: 'low', '*': 'suppressed',
  provisional: 'provisional', revised: 'revised', estimated: 'estimated', estimate: 'estimated', final: 'published', published: 'published', suppressed: 'suppressed',
}

/** The meaning of a sign in a status column, with or without brackets; undefined where it is none we know. */
export const statusMeaning = (text: string): Status | undefined => {
  const key = text.toLowerCase().replace(/^\[(.*)\]$/, '$1').trim()
  return Object.hasOwn(beside, key) ? beside[key] : undefined
}

/** What a status marker can be said to mean, for a page to offer. */
export const statusMeanings: readonly Status[] = [
  'provisional', 'estimated', 'low', 'revised', 'published', 'missing', 'suppressed', 'not-collected', 'not-applicable', 'not-available', 'unreliable',
]
