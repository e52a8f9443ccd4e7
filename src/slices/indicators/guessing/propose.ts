/**
 * The guesses of a guided import: from the first rows of a file, as read, to what every column is, with the reason in words, and a
 * draft of a recipe. What a person has settled wins. No database, no web.
 */
import type { Row } from '#kernel/tables/index.ts'
import type { Choices } from './choices.ts'
import { draftRecipe, type Draft, type DraftFile } from './draft.ts'
import { guessByHeading, guessFigures, guessJudgements } from './figures.ts'
import { findHeader, needsRowAbove } from './header.ts'
import type { Profile } from './profile.ts'
import { isValueRole, type Guess } from './roles.ts'
import { sampleTable, type HeaderPlace, type SampleTable } from './table.ts'
import { guessMeasures, guessParts } from './what.ts'
import { guessWhen } from './when.ts'
import { guessWhose, type Places } from './whose.ts'

/** The first rows of a file as they stand, with how they were read. */
export interface Sample {
  fileName: string
  /** Rows as they stand, the header among them. */
  rows: readonly Row[]
  /** Names of the columns where no row holds them, as in JSON; null where a row may. */
  named: readonly string[] | null
  /** Whether these are all rows of the file. */
  isWhole: boolean
  /** What a recipe says under `file` so that these rows are read. */
  file: DraftFile
}

export interface ColumnGuess extends Guess {
  name: string
  heading: string
  samples: string[]
  filled: number
  blank: number
  /** What the workbench guessed, where a person chose otherwise. */
  guessed: Guess['role']
}

export interface Proposal extends Draft {
  header: { line: number | null; reason: string }
  titles: string[]
  columns: ColumnGuess[]
  rows: number
}

export function propose(sample: Sample, places: Places, choices: Choices): Proposal {
  const { place, reason } = headerOf(sample, choices)
  const table = sampleTable(sample.fileName, sample.rows, place)
  const guessed = guessRoles(table, places)
  const guesses = new Map(table.columns.map(({ index, name }): [number, Guess] => {
    const own = guessed.get(index) ?? { role: 'ignore', reason: 'Nothing says what it is for.' }
    const chosen = choices.roles[name]
    return [index, chosen === undefined || chosen === own.role ? own : { role: chosen, reason: 'You chose this.' }]
  }))
  const lines = linesOf(sample, place)
  const header = { line: lines.at(-1) ?? null, reason }
  return {
    header, titles: table.titles, rows: table.rows.length,
    columns: table.columns.map(({ name, index, heading, samples, filled, blank }) => {
      const { role, reason: why } = guesses.get(index) ?? { role: 'ignore', reason: '' }
      return { name, heading, samples: samples.map(shortened), filled, blank, role, reason: why, guessed: guessed.get(index)?.role ?? 'ignore' }
    }),
    ...draftRecipe({ table, guesses, places, choices, file: { ...sample.file, ...headerRule(lines, place, sample) } }),
  }
}

const shortened = (text: string) => (text.length > 80 ? `${text.slice(0, 80)}…` : text)

function headerOf({ rows, named }: Sample, { reading: { header } }: Choices): { place: HeaderPlace; reason: string } {
  if (named) return { place: { named }, reason: 'Every record of the list names its columns.' }
  if (header === 'none') return { place: null, reason: 'You said that there is none.' }
  const { at, joined, reason } = header === undefined ? findHeader(rows) : { at: rows.findIndex(({ line }) => line === header), joined: false, reason: 'You chose this line.' }
  return at === -1 ? { place: null, reason } : { place: { at, joined: joined || needsRowAbove(rows, at) }, reason }
}

/** Lines of the header, from top to bottom. */
function linesOf({ rows }: Sample, place: HeaderPlace): number[] {
  if (place === null || 'named' in place) return []
  return rows.slice(place.joined ? place.at - 1 : place.at, place.at + 1).map(({ line }) => line)
}

function headerRule(lines: readonly number[], place: HeaderPlace, { rows }: Sample): Pick<NonNullable<DraftFile>, 'header'> {
  if (place !== null && 'named' in place) return {}
  if (lines.length === 0) return { header: 'none' }
  if (lines.length > 1) return { header: { lines: [...lines] } }
  return lines[0] === rows[0]?.line ? {} : { header: lines[0] }
}

/** Each guess rests on those before it: whose and when are surest, then numbers, then what tells them apart. */
function guessRoles(table: SampleTable, places: Places): Map<number, Guess> {
  const guesses = new Map<number, Guess>()
  const { code, name } = guessWhose(table, places, guesses)
  const authority = [code?.column, name].filter((column): column is Profile => column !== undefined && column !== null)
  guessByHeading(table, guesses)
  guessWhen(table, guesses)
  guessJudgements(table, guesses)
  const judged = withRole(table, guesses, (role) => isValueRole(role)).length > 0 && [...guesses.values()].every(({ role }) => role !== 'value-of-period' && role !== 'value-of-both')
  if (!judged) {
    guessMeasures(table, authority.slice(0, 1), guesses)
    guessFigures(table, guesses, [...guesses.values()].some(({ role }) => role === 'measure-code' || role === 'measure-title'))
  }
  const key = [...authority.slice(0, 1), ...withRole(table, guesses, (role) => role === 'period' || role.startsWith('measure'))]
  guessParts(table, key, withRole(table, guesses, isValueRole), guesses)
  return guesses
}

const withRole = ({ columns }: SampleTable, guesses: ReadonlyMap<number, Guess>, is: (role: Guess['role']) => boolean) =>
  columns.filter(({ index }) => is(guesses.get(index)?.role ?? 'ignore'))
