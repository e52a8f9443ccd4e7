import { countOf, formatCount } from '#kernel/figures/index.ts'
import type { DataTable } from '#kernel/web/components/data-table/data-table.ts'
import { html, type Html } from '#kernel/web/html.ts'
import type { ComparisonAnswer, ComparisonRowAnswer } from '../answer.ts'
import { oneMeasureAddress, type Asked } from './address.ts'
import { groupWords } from './group-words.ts'
import { capitalised, changeWords, figureInParts, listed, reasonWords, shortFigure, statusWords, wholeFigure } from './wording.ts'

/** The middle, the middle half and the range of a group in one sentence; what stands in for it when nobody has a figure. */
export function spreadWords(answer: ComparisonAnswer): { figure: string; text: string } {
  const { measure, group, period } = answer
  const whom = groupWords(answer)
  if (group.median === null) return { figure: 'No figures', text: `for ${period.label} within ${whom}.` }
  const show = (value: number | null) => (value === null ? '' : shortFigure(measure, value))
  const half =
    group.quartile_lower === null
      ? `With ${countOf(group.compared, 'figure')} there are too few to speak of a middle half.`
      : `The middle half lies between ${show(group.quartile_lower)} and ${show(group.quartile_upper)}.`
  const range =
    group.minimum === group.maximum ? 'All figures are the same.' : `Figures range from ${show(group.minimum)} to ${show(group.maximum)}.`
  const whole =
    group.weighted_mean === null || !isWithin(group.weighted_mean, group)
      ? ''
      : ` Taken together, the ${formatCount(group.weighted_over)} with a numerator and denominator come to ${show(group.weighted_mean)}.`
  const { figure, unit } = figureInParts(measure, group.median)
  return {
    figure,
    text: `${unit === '' ? '' : `${unit} `}is the median for ${period.label} of ${whom}. ${half} ${range}${whole}`,
  }
}

/** A weighted mean outside the range of the figures shows that numerators and denominators do not make them: it is left out. */
function isWithin(mean: number, { minimum, maximum }: ComparisonAnswer['group']): boolean {
  return minimum !== null && maximum !== null && minimum <= mean && mean <= maximum
}

/** Who is compared and who is missing, by reason: "2 suppressed: Ashby and Holm". */
export function comparedWords({ group }: ComparisonAnswer): { compared: string; missing: { heading: string; names: string }[] } {
  const all = group.missing.length === 0
  const compared = all
    ? `All ${countOf(group.expected, 'authority', 'authorities')} of the group ${group.expected === 1 ? 'has' : 'have'} a figure.`
    : `${formatCount(group.compared)} of ${countOf(group.expected, 'authority', 'authorities')} ${group.compared === 1 ? 'has' : 'have'} a figure; ${formatCount(group.missing.length)} ${group.missing.length === 1 ? 'has' : 'have'} none.`
  const byReason = Map.groupBy(group.missing, ({ reason }) => reasonWords(reason))
  const missing = [...byReason].map(([reason, of]) => ({
    heading: `${capitalised(reason)} (${of.length})`,
    names: listed(of.map(({ known_name }) => known_name)),
  }))
  return { compared, missing }
}

/** Where the authority that is pointed out stands, and the way to its page. Null when none is. */
export function pointedOut(answer: ComparisonAnswer, kept: Asked) {
  const { authority, authorities, measure, period } = answer
  if (!authority) return null
  const href = oneMeasureAddress(authority.code, measure.code, kept)
  const row = authorities.find(({ code }) => code === authority.code)
  if (!row) return { name: authority.known_name, href, text: `is not one of ${groupWords(answer)} in ${period.label}.` }
  if (row.value === null) return { name: authority.known_name, href, text: `has ${row.position}.` }
  return { name: authority.known_name, href, text: `has ${wholeFigure(measure, row.value)}: ${row.position}.` }
}

const fromLetters = (a: { known_name: string }, b: { known_name: string }) => a.known_name.localeCompare(b.known_name, 'en')

/** Every authority of the group in alphabetical order: never by rank. */
export function authorityRows(answer: ComparisonAnswer, kept: Asked): Html {
  const { measure, authority, authorities } = answer
  return html`${authorities.toSorted(fromLetters).map((row) => html`<tr role="row"${row.code === authority?.code ? chosen : ''}>
<th scope="row" role="rowheader"><a class="govuk-link" href="${oneMeasureAddress(row.code, measure.code, kept)}">${row.known_name}</a></th>
<td role="cell" class="bv-table__number">${figureCell(row, answer)}</td>
<td role="cell">${row.position}</td>
<td role="cell">${row.value === null ? '–' : changeSince(row, answer)}</td>
</tr>
`)}`
}

const chosen = html` class="bv-row--chosen"`

function figureCell({ value, reason, status }: ComparisonRowAnswer, { measure }: ComparisonAnswer): Html | string {
  if (value === null) return html`<span class="bv-absence">${reasonWords(reason)}</span>`
  const figure = shortFigure(measure, value)
  return status === 'published' ? figure : html`${figure}<em class="bv-everyone__status">${statusWords(status)}</em>`
}

function changeSince(row: ComparisonRowAnswer, { measure }: ComparisonAnswer): string {
  const change = changeWords(measure, row.change_since_previous)
  return row.previous_period === null ? change : `${change} since ${row.previous_period}`
}

const levels: Record<string, string> = {
  country: 'Country',
  region: 'Region',
  'county-area': 'County area',
  'combined-authority-area': 'Combined authority area',
  police: 'Police area',
  fire: 'Fire area',
  statistical: 'Statistical area',
  group: 'Group of authorities',
}

/** Published figures of wider areas. They stand beside the authorities and are never ranked. */
export function referenceTable({ measure, period, reference }: ComparisonAnswer): DataTable | null {
  if (reference.length === 0) return null
  return {
    id: 'references',
    caption: `Published figures for wider areas, ${period.label}`,
    captionHidden: true,
    narrow: 'cards',
    columns: [{ text: 'Area' }, { text: 'Kind' }, { text: capitalised(measure.unit), numeric: true }, { text: 'Status' }],
    rows: reference.map((one) => [
      { text: one.name },
      { text: levels[one.level] ?? one.level },
      one.value === null ? { absence: reasonWords(one.reason) } : { text: shortFigure(measure, one.value) },
      { text: statusWords(one.status) },
    ]),
  }
}
