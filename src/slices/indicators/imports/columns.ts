/** The columns that a recipe names, for finding the header of its file. */
import type { Recipe } from './recipe.ts'
import { besides, groupsOf, isWide, ownNames } from './recipe-values.ts'

/** Keys under which a recipe names a column outright. */
const columnKeys = new Set(['column', 'closeness', 'rank'])
const cellKeys = new Set(['value', 'numerator', 'denominator', 'lower', 'upper', 'status'])

/** Every column a recipe names. What the pattern of a wide table gives is none. */
export function columnsOf(recipe: Recipe): string[] {
  const found = new Set<string>()
  const walk = (value: unknown, key: string, inValues: boolean): void => {
    if (typeof value === 'string') {
      if (columnKeys.has(key) || (inValues && cellKeys.has(key))) found.add(value)
      if (key === 'template') for (const match of value.matchAll(/\{([^}]+)\}/g)) found.add(match[1] ?? '')
    } else if (Array.isArray(value)) value.forEach((each) => walk(each, key, inValues || key === 'values'))
    else if (typeof value === 'object' && value !== null) {
      for (const [name, each] of Object.entries(value)) if (!unwalked.has(name)) walk(each, name, inValues && key === 'values')
    }
  }
  walk(named(recipe), '', false)
  if (recipe.produces === 'observations' && recipe.reference?.name) found.add(recipe.reference.name)
  for (const name of virtualColumns(recipe)) found.delete(name)
  return [...found]
}

/** Parts in which texts are not names of columns, or names of columns that are put together only from a heading. */
const unwalked = new Set(['map', 'matching'])

/** The recipe without the patterned headings of its wide columns, and with a layout's bare names as columns. */
function named(recipe: Recipe): unknown {
  if (recipe.produces === 'observations') {
    const values = recipe.values.map((one) => (isWide(one) ? Object.fromEntries(Object.entries(one).filter(([key]) => !besides.some((name) => name === key))) : one))
    return { ...recipe, values }
  }
  if (recipe.produces !== 'layout') return recipe
  const { code, name, q, r } = recipe.hexes
  return { ...recipe, hexes: [code, name, q, r].map((column) => ({ column })) }
}

/** Names that a wide table's pattern gives: they can be used like columns, and win over columns of the same name. */
export function virtualColumns(recipe: Recipe): string[] {
  if (recipe.produces !== 'observations') return []
  const wide = recipe.values.filter(isWide)
  return wide.length === 0 ? [] : [...new Set([...wide.flatMap(groupsOf), ...ownNames])]
}
