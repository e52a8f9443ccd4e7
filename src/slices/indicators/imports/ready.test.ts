import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sourceOf } from '#kernel/tables/index.ts'
import { embeddedStore } from '#kernel/testing/store.ts'
import { buildAuthorities } from '#slices/places/builders.ts'
import { importFile } from './run.ts'
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

  test('are refused for words no definition can have, for a header that cannot be told, and for a shape, with an example', () => {
    const faultsOf = (own: object) => {
      try {
        parseRecipe(JSON.stringify({
          recipe: 'mine', title: 'x', publisher: 'x', source: 'x', licence: 'x', produces: 'observations',
          authority: { fixed: 'Fife' }, period: { fixed: '2021-22' }, measure: { code: { fixed: 'm' } }, values: [{ value: 'v' }], ...own,
        }), 'mine.json')
        return []
      } catch (problem) {
        return (problem as { faults: { field: string; message: string }[] }).faults.map(({ field, message }) => `${field}: ${message}`)
      }
    }
    const measures = (own: object) => ({ measures: { title: { column: 't' }, unit: { fixed: '%' }, unit_kind: { fixed: 'percentage' }, polarity: { fixed: 'higher' }, ...own } })
    expect(faultsOf(measures({}))).toEqual([])
    expect(faultsOf(measures({ unit_kind: { fixed: 'percent' }, polarity: { column: 'p', map: { up: 'more' } }, decimals: { fixed: '9' } }))).toEqual([
      'measures.unit_kind: "percent" is not one of percentage, money, rate, count, days, weeks, hours, score, ratio, other',
      'measures.decimals: "9" cannot stand here: Too big: expected number to be <=6',
      'measures.polarity: "more" is not one of higher, lower, midpoint, none',
    ])
    expect(faultsOf({ file: { header: 'find' } })).toEqual([expect.stringMatching(/^file\.header: "find" looks for .* names only one: too few/)])
    expect(faultsOf({ authority: [{ column: 'a' }] })).toEqual(['authority: Invalid input: expected object, received array. Write it like { "column": "Council", "by": "name" }'])
  })

  test('in the documentation are real: the first and the one for groups are imported with their files', async () => {
    const text = readFileSync(join(import.meta.dirname, '../../../../docs/recipes.md'), 'utf8')
    const blocks = (kind: string) => [...text.matchAll(new RegExp(`\`\`\`${kind}\\n([^\`]+)\`\`\``, 'g'))].map((match) => match[1] ?? '')
    for (const block of blocks('json')) JSON.parse(block)
    const [file = '', groups = ''] = blocks('csv')
    const [recipe = ''] = blocks('json')
    const ofGroups = blocks('json').find((block) => block.includes('"groups"')) ?? ''
    const database = await embeddedStore()
    const { store } = database
    await buildAuthorities(store, [{ code: 'S12000033', known_name: 'Aberdeen City' }, { code: 'S12000047', known_name: 'Fife' }, { code: 'S12000042', known_name: 'Dundee City' }, { code: 'S12000030', known_name: 'Stirling' }])
    const report = await importFile(store, { kind: 'system', name: 'test' }, { name: 'repairs.csv', open: sourceOf(file) }, parseRecipe(recipe, 'repairs.json'))
    const grouped = await importFile(store, { kind: 'system', name: 'test' }, { name: 'four.csv', open: sourceOf(groups) }, parseRecipe(ofGroups, 'our-groups.json'))
    const address = await database.raw.rows('select type, source, slug from places.comparator_group')
    await database.close()
    expect(grouped).toMatchObject({ outcome: 'imported', counts: { rows_read: 4, new: 1 } })
    expect(address).toEqual([{ type: 'family', source: 'ours', slug: 'four' }])
    expect(report).toMatchObject({
      outcome: 'imported', warnings: [], measures_made: ['repairs-in-time'],
      counts: { rows_read: 6, new: 5, reference: 1, absent: { 'not-available': 1 }, left_out: [{ because: 'totals', rows: 1 }] },
    })
  })

  test('that are not JSON say so', () => {
    expect(() => parseRecipe('{', 'mine.json')).toThrow('mine.json is not JSON')
  })
})
