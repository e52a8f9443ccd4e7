/** What can be said of a column by looking at its cells. No database, no web. */
import { isRefusedFigure, parseFigure } from '#kernel/figures/index.ts'
import { nameColumns, type Row } from '#kernel/tables/index.ts'
import { markerMeaning } from './markers.ts'

/** Different texts of a column that are remembered; a column with more is known by these. */
const mostDistinct = 5_000

/** One column as the sample shows it. */
export interface Profile {
  /** As recipes name it. */
  name: string
  /** Its place in a row, from 0. */
  index: number
  /** The heading as written; blank where there is none. */
  heading: string
  /** The first three different texts. */
  samples: string[]
  /** Cells with a text in them. */
  filled: number
  blank: number
  /** Each different text with how often it stands there. */
  distinct: Map<string, number>
  /** Cells that are numbers, and cells that are a known marker for an absent number. */
  numbers: number
  markers: number
  /** Least and greatest number; null where there is none. */
  least: number | null
  greatest: number | null
  /** Whether every number is whole. */
  whole: boolean
}

/** The columns of a header over the rows below it. */
export function profilesOf(header: readonly string[], rows: readonly Row[]): Profile[] {
  return nameColumns(header).map(({ name, index, header: heading }) => profileOf(name, index, heading.replace(/\s+/g, ' ').trim(), rows))
}

function profileOf(name: string, index: number, heading: string, rows: readonly Row[]): Profile {
  const distinct = new Map<string, number>()
  let filled = 0
  for (const { cells } of rows) {
    const text = (cells[index] ?? '').trim()
    if (text === '') continue
    filled++
    const known = distinct.get(text)
    if (known !== undefined || distinct.size < mostDistinct) distinct.set(text, (known ?? 0) + 1)
  }
  return { name, index, heading, samples: [...distinct.keys()].slice(0, 3), filled, blank: rows.length - filled, distinct, ...numbersIn(distinct, filled) }
}

function numbersIn(distinct: ReadonlyMap<string, number>, filled: number) {
  let [numbers, markers, seen, whole] = [0, 0, 0, true]
  let [least, greatest]: [number | null, number | null] = [null, null]
  for (const [text, count] of distinct) {
    seen += count
    const number = figureOf(text)
    if (number === null) {
      markers += markerMeaning(text) ? count : 0
      continue
    }
    numbers += count
    whole &&= Number.isInteger(number)
    least = least === null ? number : Math.min(least, number)
    greatest = greatest === null ? number : Math.max(greatest, number)
  }
  // Where not every text was remembered, the rest is taken to be like those that were.
  const share = seen === 0 ? 0 : filled / seen
  return { numbers: numbers * share, markers: markers * share, least, greatest, whole }
}

/** The number a cell holds, however it is dressed; null where it holds none. */
export function figureOf(text: string): number | null {
  if (!/\d/.test(text)) return null
  const read = parseFigure(text, { footnotes: true })
  return isRefusedFigure(read) ? null : Number(read)
}

/** The share of the filled cells for which something holds, told by the different texts. */
export function shareOf({ distinct }: Profile, holds: (text: string) => boolean): number {
  let [yes, all] = [0, 0]
  for (const [text, count] of distinct) {
    all += count
    if (holds(text)) yes += count
  }
  return all === 0 ? 0 : yes / all
}
