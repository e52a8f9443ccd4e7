import { COLOURS, image, px } from './chart.ts'
import type { Chart, Scale } from './chart.ts'

interface SparklineOptions {
  /** Unique on the page. */
  id: string
  title: string
  /** Oldest first; every period of the series, with null where there is no figure. */
  points: readonly { period: string; value: number | null; breakBefore?: boolean }[]
  scale: Pick<Scale, 'format'>
}

const SIZE = { width: 120, height: 28, className: 'chart--sparkline' }
const INSET = 4

/** The shape of a series, small enough for a table cell: absent periods and breaks in series are gaps, the last figure is a dot. */
export function sparkline({ id, title, points, scale }: SparklineOptions): Chart {
  const summary = inWords(points, scale)
  const values = points.flatMap(({ value }) => (value === null ? [] : [value]))
  return { svg: image(id, { title, summary }, SIZE, values.length === 0 ? '' : drawn(points, values)), summary }
}

function drawn(points: SparklineOptions['points'], values: number[]): string {
  const low = Math.min(...values)
  const range = Math.max(...values) - low
  const x = (i: number) =>
    px(points.length === 1 ? SIZE.width / 2 : INSET + (i / (points.length - 1)) * (SIZE.width - 2 * INSET))
  const y = (value: number) =>
    px(range === 0 ? SIZE.height / 2 : SIZE.height - INSET - ((value - low) / range) * (SIZE.height - 2 * INSET))
  let path = ''
  let last = ''
  let joined = false
  for (const [i, { value, breakBefore }] of points.entries()) {
    if (value === null) {
      joined = false
      continue
    }
    // A figure alone between two gaps is a dash of no length, which a round cap makes a point.
    path += joined && breakBefore !== true ? `L${x(i)} ${y(value)}` : `M${x(i)} ${y(value)}h0`
    last = `<circle cx="${x(i)}" cy="${y(value)}" r="3" fill="${COLOURS.authority}"/>`
    joined = true
  }
  return `<path d="${path}" fill="none" stroke="${COLOURS.authority}" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>${last}`
}

function inWords(points: SparklineOptions['points'], { format }: Pick<Scale, 'format'>): string {
  const there = points.flatMap(({ period, value }) => (value === null ? [] : [{ period, text: format(value) }]))
  const first = there[0]
  const last = there.at(-1)
  if (first === undefined || last === undefined) return 'No figures.'
  if (there.length === 1) return `One figure: ${last.text} in ${last.period}.`
  return `${first.text} in ${first.period}, ${last.text} in ${last.period}; ${there.length} figures of ${points.length} periods.`
}
