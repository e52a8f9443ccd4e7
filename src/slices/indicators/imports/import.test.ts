import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { checksums } from '#kernel/testing/checksums.ts'
import { bothStores, type TestStore } from '#kernel/testing/store.ts'
import { sourceOf } from '#kernel/tables/index.ts'
import { buildAuthorities } from '#slices/places/builders.ts'
import { buildMeasure } from '../builders.ts'
import { changesOf } from '../observations/changes.ts'
import { figuresOf } from '../observations/queries.ts'
import { measureByCode } from '../measures/queries.ts'
import { withdrawImport } from './commands.ts'
import { importById, statedMoment } from './queries.ts'
import { parseRecipe } from './ready.ts'
import { placeOf } from './report.ts'
import { importFile, type ImportOptions } from './run.ts'

const system: Actor = { kind: 'system', name: 'test' }

const recipe = parseRecipe(JSON.stringify({
  recipe: 'recycling', title: 'Recycling', publisher: 'Test', source: 'a test', licence: 'none', produces: 'observations',
  authority: { column: 'council', by: 'name' }, reference: { areas: { Scotland: { code: 'S92000003', name: 'Scotland', level: 'country' } } },
  period: { column: 'year', kind: 'financial-year' }, measure: { code: { column: 'code' } },
  values: [{ value: 'rate', numerator: 'recycled', denominator: 'collected', status: 'status' }],
  missing: { '…': 'not-collected' }, status: { c: 'suppressed', p: 'provisional' },
  leave_out: [{ where: { column: 'council', is: 'Total' }, because: 'totals' }],
}), 'recycling.json')

const definition = { title: { column: 'code' }, unit: { fixed: '%' }, unit_kind: { fixed: 'percentage' }, polarity: { fixed: 'none' } }
const making = { ...recipe, measures: definition } as typeof recipe

const header = 'code,council,year,rate,recycled,collected,status\n'
const june = `${header}recycling,North Glen,2021-22,41.5,415,1000,
recycling,South Glen,2021-22,,,,c
recycling,Scotland,2021-22,43,,,
recycling,Total,2021-22,99,,,
recycling,North Glen,2022-23,42,420,1000,p
recycling,South Glen,2022-23,0,0,900,
`
/** The next release: one figure corrected, one no longer suppressed, one as before written otherwise, one new. */
const july = `${header}recycling,North Glen,2021-22,41.50,415.0,1000,
recycling,South Glen,2021-22,38,,,
recycling,North Glen,2022-23,42.4,424,1000,
recycling,South Glen,2022-23,0,0,900,
recycling,South Glen,2023-24,…,,,
`

