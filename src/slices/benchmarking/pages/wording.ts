import type { Scale } from '#kernel/charts/index.ts'
import { formatDifference, formatFigure } from '#kernel/figures/index.ts'
import type { MeasureAnswer } from '../answer.ts'
import { formatOf } from '../measure.ts'
import { directionOf } from '../rules/change.ts'

// How the figures of a measure are written. Everything a page says about a figure is put into words here.

/** What of a measure decides how its figures look and read. */
export type Look = Pick<
  MeasureAnswer,
  'unit' | 'prefix' | 'suffix' | 'scale' | 'display_factor' | 'decimals' | 'polarity' | 'midpoint' | 'change_as'
>

/** A figure as tables and charts show it: the unit that does not fit beside each number stands in the heading. */
export function shortFigure(look: Look, value: number): string {
  return formatFigure(value, formatOf(look))
}

/** A figure that stands alone in a sentence: "£740.00 per home", "4.4 per 1,000 households", "7.4 out of 10". */
export function wholeFigure(look: Look, value: number): string {
  const figure = shortFigure(look, value)
  if (look.scale) return figure
  const unit = look.unit.trim()
  const ofScore = /^score (out of .+)$/i.exec(unit)?.[1]
  if (ofScore) return `${figure} ${ofScore}`
  if (look.prefix.trim() !== '' && unit.startsWith(look.prefix.trim())) {
    const rest = unit.slice(look.prefix.trim().length).trim()
    return rest === '' ? figure : `${figure} ${rest}`
  }
  return look.suffix.trim() !== '' || look.prefix.trim() !== '' || unit === '' ? figure : `${figure} ${unit}`
}

/** The same in two parts, the number to be shown large and what follows it: "4.4", "per 1,000 households". */
export function figureInParts(look: Look, value: number): { figure: string; unit: string } {
  const figure = shortFigure(look, value)
  return { figure, unit: wholeFigure(look, value).slice(figure.length).trim() }
}

/** A difference between two figures without its sign, for "4.1 days more". */
export function differenceOf(look: Look, difference: number): string {
  return formatDifference(Math.abs(difference), formatOf(look), 'unsigned')
}

/** The axis of a chart. */
export function scaleOf(look: Look): Scale {
  const unit = look.unit.trim()
  return {
    unit: unit === '' ? 'Figure' : unit.slice(0, 1).toUpperCase() + unit.slice(1),
    factor: look.scale ? 1 : look.display_factor,
    ...(look.scale ? { words: look.scale } : {}),
    format: (value) => shortFigure(look, value),
  }
}

/** Which way is better, as the rest of "…is better". */
export function polarityWords(look: Look): string {
  switch (look.polarity) {
    case 'higher':
      return 'Higher is better'
    case 'lower':
      return 'Lower is better'
    case 'midpoint':
      return `Nearest to ${look.midpoint === null ? 'a midpoint' : wholeFigure(look, look.midpoint)} is best`
    case 'none':
      return 'No better direction: shown for context, never ranked'
  }
}

/**
 * An aim-adjusted change in words: "better by 4.1 days", "worse by 13.2%", "no change"; without a better direction "higher
 * by". Null, which means that there is nothing to compare with, is "no earlier figure to compare".
 */
export function changeWords(look: Look, change: number | null): string {
  const direction = directionOf(change, look.polarity)
  if (direction === null || change === null) return 'no earlier figure to compare'
  if (direction === 'same') return 'no change'
  const size = changeSize(look, change)
  return /^[^1-9]*$/.test(size) ? 'hardly any change' : `${direction} by ${size}`
}

/** The size of a change: in the measure's unit, or a percentage of the earlier figure. */
function changeSize(look: Look, change: number): string {
  if (look.change_as === 'difference') return differenceOf(look, change)
  return formatFigure(Math.abs(change), { displayFactor: 100, decimals: 1, suffix: '%' })
}

/** "1st", "2nd", "13th". */
export function ordinal(place: number): string {
  const teen = place % 100 >= 11 && place % 100 <= 13
  const ending = teen ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[place % 10] ?? 'th')
  return `${place}${ending}`
}

/** A rank as tables show it: "13th of 16", with "joint" where others share it. */
export function rankWords(rank: number | null, compared: number, shared: boolean): string {
  return rank === null ? 'not ranked' : `${shared ? 'joint ' : ''}${ordinal(rank)} of ${compared}`
}

const reasons: Record<string, string> = {
  missing: 'missing',
  suppressed: 'suppressed',
  'not-collected': 'not collected',
  'not-applicable': 'not applicable',
  'not-available': 'not available',
  unreliable: 'withheld as unreliable',
  'not-in-being': 'not in being then',
}

/** Why there is no figure, as a tag shows it. */
export function reasonWords(reason: string | null): string {
  return reasons[reason ?? 'missing'] ?? (reason ?? 'missing').replaceAll('-', ' ')
}

const statuses: Record<string, string> = {
  published: 'published',
  provisional: 'provisional',
  estimated: 'estimated',
  low: 'of low reliability',
  revised: 'revised',
  absent: 'no figure',
}

export function statusWords(status: string): string {
  return statuses[status] ?? status
}

const dimensions: Record<string, string> = {
  economy: 'Economy',
  efficiency: 'Efficiency',
  effectiveness: 'Effectiveness',
  quality: 'Quality',
  'fair-access': 'Fair access',
  context: 'Context',
}

export const dimensionChoices = Object.entries(dimensions).map(([value, text]) => ({ value, text }))

export function dimensionWords(dimension: string | null): string {
  return dimension === null ? 'not stated' : (dimensions[dimension] ?? dimension)
}

const periodKinds: Record<string, string> = {
  'financial-year': 'financial years (April to March)',
  'calendar-year': 'calendar years',
  'academic-year': 'academic years',
  'survey-year': 'survey years',
  'financial-quarter': 'quarters of the financial year',
  'calendar-quarter': 'quarters of the calendar year',
  month: 'months',
  day: 'single days',
  'multi-year': 'several years together',
}

export function periodKindWords(kind: string | null): string {
  return kind === null ? 'not stated' : (periodKinds[kind] ?? kind)
}

/** "a, b and c". */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`
}

export function capitalised(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}
