import { utils, write } from '@e965/xlsx'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { sourceOf } from '#kernel/tables/index.ts'
import { buildAuthorities } from '#slices/places/builders.ts'
import { parseRecipe } from './ready.ts'
import { importFile } from './run.ts'

const system: Actor = { kind: 'system', name: 'test' }
const head = { recipe: 'any', title: 'Any file', publisher: 'Test', source: 'a test', licence: 'none' }
const made = (unit: string) => ({ title: { column: 'heading' }, unit: { fixed: unit }, unit_kind: { fixed: 'other' }, polarity: { fixed: 'none' } })

let database: TestStore
beforeAll(async () => {
  database = await embeddedStore()
  await buildAuthorities(database.store, [{ code: 'S1', known_name: 'North Glen' }, { code: 'S2', known_name: 'South Glen' }, { code: 'S3', known_name: 'East Glen' }, { code: 'S4', known_name: 'West Glen' }])
}, 60_000)
afterAll(() => database.close())

const bring = (name: string, content: string | Uint8Array, own: object, dryRun = true) =>
  importFile(database.store, system, { name, open: sourceOf(content) }, parseRecipe(JSON.stringify({ ...head, ...own }), 'any.json'), { dryRun })

/** The figures of a measure: authority, period, value. */
const figures = (code: string) => database.raw.rows<{ who: string; label: string; value: string }>(`
  select a.code as who, p.label, o.value::text from indicators.observation o join indicators.measure m on m.id = o.measure
    join indicators.period p on p.id = o.period join places.authority a on a.id = o.authority
   where m.code = '${code}' and o.known_to = 'infinity' order by a.code, p.starts`)

