import { sparkline, strip } from '#kernel/charts/index.ts'
import { downloadsOf } from '#kernel/exports/index.ts'
import { countOf, formatCount, formatDate, formatFigure, formatMoment } from '#kernel/figures/index.ts'
import { html, picture, type Html } from '#kernel/web/html.ts'
import { paginationOf } from '#kernel/web/components/pagination/pagination.ts'
import type { Chosen, ProfileEntry, ProfileGlance, ProfileRowAnswer } from '#slices/benchmarking/index.ts'
import type { Authority, GroupChoice } from '#slices/places/index.ts'
import { authorityAddress, home, nationInWords, spanInWords } from '../pages.ts'
import { formOf } from './fields.ts'
import { filterOf, inAddress, type ProfileQuestion } from './question.ts'
import { shownEntries, tallyOf } from './rules.ts'
import { changeInWords, type ChangeInWords, groupInWords, openingSentence } from './words.ts'

/** From a profile to exactly what its template shows. */

/** Rows on one page: enough for most authorities, and light enough for a phone. */
const PAGE = 200

export interface ProfileData {
  authority: Authority
  succession: { predecessors: Successor[]; successors: Successor[] }
  answer: ProfileGlance
  choices: readonly GroupChoice[]
  question: ProfileQuestion
  page: number
  now: Date
}

interface Successor {
  code: string
  name: string
  on_date: string
}

/** Which measures answer to a question, and which of them stand on a page. */
export const chosenFor = (question: ProfileQuestion, asked: number) => (entries: readonly ProfileEntry[]): Chosen => {
  const shown = shownEntries(entries, filterOf(question))
  const { page } = pageOf(shown.length, asked)
  return { shown, onPage: shown.slice((page - 1) * PAGE, page * PAGE) }
}

function pageOf(shown: number, asked: number): { page: number; pages: number } {
  const pages = Math.max(1, Math.ceil(shown / PAGE))
  return { page: Math.min(asked, pages), pages }
}

export function profilePage(data: ProfileData) {
  const { authority, answer, question, now } = data
  const { group, entries, shown } = answer
  const moment = question['as-known-at']?.moment
  const { page, pages } = pageOf(shown.length, data.page)
  const address = authorityAddress(authority.code)
  const known = question['as-known-at']?.given ?? ''
  const carried = `?${new URLSearchParams({ group: group.address, ...(known === '' ? {} : { 'as-known-at': known }) }).toString()}`
  const asShown = inAddress({ ...question, group: group.address })
  const inWords = groupInWords(group)
  const tally = tallyOf(entries)
  return {
    title: authority.name,
    section: 'Authorities',
    breadcrumbs: [home, { text: 'Authorities', href: '/authorities' }, { text: authority.known_name }],
    knownAt: momentInWords(question),
    about: aboutAuthority(authority),
    succession: successionInWords(data),
    sentence: openingSentence(authority.known_name, inWords, tally, { isPast: moment !== undefined, inGroup: answer.authority.in_group }),
    hasFigures: entries.length > 0,
    action: address,
    form: formOf(answer, data.choices, question),
    group: inWords + groupSource(group),
    range: rangeInWords(shown.length, entries.length, page, pages),
    clearHref: shown.length < entries.length ? address + carried : '',
    sections: sectionsOf(answer, question, (row, isUnderService) => rowOf(row, `${address}/measures/${encodeURIComponent(row.measure.code)}${carried}`, isUnderService)),
    pagination: paginationOf({
      page, size: PAGE, total: shown.length, hrefOf: (number) => address + inAddress(question, number === 1 ? {} : { page: String(number) }),
    }),
    known: `figures known at ${momentInWords(question) ?? formatMoment(now)}`,
    files: downloadsOf(
      `${shown.length === entries.length ? 'all' : 'these'} ${countOf(shown.length, 'measure')}`,
      `${address}/profile${asShown}`, `${address}/profile.json${asShown}`,
    ),
  }
}

function aboutAuthority({ kind_title, region_name, nation, starts, ends }: Authority): string {
  return [kind_title, region_name, nationInWords(nation), spanInWords(starts, ends)].filter((part) => part !== null && part !== '').join(' · ')
}

function rangeInWords(shown: number, all: number, page: number, pages: number): string {
  const of = shown === all ? countOf(all, 'measure') : `${formatCount(shown)} of ${countOf(all, 'measure')}`
  return pages === 1 ? of : `${of}; page ${formatCount(page)} of ${formatCount(pages)}`
}

/** A date alone means the end of that day, so no time is shown that nobody typed. */
function momentInWords({ 'as-known-at': known }: ProfileQuestion): string | null {
  if (!known) return null
  return known.given.length === 10 ? `the end of ${formatDate(known.given)}` : formatMoment(known.moment)
}

function groupSource({ publisher, dated }: ProfileGlance['group']): string {
  if (publisher === null) return ''
  return ` (${publisher}${dated === null ? '' : `, ${formatDate(dated)}`})`
}

function successionInWords({ authority, succession }: ProfileData) {
  const named = (others: Successor[]) => others.map(({ code, name }) => ({ name, href: authorityAddress(code) }))
  const first = (others: Successor[]) => others[0]?.on_date ?? null
  const began = first(succession.predecessors)
  const ended = first(succession.successors)
  return {
    predecessors: { text: began === null ? '' : `Took over on ${formatDate(began)} from`, others: named(succession.predecessors) },
    successors: { text: authority.ends === null ? '' : `Ended on ${formatDate(authority.ends)}.${ended === null ? '' : ' Its work passed to'}`, others: named(succession.successors) },
  }
}

