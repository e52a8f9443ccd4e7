/** Binds what a recipe says about columns to the columns a file has, so that rows are read without looking names up. */
import { decimalOf } from '#kernel/figures/index.ts'
import { expressionOf } from './expressions.ts'
import type { Cell, Condition, LeaveOut, MeasureCode, OneText, Text } from './recipe-parts.ts'

export type Cells = readonly string[]
/** Places of columns; throws a problem that lists the columns there are for one that is not there. */
export type ColumnPlace = (name: string) => number
/** A text for each row; null where the recipe yields none. */
export type TextOf = (cells: Cells) => string | null

const tidy = (cells: Cells, place: number) => (cells[place] ?? '').trim()

export function bindText(text: Text, place: ColumnPlace): TextOf {
  const parts = (Array.isArray(text) ? text : [text]).map((one) => bindOne(one, place))
  return (cells) => {
    for (const part of parts) {
      const found = part(cells)
      if (found !== null) return found
    }
    return null
  }
}

function bindOne(text: OneText, place: ColumnPlace): TextOf {
  const raw = rawText(text, place)
  const { map, otherwise = null } = text
  return (cells) => {
    const found = raw(cells)
    if (found === '') return map?.[''] ?? otherwise
    return map ? (Object.hasOwn(map, found) ? (map[found] ?? null) : otherwise) : found
  }
}

function rawText(text: { column?: string | undefined; template?: string | undefined; fixed?: string | undefined }, place: ColumnPlace): (cells: Cells) => string {
  const { column, template, fixed } = text
  if (column !== undefined) {
    const at = place(column)
    return (cells) => tidy(cells, at)
  }
  return template === undefined ? () => fixed ?? '' : bindTemplate(template, place, (inserted) => inserted)
}

/** A template with no text in any of its columns is blank, whatever stands between them. */
export function bindTemplate(template: string, place: ColumnPlace, spell: (inserted: string) => string): (cells: Cells) => string {
  const pieces = template.split(/\{([^}]+)\}/).map((piece, index) => (index % 2 === 1 ? place(piece) : piece))
  return (cells) => {
    let any = false
    const whole = pieces.map((piece) => {
      if (typeof piece === 'string') return piece
      const inserted = spell(tidy(cells, piece))
      any ||= inserted !== ''
      return inserted
    }).join('')
    return any ? whole.trim() : ''
  }
}

/** Lower-case words of letters and digits with hyphens. */
function codeWords(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().split(/[^a-z0-9]+/).filter((word) => word !== '').join('-')
}

const compact = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')

/** The code of the row's measure, ready for the register. */
export function bindMeasureCode({ code, spelling }: MeasureCode, place: ColumnPlace): TextOf {
  const spell = spelling === 'compact' ? compact : codeWords
  const parts = (Array.isArray(code) ? code : [code]).map((one): TextOf => {
    if (one.template === undefined || one.map) {
      const get = bindOne(one, place)
      // What a map or a fixed text says is a code already; what a column says has to be spelt as one.
      return one.column !== undefined && !one.map ? (cells) => spelt(get(cells), spell) : get
    }
    const get = bindTemplate(one.template, place, spell)
    return (cells) => codeWords(get(cells)) || null
  })
  return (cells) => parts.map((part) => part(cells)).find((found) => found !== null) ?? null
}

const spelt = (text: string | null, spell: (text: string) => string) => (text === null ? null : spell(text) || null)

/** The text of a cell, or of one value inside a cell that holds a JSON object. */
export function bindCell(cell: Cell, place: ColumnPlace): (cells: Cells) => string {
  if (typeof cell === 'string') {
    const at = place(cell)
    return (cells) => tidy(cells, at)
  }
  const at = place(cell.column)
  return (cells) => fieldOf(tidy(cells, at), cell.field)
}

/** A cell that is blank or the bare word null has no values. Anything else that is not an object comes back as it is, to be refused. */
function fieldOf(text: string, field: string): string {
  if (text === '' || text === 'null') return ''
  try {
    const value = (JSON.parse(text) as Record<string, unknown>)[field]
    if (typeof value === 'number') return decimalOf(value)
    return typeof value === 'string' ? value.trim() : ''
  } catch {
    return text
  }
}

export type RowTest = (cells: Cells) => boolean

function bindCondition({ column, is, matches, does_not_match: avoids, blank }: Condition, place: ColumnPlace): RowTest {
  const at = place(column)
  const words = is === undefined ? undefined : new Set(Array.isArray(is) ? is : [is])
  const pattern = matches === undefined ? undefined : expressionOf(matches)
  const not = avoids === undefined ? undefined : expressionOf(avoids)
  return (cells) => {
    const text = tidy(cells, at)
    if (words && !words.has(text)) return false
    if (pattern && !pattern.fits(text)) return false
    if (not?.fits(text)) return false
    return blank === undefined || (text === '') === blank
  }
}

/** The first rule that leaves a row out, or undefined. */
export function bindLeaveOut(rules: readonly LeaveOut[], place: ColumnPlace): (cells: Cells) => string | undefined {
  const bound = rules.map(({ where, because }) => ({ because, tests: (Array.isArray(where) ? where : [where]).map((rule) => bindCondition(rule, place)) }))
  return (cells) => bound.find(({ tests }) => tests.every((test) => test(cells)))?.because
}
