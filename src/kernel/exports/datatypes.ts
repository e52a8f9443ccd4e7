import type { Datatype } from './export.ts'

/** How people are told what a column holds. */
export const datatypeWords: Record<Datatype, string> = {
  text: 'text',
  number: 'a number',
  whole: 'a whole number',
  date: 'a day',
  moment: 'a day and time in UTC',
  'yes-no': 'true or false',
}
