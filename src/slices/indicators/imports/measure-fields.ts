/** Puts a measure's definition together from a row, as a recipe says. */
import { isRefusedFigure, parseFigure } from '#kernel/figures/index.ts'
import { measureVersionSchema, type MeasureRecord } from '../measures/commands.ts'
import type { Fault } from './report.ts'
import type { MeasureFields } from './recipe.ts'
import { bindText, type Cells, type ColumnPlace } from './texts.ts'

export type MeasureReader = (code: string, cells: Cells) => MeasureRecord | Fault

const numeric = ['display_factor', 'midpoint', 'numerator_multiplier', 'denominator_multiplier', 'interval_scale', 'tolerance'] as const
const whole = ['decimals', 'small_numbers'] as const

interface Origin {
  publisher: string
  source: string
  licence: string
}

export function bindMeasure(fields: MeasureFields, origin: Origin, place: ColumnPlace): MeasureReader {
  const bound = Object.entries(fields).flatMap(([name, text]) => (text ? [[name, bindText(text, place)] as const] : []))
  return (code, cells) => {
    const found: Record<string, unknown> = { publisher: origin.publisher, source_link: origin.source, licence: origin.licence }
    for (const [name, textOf] of bound) {
      const text = textOf(cells)
      if (text !== null) found[name] = valueOf(name, text)
    }
    if (found['polarity'] !== 'midpoint') delete found['midpoint']
    const read = measureVersionSchema.safeParse(found)
    if (read.success) return { code, aliases: [], ...read.data }
    const [issue] = read.error.issues
    const field = String(issue?.path[0] ?? 'definition')
    return {
      column: field, seen: shown(found[field]), expected: issue?.message ?? 'a complete definition',
      message: `The ${field} of measure ${code} cannot be taken from this row: ${issue?.message ?? 'something is missing'}.`,
    }
  }
}

/** Numbers are read as figures are; a text that is not a number stays as it is and is refused by the schema. */
function valueOf(name: string, text: string): unknown {
  if (name === 'kinds') return text.split(',').map((kind) => kind.trim()).filter((kind) => kind !== '')
  if (!isOneOf(numeric, name) && !isOneOf(whole, name)) return text
  const number = parseFigure(text)
  if (isRefusedFigure(number)) return text
  return isOneOf(whole, name) ? Number(number) : number
}

const shown = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : 'nothing')

const isOneOf = (names: readonly string[], name: string) => names.includes(name)
