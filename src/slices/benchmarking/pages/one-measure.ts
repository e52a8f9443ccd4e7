import { trend, type TrendPoint } from '#kernel/charts/index.ts'
import { formatCount, formatDate, formatMoment, formatFigure } from '#kernel/figures/index.ts'
import { statedMoment } from '#slices/indicators/index.ts'
import type { ComparisonAnswer, ComparisonRowAnswer, TrendAnswer } from '../answer.ts'
import { currentOf, type KnownFigure } from '../history.ts'
import { variationOf, type Variation } from '../rules/variation.ts'
import { groupLicence, groupWords } from './group-words.ts'
import { inPeriod, statementOf } from './statement.ts'
import { capitalised, figureInParts, rankWords, reasonWords, scaleOf, shortFigure, statusWords } from './wording.ts'

/** The authority's own row of a comparison; undefined when it was not in the group then. */
export function ownRow(answer: ComparisonAnswer): ComparisonRowAnswer | undefined {
  return answer.authorities.find(({ code }) => code === answer.authority?.code)
}

/** The figure and where it stands, for the top of the page. */
export function answerInShort(answer: ComparisonAnswer, history: readonly KnownFigure[], moment: Date | undefined) {
  const { measure, period, authority } = answer
  const row = ownRow(answer)
  const current = currentOf(history, period.label, moment)
  const value = row ? row.value : (current?.value ?? null)
  const corrected = history.some((one) => one.period === period.label && one !== current)
  const status = value === null || (row ?? current)?.status === 'published' ? '' : ` ${capitalised(statusWords((row ?? current)?.status ?? ''))}.`
  const since = current ? ` Known here since ${formatDate(current.known_from)}${corrected ? '; it was different before, see below' : ''}.` : ''
  const parts = value === null ? null : figureInParts(measure, value)
  return {
    figure: parts?.figure ?? null,
    absence: value === null ? reasonWords((row ?? current)?.reason ?? null) : null,
    text: [parts?.unit ?? '', row ? `${inPeriod(period.label)}${value === null ? '' : `: ${row.position}`}.` : `${inPeriod(period.label)}. ${authority?.known_name ?? 'It'} is not one of ${groupWords(answer)}.`].join(' ').trim(),
    known: `Compared within ${groupWords(answer, 'signed')}.${groupLicence(answer)}${status}${since}`,
  }
}

/** What a reader should know, less what the statement and the tags on the page say already. */
export function notesOn(answer: ComparisonAnswer, series: TrendAnswer): string[] {
  return [...laterAbsence(answer, series), ...answer.caveats.filter((caveat) => !/fictional|As known here/.test(caveat))]
}

/** A page without a chosen period shows the latest figure; that there is none since must not go unsaid. */
function laterAbsence({ period }: ComparisonAnswer, { points }: TrendAnswer): string[] {
  const later = points.slice(points.findIndex(({ label }) => label === period.label) + 1)
  if (period.asked || later.length === 0 || later.some(({ value }) => value !== null)) return []
  const [first, ...others] = later.map(({ label, reason }) => `${label} it has none: ${reasonWords(reason)}`)
  return [`This is its latest figure. For ${[first, ...others].join('; for ')}.`]
}

/** Headings for numerators and denominators; null where this authority has neither in any period. */
export function partNames({ numerator_name, denominator_name }: PartNames, history: readonly KnownFigure[]) {
  if (!history.some(({ numerator, denominator }) => numerator !== null || denominator !== null)) return null
  return { numerator: numerator_name ?? 'Numerator', denominator: denominator_name ?? 'Denominator' }
}

interface PartNames {
  numerator_name: string | null
  denominator_name: string | null
}

/** The statement for a report, as one paragraph. Null when the authority was not in the group then. */
export function statementFor(answer: ComparisonAnswer, series: TrendAnswer, knownAt: string | null): string[] | null {
  const row = ownRow(answer)
  if (!row) return null
  const point = series.points.find(({ label }) => label === answer.period.label)
  const breakBefore = series.breaks.findLast(({ starts }) => starts <= answer.period.starts)
  return statementOf({
    authority: row.known_name,
    measure: answer.measure,
    period: answer.period.label,
    group: { ...answer.group, title: groupWords(answer, 'signed') },
    row,
    shared: isShared(answer, row.rank),
    variation: variationAt(series, answer.period.label),
    breakNote: point && breakBefore && isFirstAfter(series, point.label, breakBefore.starts) ? breakBefore.note : null,
    knownAt,
  })
}

const isShared = ({ authorities }: ComparisonAnswer, rank: number | null) =>
  rank !== null && authorities.filter((row) => row.rank === rank).length > 1

/** Whether no earlier period of the series stands on this side of the break. */
function isFirstAfter({ points }: TrendAnswer, label: string, starts: string): boolean {
  return points.find((point) => point.starts >= starts && point.value !== null)?.label === label
}

/** Whether the change into a period stands out from the earlier ones since the last break. */
function variationAt({ points }: TrendAnswer, label: string): Variation | null {
  const end = points.findIndex((point) => point.label === label)
  const before = points.slice(0, end + 1)
  const start = Math.max(0, before.findLastIndex((point) => point.after_break))
  return variationOf(before.slice(start).flatMap(({ value }) => value ?? []))
}

