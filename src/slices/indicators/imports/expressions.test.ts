import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { sourceOf } from '#kernel/tables/index.ts'
import { embeddedStore } from '#kernel/testing/store.ts'
import { buildAuthorities } from '#slices/places/builders.ts'
import { periodAtEnd } from '../guessing/when.ts'
import { firstRows } from '../pages/first-rows.ts'
import { expressionFault, expressionOf } from './expressions.ts'
import { parseRecipe } from './ready.ts'
import { importFile } from './run.ts'

const system: Actor = { kind: 'system', name: 'test' }
/** Takes other engines longer than anybody lives on forty letters. */
const endless = '(a+)+$'

describe('an expression', () => {
  test('takes a time that grows with the text and no faster, whatever it is', () => {
    const began = performance.now()
    expect(expressionOf(endless).fits(`${'a'.repeat(100_000)}b`)).toBe(false)
    expect(expressionOf(`^${endless}`).find('a'.repeat(100_000))?.first).toHaveLength(100_000)
    expect(expressionOf('^(.*)*(.*)*(.*)*x$').find('y'.repeat(20_000))).toBeNull()
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  test('gives what the engine of JavaScript gives, for everything both know', () => {
    const piece = fc.constantFrom('a', 'b', '-', '\\d', '[ab]', '[^a]', '.', '\\w', '(a|b)', '(?<one>a+?)', '(?<two>\\d{2})', '(?:ab)?', 'b*', '\\b', '\\/', '\\u00e9', 'é', '20\\d{2}', '\\|')
    const pattern = fc.tuple(fc.constantFrom('', '^'), fc.uniqueArray(piece, { minLength: 1, maxLength: 6 }), fc.constantFrom('', '$')).map(([start, pieces, end]) => start + pieces.join('') + end)
    const text = fc.array(fc.constantFrom('a', 'b', 'ab', '-', '7', '2023', 'é', '/', '|', ' '), { maxLength: 8 }).map((parts) => parts.join(''))
    fc.assert(fc.property(pattern, text, (source, given) => {
      const own = new RegExp(source, 'u').exec(given)
      const found = expressionOf(source).find(given)
      expect(expressionOf(source).fits(given)).toBe(own !== null)
      expect(found?.whole).toBe(own?.[0])
      if (own) expect(found?.first ?? undefined).toBe(own[1])
      for (const [name, held] of Object.entries(own?.groups ?? {})) expect(found?.groups[name] ?? undefined).toBe(held)
    }), { numRuns: 300 })
  })

  test('is refused in words where it asks for what such an engine cannot do, or is none', () => {
    for (const source of ['^(?!E47)', 'a(?=b)', '(?<!a)b', '(?<=a)b']) expect(expressionFault(source), source).toContain('looks ahead or behind')
    for (const source of ['(a)\\1', '(?<x>a)\\k<x>']) expect(expressionFault(source), source).toContain('refers back')
    expect(expressionFault('(')).toBe('is not a valid regular expression')
    expect(expressionFault('a{1001}')).toContain('invalid repeat count')
    for (const source of ['\\(\\?=', 'a\\\\1', '^(?<year>\\d{4})$', '(?i:total)', periodAtEnd]) expect(expressionFault(source), source).toBeNull()
  })

  test('of every ready recipe can be used', () => {
    const folder = join(import.meta.dirname, '../recipes')
    const written = readdirSync(folder).flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/"(?:matches|does_not_match|columns|except)": ("(?:[^"\\]|\\.)+")/g)].map(([, text = '']) => JSON.parse(text) as string))
    expect(written.length).toBeGreaterThan(12)
    for (const source of written) expect(expressionFault(source), source).toBeNull()
  })
})

describe('a recipe with an expression that other engines never finish', () => {
  const recipe = (where: object) => parseRecipe(JSON.stringify({
    recipe: 'endless', title: 'Endless', publisher: 'Test', source: 'a test', licence: 'none', produces: 'observations',
    authority: { column: 'council', by: 'any' }, period: { column: 'year', kind: 'financial-year' }, measure: { code: { fixed: 'bins' } },
    leave_out: [{ where: { column: 'note', ...where }, because: 'a test' }], values: [{ value: 'rate' }],
    measures: { title: { fixed: 'Bins' }, unit: { fixed: '%' }, unit_kind: { fixed: 'percentage' }, polarity: { fixed: 'none' } },
  }), 'endless.json')
  const note = `${'a'.repeat(50_000)}b`
  const file = { name: 'endless.csv', open: sourceOf(`council,year,rate,note\nS12000001,2021-22,1,${note}\nS12000001,2022-23,2,aaa\n`) }

  test('is imported and previewed in no time on long cells', async () => {
    const database = await embeddedStore()
    const { store } = database
    await buildAuthorities(store, [{ code: 'S12000001' }])
    const began = performance.now()
    const report = await importFile(store, system, file, recipe({ matches: `^${endless}` }), { dryRun: true })
    expect(report).toMatchObject({ outcome: 'would-import', counts: { new: 1, left_out: [{ because: 'a test', rows: 1 }] } })
    expect(await firstRows(store, system, file, recipe({ matches: `^${endless}` }), null)).toMatchObject({ kind: 'figures', figures: [{ line: 2 }] })
    expect(await firstRows(store, system, file, recipe({ does_not_match: `^${endless}` }), null)).toMatchObject({ kind: 'figures', figures: [{ line: 3 }] })
    expect(performance.now() - began).toBeLessThan(10_000)
    await database.close()
  })
})