describe.each(bothStores)('importing figures into %s', (_name, open) => {
  let database: TestStore
  const bring = (text: string, options: ImportOptions = {}, own = recipe) =>
    importFile(database.store, system, { name: 'recycling.csv', open: sourceOf(text) }, own, options)
  const valuesKnownAt = (moment?: Date) => database.store.read(system, async (db) => {
    const measure = await measureByCode(db, 'recycling')
    const periods = await db.selectFrom('indicators.period').select('id').orderBy('starts').execute()
    const authorities = await db.selectFrom('places.authority').select('id').execute()
    const figures = await figuresOf(db, measure, { authorities: authorities.map(({ id }) => id), periods: periods.map(({ id }) => id), knownAt: moment })
    return figures.toSorted((a, b) => a.authority - b.authority || a.period - b.period).map((figure) => figure.value ?? figure.reason)
  })

  beforeEach(async () => {
    database = await open()
    await buildAuthorities(database.store, [{ code: 'S12000901', known_name: 'North Glen' }, { code: 'S12000902', known_name: 'South Glen' }])
    await buildMeasure(database.store, { code: 'recycling', numerator_multiplier: 100 })
    return () => database.close()
  })

  test('counts what is new, absent, for reference and left out, and keeps all of it', async () => {
    const report = await bring(june)
    expect(report).toMatchObject({
      outcome: 'imported', import: 1, refusals: [], warnings: [],
      counts: { rows_read: 6, new: 5, revised: 0, unchanged: 0, absent: { suppressed: 1 }, reference: 1, left_out: [{ because: 'totals', rows: 1 }] },
    })
    expect(report.explanation[0]).toBe('recycling.csv was imported: 5 figures changed. 6 rows read.')
    expect(await valuesKnownAt()).toEqual([41.5, 42, 'suppressed', 0])
  })

  test('a second time changes nothing and adds no import', async () => {
    await bring(june)
    const before = await checksums(database.raw)
    expect(await bring(june)).toMatchObject({ outcome: 'nothing-new', import: null, counts: { new: 0, revised: 0, unchanged: 5 } })
    expect(await checksums(database.raw)).toEqual(before)
  })

  test('a dry run reports the same and keeps nothing', async () => {
    const before = await checksums(database.raw)
    const report = await bring(june, { dryRun: true })
    expect(report).toMatchObject({ outcome: 'would-import', import: null, counts: { new: 5 } })
    expect(await checksums(database.raw)).toEqual(before)
  })

  test('a later release supersedes what changed, leaves what did not, and lists the changes', async () => {
    await bring(june, { knownAt: new Date('2023-06-30') })
    const report = await bring(july, { knownAt: new Date('2023-07-31') })
    const stored = await database.store.read(system, (db) => importById(db, report.import ?? 0))
    expect(stored.known_from, 'known from the moment that was stated').toEqual(new Date('2023-07-31'))
    expect(stored.made_at.getTime(), 'made when it was made').toBeGreaterThan(Date.now() - 600_000)
    expect(statedMoment(stored)).toEqual(new Date('2023-07-31'))
    const [kept] = await database.raw.rows<{ after: string }>(`select after from kernel.trail where subject = 'import:${report.import}' order by entry desc limit 1`)
    expect(JSON.parse(kept?.after ?? '{}')).toMatchObject({ known_from: '2023-07-31T00:00:00.000Z', sha256: stored.sha256 })
    expect(report.counts).toMatchObject({ new: 1, revised: 2, unchanged: 2, absent: { 'not-collected': 1 } })
    expect(await valuesKnownAt()).toEqual([41.5, 42.4, 38, 0, 'not-collected'])
    expect(await valuesKnownAt(new Date('2023-07-15'))).toEqual([41.5, 42, 'suppressed', 0])
    const changes = await database.store.read(system, (db) => changesOf(db, report.import ?? 0, { limit: 10, offset: 0 }))
    expect(changes.map(({ name, period, was, is_now, difference, new: fresh }) => [name, period, was, is_now, difference, fresh])).toEqual([
      ['South Glen', '2021-22', null, '38', null, false],
      ['North Glen', '2022-23', '42', '42.4', '0.4', false],
      ['South Glen', '2023-24', null, null, null, true],
    ])
  })

  test('a withdrawn import ends, and what it replaced stands again', async () => {
    await bring(june)
    const { import: id, known_from } = await bring(july)
    const between = new Date(known_from ?? 0)
    const withdraw = () => database.store.change(system, 'imports.withdraw', (trx) => withdrawImport(trx, system, id ?? 0, 'the wrong file'))
    expect(await withdraw()).toMatchObject({ closed: 3, restored: 2 })
    expect(await valuesKnownAt()).toEqual([41.5, 42, 'suppressed', 0])
    expect(await valuesKnownAt(between)).toEqual([41.5, 42.4, 38, 0, 'not-collected'])
    await expect(withdraw()).rejects.toThrow('has been withdrawn already')
    expect(await bring(july), 'the same file can be imported again').toMatchObject({ outcome: 'imported', counts: { new: 1, revised: 2 } })
  })

  test('a withdrawal names the later imports that held some of the same and kept nothing of their own', async () => {
    const first = await bring(june)
    const later = await bring(july)
    expect(later.counts.unchanged).toBe(2)
    const gone = await database.store.change(system, 'imports.withdraw', (trx) => withdrawImport(trx, system, first.import ?? 0, 'the wrong file'))
    expect(gone.explanation.at(-1)).toBe(`Later imports found some of what they held here already and did not keep it a second time: ${later.import}. If one of them held the same, import its file again afterwards.`)
    const last = await database.store.change(system, 'imports.withdraw', (trx) => withdrawImport(trx, system, later.import ?? 0, 'that too'))
    expect(last.explanation.join(' ')).not.toContain('Later imports')
  })

  test('a release cannot become known before one that the store already has', async () => {
    await bring(july, { knownAt: new Date('2023-07-31') })
    const before = await checksums(database.raw)
    const report = await bring(june, { knownAt: new Date('2023-06-30') })
    expect(report).toMatchObject({ outcome: 'refused', refusals: [{ expected: 'a moment after the figures that the store already has' }] })
    expect(await checksums(database.raw)).toEqual(before)
  })

  test('one row that cannot be read leaves the store as it was, and every such row is named', async () => {
    const before = await checksums(database.raw)
    const report = await bring(`${june}recycling,West Glen,2022-23,4O,,,\nreuse,North Glen,2022-23,40,,,\nrecycling,North Glen,last year,40,,,\nrecycling,South Glen,2023-24,4O,,,\n`)
    expect(report).toMatchObject({ outcome: 'refused', import: null, counts: { refused: 4 } })
    expect(report.refusals.map(({ line, column, seen }) => [line, column, seen])).toEqual([
      [8, 'council', 'West Glen'], [9, 'measure', 'reuse'], [10, 'year', 'last year'], [11, 'rate', '4O'],
    ])
    expect(await checksums(database.raw)).toEqual(before)
  })

  test('a figure given twice counts once when it is the same and is refused with both lines when it is not', async () => {
    expect(await bring(`${june}recycling,North Glen,2021-22,41.50,415,1000,\n`, { dryRun: true })).toMatchObject({ outcome: 'would-import', counts: { new: 5, repeated: 1 } })
    const before = await checksums(database.raw)
    const report = await bring(`${june}recycling,North Glen,2021-22,14.5,415,1000,\n`)
    expect(report).toMatchObject({ outcome: 'refused', refusals: [{ line: 8, column: 'rate', seen: '14.5', expected: '41.5, as on line 2' }] })
    expect(await checksums(database.raw)).toEqual(before)
  })

  test('a value far from numerator ÷ denominator is warned of, not refused', async () => {
    const report = await bring(june.replace('42,420,', '42,240,'))
    expect(report.outcome).toBe('imported')
    expect(report.warnings).toMatchObject([{ check: 'value-disagrees', line: 6, seen: '42', expected: '24' }])
  })

  test('a marker that the recipe does not explain, and a reason beside a value, are refused', async () => {
    const report = await bring(june.replace('1000,p', '1000,q').replace(',,,,c', ',38,,,c').replace('2021-22,,38', '2021-22,38'))
    expect(report.refusals.map(({ line, seen }) => [line, seen])).toEqual([[3, '38'], [6, 'q']])
  })

  test('a file of which nothing is left is refused', async () => {
    expect(await bring(header)).toMatchObject({ outcome: 'refused', refusals: [{ seen: 'the file has a header and no rows' }] })
  })

  test('a measure that the register does not have is made when the recipe says how, and ends with the import', async () => {
    const report = await bring(`${header}reuse,North Glen,2021-22,5,,,\n`, {}, making)
    expect(report).toMatchObject({ outcome: 'imported', measures_made: ['reuse'], counts: { measures_made: 1, new: 1 } })
    await database.store.change(system, 'imports.withdraw', (trx) => withdrawImport(trx, system, report.import ?? 0, 'a try'))
    const left = await database.raw.rows(`select from indicators.measure_version v join indicators.measure m on m.id = v.measure where m.code = 'reuse' and v.known_to = 'infinity'`)
    expect(left).toEqual([])
  })

  test('a measure whose import was withdrawn is made anew by the next, and is honest about the time between', async () => {
    const reuse = `${header}reuse,North Glen,2021-22,5,,,\n`
    const defined = (moment?: Date) => database.store.read(system, (db) => measureByCode(db, 'reuse', moment))
    const { import: id, known_from } = await bring(reuse, {}, making)
    const before = new Date(Date.parse(known_from ?? '') - 1)
    await database.store.change(system, 'imports.withdraw', (trx) => withdrawImport(trx, system, id ?? 0, 'the wrong file'))
    const [{ withdrawn_at: between } = { withdrawn_at: before }] = await database.raw.rows<{ withdrawn_at: Date }>(`select withdrawn_at from indicators.import where id = ${id}`)
    await expect(defined()).rejects.toThrow('The measure reuse has no definition that stands: the import that brought it was withdrawn. Import its definition again.')
    expect(await bring(reuse), 'by a recipe that cannot make it').toMatchObject({ outcome: 'refused', refusals: [{ seen: 'reuse', expected: 'a measure with a definition that stands' }] })
    expect(await bring(reuse, {}, making)).toMatchObject({ outcome: 'imported', measures_made: ['reuse'], counts: { measures_made: 1, new: 1 } })
    expect(await defined()).toMatchObject({ version: 2, title: 'reuse' })
    await expect(defined(between)).rejects.toThrow('had no definition that stood at')
    await expect(defined(before)).rejects.toThrow('was not yet known here at')
    const figures = (moment?: Date) => database.raw.rows(`select value from indicators.observation o join indicators.measure m on m.id = o.measure
      where m.code = 'reuse' and known_from <= '${(moment ?? new Date()).toISOString()}' and known_to > '${(moment ?? new Date()).toISOString()}'`)
    expect([await figures(), await figures(between)]).toEqual([[{ value: '5' }], []])
  })

  test('a definition in the recipe that differs from the one here is not taken, and the report says so', async () => {
    const reuse = `${header}reuse,North Glen,2021-22,5,,,\n`
    await bring(reuse, {}, making)
    const other = { ...recipe, measures: { ...definition, title: { fixed: 'Reused' }, decimals: { fixed: '3' } } } as typeof recipe
    const report = await bring(reuse, {}, other)
    expect(report).toMatchObject({ outcome: 'nothing-new', notes: ['The definition of reuse in the recipe differs from the one here (title, decimals) and was not taken; a recipe that produces measures changes it.'] })
    expect(report.explanation).toContain(report.notes[0])
    expect((await bring(reuse, {}, making)).notes).toEqual([])
  })

  test('a refusal names its lines and its column, and says what to do about a sign that is no number', async () => {
    const report = await bring(`${header}recycling,North Glen,2021-22,:,,,\nrecycling,South Glen,2021-22,:,,,\nrecycling,North Glen,2022-23,4O,,,\n,,2022-23,1,,,\nrecycling,,2022-23,1,,,\n`)
    expect(report.refusals.map((refusal) => `${placeOf(refusal)}: ${refusal.message}`)).toEqual([
      'lines 2 and 3, rate: ":" is not a number. If it stands for a figure that is not there, add it under "missing".',
      expect.stringMatching(/^line 4, rate: "4O" cannot be read as a number/),
      expect.stringMatching(/^line 5, measure: The row does not say which measure/),
      expect.stringMatching(/^line 6, council: The row does not name an authority\. If it is a region or country, name it under "reference\.areas"/),
    ])
    const many = await bring(`${header}${'recycling,North Glen,2021-22,:,,,\n'.repeat(10)}`)
    expect(many.refusals.map(placeOf)).toEqual(['lines 2, 3, 4, 5 and 6 rows more, rate'])
  })

  test('where a column is blank, the authority is read from the other one the recipe names', async () => {
    const either = { ...recipe, authority: { column: 'status', by: 'gss', or: { column: 'council', by: 'name' } }, values: [{ value: 'rate' }] } as typeof recipe
    const report = await bring(`${header}recycling,,2021-22,41,,,S12000901\nrecycling,South Glen,2021-22,42,,,\nrecycling,West Glen,2021-22,43,,,\nrecycling,,2021-22,43,,,\n`, {}, either)
    expect(report.refusals.map(({ line, column }) => [line, column])).toEqual([[4, 'council'], [5, 'status']])
  })

  test('of a refused file no measure is said to be made', async () => {
    const report = await bring(`${header}reuse,North Glen,2021-22,5,,,\nreuse,North Glen,2021-22,6,,,\n`, {}, making)
    expect(report).toMatchObject({ outcome: 'refused', measures_made: [], notes: [], counts: { measures_made: 0 } })
  })
})

