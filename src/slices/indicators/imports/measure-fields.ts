/** Puts a measure's definition together from a row, as a recipe says. */
import type { z } from 'zod'
import { isRefusedFigure, parseFigure } from '#kernel/figures/index.ts'
import { measureVersionSchema, type MeasureRecord } from '../measures/commands.ts'
import type { Fault } from './report.ts'
import type { MeasureFields } from './recipe.ts'
import type { Text } from './recipe-parts.ts'
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
    const seen = shown(found[field])
    return {
      column: field, seen, expected: issue?.code === 'invalid_value' ? `one of ${issue.values.map(String).join(', ')}` : (issue?.message ?? 'a complete definition'),
      message: `The ${field} of measure ${code} cannot be taken from this row: ${unaccepted(seen, issue)}.`,
    }
  }
}

/** Texts a recipe itself gives a field (fixed, mapped or otherwise) that no definition can have. What columns give is seen with the file. */
export function unacceptedTexts(fields: Record<string, Text | undefined>): { field: string; message: string }[] {
  return Object.entries(fields).flatMap(([field, text]) => {
    const schema = isField(field) ? measureVersionSchema.shape[field] : null
    if (!text || !schema) return []
    return textsIn(text).flatMap((given) => {
      const read = schema.safeParse(valueOf(field, given))
      return read.success ? [] : [{ field, message: unaccepted(given, read.error.issues[0]) }]
    })
  })
}

const isField = (name: string): name is keyof typeof measureVersionSchema.shape => Object.hasOwn(measureVersionSchema.shape, name)

function textsIn(text: Text): string[] {
  return [text].flat().flatMap(({ fixed, map, otherwise }) => [...(map ? Object.values(map) : [fixed]), otherwise].filter((one) => one !== undefined))
}

function unaccepted(given: string, issue: z.core.$ZodIssue | undefined): string {
  const why = issue?.code === 'invalid_value' ? `is not one of ${issue.values.map(String).join(', ')}` : `cannot stand here: ${issue?.message ?? 'it is not accepted'}`
  return `"${given}" ${why}`
}

/** Numbers are read as figures are; a text that is not a number stays as it is and is refused by the schema. */
function valueOf(name: string, text: string): unknown {
  if (name === 'kinds' || name === 'scale') return text.split(name === 'kinds' ? ',' : '|').map((part) => part.trim()).filter((part) => part !== '')
  if (!isOneOf(numeric, name) && !isOneOf(whole, name)) return text
  const number = parseFigure(text)
  if (isRefusedFigure(number)) return text
  return isOneOf(whole, name) ? Number(number) : number
}

const shown = (value: unknown): string => (Array.isArray(value) ? value.join(' | ') : typeof value === 'string' || typeof value === 'number' ? String(value) : 'nothing')

const isOneOf = (names: readonly string[], name: string) => names.includes(name)
