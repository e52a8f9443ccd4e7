import { nice, ticks, tickStep } from 'd3-array'
import { COLOURS, escaped, px, type Size } from './chart.ts'

export const FONT_SIZE = 13

/** The room around what is drawn, in pixels. */
export interface Margins {
  left: number
  right: number
  top: number
  bottom: number
}

/** A place on an axis and what stands there. */
export interface Tick {
  at: number
  label: string
}

/** Multiples of 1, 2 or 5 times a power of ten between two figures, about as many as asked, labelled with as many decimals as tell them apart. */
export function roundTicks(from: number, to: number, about: number): Tick[] {
  if (from === to) return []
  const places = Math.min(100, Math.max(0, -Math.floor(Math.log10(tickStep(from, to, about)) + 1e-9)))
  return ticks(from, to, about).map((at) => ({ at, label: labelOf(at, places) }))
}

/** Two ends moved outwards to round numbers, about ten steps apart. */
export const widened = ([from, to]: readonly [number, number]): [number, number] => nice(from, to, 10)

function labelOf(at: number, places: number): string {
  const [whole = '', fraction] = Math.abs(at).toFixed(places).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${at < 0 ? '\u2212' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`
}

/** From a figure to a place in the picture; in the middle where there is but one figure. */
export function linear([from, to]: readonly [number, number], [start, end]: readonly [number, number]): (figure: number) => number {
  return to === from ? () => (start + end) / 2 : (figure) => start + ((figure - from) / (to - from)) * (end - start)
}

/** Ticks at their places in the picture. */
export const onAxis = (ticks: readonly Tick[], place: (figure: number) => number): Tick[] => ticks.map(({ at, label }) => ({ at: place(at), label }))

/** Faint lines across with their figures at the left, and figures or words below the picture. Places are in pixels. */
export function axes(size: Size, margins: Margins, { across, below }: { across: readonly Tick[]; below: readonly Tick[] }): string {
  const [left, right, foot] = [margins.left, size.width - margins.right, size.height - margins.bottom]
  const lines = across.map(({ at }) => `M${px(left)} ${px(at)}H${px(right)}`).join('')
  const marks = below.map(({ at }) => `M${px(at)} ${px(foot)}v4`).join('')
  const beside = across.map(({ at, label }) => `<text x="${px(left - 9)}" y="${px(at)}" dy=".32em">${escaped(label)}</text>`).join('')
  const under = below.map(({ at, label }) => `<text x="${px(at)}" y="${px(foot + 9)}" dy=".71em">${escaped(label)}</text>`).join('')
  return (
    `<path d="${lines}" stroke="currentColor" stroke-opacity="0.1"/><path d="${marks}" stroke="currentColor"/>` +
    `<g fill="${COLOURS.group}" font-size="${FONT_SIZE}" font-variant="tabular-nums"><g text-anchor="end">${beside}</g><g text-anchor="middle">${under}</g></g>`
  )
}

export type Anchor = 'start' | 'middle' | 'end'

/** Words in the picture. */
export function text(x: number, y: number, words: string, anchor: Anchor): string {
  return `<text x="${px(x)}" y="${px(y)}" font-size="${FONT_SIZE}" text-anchor="${anchor}" fill="${COLOURS.group}">${escaped(words)}</text>`
}
