import { formatCount } from '#kernel/figures/index.ts'
import type { ProfileEntry, ProfileGlance } from '#slices/benchmarking/index.ts'
import { positionWords } from '#slices/benchmarking/index.ts'
import type { GroupChoice } from '#slices/places/index.ts'
import type { ProfileQuestion } from './question.ts'
import { absenceOf, changeFilters, changeOf, positionFilters, positionOf, unstated, type ChangeFilter, type PositionFilter } from './rules.ts'
import { dimensionInWords } from './words.ts'

/** The form above a profile: each choice says how many measures it would leave. */

interface Option {
  value: string
  text: string
}

interface Field {
  id: string
  name: string
  label: string
  value: string
  options: Option[]
}

type Rows = readonly ProfileEntry[]

/** `first` is always in view; `more` waits behind a click, unless something in it was chosen. */
export function formOf(answer: ProfileGlance, choices: readonly GroupChoice[], question: ProfileQuestion) {
  const rows = answer.entries
  const more = [
    field('dimension', 'Dimension', question.dimension, 'All dimensions', counted(rows, ({ measure }) => measure.dimension ?? unstated, dimensionNamed)),
    field('change', 'Change since the figure before', question.change, 'Any change', inOrder(changeFilters, rows, changeOf, changeWords)),
    field('absence', 'Figures', question.absence, 'With or without', absenceOptions(rows)),
  ]
  return {
    first: [
      field('group', 'Compared with', answer.group.address, null, groupOptions(answer.group, choices)),
      field('service', 'Service', question.service, 'All services', counted(rows, ({ measure }) => measure.service ?? unstated, serviceNamed)),
      field('position', 'Position', question.position, 'Any position', inOrder(positionFilters, rows, positionOf, positionFilterWords)),
      field('sort', 'Order', question.sort === 'service' ? '' : question.sort, 'By service', [
        { value: 'position', text: 'Lowest position first' }, { value: 'change', text: 'Got worse first' }, { value: 'title', text: 'By title' },
      ]),
    ],
    more,
    knownAt: question['as-known-at']?.given ?? '',
    moreIsOpen: question['as-known-at'] !== undefined || more.some(({ value }) => value !== ''),
  }
}

/** `all` is the choice that leaves everything in; null where there is always a choice. */
function field(name: string, label: string, value: string, all: string | null, options: Option[]): Field {
  return { id: `profile-${name}`, name, label, value, options: all === null ? options : [{ value: '', text: all }, ...options] }
}

const serviceNamed = (service: string) => (service === unstated ? 'No service stated' : service)
const dimensionNamed = (dimension: string) => (dimension === unstated ? 'Not stated' : dimensionInWords(dimension))

/** The words used everywhere, as a choice: "in the best quarter" becomes "Best quarter". */
function positionChoice(quartile: 1 | 2 | 3 | 4): string {
  const words = positionWords({ polarity: 'higher', compared: Infinity, value: 0, reason: null, quartile }).replace(/^in the /, '')
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}

const positionFilterWords: Record<PositionFilter, string> = {
  best: positionChoice(1), 'better-side': positionChoice(2), 'worse-side': positionChoice(3), lowest: positionChoice(4), 'not-compared': 'Not compared',
}

const changeWords: Record<ChangeFilter, string> = {
  better: 'Got better', worse: 'Got worse', same: 'No change', other: 'Moved, no better direction', unknown: 'Nothing earlier to compare',
}

function groupOptions(group: ProfileGlance['group'], choices: readonly GroupChoice[]): Option[] {
  const options = choices.map(({ address, title, members }) => ({ value: address, text: members === null ? title : `${title} (${formatCount(members)})` }))
  // A group asked for by address alone, such as one the authority is not in, is shown as chosen too.
  return options.some(({ value }) => value === group.address) ? options : [{ value: group.address, text: group.title }, ...options]
}

/** Each value there is, by name, with its number of measures; what is not stated last. */
function counted(rows: Rows, of: (row: ProfileEntry) => string, name: (value: string) => string): Option[] {
  return [...Map.groupBy(rows, of)]
    .map(([value, found]) => ({ value, text: `${name(value)} (${formatCount(found.length)})` }))
    .sort((a, b) => Number(a.value === unstated) - Number(b.value === unstated) || a.text.localeCompare(b.text, 'en-GB'))
}

function inOrder<T extends string>(values: readonly T[], rows: Rows, of: (row: ProfileEntry) => T | null, words: Record<T, string>): Option[] {
  const found = Map.groupBy(rows, of)
  return values.map((value) => ({ value, text: `${words[value]} (${formatCount(found.get(value)?.length ?? 0)})` }))
}

function absenceOptions(rows: Rows): Option[] {
  const absent = rows.filter(({ value }) => value === null)
  return [
    { value: 'figure', text: `With a figure (${formatCount(rows.length - absent.length)})` },
    { value: 'none', text: `No figure (${formatCount(absent.length)})` },
    ...counted(absent, (row) => absenceOf(row) ?? '', (reason) => `No figure: ${reason.replaceAll('-', ' ')}`),
  ]
}
