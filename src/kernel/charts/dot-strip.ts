import { atBothWidths, COLOURS, escaped, image, px, shortened } from './chart.ts'
import type { Chart, Size } from './chart.ts'
import { along } from './strip.ts'
import type { StripOptions } from './strip.ts'

interface DotStripOptions extends Omit<StripOptions, 'own'> {
  /** Everyone in the group with a figure; `at` is on the line's scale. At most one is highlighted. */
  dots: readonly { name: string; figure: string; at: number; highlighted: boolean }[]
  /** The ends and the median as text in the measure's unit. */
  labels: { worst: string; median: string; best: string }
  /** Whether further right is better; false says "more" instead. */
  better: boolean
}

const RADIUS = 4
/** Room for the label of the highlighted authority, above the dots. */
const HEAD = 26
/** Axis, its labels and the words for its direction, below. */
const FOOT = 44
/** The tallest column of dots; a taller one overlaps. */
const TALLEST = 160
/** Width of a bold character, and of a plain one, at the most. */
const BOLD = 9.4
const PLAIN = 7.6

/** The strip with a dot for every authority. Figures that would cover each other are stacked; names show when pointed at. */
export function dotStrip(options: DotStripOptions): Chart {
  const { id, title, summary } = options
  const dots = options.dots.map((dot) => ({ ...dot, title: escaped(`${dot.name}: ${dot.figure}`) }))
  const svg = atBothWidths((size) => {
    const { height, content } = drawn({ ...options, dots }, size.width)
    return image(`${id}-${size.width}`, { title, summary }, { ...size, height }, content)
  })
  return { svg, summary }
}

function drawn(
  { spine, dots, labels, better }: Omit<DotStripOptions, 'dots'> & { dots: readonly Titled[] },
  width: number,
): Pick<Size, 'height'> & { content: string } {
  if (spine === null) return { height: HEAD, content: '' }
  const x = along(spine.worst, spine.best, 2 * RADIUS, width - 2 * RADIUS)
  const { placed, tallest } = stacked(dots.map((dot) => ({ ...dot, x: Number(x(dot.at)) })))
  const step = Math.min(2 * RADIUS, TALLEST / Math.max(1, tallest))
  const floor = HEAD + Math.max(24, Math.ceil(step * tallest) + RADIUS)
  const height = (level: number) => floor - RADIUS - 1 - level * step
  const highlighted = placed.find((dot) => dot.highlighted)
  const content = [
    spine.middle ? middleBand(Number(x(spine.middle.from)), Number(x(spine.middle.to)), floor) : '',
    `<path d="M${x(spine.median)} ${HEAD - 4}V${floor + 5}" stroke="${COLOURS.group}" stroke-dasharray="4 3"/>`,
    `<path d="M0 ${floor}H${width}" stroke="${COLOURS.other}"/>`,
    `<g fill="#fff" stroke="${COLOURS.other}" stroke-width="1.25">${placed.map((dot) => circle(dot, height(dot.level))).join('')}</g>`,
    highlighted ? flag(highlighted, height(highlighted.level), width) : '',
    axisWords({ floor, width, median: Number(x(spine.median)) }, labels, better),
  ]
  return { height: floor + FOOT, content: content.join('') }
}

interface Dot {
  name: string
  figure: string
  highlighted: boolean
  /** What shows when the dot is pointed at, made safe. */
  title: string
  x: number
}

type Titled = Omit<Dot, 'x'> & { at: number }

/** Dots in the same column of one dot's width stand on each other; the highlighted one comes last, so that nothing hides it. */
function stacked(dots: Dot[]): { placed: (Dot & { level: number })[]; tallest: number } {
  const heights = new Map<number, number>()
  const ordered = dots.toSorted(
    (a, b) => Number(a.highlighted) - Number(b.highlighted) || a.x - b.x || (a.name < b.name ? -1 : 1),
  )
  const placed = ordered.map((dot) => {
    const column = Math.round(dot.x / (2 * RADIUS))
    const level = heights.get(column) ?? 0
    heights.set(column, level + 1)
    return { ...dot, x: column * 2 * RADIUS, level }
  })
  return { placed, tallest: Math.max(0, ...heights.values()) }
}

function circle({ title, highlighted, x }: Dot, y: number): string {
  const look = highlighted
    ? `r="${RADIUS + 2}" fill="${COLOURS.authority}" stroke="#fff" stroke-width="1.5"`
    : `r="${RADIUS - 0.5}"`
  return `<circle cx="${px(x)}" cy="${px(y)}" ${look}><title>${title}</title></circle>`
}

function middleBand(from: number, to: number, floor: number): string {
  return `<rect x="${px(from)}" y="${HEAD}" width="${px(Math.max(1, to - from))}" height="${floor - HEAD}" fill="${COLOURS.band}" fill-opacity="0.55"/>`
}

/** The highlighted authority's name and figure above its dot, as much as fits and kept inside the picture. */
function flag({ name, figure, x }: Dot, y: number, width: number): string {
  const words = `${shortened(name, Math.floor(width / BOLD) - figure.length - 1)} ${figure}`
  const half = (words.length * BOLD) / 2
  const middle = half * 2 >= width ? width / 2 : Math.min(Math.max(x, half), width - half)
  return (
    `<path d="M${px(x)} ${HEAD - 6}V${px(y)}" stroke="${COLOURS.authority}"/>` +
    `<text x="${px(middle)}" y="${HEAD - 11}" font-size="14" font-weight="700" text-anchor="middle" fill="${COLOURS.authority}">${escaped(words)}</text>`
  )
}

/** The ends and the median under the axis. The median moves to the second line when an end is too near. */
function axisWords(
  axis: { floor: number; width: number; median: number },
  labels: DotStripOptions['labels'],
  better: boolean,
): string {
  const [first, second] = [axis.floor + 18, axis.floor + 36]
  const median = `median ${labels.median}`
  const half = (median.length * PLAIN) / 2
  const crowded =
    axis.median - half < (labels.worst.length + 1) * PLAIN ||
    axis.median + half > axis.width - (labels.best.length + 1) * PLAIN
  const middle = Math.min(Math.max(axis.median, half), axis.width - half)
  const directionLeft = crowded && middle > axis.width / 2
  return [
    words(0, first, 'start', labels.worst),
    words(axis.width, first, 'end', labels.best),
    words(middle, crowded ? second : first, 'middle', median),
    words(directionLeft ? 0 : axis.width, second, directionLeft ? 'start' : 'end', better ? 'better →' : 'more →'),
  ].join('')
}

function words(x: number, y: number, anchor: string, text: string): string {
  return `<text x="${px(x)}" y="${px(y)}" font-size="13" text-anchor="${anchor}" fill="${COLOURS.group}">${escaped(text)}</text>`
}
