import * as Plot from '@observablehq/plot'
import { atBothWidths, COLOURS, escaped, image, px, shortened } from './chart.ts'
import type { Chart, Size } from './chart.ts'
import { FONT_SIZE, plotted } from './plot.ts'
import type { TrendOptions, TrendPoint } from './trend-series.ts'
import { trendInWords } from './trend-words.ts'

/**
 * The authority's series as a line with dots, the last figure labelled, the group's middle half as a band and its median as a
 * dashed line. A period without a figure is a gap; a break in series is a gap with a dotted line; provisional dots are hollow.
 */
export function trend(options: TrendOptions): Chart {
  const summary = trendInWords(options)
  const names = { title: `${options.title}: ${options.authority}`, summary }
  const svg = atBothWidths((size) => image(`${options.id}-${size.width}`, names, size, drawn(options, size)))
  return { svg, summary }
}

/** Letters of a word that stands on the axis. */
const longestWord = { wide: 22, narrow: 14 }

/** A point on the axes: `at` counts periods, `stretch` counts breaks, so that nothing is joined across one. */
interface Placed {
  at: number
  stretch: number
  run: number
  value: number | null
  median: number | null
  lower: number | null
  upper: number | null
  provisional: boolean
}

function placed({ points, scale }: TrendOptions): Placed[] {
  let stretch = 0
  let run = 0
  const scaled = (figure: number | null) => (figure === null ? null : figure * scale.factor)
  return points.map((point, at) => {
    if (point.breakNote) stretch += 1
    if (point.breakNote || point.value === null) run += 1
    return {
      at,
      stretch,
      run,
      value: scaled(point.value),
      median: scaled(point.median),
      lower: scaled(point.lower),
      upper: scaled(point.upper),
      provisional: point.provisional === true,
    }
  })
}

function drawn(options: TrendOptions, size: Size): string {
  const points = placed(options)
  const there = points.filter((point) => point.value !== null)
  const last = there.at(-1)
  const label = last ? options.scale.format(options.points[last.at]!.value!) : ''
  const key = keyOf(points, size)
  const { words } = options.scale
  const room = size.width > 500 ? longestWord.wide : longestWord.narrow
  const from = words ? null : axisStart(points)
  const inside = plotted({
    width: size.width,
    height: size.height,
    marginLeft: words ? 20 + 7.5 * Math.max(...words.map((word) => Math.min(word.length, room))) : 50,
    // Room for the label of the last figure; a bold character is at most nine pixels wide.
    marginRight: Math.min(140, 16 + label.length * 9),
    marginTop: key.height + (breaksIn(points).length > 0 ? 42 : 28),
    marginBottom: 34,
    x: {
      domain: [-0.25, Math.max(points.length - 0.75, 0.75)],
      label: null,
      ticks: periodTicks(options.points, size),
      tickFormat: (at: number) => shortPeriod(options.points[at]!.period),
      tickSize: 4,
    },
    y: words
      ? { label: null, grid: true, tickSize: 0, domain: [0.7, words.length + 0.3], ticks: words.map((_, index) => index + 1), tickFormat: (at: number) => shortened(words[at - 1] ?? '', room) }
      : { label: null, grid: true, ticks: 5, nice: true, tickSize: 0, ...(from === null ? {} : { domain: from }) },
    marks: marksOf(points, label, from),
  })
  const nothing = there.length === 0 ? text(size.width / 2, size.height / 2, 'No figures', 'middle') : ''
  const title = from === null || from[0] <= 0 ? options.scale.unit : `${options.scale.unit} (axis does not start at 0)`
  return key.svg + text(0, key.height + 14, title, 'start') + inside + nothing
}