/** The series as the chart takes it: periods without a figure are gaps that say why, breaks say what changed. */
export function trendChart(id: string, series: TrendAnswer) {
  const { measure, authority, points, breaks } = series
  const noteFor = (starts: string) => breaks.findLast((one) => one.starts <= starts)?.note ?? 'figures before are not comparable'
  return trend({
    id,
    title: measure.title,
    authority: authority.known_name,
    group: groupWords(series),
    scale: scaleOf(measure),
    points: points.map((point): TrendPoint => ({
      period: point.label,
      value: point.value,
      absence: point.value === null ? reasonWords(point.reason) : null,
      provisional: point.status === 'provisional',
      median: point.median,
      lower: point.quartile_lower,
      upper: point.quartile_upper,
      breakNote: point.after_break ? noteFor(point.starts) : null,
    })),
  })
}

/** One period of the table, finished. */
export interface PeriodLine {
  period: string
  /** The id of the row, for links to it. */
  anchor: string
  isChosen: boolean
  figure: string | null
  absence: string | null
  status: string
  isUnsettled: boolean
  numerator: string
  denominator: string
  rank: string
  median: string
  /** What a break before this period means; null where none is. */
  breakNote: string | null
  /** "was 30.9 until 3 Mar 2024", oldest first. */
  revisions: string[]
  /** "Revised once" or "Revised 2 times"; null when the figure never changed. */
  revised: string | null
}

/** "Revised once", or "Settled" where only a provisional figure became final. */
function revisedWords(known: readonly KnownFigure[], revisions: readonly string[]): string | null {
  if (revisions.length === 0) return null
  const changes = known.slice(1).filter((one, before) => one.value !== known[before]!.value).length
  if (changes === 0) return 'Settled'
  return changes === 1 ? 'Revised once' : `Revised ${changes} times`
}

/** The series period by period, the latest first, each with what it was before it was corrected. */
export function periodLines(series: TrendAnswer, history: readonly KnownFigure[], chosen: string, moment: Date | undefined): PeriodLine[] {
  const { measure, points, breaks } = series
  const byPeriod = Map.groupBy(history, ({ period }) => period)
  return points.toReversed().map((point) => {
    const revisions = revisionWords(byPeriod.get(point.label) ?? [], series, moment)
    const current = currentOf(history, point.label, moment)
    return {
      period: point.label,
      anchor: `period-${point.label.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`,
      isChosen: point.label === chosen,
      figure: point.value === null ? null : shortFigure(measure, point.value),
      absence: point.value === null ? reasonWords(point.reason) : null,
      status: point.value === null ? 'no figure' : statusWords(point.status),
      isUnsettled: point.status === 'provisional' || point.status === 'estimated' || point.status === 'low',
      numerator: part(current?.numerator ?? null),
      denominator: part(current?.denominator ?? null),
      rank: measure.polarity === 'none' ? 'not ranked' : point.rank === null ? '–' : rankWords(point.rank, point.compared, false),
      median: point.median === null ? '–' : shortFigure(measure, point.median),
      breakNote: point.after_break ? (breaks.findLast((one) => one.starts <= point.starts)?.note.replace(/\.$/, '') ?? null) : null,
      revisions,
      revised: revisedWords(byPeriod.get(point.label) ?? [], revisions),
    }
  })
}

/** Numerators and denominators as published: as many decimals as they have. */
function part(figure: number | null): string {
  return figure === null ? '–' : formatFigure(figure)
}

/** What was said earlier and until when, leaving out what was repeated unchanged. */
function revisionWords(known: readonly KnownFigure[], { measure }: TrendAnswer, moment: Date | undefined): string[] {
  const isOver = ({ known_to }: KnownFigure) => known_to !== null && (moment === undefined || known_to <= moment)
  return known.filter(isOver).map((one) => {
    const figure = one.value === null ? `no figure (${reasonWords(one.reason)})` : shortFigure(measure, one.value)
    const status = one.value !== null && one.status !== 'published' ? ` (${statusWords(one.status)})` : ''
    return `was ${figure}${status} until ${formatDate(one.known_to!)}`
  })
}

/** Where the figure of a period came from. Null when nothing is known for it. Who brought it in is not for the public to read. */
export function provenanceOf(history: readonly KnownFigure[], period: string, moment: Date | undefined, isSignedIn: boolean) {
  const current = currentOf(history, period, moment)
  if (!current) return null
  const stated = statedMoment({ made_at: current.brought_in, known_from: current.stated })
  const line = current.line === null ? '' : `, line ${formatCount(current.line)}`
  return {
    items: [
      { term: 'File', text: `${current.file_name}${line}` },
      { term: 'Read by the recipe', text: current.recipe_name },
      { term: 'Brought in', text: `${formatMoment(current.brought_in)}${isSignedIn ? ` by ${current.made_by}` : ''}${stated ? `; known here from ${formatMoment(stated)}, as stated then` : ''}` },
      { term: 'Import', text: `Import ${current.import}`, href: `/imports/${current.import}` },
      ...(current.restored
        ? [{ term: 'Note', text: `It came back on ${formatDate(current.known_from)}, when a later import was withdrawn.` }]
        : []),
    ],
  }
}
