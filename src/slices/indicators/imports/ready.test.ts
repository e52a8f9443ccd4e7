import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseRecipe, readyRecipe, readyRecipeNames, recipeJsonSchema } from './ready.ts'

describe('recipes', () => {
  test('that come with the program can all be followed and bear the name of their file', () => {
    const names = readyRecipeNames()
    expect(names.map((name) => readyRecipe(name).recipe)).toEqual(names)
    expect(names.length).toBeGreaterThan(25)
  })

  test('have a JSON Schema in the documentation that is true', () => {
    const published: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../docs/recipe.schema.json'), 'utf8'))
    expect(published).toEqual(JSON.parse(JSON.stringify(recipeJsonSchema())))
  })

  test('that cannot be followed are refused with every fault by its place', () => {
    const text = JSON.stringify({
      recipe: 'My recipe', title: 'x', publisher: 'x', source: 'x', licence: 'x', produces: 'observations',
      authority: { column: 'a', fixed: 'b' }, period: { column: 'p', kind: 'year' }, measure: { code: { fixed: 'm' } },
      values: [{ value: 'v', numerater: 'n' }], leave_out: [{ where: { column: 'a', matches: '(' }, because: 'x' }],
    })
    try {
      parseRecipe(text, 'mine.json')
      expect.unreachable()
    } catch (problem) {
      const { faults } = problem as { faults: { field: string; message: string }[] }
      expect(faults.map((fault) => fault.field)).toEqual(expect.arrayContaining(['recipe', 'authority', 'period.kind', 'values.0', 'leave_out.0.where.matches']))
    }
  })

  test('that are not JSON say so', () => {
    expect(() => parseRecipe('{', 'mine.json')).toThrow('mine.json is not JSON')
  })
})
