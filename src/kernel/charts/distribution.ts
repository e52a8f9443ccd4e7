import { axes, FONT_SIZE, linear, onAxis, roundTicks, text, type Margins } from './axis.ts'
import { atBothWidths, COLOURS, escaped, image, px, shortened } from './chart.ts'
import type { Chart, Scale, Size } from './chart.ts'

interface DistributionOptions {
  /** Unique on the page. */
  id: string
  /** Title of the measure and period. */
  title: string
  scale: Scale
  /** Everyone in the group with a figure, in the measure's stored unit. */
  values: readonly number[]
  median: number | null
  /** The authority to point out. */
  own?: { name: string; value: number } | null
}

/** How many authorities have figures in each range, with the median and one authority pointed out. Lower figures are left. */
export function distribution(options: DistributionOptions): Chart {
  const bins = binned(options)
  const summary = inWords(options, bins)
  const svg = atBothWidths((size) =>
    image(`${options.id}-${size.width}`, { title: options.title, summary }, size, drawn(options, bins, size)),
  )
  return { svg, summary }
}

/** A range of figures on the axis (after the scale's factor), its end counted only in the last. */
interface Bin {
  from: number
  to: number
  count: number
}

const MOST_BINS = 14

/** Ranges of a round width, about as many as the square root of the number of figures. */
function binned({ values, scale }: DistributionOptions): Bin[] {
  if (values.length === 0) return []
  if (scale.words) return scale.words.map((_, index) => ({ from: index + 0.5, to: index + 1.5, count: values.filter((value) => value === index + 1).length }))
  const figures = values.map((value) => value * scale.factor)
  const low = Math.min(...figures)
  const high = Math.max(...figures)
  const width = roundWidth(
    (high - low || Math.abs(high) || 1) / Math.min(MOST_BINS, Math.max(5, Math.ceil(Math.sqrt(values.length)))),
  )
  // Whole multiples of the width, so that edges are round numbers; a billionth forgives 0.3 ÷ 0.1 = 2.9999….
  const first = Math.floor(low / width + 1e-9)
  const number = Math.max(1, Math.ceil(high / width - 1e-9) - first)
  const edge = (i: number) => Number(((first + i) * width).toPrecision(12))
  const bins = Array.from({ length: number }, (_, i) => ({ from: edge(i), to: edge(i + 1), count: 0 }))
  for (const figure of figures)
    bins[Math.min(number - 1, Math.max(0, Math.floor(figure / width + 1e-9) - first))]!.count += 1
  return bins
}

/** 1, 2, 2.5 or 5 times a power of ten, as near as may be to the width asked: next wider would leave four bars of thirty figures. */
function roundWidth(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width))
  const off = (step: number) => Math.abs(Math.log((step * power) / width))
  return power * [1, 2, 2.5, 5, 10].reduce((best, step) => (off(step) < off(best) ? step : best))
}

const MARGINS: Margins = { left: 36, right: 16, top: 70, bottom: 52 }

function drawn({ scale, values, median, own }: DistributionOptions, bins: Bin[], size: Size): string {
  if (bins.length === 0) return text(size.width / 2, size.height / 2, 'No figures', 'middle')
  const isWide = size.width > 500
  const marks = [
    ...(median === null ? [] : [{ at: median * scale.factor, words: `median ${scale.format(median)}`, colour: COLOURS.group, dash: '5 3', line: 1 }]),
    ...(own
      ? [{ at: own.value * scale.factor, words: `${shortened(own.name, isWide ? 40 : 18)} ${scale.format(own.value)}`, colour: COLOURS.authority, dash: '0', line: 0 }]
      : []),
  ]
  const domain = [Math.min(bins[0]!.from, ...marks.map(({ at }) => at)), Math.max(bins.at(-1)!.to, ...marks.map(({ at }) => at))] as const
  const most = Math.max(...bins.map(({ count }) => count))
  const floor = size.height - MARGINS.bottom
  const x = linear(domain, [MARGINS.left, size.width - MARGINS.right])
  const y = linear([0, most], [floor, MARGINS.top])
  const below = scale.words ? wordTicks(scale.words, size) : roundTicks(domain[0], domain[1], isWide ? 8 : 4)
  const pointers = marks.map((mark) => pointer(x(mark.at), mark, size))
  return [
    text(0, 12, `Number of authorities (${values.length} have a figure)`, 'start'),
    axes(size, MARGINS, { across: onAxis(roundTicks(0, most, Math.min(4, most)), y), below: onAxis(below, x) }),
    `<g fill="${COLOURS.band}" stroke="${COLOURS.other}" stroke-width="0.75">`,
    ...bins.map(({ from, to, count }) => `<rect x="${px(x(from))}" y="${px(y(count))}" width="${px(x(to) - x(from))}" height="${px(floor - y(count))}"/>`),
    `</g><path d="M${MARGINS.left} ${floor}H${size.width - MARGINS.right}" stroke="${COLOURS.other}"/>`,
    ...pointers.map(({ line }) => line),
    ...pointers.map(({ label }) => label),
    text(size.width - MARGINS.right, size.height - 8, scale.unit, 'end'),
  ].join('')
}

/** Words under the bars, each as long as there is room for. */
function wordTicks(words: readonly string[], size: Size) {
  const room = Math.max(3, Math.floor((size.width - 60) / words.length / 8))
  return words.map((word, index) => ({ at: index + 1, label: shortened(word, room) }))
}

/** A line at a figure with its words above the chart, kept inside the picture. Lines are drawn first, so that none crosses words. */
function pointer(
  x: number,
  mark: { words: string; colour: string; dash: string; line: number },
  size: Size,
): { line: string; label: string } {
  const y = 34 + mark.line * 18
  const words = shortened(mark.words, Math.floor(size.width / 8.6))
  const half = words.length * 4.3
  const inside = Math.min(Math.max(x, half), size.width - half)
  const dash = mark.dash === '0' ? ' stroke-width="2"' : ` stroke-width="1.25" stroke-dasharray="${mark.dash}"`
  return {
    line: `<path d="M${px(x)} ${y + 5}V${size.height - 52}" stroke="${mark.colour}"${dash}/>`,
    label:
      `<text x="${px(inside)}" y="${y}" font-size="${FONT_SIZE}" font-weight="${mark.line === 0 ? 700 : 400}" text-anchor="middle" ` +
      `fill="${mark.colour}" stroke="#fff" stroke-width="4" paint-order="stroke">${escaped(words)}</text>`,
  }
}

function inWords({ scale, values, median, own }: DistributionOptions, bins: Bin[]): string {
  if (values.length === 0) return 'No authority has a figure.'
  const fullest = bins.reduce((most, bin) => (bin.count > most.count ? bin : most))
  const shown = (figure: number) => scale.format(figure / scale.factor)
  const sentences = [
    `${values.length} ${values.length === 1 ? 'authority has a figure' : 'authorities have figures'}, from ${scale.format(Math.min(...values))} to ${scale.format(Math.max(...values))}.`,
    median === null ? '' : `The median is ${scale.format(median)}.`,
    scale.words ? `${bins.flatMap(({ count }, index) => (count > 0 ? [`${scale.words?.[index] ?? ''}: ${count}`] : [])).join(', ')}.` : '',
    bins.length > 1 && !scale.words ? `The fullest range, ${shown(fullest.from)} to ${shown(fullest.to)}, has ${fullest.count}.` : '',
    own ? `${own.name}: ${scale.format(own.value)}.` : '',
  ]
  return sentences.filter((sentence) => sentence !== '').join(' ')
}
