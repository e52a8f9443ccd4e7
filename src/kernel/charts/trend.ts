import { axes, FONT_SIZE, linear, onAxis, roundTicks, text, widened, type Margins, type Tick } from './axis.ts'
import { atBothWidths, COLOURS, escaped, image, px, shortened } from './chart.ts'
import type { Chart, Size } from './chart.ts'
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
  const ends: readonly [number, number] = words ? [0.7, words.length + 0.3] : from === null ? [0, 1] : widened(from)
  const across: Tick[] = words ? words.map((word, index) => ({ at: index + 1, label: shortened(word, room) })) : from === null ? [] : roundTicks(ends[0], ends[1], 5)
  const margins: Margins = {
    left: Math.max(words ? 20 : 50, 20 + 7.5 * Math.max(...across.map(({ label: beside }) => beside.length))),
    // Room for the label of the last figure; a bold character is at most nine pixels wide.
    right: Math.min(140, 16 + label.length * 9),
    top: key.height + (breaksIn(points).length > 0 ? 42 : 28),
    bottom: 34,
  }
  const x = linear([-0.25, Math.max(points.length - 0.75, 0.75)], [margins.left, size.width - margins.right])
  const y = linear(ends, [size.height - margins.bottom, margins.top])
  const below = periodTicks(options.points, size).map((at) => ({ at, label: shortPeriod(options.points[at]!.period) }))
  const nothing = there.length === 0 ? text(size.width / 2, size.height / 2, 'No figures', 'middle') : ''
  const title = from === null || from[0] <= 0 ? options.scale.unit : `${options.scale.unit} (axis does not start at 0)`
  return [
    key.svg, text(0, key.height + 14, title, 'start'),
    axes(size, margins, { across: onAxis(across, y), below: onAxis(below, x) }),
    from?.[0] === 0 ? `<path d="M${px(margins.left)} ${px(y(0))}H${px(size.width - margins.right)}" stroke="${COLOURS.other}"/>` : '',
    marksOf(points, label, { x, y, top: margins.top, floor: size.height - margins.bottom }),
    nothing,
  ].join('')
}

interface Places {
  x: (at: number) => number
  y: (figure: number) => number
  top: number
  floor: number
}

/** Band, break lines, median, the authority's line and dots and its last label, the later over the earlier. */
function marksOf(points: readonly Placed[], label: string, { x, y, top, floor }: Places): string {
  const there = points.filter((point) => point.value !== null)
  const radius = there.length > 30 ? 2.5 : 3.5
  const stretches = [...Map.groupBy(points, ({ stretch }) => stretch).values()]
  const line = (of: readonly (readonly Placed[])[], figure: (point: Placed) => number | null, stroke: string) => {
    const path = of.flatMap((run) => pathsThrough(run, (point) => (figure(point) === null ? null : `${px(x(point.at))} ${px(y(figure(point)!))}`)))
    return path.length === 0 ? '' : `<path d="${path.join('')}" fill="none" stroke-linejoin="round" stroke-linecap="round" ${stroke}/>`
  }
  const last = there.at(-1)
  return [
    ...stretches.flatMap((stretch) => bandsOf(stretch, { x, y })),
    ...breaksIn(points).map(({ at }) => {
      const place = px(x(at - 0.5))
      return `<path d="M${place} ${px(top)}V${px(floor)}" stroke="${COLOURS.group}" stroke-dasharray="1 4"/>` +
        `<text x="${place}" y="${px(top - 12)}" dy=".71em" font-size="${FONT_SIZE}" font-style="italic" text-anchor="middle" fill="${COLOURS.group}">break</text>`
    }),
    line(stretches, ({ median }) => median, `stroke="${COLOURS.group}" stroke-width="1.25" stroke-dasharray="5 3"`),
    line([...Map.groupBy(there, ({ run }) => run).values()], ({ value }) => value, `stroke="${COLOURS.authority}" stroke-width="2"`),
    `<g stroke="${COLOURS.authority}" stroke-width="1.75">`,
    ...there.map(({ at, value, provisional }) => `<circle cx="${px(x(at))}" cy="${px(y(value!))}" r="${radius}" fill="${provisional ? '#ffffff' : COLOURS.authority}"/>`),
    '</g>',
    last
      ? `<text x="${px(x(last.at) + 9)}" y="${px(y(last.value!))}" dy=".32em" font-size="14" font-weight="700" fill="${COLOURS.authority}" stroke="#ffffff" stroke-width="4" ` +
        `stroke-linejoin="round" paint-order="stroke" text-anchor="start">${escaped(label)}</text>`
      : '',
  ].join('')
}

/** Lines through neighbouring points, broken where one has no place. One alone is a dash of no length, which a round cap makes a point. */
function pathsThrough(points: readonly Placed[], place: (point: Placed) => string | null): string[] {
  let isJoined = false
  return points.flatMap((point, i) => {
    const at = place(point)
    const [wasJoined, follows] = [isJoined, i + 1 < points.length && place(points[i + 1]!) !== null]
    isJoined = at !== null
    if (at === null) return []
    return wasJoined ? `L${at}` : `M${at}${follows ? '' : 'h0'}`
  })
}

/** The middle half of the group, over neighbouring periods that have one. */
function bandsOf(stretch: readonly Placed[], { x, y }: Pick<Places, 'x' | 'y'>): string[] {
  const runs: Placed[][] = []
  for (const [i, point] of stretch.entries()) {
    if (point.lower === null || point.upper === null) continue
    const before = stretch[i - 1]
    if (before && before.lower !== null && before.upper !== null) runs.at(-1)!.push(point)
    else runs.push([point])
  }
  return runs.map((run) => {
    const edge = [...run.map(({ at, upper }) => `${px(x(at))} ${px(y(upper!))}`), ...run.toReversed().map(({ at, lower }) => `${px(x(at))} ${px(y(lower!))}`)]
    return `<path d="M${edge.join('L')}Z" fill="${COLOURS.band}"/>`
  })
}

function breaksIn(points: readonly Placed[]): Placed[] {
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
