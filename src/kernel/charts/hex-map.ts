/** A cartogram of hexagons of one size, each a link. Every look has a sign of its own, so that colour never says anything alone. */
import { COLOURS, escaped, px, shortened } from './chart.ts'

/** Rows (r) or columns (q) of which the odd or the even ones are set half a hexagon further on. */
export type HexArrangement = 'odd-r' | 'even-r' | 'odd-q' | 'even-q'

/**
 * up-2, up-1, down-1, down-2: four places from better to worse, or on a side of the middle. dots-1 to dots-4: four shades of more
 * and more, neither better. plain: a figure that is not placed. crossed: no figure. outside: a place that is not in question.
 */
export type HexLook = 'up-2' | 'up-1' | 'down-1' | 'down-2' | 'dots-1' | 'dots-2' | 'dots-3' | 'dots-4' | 'plain' | 'crossed' | 'outside'

export interface Hex {
  /** Column, rightwards, and row, upwards. */
  q: number
  r: number
  look: HexLook
  href: string
  /** What the link is called: the whole of what the hexagon says. */
  says: string
  /** Shown inside where hexagons are large enough. */
  name: string
  figure: string
  highlighted: boolean
}

interface HexMapOptions {
  /** Unique on the page. */
  id: string
  title: string
  arrangement: HexArrangement
  hexes: readonly Hex[]
  /** Places of the layout that are not in question: drawn faintly, so that the shape of the country is seen. */
  others: readonly { q: number; r: number }[]
}

/** Fill and the colour of the sign on it, which stand at least 4.5 to 1 against each other. */
const LOOKS: Record<HexLook, readonly [fill: string, sign: string]> = {
  'up-2': [COLOURS.authority, '#fff'],
  'up-1': ['#a9c6de', '#0b0c0c'],
  'down-1': ['#f6d3b4', '#0b0c0c'],
  'down-2': ['#9c4a10', '#fff'],
  'dots-1': ['#eef1f4', '#0b0c0c'],
  'dots-2': ['#c3d0dc', '#0b0c0c'],
  'dots-3': ['#7f9fba', '#0b0c0c'],
  'dots-4': ['#2f5878', '#fff'],
  plain: ['#dfe5ea', '#0b0c0c'],
  crossed: ['#fff', '#505a5f'],
  outside: ['none', '#c1c9d1'],
}

/** Widest picture and widest hexagon, in pixels of a desk screen. */
const WIDEST = 760
const LARGEST = 92
/** Hexagons at least this wide hold a name and a figure. */
const ROOMY = 64

/** The map as SVG: a group of links, row by row from the top. The caller says in words what the looks mean. */
export function hexMap({ id, title, arrangement, hexes, others }: HexMapOptions): string {
  const grid = gridOf(arrangement, [...hexes, ...others])
  const at = (hex: { q: number; r: number }) => grid.place(hex)
  const roomy = grid.width >= ROOMY
  const used = [...new Set(hexes.map(({ look }) => look))]
  const inOrder = hexes.toSorted((a, b) => at(a).y - at(b).y || at(a).x - at(b).x)
  const name = escaped(id)
  const content = [
    `<defs><path id="${name}-hex" d="${grid.outline}"/>${used.map((look) => `<g id="${name}-${look}">${drawn(look, grid, roomy)}</g>`).join('')}</defs>`,
    ...others.map((hex) => `<use href="#${name}-hex" x="${px(at(hex).x)}" y="${px(at(hex).y)}" fill="none" stroke="${LOOKS.outside[1]}"/>`),
    ...inOrder.map((hex) => linkOf(hex, at(hex), name, roomy ? grid.width : null)),
    // A dark line on a light one, which stands out on every fill.
    ...inOrder.filter((hex) => hex.highlighted).flatMap((hex) => ['light', 'dark'].map((line) =>
      `<use class="chart-hex__own chart-hex__own--${line}" href="#${name}-hex" x="${px(at(hex).x)}" y="${px(at(hex).y)}"/>`)),
  ]
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart chart-hex" role="group" aria-labelledby="${name}-title" ` +
    `viewBox="0 0 ${px(grid.size.width)} ${px(grid.size.height)}" width="${px(grid.size.width)}"><title id="${name}-title">${escaped(title)}</title>${content.join('')}</svg>`
  )
}

/** A small hexagon with the sign of a look, for the words that explain it. The words stand beside it, so that it says nothing itself. */
export function hexKey(look: HexLook): string {
  const grid = gridOf('odd-r', [{ q: 0, r: 0 }], 26)
  const { x, y } = grid.place({ q: 0, r: 0 })
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart-hex__key" aria-hidden="true" focusable="false" width="28" height="32" ` +
    `viewBox="0 0 ${px(grid.size.width)} ${px(grid.size.height)}"><g transform="translate(${px(x)} ${px(y)})">${drawn(look, grid, false)}</g></svg>`
  )
}

interface Grid {
  /** Between two opposite sides, and from the middle to a corner. */
  width: number
  radius: number
  size: { width: number; height: number }
  outline: string
  place: (hex: { q: number; r: number }) => { x: number; y: number }
}

const EDGE = 3

