/** The rows of a sample with their header found: what all guesses look at. */
import type { Row } from '#kernel/tables/index.ts'
import { profilesOf, type Profile } from './profile.ts'

export interface SampleTable {
  /** Name of the file. */
  fileName: string
  /** Texts above the header, line by line. */
  titles: string[]
  header: string[]
  columns: Profile[]
  /** The rows below the header. */
  rows: Row[]
}

/** Where the names of the columns are: in a row, in it and the one above together, outside the rows, or nowhere. */
export type HeaderPlace = { at: number; joined: boolean } | { named: readonly string[] } | null

export function sampleTable(fileName: string, rows: readonly Row[], place: HeaderPlace): SampleTable {
  const at = place !== null && 'at' in place ? place.at : -1
  const header = headerCells(rows, place)
  const below = rows.slice(at + 1)
  const titles = rows.slice(0, Math.max(0, at)).flatMap(({ cells }) => cells.map((cell) => cell.trim()).filter((cell) => /[a-z]/i.test(cell)))
  return { fileName, titles, header, columns: profilesOf(header, below), rows: below }
}

function headerCells(rows: readonly Row[], place: HeaderPlace): string[] {
  if (place === null) return Array<string>(rows.reduce((width, { cells }) => Math.max(width, cells.length), 0)).fill('')
  if ('named' in place) return [...place.named]
  const own = rows[place.at]?.cells ?? []
  const above = place.joined ? (rows[place.at - 1]?.cells ?? []) : []
  return own.map((cell, index) => [above[index] ?? '', cell].map((part) => part.trim()).filter((part) => part !== '').join(' '))
}

/** Different pairs of texts of two columns, or three. */
export function combinations(rows: readonly Row[], columns: readonly Profile[], most = 2_000): string[][] {
  const seen = new Map<string, string[]>()
  for (const { cells } of rows) {
    const texts = columns.map(({ index }) => (cells[index] ?? '').trim())
    const key = texts.join('\u0000')
    if (!seen.has(key)) seen.set(key, texts)
    if (seen.size >= most) break
  }
  return [...seen.values()]
}

/** Whether each text of the first columns goes with one text of another: a region with each authority. */
export function decides(rows: readonly Row[], by: readonly Profile[], other: Profile): boolean {
  const seen = new Map<string, string>()
  for (const { cells } of rows) {
    const texts = by.map(({ index }) => (cells[index] ?? '').trim())
    if (texts.every((text) => text === '')) continue
    const key = texts.join('\u0000')
    const text = (cells[other.index] ?? '').trim()
    const known = seen.get(key)
    if (known === undefined) seen.set(key, text)
    else if (known !== text) return false
  }
  return true
}
