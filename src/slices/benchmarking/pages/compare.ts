import { countOf } from '#kernel/figures/index.ts'
import type { Measure } from '#slices/indicators/index.ts'
import type { Authority } from '#slices/places/index.ts'
import { mostAuthorities, mostMeasures, type SideRow } from '../side-by-side.ts'
import { addressOf, measureAddress, oneMeasureAddress, type Asked } from './address.ts'
import { capitalised, listed, reasonWords, shortFigure, statusWords } from './wording.ts'

/** What the page was asked. Authorities and measures are codes. */
export interface CompareAsked {
  authority: string[]
  measure: string[]
  service: string
  group: string
  period: string
  'as-known-at': string
}

const compareAddress = (asked: CompareAsked, changed: Partial<CompareAsked> = {}) =>
  addressOf('/compare', { ...asked, ...changed })

/** Chosen things, each with the address of the page without it. */
export function chosenAuthorities(chosen: readonly Authority[], asked: CompareAsked) {
  return chosen.map(({ code, known_name }) => ({
    text: known_name,
    value: code,
    removeHref: compareAddress(asked, { authority: asked.authority.filter((one) => one !== code) }),
  }))
}

/** Measures chosen one by one; those of a chosen service come and go with it. */
export function chosenMeasures(measures: readonly Measure[], asked: CompareAsked) {
  return measures
    .filter(({ code }) => asked.measure.includes(code))
    .map(({ code, title }) => ({
      text: title,
      value: code,
      removeHref: compareAddress(asked, { measure: asked.measure.filter((one) => one !== code) }),
    }))
}

/** What a search found: nothing, or candidates to add by a link. */
export interface Found {
  message: string
  candidates: { text: string; href: string }[]
}

export function foundAuthorities(words: string, found: readonly Authority[], asked: CompareAsked): Found {
  const candidates = found
    .filter(({ code }) => !asked.authority.includes(code))
    .map(({ code, name, kind_title, ends }) => ({
      text: `${name} (${kind_title.toLowerCase()}${ends === null ? '' : ', no longer in being'})`,
      href: compareAddress(asked, { authority: [...asked.authority, code] }),
    }))
  return { message: foundWords(words, 'authority', 'authorities', found.length, candidates.length), candidates }
}

export function foundMeasures(words: string, found: readonly Measure[], asked: CompareAsked): Found {
  const candidates = found
    .filter(({ code }) => !asked.measure.includes(code))
    .map(({ code, title }) => ({ text: `${title} (${code})`, href: compareAddress(asked, { measure: [...asked.measure, code] }) }))
  return { message: foundWords(words, 'measure', 'measures', found.length, candidates.length), candidates }
}

function foundWords(words: string, one: string, many: string, found: number, left: number): string {
  if (found === 0) return `No ${one} has “${words}” in its name or code. Try part of the name.`
  if (left === 0) return `What “${words}” finds is chosen already.`
  return `“${words}” fits ${countOf(left, one, many)}. Choose one:`
}

/** The rules by which the table was made, in a few sentences. */
export function rulesInWords(groupTitle: string, period: string): string[] {
  return [
    period === ''
      ? 'Each measure is shown for one period, the same for every authority: the latest in which any of them has a figure.'
      : `Every measure is shown for ${period}.`,
    `Position words are within one group for everybody: ${groupTitle}.`,
    'Authorities stand in alphabetical order. There is no overall score and no overall rank.',
  ]
}

/** What was asked for but not shown, and why. */
export function limitsInWords(asked: CompareAsked, chosen: readonly Authority[], measures: readonly Measure[]): string[] {
  const notes: string[] = []
  const unknown = asked.authority.filter((code) => !chosen.some((one) => one.code === code))
  if (unknown.length > 0) notes.push(`No authority has the code ${listed(unknown)}.`)
  const gone = asked.measure.filter((code) => !measures.some((one) => one.code === code))
  if (gone.length > 0) notes.push(`There is no measure ${listed(gone)}, or it is not for you to see.`)
  if (chosen.length > mostAuthorities) notes.push(`The first ${mostAuthorities} authorities are shown. Remove some to see the others.`)
  if (measures.length > mostMeasures) notes.push(`The first ${mostMeasures} of ${measures.length} measures are shown.`)
  return notes
}

/** The table, finished: a row for each measure, a column for each authority. */
export function compareLines(rows: readonly SideRow[], kept: Asked) {
  return rows.map(({ measure, period, median, compared, figures }) => ({
    title: measure.title,
    href: measureAddress(measure.code, { ...kept, period }),
    unit: capitalised(measure.unit),
    period: period ?? 'no figures',
    median: median === null ? '–' : shortFigure(measure, median),
    compared: countOf(compared, 'figure'),
    cells: figures.map(({ authority, value, reason, status, position }) => ({
      name: authority.known_name,
      href: oneMeasureAddress(authority.code, measure.code, { period, 'as-known-at': kept['as-known-at'] }),
      figure: value === null ? null : shortFigure(measure, value),
      absence: value === null ? reasonWords(reason) : null,
      status: value === null || status === 'published' || status === 'revised' ? null : statusWords(status),
      position: value === null ? null : (position ?? 'not in this group'),
    })),
  }))
}
