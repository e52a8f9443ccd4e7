import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { sourceOf } from '#kernel/tables/index.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { buildAuthorities } from '#slices/places/builders.ts'
import { parseRecipe } from './ready.ts'
import { importFile } from './run.ts'

// What a recipe decides about a file that does not say it plainly: prefixes of codes, regions, a title that gives the period.

const system: Actor = { kind: 'system', name: 'test' }
const head = { recipe: 'mine', title: 'Mine', publisher: 'Test', source: 'a test', licence: 'none' }

let database: TestStore
beforeAll(async () => {
  database = await embeddedStore()
  await buildAuthorities(database.store, [
    { code: 'E06000001', known_name: 'Ashby', region: 'west', kind: 'unitary', nation: 'england' },
    { code: 'E06000002', known_name: 'Birley', kind: 'unitary', nation: 'england' },
    { code: 'E06000003', known_name: 'Corve', kind: 'unitary', nation: 'england' },
  ])
})
afterAll(() => database.close())

const bring = (text: string, own: object) => importFile(database.store, system, { name: 'file.csv', open: sourceOf(text) }, parseRecipe(JSON.stringify({ ...head, ...own }), 'mine.json'))
const regions = () => database.raw.rows('select code, region_name from places.authority order by code')

const registered = { produces: 'authorities', code: { column: 'code' }, name: { column: 'name' }, kind: { fixed: 'UA' }, nation: { fixed: 'England' }, region: { column: 'region' }, keys: [{ scheme: 'gss', code: { column: 'code' } }] }
const placed = { produces: 'authorities', finds: { column: 'who', by: 'gss', after: 'la:' }, region: { column: 'region', map: { east: 'The East' } } }

test('a list of regions corrects and completes the register, says so, and is not undone by a register that says none', async () => {
  const report = await bring('who,region\nla:E06000001,east\nla:E06000002,east\nE06000003,nowhere\n', placed)
  expect(report).toMatchObject({ outcome: 'imported', counts: { revised: 2, unchanged: 1 } })
  expect(report.notes).toEqual(['Ashby is placed in The East; the register had west.', 'Birley is placed in The East; the register had no region.'])
  const after = [{ code: 'E06000001', region_name: 'The East' }, { code: 'E06000002', region_name: 'The East' }, { code: 'E06000003', region_name: null }]
  expect(await regions()).toEqual(after)
  expect(await bring('who,region\nla:E06000001,east\n', placed)).toMatchObject({ outcome: 'nothing-new' })
  await bring('code,name,region\nE06000001,Ashby Council,\nE06000002,Birley Council,\n', registered)
  expect(await regions()).toEqual(after)
  await bring('code,name,region\nE06000001,Ashby Council,The West\n', registered)
  expect((await regions())[0]).toEqual({ code: 'E06000001', region_name: 'The West' })
})

test('a code that an authority bears does not become a former code of it', async () => {
  const codes = { produces: 'authorities', finds: { column: 'who', by: 'gss' }, keys: [{ scheme: 'former-gss', code: { column: 'code' } }] }
  await bring('who,code\nE06000001,E06000001\nE06000001,E07000999\n', codes)
  expect(await database.raw.rows(`select scheme, code from places.authority_key where code like 'E0%' order by code`)).toEqual([
    { scheme: 'gss', code: 'E06000001' }, { scheme: 'gss', code: 'E06000002' }, { scheme: 'former-gss', code: 'E07000999' },
  ])
})

const titled = {
  produces: 'observations', file: { header: 3 }, decides: ['A zero is a zero.'], authority: { column: 'code', by: 'gss' }, measure: { code: { fixed: 'spending' } }, values: [{ value: 'amount' }],
  period: { above: { line: 1, matches: 'outturn (\\d{4}-\\d{2})' }, kind: 'financial-year' },
  measures: { title: { fixed: 'Spending' }, unit: { fixed: '£' }, unit_kind: { fixed: 'money' }, polarity: { fixed: 'none' } },
}

test('a period that only the title gives is taken from it, and a title that gives none refuses the file', async () => {
  const report = await bring('Revenue outturn 2015-16 (final),\n,\ncode,amount\nE06000001,0\n', titled)
  expect(report).toMatchObject({ outcome: 'imported', counts: { new: 1 } })
  expect(await database.raw.rows('select label from indicators.period')).toEqual([{ label: '2015-16' }])
  const refused = await bring('Revenue estimates 2015-16,\n,\ncode,amount\nE06000001,0\n', titled)
  expect(refused).toMatchObject({ outcome: 'refused', refusals: [{ line: 1, seen: expect.stringContaining('"Revenue estimates 2015-16" does not say it') as string }] })
})

test('what a recipe decides stands in the report of every import that is not refused', async () => {
  const text = 'outturn 2016-17,\n,\ncode,amount\nE06000001,0\n'
  expect((await bring(text, titled)).explanation.at(-1)).toBe('A zero is a zero.')
  expect((await bring(text, titled)).explanation).toContain('A zero is a zero.')
  expect((await bring(text.replace('E06000001', 'E06000099'), titled)).explanation).not.toContain('A zero is a zero.')
})

test('a member that a list names twice counts once, and the report says whose list it was', async () => {
  const lists = {
    produces: 'groups', type: 'neighbours', group_source: { fixed: 'mine' }, of: { column: 'of', by: 'gss' }, group_title: { fixed: 'the neighbours of {authority}' },
    members: { columns: [{ column: 'near', list: ' ' }], by: 'gss' },
  }
  const report = await bring('of,near\nE06000001,E06000002 E06000003 E06000002\nE06000002,E06000001\n', lists)
  expect(report).toMatchObject({ outcome: 'imported', counts: { new: 2 }, notes: ['1 member is named again in 1 list and counts once: the neighbours of Ashby Council (1).'] })
})
