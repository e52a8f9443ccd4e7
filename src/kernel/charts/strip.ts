import { COLOURS, image, px } from './chart.ts'
import type { Chart } from './chart.ts'

/**
 * The group on a line on which further right is better, in any unit with that property (a measure of which less is better
 * comes with its signs turned). Where there is no better direction, further right is simply more.
 */
export interface Spine {
  worst: number
  best: number
  median: number
  /** Edges of the middle half. Null when too few have a figure. */
  middle: { from: number; to: number } | null
}

export interface StripOptions {
  /** Unique on the page. */
  id: string
  title: string
  /** Null: nobody in the group has a figure. */
  spine: Spine | null
  /** The authority, on the line's scale. Null: no figure. */
  own: number | null
  /** Where it stands, in words, and the figures as text: this is the text alternative. */
  summary: string
}

const STRIP = { width: 200, height: 24, className: 'chart--strip' }
const MIDDLE = STRIP.height / 2
const INSET = 7

/** The spine strip: range as a line, middle half as a band, median as a tick, the authority as a dot. */
export function strip({ id, title, spine, own, summary }: StripOptions): Chart {
  const content = spine === null ? '' : stripParts(spine, own)
  return { svg: image(id, { title, summary }, STRIP, content), summary }
}

function stripParts({ worst, best, median, middle }: Spine, own: number | null): string {
  const x = along(Math.min(worst, own ?? worst), Math.max(best, own ?? best), INSET, STRIP.width - INSET)
  const band = middle
    ? `<rect x="${x(middle.from)}" y="${MIDDLE - 6}" width="${px(Math.max(1, Number(x(middle.to)) - Number(x(middle.from))))}" height="12" fill="${COLOURS.band}" stroke="${COLOURS.other}" stroke-width="0.75"/>`
    : ''
  const dot =
    own === null
      ? ''
      : `<circle cx="${x(own)}" cy="${MIDDLE}" r="5" fill="${COLOURS.authority}" stroke="#fff" stroke-width="1.5"/>`
  return (
    `<path d="M${x(worst)} ${MIDDLE}H${x(best)}M${x(worst)} ${MIDDLE - 3}v6M${x(best)} ${MIDDLE - 3}v6" stroke="${COLOURS.other}"/>` +
    `${band}<path d="M${x(median)} ${MIDDLE - 9}v18" stroke="${COLOURS.group}" stroke-width="1.5"/>${dot}`
  )
}

/** Places a figure between two positions. When all figures are the same they stand in the middle. */
export function along(from: number, to: number, left: number, right: number): (figure: number) => string {
  if (to === from) return () => px((left + right) / 2)
  return (figure) => px(left + ((figure - from) / (to - from)) * (right - left))
}
