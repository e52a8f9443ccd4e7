/**
 * What every chart shares. A chart is a string of SVG for a page with a strict content security policy: no style element, no
 * style attribute, no script. Looks come from presentation attributes and the classes in charts.css.
 */

/** A chart, and the same in plain sentences for those who do not see it. */
export interface Chart {
  svg: string
  summary: string
}

/** How a measure's figures are shown. */
export interface Scale {
  /** Title of the axis: "Days", "% of premises". */
  unit: string
  /** From the stored value to the number on the axis: 100 where percentages are kept as fractions. */
  factor: number
  /** A stored value as text with its unit: "31.2 days". */
  format: (value: number) => string
  /** The words of an ordinal scale, the worst first, which stand on the axis at 1, 2, 3 …. Left out: numbers do. */
  words?: readonly string[]
}

/** Government Analysis Function palette. Never the only sign: shape, dash and words say the same. */
export const COLOURS = { authority: '#12436D', group: '#3D3D3D', band: '#D5DCE4', other: '#8E9BA8' } as const

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const UNSAFE = /[&<>"'\p{Cc}]/u

/** Text made safe for SVG content and attributes; control characters, which XML forbids, become spaces. */
export function escaped(text: string): string {
  // Most names and figures have nothing to make safe.
  if (!UNSAFE.test(text)) return text
  return text.replace(/\p{Cc}/gu, ' ').replace(/[&<>"']/g, (character) => ESCAPES[character]!)
}

/** A coordinate with at most two decimals: a hundredth of a pixel is enough, and keeps pages small. */
export function px(position: number): string {
  return String(Math.round(position * 100) / 100)
}

/** An image with a title and a description, ready for a page. `id` must be unique on the page. */
export function image(id: string, names: { title: string; summary: string }, size: Size, content: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart ${size.className}" role="img" aria-labelledby="${escaped(id)}-title ${escaped(id)}-desc" ` +
    `viewBox="0 0 ${size.width} ${size.height}" width="100%">` +
    `<title id="${escaped(id)}-title">${escaped(names.title)}</title><desc id="${escaped(id)}-desc">${escaped(names.summary)}</desc>${content}</svg>`
  )
}

export interface Size {
  width: number
  height: number
  className: string
}

/** Drawn twice, for wide and for narrow screens, so that text stays readable on a phone; the style sheet shows one of them. */
export function atBothWidths(draw: (size: Size) => string): string {
  return WIDTHS.map(draw).join('')
}

const WIDTHS: Size[] = [
  { width: 720, height: 340, className: 'chart--wide' },
  { width: 340, height: 300, className: 'chart--narrow' },
]

/** A name cut to what there is room for; the whole name is in the summary and in the table. */
export function shortened(name: string, most: number): string {
  return name.length <= most ? name : `${name.slice(0, Math.max(1, most - 1)).trimEnd()}…`
}

/** "a, b and c". */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
