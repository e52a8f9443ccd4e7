/** Which recipes a file may be for, judged by the names of its columns. */
import { findColumn, nameColumns, openTable, TableProblem, type Row } from '#kernel/tables/index.ts'
import { openingOf, type ImportSource } from '../imports/reading.ts'
import type { Recipe } from '../imports/recipe.ts'
import { columnsOf } from '../imports/columns.ts'
import type { KnownRecipe } from './saved-recipes.ts'

/** As far as an import looks for a header. */
const rowsLookedAt = 50

/** The recipes all of whose columns stand where they expect the header. None: no recipe fits, or the file is not a table. */
export async function recipesThatFit(source: ImportSource, known: readonly KnownRecipe[]): Promise<KnownRecipe[]> {
  if (await startsLikeJson(source)) return jsonRecipesThatFit(source, known)
  const rows = await firstRows(source)
  return known.filter(({ recipe }) => recipe.file.format !== 'json' && recipe.file.format !== 'hexjson' && fits(recipe, rows))
}

/** Those whose list is in the document with all the columns they name. Every object has keys and values, so a recipe that names no more is for a whole document of codes. */
async function jsonRecipesThatFit(source: ImportSource, known: readonly KnownRecipe[]): Promise<KnownRecipe[]> {
  const fitting: KnownRecipe[] = []
  for (const one of known) {
    const { format } = one.recipe.file
    if ((format === 'json' || format === 'hexjson') && (await hasList(source, one.recipe))) fitting.push(one)
  }
  return fitting
}

async function hasList(source: ImportSource, recipe: Recipe): Promise<boolean> {
  try {
    const table = await openTable(source.open, { ...openingOf(recipe), file: source.name })
    const names = columnsOf(recipe)
    const first = await table.rows[Symbol.asyncIterator]().next()
    await table.close()
    if (!names.every((name) => findColumn(table.columns, name))) return false
    const saysMore = names.some((name) => name !== 'key' && name !== 'position' && name !== 'value') || recipe.file.path !== undefined
    return saysMore || (first.done !== true && /^[A-Z0-9]{3,12}$/.test(first.value.cells[0] ?? ''))
  } catch (cause) {
    if (cause instanceof TableProblem) return false
    throw cause
  }
}

function fits(recipe: Recipe, rows: readonly Row[]): boolean {
  const names = columnsOf(recipe).filter((name) => !/^column \d+$/.test(name))
  if (names.length === 0) return false
  return headersOf(recipe, rows).some(({ cells }) => {
    const columns = nameColumns(cells)
    return names.every((name) => findColumn(columns, name))
  })
}

/** The rows in which a recipe may find its header. */
function headersOf({ file: { header } }: Recipe, rows: readonly Row[]): readonly Row[] {
  switch (header) {
    case 'find':
      return rows
    case 'first':
      return rows.slice(0, 1)
    case 'none':
      return []
    default:
      return rows.filter(({ line }) => line === (typeof header === 'number' ? header : header.lines.at(-1)))
  }
}

/** Rows as they stand: a title above the header has fewer cells than the header itself. */
async function firstRows(source: ImportSource): Promise<Row[]> {
  try {
    const table = await openTable(source.open, { file: source.name, header: 'none', shortRows: 'as-they-are' })
    const rows: Row[] = []
    for await (const row of table.rows) {
      rows.push(row)
      if (rows.length >= rowsLookedAt) break
    }
    await table.close()
    return rows
  } catch (cause) {
    if (cause instanceof TableProblem) return []
    throw cause
  }
}

async function startsLikeJson(source: ImportSource): Promise<boolean> {
  for await (const chunk of source.open()) return /^\uFEFF?\s*[[{]/.test(Buffer.from(chunk.subarray(0, 100)).toString('utf8'))
  return false
}