describe('a wide table', () => {
  const wide = (values: object, own: object = {}) => ({
    produces: 'observations', authority: { column: 'Council', by: 'name' }, values: [{ columns: '^(?<year>\\d{4}-\\d\\d) (?<what>\\w+)$', ...values }], ...own,
  })
  const both = { period: { column: 'year', kind: 'financial-year' }, measure: { code: { template: 'wide-{what}' } } }

  test('gives a figure for each cell, with the measure and the period of its heading', async () => {
    const text = 'Council,2020-21 cost,2021-22 cost,2021-22 visits,Notes\nNorth Glen,1,2,3,x\nSouth Glen,4,5,6,\n'
    const report = await bring('wide.csv', text, wide(both, { measures: made('£') }), false)
    expect(report).toMatchObject({ outcome: 'imported', counts: { new: 6, measures_made: 2 } })
    expect(await figures('wide-cost')).toEqual([
      { who: 'S1', label: '2020-21', value: '1' }, { who: 'S1', label: '2021-22', value: '2' }, { who: 'S2', label: '2020-21', value: '4' }, { who: 'S2', label: '2021-22', value: '5' },
    ])
    expect(await database.raw.rows(`select title from indicators.measure_version v join indicators.measure m on m.id = v.measure where code = 'wide-visits'`)).toEqual([{ title: '2021-22 visits' }])
  })

  test('of two thousand columns keeps line and column of each fault', async () => {
    const headings = Array.from({ length: 2000 }, (_, index) => `${2000 + (index % 20)}-${String((1 + index) % 20).padStart(2, '0').replace('00', '20')} cost${Math.floor(index / 20)}`)
    const cells = headings.map((_, index) => (index === 1999 ? 'many' : String(index)))
    const report = await bring('wide.csv', `Council,${headings.join(',')}\nNorth Glen,${cells.join(',')}\n`, wide(both, { measures: made('£') }))
    expect(report.refusals).toMatchObject([{ line: 2, column: '2019-20 cost99', seen: 'many' }])
  })

  test('joins a heading over several columns, a line number and a name, and maps the number', async () => {
    const text = 'Outturn,,,\n,,Spending,,Reserves,\nHide,,190,290,911,911\nCode,Council,Schools,Roads,Opening,Closing\n,North Glen,10,20,30,40\n,South Glen,1,2,3,4\n'
    const report = await bring('outturn.csv', text, {
      produces: 'observations', file: { header: { lines: [2, 3, 4], join: ' | ', carry: [2] } }, authority: { column: 'Council', by: 'name' }, period: { fixed: '2017-18' },
      values: [{ columns: '^(?<section>\\w+) \\| (?<line>\\d+) \\| (?<name>.+)$', measure: { code: [{ column: 'line', map: { 190: 'rs-schools', 290: 'rs-roads' } }, { template: 'rs-{line}-{name}' }] } }],
      measures: { ...made('£'), title: { column: 'name' } },
    }, false)
    expect(report).toMatchObject({ outcome: 'imported', measures_made: ['rs-schools', 'rs-roads', 'rs-911-opening', 'rs-911-closing'] })
    expect((await figures('rs-roads')).map(({ value }) => value)).toEqual(['20', '2'])
  })

  describe('with a heading twice', () => {
    const text = (second: string) => `Council,2020-21 cost,2020-21 cost\nNorth Glen,1,${second}\n`
    const repeated = (rule?: string) => wide({ ...both, ...(rule ? { repeated: rule } : {}) }, { measures: made('£') })

    test('is refused, and both places are named', async () => {
      expect((await bring('twice.csv', text('2'), repeated())).refusals).toMatchObject([{
        seen: '2 headings mean the same to the recipe: 2020-21 cost and 2020-21 cost (2)', expected: expect.stringContaining('each heading once') as string,
      }])
    })

    test('is read as the recipe says: the first, the last, or both where they agree', async () => {
      const first = await bring('twice.csv', text('2'), repeated('first'))
      expect(first).toMatchObject({ outcome: 'nothing-new', notes: ['One heading stands over several columns ("2020-21 cost"); the first of them is read.'] })
      expect(await bring('twice.csv', text('2'), repeated('last'))).toMatchObject({ outcome: 'would-import', counts: { revised: 1 } })
      expect(await bring('twice.csv', text('1'), repeated('equal'))).toMatchObject({ outcome: 'nothing-new', counts: { repeated: 1 } })
      expect((await bring('twice.csv', text('2'), repeated('equal'))).refusals).toMatchObject([{
        line: 2, column: '2020-21 cost (2)', message: '"2020-21 cost" and "2020-21 cost (2)" both give wide-cost, differently on one line (for North Glen Council in 2020-21): 1 and 2.',
      }])
    })
  })

  test('takes numerators and limits from the columns that go with each heading, and leaves cells out by what stands in them', async () => {
    const text = 'Council,2020-21 rate,2020-21 done,2020-21 all,2021-22 rate,2021-22 done,2021-22 all\nNorth Glen,0.5,1,2,-,,\n'
    const report = await bring('pairs.csv', text, {
      produces: 'observations', authority: { column: 'Council', by: 'name' }, measure: { code: { fixed: 'pairs' } }, measures: { ...made('x'), title: { fixed: 'Pairs' } },
      values: [{ columns: '^(?<year>.+) rate$', numerator: '{year} done', denominator: '{year} all', period: { column: 'year' }, leave_out: [{ where: { column: 'cell', is: '-' }, because: 'not collected that year' }] }],
    }, false)
    expect(report.counts).toMatchObject({ new: 1, left_out: [{ because: 'not collected that year', rows: 1 }] })
    expect(await database.raw.rows(`select numerator::text, denominator::text from indicators.observation o join indicators.measure m on m.id = o.measure where m.code = 'pairs'`)).toEqual([{ numerator: '1', denominator: '2' }])
  })

  test('without a heading that fits is refused with the headings there are', async () => {
    expect((await bring('wide.csv', 'Council,cost\nNorth Glen,1\n', wide(both))).refusals[0]?.message).toMatch(/^No heading fits the pattern .* The columns are "Council", "cost"\. Expected at least one column of values\.$/)
  })
})

