import { listed } from './chart.ts'
import type { Scale } from './chart.ts'
import type { TrendOptions, TrendPoint } from './trend-series.ts'

/** The latest figure and the one before, the range, the group, what is missing and why, and breaks in series. */
export function trendInWords({ authority, group, scale, points }: TrendOptions): string {
  const there = points.filter((point) => point.value !== null)
  const [last, before] = [there.at(-1), there.at(-2)]
  if (last === undefined) return `${authority} has no figures.`
  return [
    latest(authority, last, scale),
    before && `It was ${scale.format(before.value!)} in ${before.period}.`,
    extremes(there, scale),
    group !== null && comparedWith(group, last, scale),
    absences(points),
    ...points
      .filter(({ breakNote }) => breakNote)
      .map(({ period, breakNote }) => `Break in series before ${period}: ${breakNote!.replace(/\.$/, '')}.`),
  ]
    .filter((sentence) => typeof sentence === 'string' && sentence !== '')
    .join(' ')
}

function latest(authority: string, { value, period, provisional }: TrendPoint, scale: Scale): string {
  return `${authority}: ${scale.format(value!)} in ${period}${provisional ? ' (provisional)' : ''}.`
}

function extremes(there: TrendPoint[], scale: Scale): string {
  if (there.length < 3) return ''
  const ordered = there.toSorted((a, b) => a.value! - b.value!)
  const [low, high] = [ordered[0]!, ordered.at(-1)!]
  if (low.value === high.value) return `All ${there.length} figures are the same.`
  return `Over ${there.length} periods it ranged from ${scale.format(low.value!)} (${low.period}) to ${scale.format(high.value!)} (${high.period}).`
}

function comparedWith(group: string, { median, lower, upper, period }: TrendPoint, { format }: Scale): string {
  if (median === null) return `There is no median of ${group} for ${period}.`
  const half =
    lower === null || upper === null ? '' : `, and the middle half lies between ${format(lower)} and ${format(upper)}`
  return `The median of ${group} in ${period} is ${format(median)}${half}.`
}

function absences(points: readonly TrendPoint[]): string {
  const absent = points.filter(({ value }) => value === null)
  if (absent.length === 0) return ''
  return `No figure for ${listed(absent.map(({ period, absence }) => (absence ? `${period} (${absence})` : period)))}.`
}
