import { formatCount, formatMoment } from '#kernel/figures/index.ts'
import type { TrailQuestion, TrailRow } from './queries.ts'
import { actionInWords, differences, whatInWords, whoInWords } from './rules.ts'

/** Longer changes are folded away under a line that opens. */
const short = 160

/** Entries as the page shows them, each with whether it still holds. */
export function entryItems(rows: readonly TrailRow[], faults: ReadonlyMap<number, string>) {
  return rows.map((row) => {
    const changes = differences(row.before, row.after)
    return {
      entry: formatCount(row.entry),
      at: formatMoment(row.at),
      who: whoInWords(row, row.organisation_name),
      what: whatInWords(row),
      why: row.why,
      changes,
      isShort: changes.join('; ').length <= short,
      subject: row.subject,
      request: row.request,
      fault: faults.get(row.entry) ?? null,
    }
  })
}

/** What was checked, in one sentence. */
export function verifiedInWords(rows: readonly TrailRow[], faults: ReadonlyMap<number, string>): string {
  const [newest] = rows
  const oldest = rows.at(-1)
  if (!newest || !oldest) return ''
  if (faults.size > 0) return `${faults.size === 1 ? 'One entry' : `${faults.size} entries`} on this page cannot be relied on. Tell whoever runs this installation.`
  const range = newest === oldest ? `Entry ${formatCount(newest.entry)} is` : `The ${rows.length} entries on this page are`
  return `Verified to entry ${formatCount(newest.entry)}. ${range} as they were written and in an unbroken line with the entries beside them.`
}

/** The fields of the filter, filled in with what was asked. */
export function filterFields(question: TrailQuestion, actions: readonly string[]) {
  const known = question.action && !actions.includes(question.action) ? [...actions, question.action] : actions
  return [
    { id: 'person', name: 'person', label: 'Person', value: question.person ?? '' },
    { id: 'thing', name: 'thing', label: 'Thing or words', value: question.thing ?? '' },
    {
      id: 'action', name: 'action', label: 'Action', value: question.action ?? '',
      options: [{ value: '', text: 'All actions' }, ...known.map((action) => ({ value: action, text: actionInWords(action) }))],
    },
    { id: 'from', name: 'from', label: 'From day', type: 'date', value: question.from ?? '' },
    { id: 'to', name: 'to', label: 'To day', type: 'date', value: question.to ?? '' },
  ]
}

/** The address of the same question elsewhere: on another page, or as a file. */
export function questionAddress(path: string, question: TrailQuestion, before?: number): string {
  const asked = new URLSearchParams(Object.entries(question).filter(([, value]) => value))
  if (before !== undefined) asked.set('before', String(before))
  const query = asked.toString()
  return query === '' ? path : `${path}?${query}`
}