/** Rows under the heading of their service, or all under none when they are in another order. */
function sectionsOf({ shown, rows: onPage }: ProfileGlance, { sort }: ProfileQuestion, finished: (row: ProfileRowAnswer, isUnderService: boolean) => Html) {
  if (sort !== '' && sort !== 'service') return onPage.length === 0 ? [] : [{ heading: '', counts: '', rows: html`${onPage.map((row) => finished(row, false))}` }]
  const whole = Map.groupBy(shown, headingOf)
  return [...Map.groupBy(onPage, headingOf)].map(([heading, rows]) => ({
    heading,
    counts: sectionCounts(whole.get(heading) ?? [], rows.length),
    rows: html`${rows.map((row) => finished(row, true))}`,
  }))
}

const headingOf = ({ measure }: ProfileEntry) => measure.service ?? 'No service stated'

function sectionCounts(rows: readonly ProfileEntry[], here: number): string {
  const { measures, best, lowest, absent } = tallyOf(rows)
  const parts = [
    here === measures ? countOf(measures, 'measure') : `${formatCount(here)} of ${countOf(measures, 'measure')} on this page`,
    ...(best > 0 ? [`${formatCount(best)} in the best quarter`] : []),
    ...(lowest > 0 ? [`${formatCount(lowest)} in the lowest quarter`] : []),
    ...(absent > 0 ? [`${formatCount(absent)} without a figure`] : []),
  ]
  return parts.join(' · ')
}

/** What a status adds to a figure; nothing for a plain published one. */
const statusWords: Record<string, string> = { provisional: 'provisional', estimated: 'estimated', low: 'low quality', revised: 'corrected' }

function rowOf(row: ProfileRowAnswer, href: string, isUnderService: boolean): Html {
  const { measure, value, position, quartile } = row
  const format = formatOf(measure)
  const about = [isUnderService ? '' : (measure.service ?? ''), unitBeside(measure)].filter((part) => part !== '').join(' · ')
  const isAtEnd = quartile === 1 || quartile === 4
  const later = row.later_absence ? `${row.later_absence.period}: ${(row.later_absence.reason ?? 'missing').replaceAll('-', ' ')}` : ''
  const words = value === null ? '' : html`<span class="bv-profile__words${isAtEnd ? ' bv-profile__words--end' : ''}">${position}</span>`
  return html`<tr role="row">
<th scope="row" role="rowheader"><a class="govuk-link" href="${href}">${measure.title}</a>${measure.local ? local : ''}${about === '' ? '' : html`<span class="bv-profile__small">${about}</span>`}</th>
<td role="cell" class="bv-table__number bv-profile__value">${value === null ? html`<span class="bv-absence">${position}</span>` : withSmall(formatFigure(value, format), statusWords[row.status] ?? '')}</td>
<td role="cell" class="bv-profile__period">${withSmall(row.period?.label ?? '', later)}</td>
<td role="cell" class="bv-table__number bv-profile__median">${row.median === null ? '' : formatFigure(row.median, format)}</td>
<td role="cell" class="bv-profile__position">${stripOf(row)}${words}</td>
<td role="cell" class="bv-profile__change">${changeCell(changeInWords(row, format))}</td>
<td role="cell" class="bv-profile__line">${sparklineOf(row)}</td>
</tr>
`
}

const local = html` <span class="bv-profile__flag">local</span>`
const withSmall = (words: string, small: string) => (small === '' ? words : html`${words} <span class="bv-profile__small">${small}</span>`)

function changeCell({ arrow, text, since }: ChangeInWords): Html {
  const sign = arrow === '' ? '' : html`<span class="bv-profile__arrow" aria-hidden="true">${arrow}</span> `
  return html`${sign}${withSmall(text, since)}`
}

/** The unit where the figure itself does not already say it: "per 1,000 people", not "%". */
function unitBeside({ unit, suffix, scale }: ProfileRowAnswer['measure']): string {
  return scale !== null || unit.trim() === suffix.trim() ? '' : unit
}

const formatOf = ({ prefix, suffix, display_factor, decimals, scale }: ProfileRowAnswer['measure']) => ({ prefix, suffix, displayFactor: display_factor, decimals, scale })

function stripOf({ measure, value, spine, spine_place, median, compared, position }: ProfileRowAnswer): Html | string {
  if (spine === null) return ''
  const figure = (one: number) => formatFigure(one, formatOf(measure))
  const own = value === null ? position : `${figure(value)}, ${position}`
  const group = median === null ? '' : ` Median of ${formatCount(compared)}: ${figure(median)}.`
  const direction = measure.polarity === 'none' ? ' Further right is more, not better.' : ''
  return picture(strip({ id: `strip-${measure.code}`, title: `Position: ${measure.title}`, spine, own: spine_place, summary: `${own}.${group}${direction}` }))
}

function sparklineOf({ measure, series, breaks }: ProfileRowAnswer): Html | string {
  if (series.length < 2) return ''
  const points = series.map(({ period, starts, value }, place) => {
    const before = series[place - 1]?.starts
    return { period, value, breakBefore: before !== undefined && breaks.some((day) => day > before && day <= starts) }
  })
  const format = (one: number) => formatFigure(one, formatOf(measure))
  return picture(sparkline({ id: `line-${measure.code}`, title: `Series: ${measure.title}`, points, scale: { format } }))
}
