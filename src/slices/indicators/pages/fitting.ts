/** Which recipes a file may be for, judged by the names of its columns. */
import { readTable, TableProblem } from '#kernel/tables/index.ts'
import type { ImportSource } from '../imports/reading.ts'
import type { Recipe } from '../imports/recipe.ts'
import { columnsOf } from '../imports/texts.ts'
import type { KnownRecipe } from './saved-recipes.ts'

/** Titles and notes above a header are seldom longer. */
const linesLookedAt = 30

/** The recipes all of whose columns stand where they expect the header. None: no recipe fits, or the file is not a table. */
export async function recipesThatFit(source: ImportSource, known: readonly KnownRecipe[]): Promise<KnownRecipe[]> {
  const isJson = await startsLikeJson(source)
  const lines = isJson ? [] : await firstLines(source)
  return known.filter(({ recipe }) => (recipe.file.format === 'json' ? isJson && recipe.file.format === 'json' : lines.length > 0 && fits(recipe, lines)))
}

function fits(recipe: Recipe, lines: readonly (readonly string[])[]): boolean {
  const names = columnsOf(recipe).filter((name) => !/^column \d+$/.test(name)).map(plain)
  if (names.length === 0) return false
  const { header } = recipe.file
  const candidates = header === 'find' ? lines : header === 'first' ? lines.slice(0, 1) : typeof header === 'number' ? lines.slice(header - 1, header) : []
  return candidates.some((line) => names.every((name) => line.includes(name)))
}

const plain = (name: string) => name.trim().toLowerCase()

async function firstLines(source: ImportSource): Promise<string[][]> {
  try {
    const table = await readTable(source.open, { file: source.name, header: 'none', shortRows: 'fill', onProblem: () => undefined })
    const lines: string[][] = []
    for await (const { cells } of table.rows) {
      lines.push(cells.map(plain))
      if (lines.length >= linesLookedAt) break
    }
    await table.close()
    return lines
  } catch (cause) {
    if (cause instanceof TableProblem) return []
    throw cause
  }
}

async function startsLikeJson(source: ImportSource): Promise<boolean> {
  for await (const chunk of source.open()) return /^\uFEFF?\s*[[{]/.test(Buffer.from(chunk.subarray(0, 100)).toString('utf8'))
  return false
}
