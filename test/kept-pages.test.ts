import pino from 'pino'
import { expect, test } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { completeHouse } from '#kernel/slice.ts'
import { sourceOf } from '#kernel/tables/index.ts'
import { embeddedStore } from '#kernel/testing/store.ts'
import { importFile, readRecipe } from '#slices/indicators/index.ts'
import { withdrawImport } from '#slices/indicators/imports/commands.ts'
import { buildAuthorities } from '#slices/places/builders.ts'
import { createApp } from '#app'

const system: Actor = { kind: 'system', name: 'test' }
const recipe = readRecipe(JSON.stringify({
  recipe: 'visits', title: 'Visits', publisher: 'Test', source: 'https://example.org', licence: 'none', produces: 'observations',
  authority: { column: 'Council', by: 'name' }, period: { fixed: '2023-24', kind: 'financial-year' }, measure: { code: { fixed: 'visits' } }, values: [{ value: 'Visits' }],
  measures: { title: { fixed: 'Visits in person' }, unit: { fixed: 'visits' }, unit_kind: { fixed: 'count' }, polarity: { fixed: 'higher' } },
}), 'visits.json')

test('a page kept for visitors follows an import, a correction and a withdrawal at once', async () => {
  const database = await embeddedStore()
  const { store } = database
  const house = completeHouse({ store, config: readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!' }), log: pino({ level: 'silent' }), now: () => new Date('2026-03-03T10:00:00Z') })
  const app = await createApp(house)
  await buildAuthorities(store, [{ code: 'S12000047', known_name: 'Fife' }, { code: 'S12000042', known_name: 'Dundee City' }])
  const release = (fife: number) => importFile(store, system, { name: 'visits.csv', open: sourceOf(`Council,Visits\nFife,${fife}\nDundee City,7\n`) }, recipe)
  const shown = async () => {
    const pages = await Promise.all(['/measures/visits', '/authorities/S12000047', '/authorities/S12000047/measures/visits'].map(async (url) => (await app.inject(url)).body))
    return [4321, 5678].filter((value) => pages.every((page) => page.includes(value.toLocaleString('en-GB'))))
  }
  await release(4321)
  expect([await shown(), await shown()]).toEqual([[4321], [4321]])
  const corrected = await release(5678)
  expect((await shown()).at(-1)).toBe(5678)
  await store.change(system, 'imports.withdraw', (trx) => withdrawImport(trx, system, corrected.import ?? 0, 'it was wrong'))
  expect((await shown())[0]).toBe(4321)
  expect((await app.inject('/authorities/S12000047')).body).not.toContain('5,678')
  await app.close()
  await database.close()
})
