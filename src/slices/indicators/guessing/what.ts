/** Guesses which columns say of what a figure is. No database, no web. */
import { isAboutAuthority } from './figures.ts'
import { wordsOf } from './headings.ts'
import type { Profile } from './profile.ts'
import type { Guess } from './roles.ts'
import { decides, type SampleTable } from './table.ts'

const isText = ({ numbers, markers, filled }: Profile) => numbers < filled * 0.5 && markers < filled * 0.9
const looksCoded = (column: Profile) => /\b(code|ref|id)\b/.test(wordsOf(column.heading)) || column.samples.every((text) => text.length <= 14 && /[a-z]/i.test(text) && /\d/.test(text))

/** How surely a heading says "this is the measure". */
function measureWords(column: Profile): number {
  const words = wordsOf(column.heading)
  if (/\b(indicator|metric)\b/.test(words)) return 4
  if (/\b(measure|question|variable)\b/.test(words)) return 3
  if (/\b(code|title|description|item|line)\b/.test(words)) return 2
  return 0
}

/** Columns that may name the measure; those that cannot are told why. */
export function guessMeasures(table: SampleTable, authority: readonly Profile[], guesses: Map<number, Guess>): void {
  const candidates = candidatesIn(table, authority, guesses)
  const named = candidates.filter((column) => measureWords(column) > 0).toSorted((a, b) => measureWords(b) - measureWords(a) || a.index - b.index)
  const [main] = named.length > 0 ? named : candidates.filter((column) => column.distinct.size > 1 && looksCoded(column))
  if (!main) return
  const twin = named.find((column) => column !== main && column.distinct.size > 1 && decides(table.rows, [main], column) && decides(table.rows, [column], main))
  const pair = twin ? [main, twin] : [main]
  const code = pair.find(looksCoded)
  const title = pair.find((column) => column !== code)
  if (code) guesses.set(code.index, { role: 'measure-code', reason: 'Its cells are short codes that say what is measured.' })
  if (title) guesses.set(title.index, { role: 'measure-title', reason: code ? `There is one text for each code of “${code.name}”.` : 'Its cells say what is measured.' })
}

function candidatesIn(table: SampleTable, authority: readonly Profile[], guesses: Map<number, Guess>): Profile[] {
  return table.columns.filter((column) => {
    if (guesses.has(column.index) || column.filled === 0 || !isText(column)) return false
    const reason = whyNot(table, authority, column)
    if (reason !== null) guesses.set(column.index, { role: 'ignore', reason })
    return reason === null
  })
}

function whyNot(table: SampleTable, authority: readonly Profile[], column: Profile): string | null {
  if (column.distinct.size > Math.max(20, column.filled * 0.5)) return 'Nearly every cell is different, so it is a key or a note.'
  if (column.distinct.size === 1 && measureWords(column) < 3) return `It says “${(column.samples[0] ?? '').slice(0, 40)}” on every row.`
  if (isAboutAuthority(table, authority, column)) return 'It says the same on every row of an authority, such as its region or class.'
  return null
}

/**
 * Columns without which two different figures would have the same authority, period and measure: each that tells some of them
 * apart becomes a part of the measure. `key`: what tells figures apart so far; `values`: the figures.
 */
export function guessParts(table: SampleTable, key: readonly Profile[], values: readonly Profile[], guesses: Map<number, Guess>): void {
  const [value] = values
  if (!value) return
  const free = table.columns.filter((column) => !guesses.has(column.index) && column.filled > 0)
  let known = [...key]
  let clashes = clashesOf(table, known, value)
  for (const column of free) {
    const fewer = clashes === 0 ? 0 : clashesOf(table, [...known, column], value)
    const helps = fewer < clashes * 0.7
    guesses.set(column.index, helps
      ? { role: 'measure-part', reason: 'Without it, different figures would have the same authority, period and measure.' }
      : { role: 'ignore', reason: 'It is not needed to tell the figures apart.' })
    if (helps) [known, clashes] = [[...known, column], fewer]
  }
}

/** Rows whose figure differs from an earlier one of the same key. */
function clashesOf({ rows }: SampleTable, key: readonly Profile[], value: Profile): number {
  const seen = new Map<string, string>()
  let clashes = 0
  for (const { cells } of rows) {
    const of = key.map(({ index }) => (cells[index] ?? '').trim())
    const text = (cells[value.index] ?? '').trim()
    if (text === '' || of[0] === '') continue
    const name = of.join('\u0000')
    const known = seen.get(name)
    if (known === undefined) seen.set(name, text)
    else if (known !== text) clashes++
  }
  return clashes
}