/** Rows stand with a corner up, columns with a side up; r counts upwards and pictures downwards. */
function gridOf(arrangement: HexArrangement, all: readonly { q: number; r: number }[], largest = LARGEST): Grid {
  const [parity, way] = arrangement.split('-') as ['odd' | 'even', 'r' | 'q']
  const shifted = (line: number) => (Math.abs(line) % 2 === 1) === (parity === 'odd') ? 0.5 : 0
  const long = Math.sqrt(3) / 2
  // In units of the distance between two neighbours.
  const unit = ({ q, r }: { q: number; r: number }) => (way === 'r' ? { x: q + shifted(r), y: -r * long } : { x: q * long, y: -r - shifted(q) })
  const places = all.map(unit)
  const [left, right] = [Math.min(...places.map(({ x }) => x)), Math.max(...places.map(({ x }) => x))]
  const [top, bottom] = [Math.min(...places.map(({ y }) => y)), Math.max(...places.map(({ y }) => y))]
  const [halfAcross, halfDown] = way === 'r' ? [0.5, 1 / Math.sqrt(3)] : [1 / Math.sqrt(3), 0.5]
  const width = Math.min(largest, (WIDEST - 2 * EDGE) / (right - left + 2 * halfAcross))
  const radius = width / Math.sqrt(3)
  return {
    width,
    radius,
    size: { width: (right - left + 2 * halfAcross) * width + 2 * EDGE, height: (bottom - top + 2 * halfDown) * width + 2 * EDGE },
    outline: outlineOf(radius - Math.min(1.2, width / 24), way === 'r' ? 30 : 0),
    place: (hex) => ({ x: (unit(hex).x - left + halfAcross) * width + EDGE, y: (unit(hex).y - top + halfDown) * width + EDGE }),
  }
}

function outlineOf(radius: number, turn: number): string {
  const corners = [0, 60, 120, 180, 240, 300].map((angle) => {
    const radians = ((angle + turn) * Math.PI) / 180
    return `${px(radius * Math.cos(radians))} ${px(radius * Math.sin(radians))}`
  })
  return `M${corners.join('L')}Z`
}

function linkOf(hex: Hex, { x, y }: { x: number; y: number }, id: string, room: number | null): string {
  return (
    `<a href="${escaped(hex.href)}"><title>${escaped(hex.says)}</title>` +
    `<use href="#${id}-${hex.look}" x="${px(x)}" y="${px(y)}"/>${room === null ? '' : wordsIn(hex, x, y, room)}</a>`
  )
}

/** The name and the figure. They repeat what the link is called, so that only eyes meet them. */
function wordsIn({ look, name, figure }: Hex, x: number, y: number, width: number): string {
  const colour = LOOKS[look][1]
  const text = (className: string, down: number, words: string) =>
    `<text class="${className}" aria-hidden="true" x="${px(x)}" y="${px(y + down)}" text-anchor="middle" fill="${colour}">${escaped(words)}</text>`
  return text('chart-hex__name', width * 0.06, shortened(name, Math.floor((width - 6) / 7))) + text('chart-hex__figure', width * 0.29, figure)
}

/** The hexagon with its sign: in the middle, or towards the top where words follow. */
function drawn(look: HexLook, { outline, width }: Grid, roomy: boolean): string {
  const [fill, ink] = LOOKS[look]
  const edge = look === 'crossed' ? ` stroke="${ink}" stroke-dasharray="3 2"` : look === 'outside' ? ` stroke="${ink}"` : ' stroke="#505a5f" stroke-width="0.75"'
  const size = width * (roomy ? 0.13 : 0.26)
  return `<path d="${outline}" fill="${fill}"${edge}/>${signOf(look, ink, size, roomy ? -width * 0.27 : 0)}`
}

function signOf(look: HexLook, ink: string, size: number, y: number): string {
  const [sign, count] = look.split('-')
  const point = (up: boolean, middle: number, scale: number) => {
    const [tip, foot] = up ? [middle - size * scale, middle + size * scale * 0.7] : [middle + size * scale, middle - size * scale * 0.7]
    return `M0 ${px(tip)}L${px(size * scale)} ${px(foot)}H${px(-size * scale)}Z`
  }
  if (sign === 'up' || sign === 'down') {
    const isFilled = count === '2'
    return `<path d="${point(sign === 'up', y, isFilled ? 1 : 0.8)}" fill="${isFilled ? ink : 'none'}" stroke="${ink}" stroke-width="${px(Math.max(1, size / 5))}"/>`
  }
  if (sign === 'dots') {
    const [many, radius] = [Number(count), size * 0.27]
    return Array.from({ length: many }, (_, i) => `<circle cx="${px((i - (many - 1) / 2) * radius * 2.7)}" cy="${px(y)}" r="${px(radius)}" fill="${ink}"/>`).join('')
  }
  const arm = px(size * 0.6)
  return sign === 'crossed' ? `<path d="M-${arm} ${px(y - size * 0.6)}L${arm} ${px(y + size * 0.6)}M${arm} ${px(y - size * 0.6)}L-${arm} ${px(y + size * 0.6)}" stroke="${ink}" stroke-width="1.5"/>` : ''
}
