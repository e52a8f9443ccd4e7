/** Counts of an import in sentences, and the parts that the dry run and the report show alike. No database, no web. */
import { countOf, formatCount } from '#kernel/figures/index.ts'
import type { Recipe } from '../imports/recipe.ts'
import { checkNames, nouns, reasonWords, type CheckName, type Counts, type Refusal } from '../imports/report.ts'
import { checkWords } from './rules.ts'

const nothing: Counts = {
  rows_read: 0, new: 0, revised: 0, unchanged: 0, absent: {}, reference: 0, repeated: 0, left_out: [], refused: 0, warnings: {}, measures_made: 0,
}

/** Counts as kept with an import. Imports that did not come through a recipe may lack some; those are nought. */
export const wholeCounts = (kept: Partial<Counts>): Counts => ({ ...nothing, ...kept })

type Tense = 'would' | 'did'

/** "2,904 figures would be new, 37 would replace earlier ones, 812 are the same, 66 have no value, 3 places cannot be read." */
export function countsSentence(counts: Counts, produces: Recipe['produces'], tense: Tense): string {
  const [one, many] = nouns[produces]
  const would = tense === 'would'
  const absent = Object.values(counts.absent).reduce((sum, count) => sum + count, 0)
  const parts = [
    `${countOf(counts.new, one, many)} ${would ? 'would be' : counts.new === 1 ? 'was' : 'were'} new`,
    `${formatCount(counts.revised)} ${would ? 'would replace' : 'replaced'} earlier ones`,
    `${formatCount(counts.unchanged)} ${would ? isAre(counts.unchanged) : wasWere(counts.unchanged)} the same`,
    ...(absent > 0 ? [`${formatCount(absent)} ${absent === 1 ? 'has' : 'have'} no value`] : []),
    ...(counts.refused > 0 ? [`${countOf(counts.refused, 'place', 'places')} cannot be read`] : []),
  ]
  return `${parts.join(', ')}.`
}

const isAre = (count: number) => (count === 1 ? 'is' : 'are')
const wasWere = (count: number) => (count === 1 ? 'was' : 'were')

/** What the last button says: "Import 2,941 figures". */
export function importButton(counts: Counts, produces: Recipe['produces']): string {
  const changed = counts.new + counts.revised
  return changed > 0 ? `Import ${countOf(changed, ...nouns[produces])}` : `Import ${countOf(counts.measures_made, ...nouns.measures)}`
}

/** Rows left out by rule, figures without a value by reason, and what else the counts hold, as terms and texts. */
export function otherCounts(counts: Counts, produces: Recipe['produces']) {
  const absent = Object.entries(counts.absent).map(([reason, count]) => `${formatCount(count)} ${reasonWords[reason as keyof typeof reasonWords]}`)
  const items = [
    { term: 'Rows read', text: formatCount(counts.rows_read) },
    ...counts.left_out.map(({ because, rows }) => ({ term: `${countOf(rows, 'row')} left out`, text: `Because: ${because}.` })),
    ...(absent.length > 0 ? [{ term: 'No value', text: `${absent.join(', ')}. Kept as absent, with the reason; never taken for zero.` }] : []),
    ...(counts.repeated > 0 ? [{ term: 'Given more than once', text: `${countOf(counts.repeated, ...nouns[produces])}, each time with the same value; taken once.` }] : []),
    ...(counts.reference > 0 ? [{ term: 'Of areas, not authorities', text: `${countOf(counts.reference, 'figure')}, kept for reference and never ranked.` }] : []),
  ]
  return items
}

interface WarningLine {
  line: number | null
  column: string | null
  seen: string | null
  expected: string | null
  message: string
}

/** Warnings by check, in the order of the checks, each with its count and the first few. */
export function warningGroups(counts: Counts['warnings'], firstOf: (check: CheckName) => readonly WarningLine[]) {
  return checkNames.flatMap((check) => {
    const count = counts[check] ?? 0
    if (count === 0) return []
    const first = firstOf(check)
    const caption = first.length < count ? `The first ${first.length} of ${formatCount(count)}` : `${count === 1 ? 'The one there is' : `All ${formatCount(count)}`}`
    return [{ check, ...checkWords[check], count: formatCount(count), caption: `${caption}: ${check}`, rows: first.map(warningCells) }]
  })
}

const warningCells = ({ line, message, seen, expected }: WarningLine) => [
  { text: line === null ? 'whole file' : `line ${line}` }, { text: message }, { text: seen ?? '' }, { text: expected ?? '' },
]

/** Columns of the tables above. */
export const warningColumns = [{ text: 'Where' }, { text: 'What was noticed' }, { text: 'Seen' }, { text: 'Usual or expected' }]
export const refusalColumns = [{ text: 'Where' }, { text: 'Column' }, { text: 'Seen' }, { text: 'Expected' }, { text: 'What is wrong', prose: true }]

export const refusalCells = ({ line, column, seen, expected, message }: Refusal) => [
  { text: line === null ? 'whole file' : `line ${line}` }, { text: column ?? 'the row' }, seen === '' ? { absence: 'nothing' } : { text: seen }, { text: expected }, { text: message },
]

/** "1.4 MB", "12 kB", for a file. */
export function sizeInWords(bytes: number): string {
  if (bytes < 1000) return countOf(bytes, 'byte')
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1).replace('.0', '')} MB`
}
