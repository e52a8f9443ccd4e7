/** The map of hexagons on a measure's page: where each authority of the group stands, drawn one beside another as the land lies. */
import { hexKey, hexMap, type Hex, type HexLook } from '#kernel/charts/index.ts'
import { countOf } from '#kernel/figures/index.ts'
import type { Layout } from '#slices/places/index.ts'
import type { ComparisonAnswer, ComparisonRowAnswer } from '../answer.ts'
import { oneMeasureAddress, type Asked } from './address.ts'
import { listed, shortFigure, wholeFigure } from './wording.ts'

export interface HexView {
  svg: string
  /** What each look means, in the words used everywhere; only looks that are on the map. */
  key: { svg: string; text: string }[]
  /** How to read it, and whose layout it is. */
  words: string
  /** Authorities of the group that have no hexagon. Null: none. */
  absent: string | null
  /** "36 authorities", for the link past them. */
  count: string
}

const quarters = ['up-2', 'up-1', 'down-1', 'down-2'] as const
const shades = ['dots-1', 'dots-2', 'dots-3', 'dots-4'] as const

/**
 * Null where no authority of the group stands in the layout. Where one direction is better, looks follow the quarter; elsewhere
 * four neutral shades follow the figure. With too few figures for quarters nothing is shaded.
 */
export function hexView(answer: ComparisonAnswer, layout: Layout | null, kept: Asked): HexView | null {
  if (!layout) return null
  const rows = new Map(answer.authorities.map((row) => [row.code, row]))
  const placed = layout.hexes.flatMap(({ authority, q, r }) => {
    const row = authority === null ? undefined : rows.get(authority)
    return row ? [hexOf(row, { q, r }, answer, kept)] : []
  })
  if (placed.length === 0) return null
  const { measure, period } = answer
  const onMap = new Set(placed.map(({ code }) => code))
  const missing = answer.authorities.filter(({ code }) => !onMap.has(code))
  const outside = layout.hexes.filter(({ authority }) => authority === null || !rows.has(authority))
  const others = nearOnes(outside.map(({ q, r }) => ({ q, r })), placed.map(({ hex }) => hex))
  return {
    svg: hexMap({
      id: 'map', title: `${measure.title}, ${period.label}: a map with one hexagon for each authority`, arrangement: layout.arrangement,
      hexes: placed.map(({ hex }) => hex), others,
    }),
    key: keyOf(new Set([...placed.map(({ hex }) => hex.look), ...(others.length > 0 ? ['outside' as const] : [])]), answer),
    words: `One hexagon for each authority, all of one size, placed roughly as the land lies.${outlined(answer, onMap)} Layout: ${layout.title}, ${layout.publisher} (${layout.licence}).`,
    absent: missing.length === 0 ? null : `Without a hexagon in this layout, and in the table only (${missing.length}): ${listed(missing.map(({ known_name }) => known_name))}.`,
    count: countOf(placed.length, 'authority', 'authorities'),
  }
}

function outlined({ authority }: ComparisonAnswer, onMap: ReadonlySet<string>): string {
  return authority !== null && onMap.has(authority.code) ? ` ${authority.known_name} has a thick outline.` : ''
}

function hexOf(row: ComparisonRowAnswer, at: { q: number; r: number }, answer: ComparisonAnswer, kept: Asked): { code: string; hex: Hex } {
  const { measure, period, authority } = answer
  const figure = row.value === null ? '–' : shortFigure(measure, row.value)
  const stands = row.value === null ? [period.label, row.position] : [wholeFigure(measure, row.value), period.label, row.position]
  return {
    code: row.code,
    hex: {
      ...at, look: lookOf(row, answer), figure, name: row.known_name, highlighted: row.code === authority?.code,
      says: `${row.known_name}: ${stands.join(', ')}`, href: oneMeasureAddress(row.code, measure.code, kept),
    },
  }
}

function lookOf({ value, quartile }: ComparisonRowAnswer, { measure, group }: ComparisonAnswer): HexLook {
  if (value === null) return 'crossed'
  if (measure.polarity !== 'none') return quartile === null ? 'plain' : (quarters[quartile - 1] ?? 'plain')
  const { quartile_lower, median, quartile_upper } = group
  if (quartile_lower === null || median === null || quartile_upper === null) return 'plain'
  return shades[[quartile_lower, median, quartile_upper].filter((bound) => value > bound).length] ?? 'plain'
}

/** The country round a group that lies together, and not the whole of it where the group is one corner. */
function nearOnes(others: readonly { q: number; r: number }[], hexes: readonly { q: number; r: number }[]) {
  const [columns, rows] = [hexes.map(({ q }) => q), hexes.map(({ r }) => r)]
  const within = (value: number, all: readonly number[]) => value >= Math.min(...all) && value <= Math.max(...all)
  return others.filter(({ q, r }) => within(q, columns) && within(r, rows))
}

function keyOf(looks: ReadonlySet<HexLook>, answer: ComparisonAnswer): HexView['key'] {
  const said: [HexLook, string][] = [
    ['up-2', 'in the best quarter'],
    ['up-1', 'in the middle half, better side'],
    ['down-1', 'in the middle half, worse side'],
    ['down-2', 'in the lowest quarter'],
    ...shadeWords(answer),
    ['plain', answer.measure.polarity === 'none' ? 'a figure' : 'a figure; too few to compare'],
    ['crossed', 'no figure'],
    ['outside', 'not in this group'],
  ]
  return said.filter(([look]) => looks.has(look)).map(([look, text]) => ({ svg: hexKey(look), text }))
}

function shadeWords({ measure, group }: ComparisonAnswer): [HexLook, string][] {
  const { minimum, quartile_lower, median, quartile_upper, maximum } = group
  const bounds = [minimum, quartile_lower, median, quartile_upper, maximum]
  return shades.flatMap((look, place): [HexLook, string][] => {
    const [from, to] = [bounds[place] ?? null, bounds[place + 1] ?? null]
    return from === null || to === null ? [] : [[look, `${place === 0 ? shortFigure(measure, from) : `above ${shortFigure(measure, from)}`} to ${shortFigure(measure, to)}`]]
  })
}
