/** Wide tables: what each column of values is, told by its heading. */
import { listed, TableProblem, type Column } from '#kernel/tables/index.ts'
import { virtualColumns } from './columns.ts'
import { expressionOf } from './expressions.ts'
import type { OpenFile } from './reading.ts'
import type { ObservationsRecipe } from './recipe.ts'
import { besides, groupsOf, isWide, type ValueColumns, type WideColumns } from './recipe-values.ts'
import type { Findings } from './report.ts'

/** One column of values, named by the recipe or found by a pattern. */
export interface ValueSource {
  columns: ValueColumns
  /** Texts of the virtual columns, in their order; null for a column that the recipe names. */
  virtual: readonly string[] | null
}

/** Letters of a heading that a pattern is held against. A longer one is cut: it is a paragraph, not a heading. */
const longestHeading = 500

/** The columns of values of a file: those named, and for each pattern all whose heading fits. */
export function valueSources(recipe: ObservationsRecipe, file: OpenFile, findings: Findings): ValueSource[] {
  const names = virtualColumns(recipe)
  return recipe.values.flatMap((one): ValueSource[] => (isWide(one) ? wideSources(one, names, file, findings) : [{ columns: one, virtual: null }]))
}

interface Found {
  column: Column
  heading: string
  groups: Record<string, string>
}

function wideSources(wide: WideColumns, names: readonly string[], file: OpenFile, findings: Findings): ValueSource[] {
  const found = chosen(wide, foundBy(wide, file), file, findings)
  const { measure, period, authority, area, words, leave_out } = wide
  const shared = { measure, period, authority, area, words, leave_out }
  return found.map(({ column, heading, groups }) => ({
    columns: { ...shared, value: column.name, ...companions(wide, groups) },
    virtual: names.map((name) => (name === 'heading' ? heading : (groups[name] ?? ''))),
  }))
}

function foundBy({ columns, except }: WideColumns, file: OpenFile): Found[] {
  const pattern = expressionOf(columns)
  const not = except === undefined ? null : expressionOf(except)
  const found = file.columns.flatMap((column): Found[] => {
    const heading = column.header.replace(/[\s\u00a0]+/g, ' ').trim().slice(0, longestHeading)
    const match = heading === '' || not?.fits(heading) ? null : pattern.find(heading)
    return match ? [{ column, heading, groups: Object.fromEntries(Object.entries(match.groups).map(([name, text]) => [name, (text ?? '').trim()])) }] : []
  })
  if (found.length > 0) return found
  throw new TableProblem('column', {
    file: file.facts.name, line: file.facts.header_line, column: null,
    seen: `no heading fits the pattern ${columns}. The columns are ${listed(file.columns.map(({ name }) => name))}`, expected: 'at least one column of values',
  })
}

/** One of those whose groups are the same, as the rule says. */
function chosen(wide: WideColumns, found: readonly Found[], file: OpenFile, findings: Findings): Found[] {
  const named = groupsOf(wide).length > 0
  const alike = [...Map.groupBy(found, ({ heading, groups }) => (named ? JSON.stringify(groups) : heading)).values()]
  const twice = alike.filter((one) => one.length > 1)
  if (twice.length === 0 || wide.repeated === 'equal') return [...found]
  if (wide.repeated === 'refuse') throw repeatedHeading(twice[0] ?? [], file)
  const kept = wide.repeated === 'first' ? 0 : -1
  findings.notes.push(`${twice.length === 1 ? 'One heading stands' : `${twice.length} headings stand`} over several columns (${listed(twice.map(([first]) => first?.heading ?? ''), 5)}); the ${wide.repeated} of them ${twice.length === 1 ? 'is' : 'are'} read.`)
  const ones = new Set(alike.map((one) => one.at(kept)))
  return found.filter((one) => ones.has(one))
}

function repeatedHeading(alike: readonly Found[], file: OpenFile): TableProblem {
  const places = alike.map(({ column }) => file.label(column.name)).join(' and ')
  return new TableProblem('header', {
    file: file.facts.name, line: file.facts.header_line, column: null, seen: `${alike.length} headings mean the same to the recipe: ${places}`,
    expected: 'each heading once; the recipe can tell them apart by a section heading above ("lines"), or take one of them ("repeated")',
  })
}

/** Columns that go with each: their headings are put together from the groups. */
function companions(wide: WideColumns, groups: Record<string, string>): Partial<Record<(typeof besides)[number], string>> {
  return Object.fromEntries(besides.flatMap((key) => {
    const template = wide[key]
    return template === undefined ? [] : [[key, template.replace(/\{([^}]+)\}/g, (_, name: string) => groups[name] ?? '')]]
  }))
}
