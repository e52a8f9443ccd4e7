import { distribution, dotStrip, type Chart } from '#kernel/charts/index.ts'
import type { ComparisonAnswer } from '../answer.ts'
import { spineOf, placeOnSpine } from '../rules/spine.ts'
import { scaleOf, shortFigure, wholeFigure } from './wording.ts'

/** A chart with nothing to draw is not drawn: the page says so in words. */
export type Drawing = Chart | null

/** Everyone in the group as dots on a line on which further right is better, one of them pointed out. */
export function groupStrip(id: string, answer: ComparisonAnswer, highlighted: string | null): Drawing {
  const { measure, authorities, group } = answer
  const spine = spineOf({ rows: authorities }, measure)
  if (spine === null || group.median === null) return null
  const withFigure = authorities.filter((row) => row.value !== null)
  const dots = withFigure.map((row) => ({
    name: row.known_name,
    figure: shortFigure(measure, row.value!),
    at: placeOnSpine(row.value, measure)!,
    highlighted: row.code === highlighted,
  }))
  return dotStrip({
    id,
    title: `${measure.title}, ${answer.period.label}: every authority of the group`,
    spine,
    dots,
    labels: endsOf(answer),
    better: measure.polarity !== 'none',
    summary: stripSummary(answer, highlighted),
  })
}

/** The figures at the ends and in the middle of the line, as published and not as placed. */
function endsOf({ measure, authorities, group }: ComparisonAnswer) {
  const values = authorities.flatMap(({ value }) => value ?? [])
  const ordered = values.toSorted((a, b) => placeOnSpine(a, measure)! - placeOnSpine(b, measure)!)
  const [worst, best] = [ordered[0]!, ordered.at(-1)!]
  return { worst: shortFigure(measure, worst), median: shortFigure(measure, group.median!), best: shortFigure(measure, best) }
}

/** What the strip shows, for those who do not see it. */
function stripSummary({ measure, authorities, group, period }: ComparisonAnswer, highlighted: string | null): string {
  const row = authorities.find(({ code }) => code === highlighted)
  const own = !row
    ? ''
    : row.value === null
      ? ` ${row.known_name} has ${row.position}.`
      : ` ${row.known_name}: ${wholeFigure(measure, row.value)}, ${row.position}.`
  const half =
    group.quartile_lower === null || group.quartile_upper === null
      ? ''
      : ` The shaded middle half lies between ${shortFigure(measure, group.quartile_lower)} and ${shortFigure(measure, group.quartile_upper)}.`
  const way = measure.polarity === 'none' ? 'Further right is more.' : 'Further right is better.'
  return `Each dot is one of ${group.compared} authorities in ${period.label}, from ${shortFigure(measure, group.minimum!)} to ${shortFigure(measure, group.maximum!)}; the median is ${shortFigure(measure, group.median!)}.${half} ${way}${own}`
}

/** How many authorities have figures in each range. */
export function groupDistribution(id: string, answer: ComparisonAnswer, highlighted: string | null): Drawing {
  const { measure, authorities, group, period } = answer
  const values = authorities.flatMap(({ value }) => value ?? [])
  if (values.length === 0) return null
  const own = authorities.find(({ code }) => code === highlighted)
  return distribution({
    id,
    title: `${measure.title}, ${period.label}: how many authorities have which figures`,
    scale: scaleOf(measure),
    values,
    median: group.median,
    own: own && own.value !== null ? { name: own.known_name, value: own.value } : null,
  })
}
