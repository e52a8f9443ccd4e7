/** What can be said of new measures from the file alone: unit, kind of unit and the like. What the publisher did not state stays unstated. */
import { wordsOf } from './headings.ts'
import type { Profile } from './profile.ts'
import type { SampleTable } from './table.ts'

export const unitKinds = ['percentage', 'money', 'rate', 'count', 'days', 'weeks', 'hours', 'score', 'ratio', 'other'] as const
export type UnitKind = (typeof unitKinds)[number]

/** A unit as words in a file say it. */
export interface Unit {
  unit: string
  kind: UnitKind
  /** Times this the figures are whole units: 1000 for £ thousand. Null: they are. */
  scale: string | null
}

/** What a new measure would be. */
export interface Definition {
  title: string
  unit: string
  unit_kind: UnitKind
  polarity: 'higher' | 'lower' | 'none'
  decimals: number
  publisher: string
  source: string
  licence: string
}

/** The unit that words speak of; null where they speak of none. */
export function unitIn(text: string): Unit | null {
  const words = wordsOf(text)
  if (/£ ?(thousand|000s?|k\b)/i.test(text)) return { unit: '£', kind: 'money', scale: '1000' }
  if (/£ ?(million|m\b)/i.test(text)) return { unit: '£', kind: 'money', scale: '1000000' }
  if (/£[^£]*\bper (head|capita|person|resident)|\bper ?(capita|head)\b/i.test(words)) return { unit: '£ per head', kind: 'money', scale: null }
  if (/£|\bgbp\b|\bpounds?\b/i.test(text)) return { unit: '£', kind: 'money', scale: null }
  if (/%|\b(percentage|percent|per cent)\b/.test(words)) return { unit: '%', kind: 'percentage', scale: null }
  const rate = /\b(?:rate |counts? (?:of [a-z ]+ )?)?per ([\d,]+|million|thousand|hundred thousand)\b[a-z0-9 -]*/.exec(words)
  if (rate) return { unit: rate[0].replace(/^(rate|counts? (of [a-z ]+)?) ?/, ''), kind: 'rate', scale: null }
  if (/\b(number|count|frequency|counts)\b/.test(words)) return { unit: 'number', kind: 'count', scale: null }
  if (/\b(days|weeks|hours)\b/.test(words)) return { unit: /\b(days|weeks|hours)\b/.exec(words)?.[0] ?? 'days', kind: (/\b(days|weeks|hours)\b/.exec(words)?.[0] ?? 'days') as UnitKind, scale: null }
  return /\bscore\b/.test(words) ? { unit: 'score', kind: 'score', scale: null } : null
}

/** A column each of whose texts speaks of a unit: Percentage, Frequency. */
export const namesUnits = (column: Profile): boolean => column.distinct.size > 0 && column.distinct.size <= 40 && [...column.distinct.keys()].every((text) => unitIn(text) !== null)

/** The unit of the whole table: from its titles, its headings of figures, or signs in its cells. */
export function unitOfTable({ titles, fileName }: SampleTable, values: readonly Profile[]): { unit: Unit; reason: string } | null {
  const titled = titles.map(unitIn).find((unit) => unit !== null)
  if (titled) return { unit: titled, reason: 'The words above the table name it.' }
  const headed = values.map(({ heading }) => unitIn(heading))
  const [first] = headed
  if (first && headed.every((unit) => unit?.kind === first.kind && unit.unit === first.unit)) return { unit: first, reason: 'The headings of the figures name it.' }
  const signed = (sign: string) => values.length > 0 && values.every(({ samples }) => samples.length > 0 && samples.every((text) => text.includes(sign)))
  if (signed('%')) return { unit: { unit: '%', kind: 'percentage', scale: null }, reason: 'The figures are written with %.' }
  if (signed('£')) return { unit: { unit: '£', kind: 'money', scale: null }, reason: 'The figures are written with £.' }
  const named = unitIn(fileName)
  return named ? { unit: named, reason: 'The name of the file says so.' } : null
}

/** Decimals worth showing: as many as most figures have, at most two. */
export function decimalsOf(values: readonly Profile[]): number {
  const places = values.flatMap(({ distinct }) => [...distinct.keys()].slice(0, 200)).filter((text) => /\d/.test(text)).map((text) => /\.(\d*?)0*\D*$/.exec(text)?.[1]?.length ?? 0)
  if (places.length === 0) return 1
  const sorted = places.toSorted((a, b) => a - b)
  return Math.min(2, sorted[Math.floor(sorted.length / 2)] ?? 1)
}

/** Small letters, digits and hyphens, as codes and names of recipes are written. */
export const slugOf = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().split(/[^a-z0-9]+/).filter((word) => word !== '').join('-')

/** A name for what a file is about, without the dates of this edition: `raw-cash-annual-2024-03.csv` is raw-cash-annual. */
export function subjectOf(fileName: string): string {
  const bare = fileName.replace(/\.\w+$/, '').replace(/(^|[^0-9])((19|20)\d\d([-_/]\d{1,4}){0,2})(?!\d)/g, '$1 ').replace(/\b(final|copy|v\d+|q[1-4])\b/gi, ' ')
  return slugOf(bare).slice(0, 60).replace(/-+$/, '') || 'figures'
}

export const titleOf = (fileName: string): string => {
  const words = subjectOf(fileName).replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