/** Band, break lines, median, the authority's line and dots and its last label, the later over the earlier. */
function marksOf(points: Placed[], label: string, from: [number, number] | null): Plot.Markish[] {
  const there = points.filter((point) => point.value !== null)
  const breaks = breaksIn(points)
  return [
    Plot.areaY(points, { x: 'at', y1: 'lower', y2: 'upper', z: 'stretch', fill: COLOURS.band, curve: 'linear' }),
    Plot.ruleY(from !== null && from[0] === 0 ? [0] : [], { stroke: COLOURS.other }),
    Plot.ruleX(breaks, { x: (point: Placed) => point.at - 0.5, stroke: COLOURS.group, strokeDasharray: '1 4' }),
    Plot.text(breaks, {
      x: (point: Placed) => point.at - 0.5,
      frameAnchor: 'top',
      dy: -12,
      text: () => 'break',
      fontStyle: 'italic',
      fill: COLOURS.group,
    }),
    Plot.lineY(points, {
      x: 'at',
      y: 'median',
      z: 'stretch',
      stroke: COLOURS.group,
      strokeWidth: 1.25,
      strokeDasharray: '5 3',
    }),
    Plot.lineY(there, { x: 'at', y: 'value', z: 'run', stroke: COLOURS.authority, strokeWidth: 2 }),
    Plot.dot(there, {
      x: 'at',
      y: 'value',
      r: there.length > 30 ? 2.5 : 3.5,
      fill: (point: Placed) => (point.provisional ? '#ffffff' : COLOURS.authority),
      stroke: COLOURS.authority,
      strokeWidth: 1.75,
    }),
    Plot.text(there.slice(-1), {
      x: 'at',
      y: 'value',
      dx: 9,
      text: () => label,
      textAnchor: 'start',
      fontSize: 14,
      fontWeight: 700,
      fill: COLOURS.authority,
      stroke: '#ffffff',
      strokeWidth: 4,
    }),
  ]
}

function breaksIn(points: Placed[]): Placed[] {
  return points.filter((point, i) => i > 0 && point.stretch !== points[i - 1]!.stretch)
}

/**
 * The axis starts at 0 unless that would squeeze the series into a strip: when the least figure is more than half the
 * greatest it starts nearer, and the axis says so. Null when there is nothing to draw.
 */
function axisStart(points: Placed[]): [number, number] | null {
  const figures = points.flatMap(({ value, median, lower, upper }) =>
    [value, median, lower, upper].filter((figure) => figure !== null),
  )
  if (figures.length === 0) return null
  const [low, high] = [Math.min(...figures), Math.max(...figures)]
  if (low === high) return low === 0 ? [0, 1] : [Math.min(0, low), Math.max(0, high)]
  if (low >= 0 && low <= high / 2) return [0, high]
  if (high <= 0 && high >= low / 2) return [low, 0]
  return [Math.min(low, high - LEAST_SPAN * Math.abs(high)), high]
}

/** The axis spans at least a tenth of the greatest figure, so that a small change does not look like a large one. */
const LEAST_SPAN = 0.1

/** At most as many labels as there is room for, evenly spaced back from the latest period, which is always labelled. */
function periodTicks(points: readonly TrendPoint[], size: Size): number[] {
  const longest = Math.max(1, ...points.map(({ period }) => shortPeriod(period).length))
  const room = Math.max(2, Math.floor((size.width - 140) / (longest * 7 + 14)))
  const step = Math.ceil(points.length / room)
  return points.map((_, at) => at).filter((at) => (points.length - 1 - at) % step === 0)
}

/** A label short enough for an axis: words of the kind of year are in the table, and long survey dates keep their end. */
function shortPeriod(period: string): string {
  return period.replace(/^academic year /, '').replace(/^.* to (?=\d)/, 'to ')
}

/** What the marks mean, in words of fixed length: names belong to the page's text, where they can wrap. */
function keyOf(points: Placed[], size: Size): { svg: string; height: number } {
  const entries: [sign: string, words: string][] = [
    [
      `<path d="M0 0h22" stroke="${COLOURS.authority}" stroke-width="2"/><circle cx="11" r="3.5" fill="${COLOURS.authority}"/>`,
      'this authority',
    ],
  ]
  if (points.some(({ provisional, value }) => provisional && value !== null))
    entries.push([
      `<circle cx="11" r="3.5" fill="#fff" stroke="${COLOURS.authority}" stroke-width="1.75"/>`,
      'provisional',
    ])
  if (points.some(({ median }) => median !== null))
    entries.push([
      `<path d="M0 0h22" stroke="${COLOURS.group}" stroke-width="1.25" stroke-dasharray="5 3"/>`,
      'group median',
    ])
  if (points.some(({ lower, upper }) => lower !== null && upper !== null))
    entries.push([`<rect y="-6" width="22" height="12" fill="${COLOURS.band}"/>`, 'group’s middle half'])
  let x = 0
  let y = 10
  const parts = entries.map(([sign, words]) => {
    const width = 28 + words.length * 7.5 + 16
    if (x > 0 && x + width > size.width) [x, y] = [0, y + 20]
    const part = `<g transform="translate(${px(x)} ${y})">${sign}${text(28, 4.5, words, 'start')}</g>`
    x += width
    return part
  })
  return { svg: parts.join(''), height: y + 14 }
}

function text(x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${px(x)}" y="${px(y)}" font-size="${FONT_SIZE}" text-anchor="${anchor}" fill="${COLOURS.group}">${escaped(words)}</text>`
}