describe('importing figures of an organisation', () => {
  let database: TestStore
  beforeAll(async () => {
    database = await bothStores[0][1]()
    await buildAuthorities(database.store, [{ code: 'S12000901', known_name: 'North Glen' }, { code: 'S12000902', known_name: 'South Glen' }])
    await database.raw.exec(`insert into people.organisation (slug, name, kind) values ('north-glen', 'North Glen', 'authority'), ('south-glen', 'South Glen', 'authority')`)
    await buildMeasure(database.store, { code: 'recycling' })
    await buildMeasure(database.store, { code: 'local-recycling', organisation: 1 })
  })
  afterAll(() => database.close())

  test('keeps them to it, and does not reach national measures', async () => {
    const member = (organisation: number): Actor => ({
      kind: 'person', account: 1, name: 'officer', grants: [],
      memberships: [{ organisation, slug: '', name: '', kind: 'authority', authority: null, roles: ['performance-officer'] }],
    })
    await database.raw.exec(`insert into people.account (email, name, organisation) values ('officer@example.org', 'officer', 1)`)
    const bring = (text: string) =>
      importFile(database.store, member(1), { name: 'own.csv', open: sourceOf(text) }, recipe, { organisation: 1 })
    expect(await bring(june)).toMatchObject({ outcome: 'refused' })
    expect(await bring(june.replaceAll(/^recycling/gm, 'local-recycling'))).toMatchObject({ outcome: 'imported' })
    const seen = (actor: Actor) => database.store.read(actor, (db) => db.selectFrom('indicators.observation').select('id').execute())
    expect(await seen(member(1))).toHaveLength(5)
    expect(await seen(member(2))).toEqual([])
    expect(await seen({ kind: 'public' })).toEqual([])
  })
})
