import { countOf, formatCount, formatDifference, type FigureFormat } from '#kernel/figures/index.ts'
import type { ProfileRowAnswer } from '#slices/benchmarking/index.ts'
import type { Tally } from './rules.ts'

/** The sentences of a profile. */

interface GroupNamed {
  address: string
  title: string
  /** Authorities in it, this one included. */
  members: number
}

/** A group as it stands in a sentence about one authority: "its 15 nearest neighbours". */
export function groupInWords({ address, title, members }: GroupNamed): string {
  if (address.startsWith('neighbours:')) return `its ${formatCount(members - 1)} nearest neighbours`
  if (address.startsWith('family:') || address.startsWith('list:')) return `the group “${title}”`
  return title.slice(0, 1).toLowerCase() + title.slice(1)
}

/** The answer first: on how many of its measures an authority stands at either end of its group. */
export function openingSentence(name: string, group: string, tally: Tally, { isPast, inGroup }: { isPast: boolean; inGroup: boolean }): string {
  if (tally.measures === 0) return `There are no figures for ${name}${isPast ? ' as known then' : ' yet'}.`
  const measures = countOf(tally.measures, 'measure')
  if (!inGroup) return `${name} is not one of ${group}. Its ${measures} are shown beside that group and not ranked in it.`
  if (tally.measures === tally.absent + tally.notCompared) return `${name} cannot be compared with ${group} on any of ${measures}${leftOver(tally)}.`
  const when = isPast ? `In the figures known then ${name} was` : `In the latest figures ${name} is`
  return `${when} in the best quarter of ${group} on ${formatCount(tally.best)} of ${measures} and in the lowest quarter on ${formatCount(tally.lowest)}${leftOver(tally)}.`
}

/** What the two counts leave out. A number never follows a full stop, where it would read as part of the number before. */
function leftOver({ absent, notCompared }: Tally): string {
  const parts = [
    ...(absent > 0 ? [`${formatCount(absent)} ${absent === 1 ? 'has' : 'have'} no figure`] : []),
    ...(notCompared > 0 ? [`${formatCount(notCompared)} ${notCompared === 1 ? 'is' : 'are'} not compared`] : []),
  ]
  return parts.length === 0 ? '' : `; ${parts.join(' and ')}`
}

export interface ChangeInWords {
  /** ▲ when the figure rose, ▼ when it fell, empty when neither: which of them is better is in the text. */
  arrow: string
  text: string
  /** The period it is compared with; empty where there is none. */
  since: string
}

const nothing = { arrow: '', text: '', since: '' }

/** How a figure moved since the last comparable one: "up 4.1 days: worse". Better and worse only where the measure has a better direction. */
export function changeInWords(
  row: Pick<ProfileRowAnswer, 'value' | 'previous_value' | 'previous_period' | 'direction'>,
  format: FigureFormat,
): ChangeInWords {
  if (row.value === null) return nothing
  if (row.previous_value === null || row.previous_period === null) return { ...nothing, text: 'nothing earlier to compare' }
  const since = `since ${row.previous_period}`
  const difference = row.value - row.previous_value
  if (difference === 0) return { arrow: '', text: 'no change', since }
  // Beside a figure shown with %, points can only be percentage points.
  const size = formatDifference(difference, format, 'unsigned').replace('percentage points', 'points')
  if (!/[1-9]/.test(size)) return { arrow: '', text: 'hardly any change', since }
  const meaning = row.direction === 'better' || row.direction === 'worse' ? `: ${row.direction}` : ''
  return { arrow: difference > 0 ? '▲' : '▼', text: `${difference > 0 ? 'up' : 'down'} ${size}${meaning}`, since }
}

const dimensions: Record<string, string> = {
  economy: 'Economy', efficiency: 'Efficiency', effectiveness: 'Effectiveness', quality: 'Quality', 'fair-access': 'Fair access', context: 'Context',
}

export const dimensionInWords = (dimension: string): string => dimensions[dimension] ?? dimension
