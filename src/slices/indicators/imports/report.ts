/** What an import did or would do: counts, refusals and warnings, in numbers for machines and sentences for people. */
import { countOf, formatCount } from '#kernel/figures/index.ts'
import type { TableProblem } from '#kernel/tables/index.ts'
import type { FileFacts } from './reading.ts'
import type { Recipe } from './recipe.ts'
import type { Reason } from './recipe-parts.ts'

/** A place in the file that cannot be brought in, and what should stand there. One is enough to refuse the file. */
export interface Refusal {
  /** Line of the file, counting from 1; null where the whole file is meant. */
  line: number | null
  column: string | null
  seen: string
  expected: string
  /** A whole sentence. */
  message: string
  /** How many rows have the same fault; `line` is the first of them. */
  rows: number
  /** Lines of the next few of them. */
  more_lines: number[]
}

/** What reading says instead of a thing that cannot be read; the line is added by whoever knows it. */
export type Fault = Omit<Refusal, 'line' | 'rows' | 'more_lines'>
export const isFault = (result: unknown): result is Fault =>
  typeof result === 'object' && result !== null && 'expected' in result && 'message' in result

/** Stable names of the checks that warn without refusing. docs/checks.md says what each looks at. */
export const checkNames = ['value-disagrees', 'outlier', 'sign-or-scale', 'outside-dates', 'kind-not-applicable', 'unknown-authority'] as const
export type CheckName = (typeof checkNames)[number]

export interface Warning {
  check: CheckName
  line: number | null
  column: string | null
  seen: string
  expected: string
  message: string
  measure: number | null
  authority: number | null
  period: number | null
}

export interface Counts {
  rows_read: number
  /** Figures (or measures, breaks, authorities, groups) the store does not have yet, has differently, and has just so. */
  new: number
  revised: number
  unchanged: number
  /** Figures in the file without a value, by reason. They are among the three counts above. */
  absent: Partial<Record<Reason, number>>
  /** Figures of areas such as a nation: kept as reference values. They are among the three counts above. */
  reference: number
  /** The same figure given again with the same value: taken once. */
  repeated: number
  left_out: { because: string; rows: number }[]
  refused: number
  warnings: Partial<Record<CheckName, number>>
  /** Measures made because the register did not have them. */
  measures_made: number
}

export type Outcome = 'imported' | 'would-import' | 'nothing-new' | 'refused'

export interface ImportReport {
  outcome: Outcome
  /** Number of the import; null when nothing was written. */
  import: number | null
  /** When its figures became known; null when nothing was written. */
  known_from: string | null
  recipe: string
  produces: Recipe['produces']
  file: FileFacts | { name: string }
  counts: Counts
  /** The first different ones; `counts.refused` counts every place. */
  refusals: Refusal[]
  /** The first of them; `counts.warnings` counts all. */
  warnings: Warning[]
  /** Codes of measures that were made, the first of them. */
  measures_made: string[]
  /** Other things worth knowing, in sentences. */
  notes: string[]
  /** The whole in sentences, the answer first. */
  explanation: string[]
}

const mostRefusals = 200
const mostWarnings = 10_000
/** Further lines named with a refusal that occurs again. */
const mostLines = 3

/** Gathers what an import has to say. Counts everything, keeps only so much of it. */
export class Findings {
  readonly counts: Counts = {
    rows_read: 0, new: 0, revised: 0, unchanged: 0, absent: {}, reference: 0, repeated: 0, left_out: [], refused: 0, warnings: {}, measures_made: 0,
  }
  readonly refusals: Refusal[] = []
  readonly warnings: Warning[] = []
  readonly notes: string[] = []
  measuresMade: string[] = []
  /** How a column is named to people; in a spreadsheet, with its letter and its sheet. Set once the file is open. */
  columnLabel: (name: string) => string = (name) => name
  readonly #leftOut = new Map<string, { because: string; rows: number }>()

  refuse(given: Omit<Refusal, 'rows' | 'more_lines'>): void {
    this.counts.refused++
    const refusal = { ...given, column: given.column === null ? null : this.columnLabel(given.column), seen: cut(given.seen) }
    const known = this.refusals.find(({ message, column }) => message === refusal.message && column === refusal.column)
    if (known) {
      known.rows++
      if (refusal.line !== null && known.more_lines.length < mostLines) known.more_lines.push(refusal.line)
    } else if (this.refusals.length < mostRefusals) this.refusals.push({ ...refusal, rows: 1, more_lines: [] })
  }

  /** A fault of the table itself. Its own message begins with file and line, which stand beside a refusal anyway. */
  refuseTable({ file, line, column, seen, expected }: TableProblem): void {
    const sheet = /, (sheet “.*”)$/.exec(file)?.[1]
    this.refuse({ line, column, seen, expected, message: `${sheet === undefined ? '' : `In the ${sheet}: `}${sheet === undefined ? capital(seen) : seen}. Expected ${expected}.` })
  }

  warn(given: Warning): void {
    const warning = { ...given, column: given.column === null ? null : this.columnLabel(given.column), seen: cut(given.seen) }
    this.counts.warnings[warning.check] = (this.counts.warnings[warning.check] ?? 0) + 1
    if (this.warnings.length < mostWarnings) this.warnings.push(warning)
  }

  leaveOut(because: string, rows = 1): void {
    const known = this.#leftOut.get(because)
    if (known) known.rows += rows
    else {
      const entry = { because, rows }
      this.#leftOut.set(because, entry)
      this.counts.left_out.push(entry)
    }
  }

  tally({ new: fresh, revised, unchanged }: { new: number; revised: number; unchanged: number }): void {
    this.counts.new += fresh
    this.counts.revised += revised
    this.counts.unchanged += unchanged
  }

