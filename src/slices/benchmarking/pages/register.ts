import type { CellValue } from '#kernel/tables/index.ts'
import { countOf } from '#kernel/figures/index.ts'
import { paginationOf } from '#kernel/web/components/pagination/pagination.ts'
import type { RegisterQuestion, RegisterRow } from '../register.ts'
import { addressOf, measureAddress, type Asked } from './address.ts'
import { knownAtField, type Field } from './choosers.ts'
import { dimensionChoices, dimensionWords } from './wording.ts'

export const registerPageSize = 50

const betterWords: Record<string, string> = {
  higher: 'higher is better',
  lower: 'lower is better',
  midpoint: 'nearest to a set value is best',
  none: 'no better direction',
}

/** The fields of the filter, filled in with what was asked. */
export function registerFields(
  question: RegisterQuestion,
  choices: { services: string[]; publishers: string[] },
  knownAt: string,
): Field[] {
  const plain = (names: string[]) => names.map((name) => ({ value: name, text: name }))
  const one = (name: string, label: string, value: string, all: string, options: { value: string; text: string }[]): Field => ({
    id: name,
    name,
    label,
    value,
    options: [{ value: '', text: all }, ...options],
  })
  return [
    { id: 'search', name: 'search', label: 'Words in title, explanation or code', value: question.search, type: 'search' },
    one('service', 'Service', question.service, 'all services', plain(choices.services)),
    one('dimension', 'Dimension', question.dimension, 'all dimensions', dimensionChoices),
    one(
      'polarity',
      'Which way is better',
      question.polarity,
      'any',
      Object.entries(betterWords).map(([value, text]) => ({ value, text })),
    ),
    one('publisher', 'Publisher', question.publisher, 'all publishers', plain(choices.publishers)),
    one('scope', 'National or local', question.scope, 'both', [
      { value: 'national', text: 'national' },
      { value: 'local', text: 'local' },
    ]),
    knownAtField(knownAt),
  ]
}

/** The measures of one page, with links and words. */
export function registerItems(rows: readonly RegisterRow[], kept: Asked) {
  return rows.map((row) => ({
    title: row.title,
    href: measureAddress(row.code, kept),
    code: row.code,
    explanation: row.explanation ?? '',
    service: row.service ?? 'not stated',
    dimension: dimensionWords(row.dimension),
    better: betterWords[row.polarity] ?? row.polarity,
    unit: row.unit,
    publisher: row.publisher,
    local: row.organisation === null ? null : (row.organisation_name ?? 'local'),
    latest: row.latest_period,
    figures: countOf(row.figures, 'authority', 'authorities'),
  }))
}

/** "120 measures", or what it was narrowed to; nothing found is said by the template. */
export function registerCount(total: number, isFiltered: boolean): string {
  return isFiltered ? `${countOf(total, 'measure fits', 'measures fit')}.` : `${countOf(total, 'measure')}.`
}

export function registerPages(page: number, total: number, asked: Asked) {
  return paginationOf({
    page,
    size: registerPageSize,
    total,
    hrefOf: (number) => addressOf('/measures', { ...asked, page: number === 1 ? null : String(number) }),
  })
}

export const registerHeaders = [
  'code', 'title', 'explanation', 'service', 'dimension', 'unit', 'polarity', 'publisher', 'source_link', 'licence', 'scope',
  'organisation', 'latest_period', 'figures',
]

export function registerCells(row: RegisterRow): CellValue[] {
  return [
    row.code, row.title, row.explanation, row.service, row.dimension, row.unit, row.polarity, row.publisher, row.source_link,
    row.licence, row.organisation === null ? 'national' : 'local', row.organisation_name, row.latest_period, row.figures,
  ]
}
