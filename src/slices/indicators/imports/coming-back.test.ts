import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { sourceOf } from '#kernel/tables/index.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { people } from '#slices/people/index.ts'
import { buildAuthorities } from '#slices/places/builders.ts'
import { places } from '#slices/places/index.ts'
import { indicators } from '../index.ts'
import { askedServer } from '../pages/asking.ts'
import { parseRecipe } from './ready.ts'
import { importFile } from './run.ts'

// What the workbench puts out as CSV, brought in again: docs/exports.md gives the recipe.

const system: Actor = { kind: 'system', name: 'test' }
let database: TestStore
let server: Awaited<ReturnType<typeof askedServer>>
beforeAll(async () => {
  database = await embeddedStore()
  server = await askedServer(database, [people, places, indicators])
  await buildAuthorities(database.store, [{ code: 'S90000001', known_name: '=North Glen' }, { code: 'S90000002', known_name: 'South Glen' }])
})
afterAll(async () => {
  await server.app.close()
  await database.close()
})

const about = { title: 'Bins', publisher: 'Test', source: 'a test', licence: 'none', produces: 'observations' }
const measures = { title: { fixed: '=Bins' }, unit: { fixed: '%' }, unit_kind: { fixed: 'percentage' }, polarity: { fixed: 'none' } }
const first = parseRecipe(JSON.stringify({
  ...about, recipe: 'bins', authority: { column: 'council', by: 'name' }, period: { column: 'year', kind: 'financial-year' }, measure: { code: { fixed: 'bins' } },
  values: [{ value: 'rate', numerator: 'n', lower: 'low', status: 'status' }], missing: { '-': 'not-available', '+': 'suppressed' }, status: { p: 'provisional' }, measures,
}), 'bins.json')
const again = parseRecipe(JSON.stringify({
  ...about, recipe: 'bins-again', file: { guarded: true }, authority: { column: 'name', by: 'name' }, period: { column: 'period', kind: 'financial-year' }, measure: { code: { column: 'measure' } },
  values: [
    { value: 'value', numerator: 'numerator', denominator: 'denominator', lower: 'lower', upper: 'upper', status: 'status', leave_out: [{ where: { column: 'status', is: 'absent' }, because: 'absent figures, which have a reason instead' }] },
    { value: 'value', status: 'reason', leave_out: [{ where: { column: 'status', does_not_match: '^absent$' }, because: 'figures that are there' }] },
  ],
  status: {
    published: 'published', provisional: 'provisional', estimated: 'estimated', low: 'low', revised: 'revised', missing: 'missing', suppressed: 'suppressed', 'not-collected': 'not-collected',
    'not-applicable': 'not-applicable', 'not-available': 'not-available', unreliable: 'unreliable',
  },
}), 'again.json')

test('a CSV of figures that the workbench put out comes in again with nothing new and nothing revised', async () => {
  const published = 'council,year,rate,n,low,status\n=North Glen,2021-22,-4.10,41,-5.2,\n=North Glen,2022-23,0.5,,,p\nSouth Glen,2021-22,-,,,\nSouth Glen,2022-23,+,,,\n'
  expect(await importFile(database.store, system, { name: 'bins.csv', open: sourceOf(published) }, first)).toMatchObject({ outcome: 'imported', counts: { new: 4 } })
  const { body } = await server.stranger().get('/api/v1/observations.csv')
  expect(body).toContain(`'=North Glen`)
  const report = await importFile(database.store, system, { name: 'observations.csv', open: sourceOf(body) }, again, { dryRun: true })
  expect(report).toMatchObject({ outcome: 'nothing-new', refusals: [], counts: { new: 0, revised: 0, unchanged: 4 } })
})

test('text that was guarded comes in as it was where the recipe says that the file is guarded, and only there', async () => {
  const { body } = await server.stranger().get('/api/v1/measures.csv')
  expect(body).toContain(`'=Bins`)
  const title = async (file: object) => {
    const recipe = parseRecipe(JSON.stringify({
      ...about, recipe: 'measures-again', produces: 'measures', file, measure: { code: { template: 'copy-of-{code}' } },
      fields: { title: { column: 'title' }, unit: { column: 'unit' }, unit_kind: { column: 'unit_kind' }, polarity: { column: 'polarity' } },
    }), 'measures-again.json')
    const report = await importFile(database.store, system, { name: 'measures.csv', open: sourceOf(body) }, recipe)
    expect(report, JSON.stringify(report.refusals)).toMatchObject({ outcome: 'imported' })
    return (await database.raw.rows<{ title: string }>(`select title from indicators.measure_version v join indicators.measure m on m.id = v.measure where m.code = 'copy-of-bins' order by v.version desc limit 1`))[0]?.title
  }
  expect(await title({})).toBe(`'=Bins`)
  expect(await title({ guarded: true })).toBe('=Bins')
})