  /** Whether bringing the file in would change anything. */
  get changes(): number {
    return this.counts.new + this.counts.revised + this.counts.measures_made
  }
}

/** What stands in a cell may be very long; a report shows enough of it to find it by. */
const cut = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text)

const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1)

/** What one and several of them are called, in sentences. */
export const nouns: Record<Recipe['produces'], readonly [one: string, many: string]> = {
  observations: ['figure', 'figures'],
  measures: ['measure', 'measures'],
  breaks: ['break in a series', 'breaks in series'],
  authorities: ['authority', 'authorities'],
  groups: ['group', 'groups'],
  layout: ['hex map', 'hex maps'],
}

/** Where a refusal stands, for a line of a terminal: "lines 7, 9 and 40 rows more, Visits per head". */
export function placeOf({ line, column, rows, more_lines }: Refusal): string {
  const numbers = line === null ? [] : [line, ...more_lines].map(String)
  const others = rows - numbers.length
  const parts = [...numbers, ...(line !== null && others > 0 ? [`${countOf(others, 'row')} more`] : [])]
  const last = parts.pop()
  const lines = last === undefined ? [] : [`${numbers.length > 1 ? 'lines' : 'line'} ${[...(parts.length > 0 ? [parts.join(', ')] : []), last].join(' and ')}`]
  return [...lines, ...(column === null ? [] : [column])].join(', ')
}

/** The report in sentences: outcome, counts, what was left out, what was refused, what to look at. */
export function explain(outcome: Outcome, recipe: Recipe, file: string, findings: Findings): string[] {
  const { counts } = findings
  return [
    firstSentence(outcome, recipe.produces, file, counts),
    ...figuresSentence(outcome, recipe.produces, counts),
    ...absentSentence(counts),
    ...counts.left_out.map(({ because, rows }) => `${countOf(rows, 'row was', 'rows were')} left out: ${because}.`),
    ...repeatedSentence(recipe.produces, counts),
    ...madeSentence(outcome, findings),
    ...warningSentence(counts),
    ...findings.notes,
    ...(outcome === 'refused' ? [] : recipe.decides),
  ]
}

/** Tenseless, because it stands under a dry run too. */
function repeatedSentence(produces: Recipe['produces'], { repeated }: Counts): string[] {
  if (repeated === 0) return []
  return [`${countOf(repeated, ...nouns[produces])} ${repeated === 1 ? 'is' : 'are'} given more than once, each time alike, and taken once.`]
}

function firstSentence(outcome: Outcome, produces: Recipe['produces'], file: string, counts: Counts): string {
  const rows = countOf(counts.rows_read, 'row', 'rows')
  switch (outcome) {
    case 'refused':
      return `Nothing was imported from ${file}: ${countOf(counts.refused, 'place', 'places')} in it cannot be read as the recipe says. Correct the recipe, or ask the publisher, and import again.`
    case 'nothing-new':
      return `${file} changes nothing: the store already holds all of it, just so. ${rows} read.`
    case 'would-import':
      return `Importing ${file} would change ${countOf(counts.new + counts.revised, ...nouns[produces])}. Nothing has been saved. ${rows} read.`
    case 'imported':
      return `${file} was imported: ${countOf(counts.new + counts.revised, ...nouns[produces])} changed. ${rows} read.`
  }
}

function figuresSentence(outcome: Outcome, produces: Recipe['produces'], counts: Counts): string[] {
  if (outcome === 'refused') return []
  const reference = counts.reference > 0 ? ` Of all of them, ${countOf(counts.reference, 'is a figure of an area', 'are figures of areas')}, kept for reference and never ranked.` : ''
  const [are, replace] = outcome === 'would-import' ? ['would be', 'would replace'] : [counts.new === 1 ? 'is' : 'are', 'replaced']
  const same = `${formatCount(counts.unchanged)} ${counts.unchanged === 1 ? 'is' : 'are'} the same`
  return [`${countOf(counts.new, ...nouns[produces])} ${are} new, ${formatCount(counts.revised)} ${replace} earlier ones, ${same}.${reference}`]
}

/** Why there is no figure, in words. */
export const reasonWords: Record<Reason, string> = {
  missing: 'missing', suppressed: 'suppressed', 'not-collected': 'not collected', 'not-applicable': 'not applicable',
  'not-available': 'not available', unreliable: 'unreliable',
}

function absentSentence({ absent }: Counts): string[] {
  const reasons = Object.entries(absent) as [Reason, number][]
  const total = reasons.reduce((sum, [, count]) => sum + count, 0)
  if (total === 0) return []
  return [`${countOf(total, 'figure has', 'figures have')} no value: ${reasons.map(([reason, count]) => `${formatCount(count)} ${reasonWords[reason]}`).join(', ')}.`]
}

function madeSentence(outcome: Outcome, { counts, measuresMade }: Findings): string[] {
  if (counts.measures_made === 0 || outcome === 'refused') return []
  const done = outcome === 'imported'
  const [one, many, verb] = done ? ['measure was', 'measures were', 'made'] : ['measure is', 'measures are', 'would be made']
  const list = measuresMade.slice(0, 8).join(', ') + (measuresMade.length > 8 ? ' …' : '')
  return [`${countOf(counts.measures_made, one, many)} not in the register and ${verb} from the file: ${list}.`]
}

function warningSentence({ warnings }: Counts): string[] {
  const checks = Object.entries(warnings)
  if (checks.length === 0) return []
  return [`Worth a look, though not refused: ${checks.map(([check, count]) => `${formatCount(count)} ${check}`).join(', ')}.`]
}
