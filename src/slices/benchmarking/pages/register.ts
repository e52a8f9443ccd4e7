import { columnFor, exportOf, type ColumnOf, type Export } from '#kernel/exports/index.ts'
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

/** The measures that fit, as a table to download. */
export function registerTable(rows: readonly RegisterRow[], knownAt: Date | undefined): Export {
  const about = {
    name: 'measures', title: 'Measures', description: 'What is measured: definitions, and how many authorities have a figure.', publisher: null, licence: null, knownAt: knownAt ?? null,
  }
  return exportOf(about, registerColumns, rows)
}

const column = columnFor<RegisterRow>()

const registerColumns: readonly ColumnOf<RegisterRow>[] = [
  column('code', 'text', 'Code of the measure.', (row) => row.code),
  column('title', 'text', 'What is measured.', (row) => row.title),
  column('explanation', 'text', 'Empty: none was published.', (row) => row.explanation),
  column('service', 'text', 'Empty: not stated.', (row) => row.service),
  column('dimension', 'text', 'Empty: not stated.', (row) => row.dimension),
  column('unit', 'text', 'What a value of 1 is.', (row) => row.unit),
  column('polarity', 'text', 'Which way is better: higher, lower, midpoint or none.', (row) => row.polarity),
  column('publisher', 'text', 'Who publishes the figures.', (row) => row.publisher),
  column('source_link', 'text', 'Where the publisher puts them out. Empty: not stated.', (row) => row.source_link),
  column('licence', 'text', 'The terms they are published on. Empty: not stated.', (row) => row.licence),
  column('scope', 'text', 'national, or local for a measure that an organisation keeps for itself.', (row) => (row.organisation === null ? 'national' : 'local')),
  column('organisation', 'text', 'Whose local measure it is.', (row) => row.organisation_name),
  column('latest_period', 'text', 'The latest period with a figure. Empty: no figures yet.', (row) => row.latest_period),
  column('figures', 'whole', 'How many authorities have a figure for it.', (row) => row.figures),
]
