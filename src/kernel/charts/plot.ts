import domino from '@mixmark-io/domino'
import * as Plot from '@observablehq/plot'
import { COLOURS } from './chart.ts'

/**
 * Draws with Observable Plot and returns what stands inside the picture. Plot adds a style element, which a strict content
 * security policy would block, and labels of its own, which mean nothing inside an image with a description: both go.
 */
export function plotted(options: Plot.PlotOptions): string {
  const svg = Plot.plot({ ...options, document: domino.createDocument('') }) as DrawnElement
  for (const style of Array.from(svg.querySelectorAll('style'))) style.remove()
  for (const element of Array.from(svg.querySelectorAll('*'))) {
    for (const name of UNWANTED) element.removeAttribute(name)
  }
  const inside = svg.innerHTML.replace(LONG_NUMBER, '$1').replace(/\p{Cc}/gu, ' ')
  return `<g fill="${COLOURS.group}" font-size="${FONT_SIZE}" text-anchor="middle">${inside}</g>`
}

/** The little of an element that is used here: the compiler knows no browser. */
interface DrawnElement {
  innerHTML: string
  querySelectorAll(selector: string): Iterable<DrawnElement>
  remove(): void
  removeAttribute(name: string): void
}

export const FONT_SIZE = 13

const UNWANTED = ['style', 'class', 'aria-label', 'aria-hidden', 'aria-describedby']

/** Coordinates come with up to sixteen decimals; two are enough. */
const LONG_NUMBER = /(\d\.\d\d)\d+/g