describe('a spreadsheet', () => {
  const sheet = (rows: unknown[][], name = 'Data') => {
    const book = utils.book_new()
    utils.book_append_sheet(book, utils.aoa_to_sheet(rows), name)
    return write(book, { type: 'buffer', bookType: 'xlsx' }) as Uint8Array
  }
  const recipe = {
    produces: 'observations', file: { header: 'find' }, authority: { column: 'Council', by: 'name' }, period: { column: 'Year' }, measure: { code: { fixed: 'sheet' } },
    values: [{ value: 'Value' }], measures: { ...made('x'), title: { fixed: 'Sheet' } },
  }

  test('comes in by the same recipe as the same table in text', async () => {
    const rows = [['Title'], ['Council', 'Year', 'Value'], ['North Glen', '2020-21', 1.25], ['South Glen', '2020-21', 0.1]]
    expect(await bring('figures.xlsx', sheet(rows), recipe, false)).toMatchObject({ outcome: 'imported', counts: { new: 2 }, file: { sheet: 'Data', header_line: 2 } })
    expect(await bring('figures.csv', rows.map((row) => row.join()).join('\n').replace('Title', 'Title,,'), recipe)).toMatchObject({ outcome: 'nothing-new', counts: { unchanged: 2 } })
  })

  test('is refused with sheet, row and letter of the column', async () => {
    const report = await bring('figures.xlsx', sheet([['Council', 'Year', 'Value'], ['North Glen', '2020-21', 'some']]), recipe)
    expect(report.refusals).toMatchObject([{ line: 2, column: 'Value (column C of the sheet Data)', seen: 'some' }])
    expect((await bring('figures.xlsx', sheet([['Council', 'Year'], ['North Glen', '2020-21']]), recipe)).refusals).toMatchObject([
      { line: 1, message: expect.stringMatching(/^In the sheet “Data”: there is no column "Value"\./) as string },
    ])
  })
})

describe('words on a scale', () => {
  const words = { worst_to_best: ['Inadequate', 'Requires improvement', 'Good', 'Outstanding'], synonyms: { RI: 'requires improvement' } }
  const judged = {
    produces: 'observations', authority: { column: 'Council', by: 'name' }, period: { fixed: '2023-24' }, measure: { code: { fixed: 'judged' } }, words, missing: { 'Not rated': 'not-available' },
    values: [{ value: 'Grade' }], measures: { ...made('judgement'), title: { fixed: 'Judged' }, polarity: { fixed: 'higher' } },
  }

  test('are kept as their place on it, and the measure keeps the words', async () => {
    expect(await bring('judged.csv', 'Council,Grade\nNorth Glen,good\nSouth Glen,RI\nEast Glen,OUTSTANDING\nWest Glen,Not rated\n', judged, false)).toMatchObject({ outcome: 'imported', counts: { new: 4, absent: { 'not-available': 1 } } })
    expect((await figures('judged')).map(({ value }) => value)).toEqual(['3', '2', '4', null])
    expect(await database.raw.rows(`select scale from indicators.measure_version v join indicators.measure m on m.id = v.measure where code = 'judged'`)).toEqual([{ scale: words.worst_to_best }])
  })

  test('that are not on it are refused with the ones that are', async () => {
    expect((await bring('judged.csv', 'Council,Grade\nNorth Glen,fine\n', judged)).refusals).toMatchObject([
      { line: 2, column: 'Grade', seen: 'fine', expected: 'one of Inadequate, Requires improvement, Good, Outstanding', message: expect.stringContaining('"fine" is not a word of the scale.') as string },
    ])
  })

  test('come in without the recipe saying so where the measure is on a scale already, and not on another scale', async () => {
    const { authority, period, measure, missing, values } = judged
    const plain = { produces: 'observations', authority, period, measure, missing, values }
    expect(await bring('judged.csv', 'Council,Grade\nNorth Glen,inadequate\n', plain)).toMatchObject({ outcome: 'would-import', counts: { revised: 1 } })
    const other = { ...judged, words: { worst_to_best: ['Bad', 'Good'] } }
    expect((await bring('judged.csv', 'Council,Grade\nNorth Glen,good\n', other)).refusals[0]?.message).toBe('The measure "judged" is on another scale: Inadequate, Requires improvement, Good, Outstanding.')
  })
})

