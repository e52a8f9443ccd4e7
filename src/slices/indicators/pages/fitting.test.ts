import { expect, test } from 'vitest'
import { sourceOf } from '#kernel/tables/index.ts'
import { parseRecipe } from '../imports/ready.ts'
import { recipesThatFit } from './fitting.ts'

const recipe = (name: string, header: string | number) => ({
  recipe: parseRecipe(JSON.stringify({
    recipe: name, title: name, publisher: 'Test', source: 'a test', licence: 'none', produces: 'observations', file: { header },
    authority: { column: 'Council', by: 'name' }, period: { column: 'Year' }, measure: { code: { fixed: 'repairs' } }, values: [{ value: 'Rate' }],
  }), name),
  owner: null,
  saved_at: null,
})

const known = [recipe('first', 'first'), recipe('find', 'find'), recipe('fourth', 4), recipe('second', 2)]
const fitting = async (text: string) => {
  const found = await recipesThatFit({ name: 'repairs.csv', open: sourceOf(text) }, known)
  return found.map((one) => one.recipe.recipe)
}

const rows = 'Council,Year,Rate\nFife,2021-22,91\n'

test('a header below titles of one cell and a blank line is found, and counted by lines of the file', async () => {
  expect(await fitting(`Housing repairs\n"Produced in June, late"\n\n${rows}`)).toEqual(['find', 'fourth'])
})

test('a header on the first line fits recipes that look there or anywhere', async () => {
  expect(await fitting(rows)).toEqual(['first', 'find'])
})

test('a file without one of the columns fits no recipe', async () => {
  expect(await fitting(rows.replace('Rate', 'Share'))).toEqual([])
})
