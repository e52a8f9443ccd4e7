/** The period of a file that says it only in a line above its table. */
import { openTable, TableProblem } from '#kernel/tables/index.ts'
import { expressionOf } from './expressions.ts'
import { openingOf, type ImportSource } from './reading.ts'
import type { ObservationsRecipe } from './recipe.ts'

/** The recipe with the period as found above the table, as if the recipe itself had named it. Throws a TableProblem where the line says none. */
export async function withPeriodAbove(source: ImportSource, recipe: ObservationsRecipe): Promise<ObservationsRecipe> {
  if (recipe.period?.above === undefined) return recipe
  const { above, ...period } = recipe.period
  const text = await lineOf(source, recipe, above.line)
  const match = expressionOf(above.matches).find(text)
  const found = match?.first ?? match?.whole
  if (found === undefined) {
    const seen = text === '' ? 'the line is blank, or the file has no such line' : `"${text.slice(0, 120)}"`
    throw new TableProblem('header', { file: source.name, line: above.line, column: null, seen: `the period should stand in this line, and ${seen} does not say it`, expected: `a text that fits ${above.matches}` })
  }
  return { ...recipe, period: { ...period, fixed: found } }
}

async function lineOf(source: ImportSource, recipe: ObservationsRecipe, line: number): Promise<string> {
  // Lines above a table have as many cells as they like.
  const table = await openTable(source.open, { ...openingOf(recipe), header: 'none', shortRows: 'fill', file: source.name, onProblem: () => undefined })
  try {
    for await (const row of table.rows) {
      if (row.line === line) return row.cells.filter((cell) => cell.trim() !== '').join(' ').trim()
      if (row.line > line) break
    }
    return ''
  } finally {
    await table.close()
  }
}