describe('a list of neighbours', () => {
  const list = (members: object, own: object = {}) => ({
    produces: 'groups', type: 'neighbours', group_source: { fixed: 'test' }, of: { column: 'of', by: 'gss' }, group_title: { fixed: 'the neighbours of {authority}' }, members: { by: 'gss', ...members }, ...own,
  })
  const kept = () => database.raw.rows<{ code: string; position: number | null; closeness: string | null }>(`
    select a.code, gm.position, gm.closeness from places.group_member gm join places.comparator_group g on g.id = gm.comparator_group join places.authority a on a.id = gm.authority
     where g.source = 'test' and g.known_to = 'infinity' and g.slug = 'S1' order by gm.position, a.code`)

  test('may be rows with a rank, cells with several members, a pattern of columns, or JSON, and may leave out whose it is', async () => {
    await bring('rows.csv', 'of,member,place,how\nS1,S3,2,near\nS1,S2,1,very near\nS1,S1,3,itself\n', list({ columns: [{ column: 'member', rank: 'place', closeness: 'how' }], itself: 'leave-out' }), false)
    expect(await kept()).toEqual([{ code: 'S2', position: 1, closeness: 'very near' }, { code: 'S3', position: 2, closeness: 'near' }])
    await bring('cell.csv', 'of;members\nS1;S4, S2\n', list({ columns: [{ column: 'members', list: ',' }] }, { ordered: true }), false)
    expect((await kept()).map(({ code }) => code)).toEqual(['S4', 'S2'])
    await bring('pairs.csv', 'of,SN1,SP1,SN2,SP2\nS1,S2,close,S3,far\n', list({ matching: { columns: '^SN(?<n>\\d+)$', closeness: 'SP{n}' } }, { ordered: true }), false)
    expect(await kept()).toEqual([{ code: 'S2', position: 1, closeness: 'close' }, { code: 'S3', position: 2, closeness: 'far' }])
    await bring('lists.json', '[{"of": "S1", "near": ["S3", "S4"]}]', list({ columns: [{ column: 'near', list: 'json' }] }, { file: { format: 'json' } }), false)
    expect((await kept()).map(({ code }) => code)).toEqual(['S3', 'S4'])
    await bring('object.json', '{"S1": ["S1", "S2"]}', { ...list({ columns: [{ column: 'value', rank: 'position' }] }, { file: { format: 'json' } }), of: { column: 'key', by: 'gss' } }, false)
    expect((await kept()).map(({ code }) => code)).toEqual(['S1', 'S2'])
  })

  test('that names whose it is can be refused', async () => {
    expect((await bring('rows.csv', 'of,member\nS1,S1\n', list({ columns: [{ column: 'member' }], itself: 'refuse' }))).refusals[0]?.message).toBe('The list of North Glen names North Glen itself.')
  })
})

test('a hex map is kept with the hexes it has, and refused where two stand in one place', async () => {
  const recipe = { produces: 'layout', file: { format: 'hexjson' }, name: 'glens', layout_title: 'The glens' }
  const hexes = { S1: { n: 'North', q: 0, r: 0 }, S2: { n: 'South', q: 0, r: 1 }, X9: { n: 'Nobody', q: 2, r: -1 } }
  const report = await bring('glens.hexjson', JSON.stringify({ layout: 'odd-r', hexes }), recipe, false)
  expect(report).toMatchObject({ outcome: 'imported', counts: { new: 1 }, notes: ['1 hexagon is of nobody in the register and stay empty: Nobody (X9).'] })
  expect(await database.raw.rows('select code, q, r, authority is null as nobody from places.layout_hex order by code')).toEqual([
    { code: 'S1', q: 0, r: 0, nobody: false }, { code: 'S2', q: 0, r: 1, nobody: false }, { code: 'X9', q: 2, r: -1, nobody: true },
  ])
  const twins = await bring('glens.hexjson', JSON.stringify({ layout: 'odd-r', hexes: { ...hexes, S3: { n: 'East', q: 0, r: 0 } } }), recipe)
  expect(twins.refusals).toMatchObject([{ line: 4, message: 'S1 and S3 both stand at column 0, row 0, or are the same.' }])
  expect((await bring('glens.hexjson', JSON.stringify({ layout: 'spiral', hexes }), recipe)).refusals[0]?.message).toBe('The layout "spiral" is not one that can be drawn.')
})
