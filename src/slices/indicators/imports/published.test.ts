import { createReadStream, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { describePublished } from '#kernel/testing/published.ts'
import { checksums } from '#kernel/testing/checksums.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { sourceOf } from '#kernel/tables/index.ts'
import { authorityByCode, layoutHolding, resolveGroup } from '#slices/places/index.ts'
import { changesOf } from '../observations/changes.ts'
import { readyRecipe, readyRecipeNames } from './ready.ts'
import { readyTable, type ReadFile, type UnreadFile } from './ready-table.ts'
import type { Counts, ImportReport } from './report.ts'
import { importFile, type ImportOptions } from './run.ts'

const system: Actor = { kind: 'system', name: 'test' }
type Row = Record<string, string>
type Expected = Partial<Counts>

const ons = [
  'adult-obesity-prevalence', 'children-in-relative-poverty', 'cigarette-smokers', 'early-years', 'engagement-with-culture-and-heritage',
  'gcses-in-english-and-maths', 'gigabit-capable-broadband', 'homicide-offences', 'library-walk', 'museums', 'network-coverage-4g',
  'persistent-absences-for-all-pupils', 'persistent-absences-for-pupils-looked-after-by-local-authorities', 'public-electric-vehicle-chargers',
  'pupils-at-expected-standards-by-end-of-primary-school', 'qualifications-level-3-or-above', 'railway-station-walk', 'sports-facilities',
]
const trafford: [file: string, rows: number, missing: number][] = [
  ['admissions-care-homes-65p', 170, 4], ['care-homes-rating', 510, 0], ['children-offending', 242, 0], ['household-waste-not-recycled', 365, 0],
  ['household-waste-recycling', 365, 0], ['neet', 168, 0], ['planning-applications-major', 221, 0], ['planning-applications-non-major', 136, 0],
  ['real-living-wage', 166, 0], ['social-care-satisfaction', 187, 14],
]

/** Files that no recipe reads. */
const unread: UnreadFile[] = [
  { file: 'authority-register/govuk-register-local-authority-type.csv', because: 'Twelve types by name. The workbench knows the kinds of authority itself, because what a kind does follows from it and not from its name.' },
  { file: 'lgbf/numerator-denominator-mismatches-part-a.csv', because: 'Rows of the yearly tables that the publisher flags. The workbench makes the same check when it reads those tables, and a test holds the two lists against each other.' },
  { file: 'lgbf/split.csv', because: 'Says how larger files were parted for this collection. No publisher gives it.' },
  { file: 'ons-similar-areas/cluster-descriptions.json', because: 'A paragraph about each cluster. A family of authorities has a title and no place for a paragraph yet.' },
  { file: 'service-taxonomy/esd-functions-to-services.csv', because: 'Functions and services of councils. There is no list of services to bring it into yet: the service of a measure is a text.' },
]

describePublished('files as publishers put them out', (path) => {
  let database: TestStore
  const read: ReadFile[] = []
  let cash: ImportReport
  beforeAll(async () => void (database = await embeddedStore()))
  afterAll(() => database.close())

  const bring = (recipe: string, file: string, options: ImportOptions = {}) =>
    importFile(database.store, system, { name: basename(file), open: () => createReadStream(path(file)) }, readyRecipe(recipe), options)
  /** Imports with the counts expected, then again: which must change nothing. */
  async function bringTwice(recipe: string, file: string, counts: Expected, options: ImportOptions = {}, outcome = 'imported'): Promise<ImportReport> {
    const report = await bring(recipe, file, options)
    expect(report, report.refusals[0]?.message).toMatchObject({ outcome, refusals: [], counts })
    expect(report.explanation.slice(readyRecipe(recipe).decides.length * -1)).toEqual(expect.arrayContaining(readyRecipe(recipe).decides))
    const again = await bring(recipe, file)
    expect(again).toMatchObject({ outcome: 'nothing-new', counts: { new: 0, revised: 0, measures_made: 0, rows_read: report.counts.rows_read } })
    read.push({ file, report, again })
    return report
  }
  const readRows = (file: string): Row[] => parse(readFileSync(path(file)), { columns: true, bom: true, relax_column_count: true })
  const current = (recipe: string) => database.raw.rows<{ figures: number }>(`
    select count(*) as figures from indicators.observation o join indicators.import i on i.id = o.import where i.recipe_name = '${recipe}' and o.known_to = 'infinity'`)

  it('brings in the register of authorities with what became of them', async () => {
    await bringTwice('uk-authority-register', 'authority-register/uk-local-authorities-with-future.csv', { rows_read: 470, new: 470, warnings: {} })
    const [kent] = await database.raw.rows(`select name, kind, nation, region, starts, ends, population from places.authority where code = 'E10000006'`)
    expect(kent).toMatchObject({ name: 'Cumbria County Council', kind: 'county', nation: 'england', region: 'north-west', ends: '2023-03-31' })
    const [links] = await database.raw.rows<{ links: number }>('select count(*) as links from places.succession')
    expect(links?.links, 'Cumbria and Northamptonshire have two successors each').toBe(50)
    const former = await database.store.read(system, (db) => authorityByCode(db, 'S12000015'))
    expect(former).toMatchObject({ code: 'S12000047', known_name: 'Fife', region: null })
  })

  it('adds the codes and names of other registers', async () => {
    await bringTwice('dfe-authority-codes', 'dfe-statistical-neighbours/dfe-authority-codes.csv', { rows_read: 171, revised: 158, warnings: {} })
    const planning = await bringTwice('digital-land-authorities', 'authority-register/digital-land-local-authority.csv', { rows_read: 376, warnings: {} })
    expect(planning.notes).toContain('E12000007 is the code of an area such as a region, not of an authority: it was left out.')
    expect(await database.raw.rows(`select code from places.authority_key where code = 'E12000007'`), 'the London region is not the Greater London Authority').toEqual([])
    await bringTwice('govuk-authority-register', 'authority-register/govuk-register-local-authority-eng.csv', { rows_read: 367, warnings: {} })
    await bringTwice('register-gss-codes', 'authority-register/gss-to-register-code.csv', { rows_read: 483, unchanged: 445, warnings: {} }, {}, 'nothing-new')
    await bringTwice('register-names', 'authority-register/name-to-register-code.csv', { rows_read: 1774, warnings: {} })
    await bringTwice('lad-boundary-names', 'maps/lad-2023.topojson', { rows_read: 361, unchanged: 356 })
  })

  it('places every English authority in its region', async () => {
    const { notes } = await bringTwice('digital-land-regions', 'authority-register/digital-land-local-authority-to-region.csv', { rows_read: 345, revised: 2, warnings: {} })
    expect(notes).toEqual(['Kettering is placed in East Midlands; the register had no region.', 'Buckinghamshire County is placed in South East; the register had no region.'])
    const rows = readRows('authority-register/digital-land-local-authority-to-region.csv')
    const kept = await database.raw.rows<{ code: string; region: string }>(`select k.code, a.region from places.authority a join places.authority_key k on k.authority = a.id and k.scheme = 'register'`)
    const regionOf = new Map(kept.map(({ code, region }) => [code, region]))
    expect(rows.filter(({ organisation = '', region }) => regionOf.get(organisation.replace('local-authority-eng:', '')) !== region)).toEqual([])
    expect([regionOf.get('DBY'), regionOf.get('LIN')]).toEqual(['east-midlands', 'east-midlands'])
  })

  it('brings in layouts of hexagons in which every hexagon is an authority', async () => {
    for (const [recipe, file, hexes] of [
      ['hexes-districts-2021', 'uk-local-authority-districts-2021', 374], ['hexes-districts-2023', 'uk-local-authority-districts-2023', 361], ['hexes-upper-tier', 'uk-upper-tier-local-authorities', 151],
    ] as const) await bringTwice(recipe, `maps/${file}.hexjson`, { rows_read: hexes, new: 1 })
    const layout = await database.store.read(system, (db) => layoutHolding(db, ['E10000007', 'E10000019', 'E06000015']))
    expect([layout?.slug, layout?.arrangement, layout?.hexes.filter(({ authority }) => authority === null).length]).toEqual(['upper-tier', 'odd-r', 0])
  })

  it('brings in every list of neighbours and every family', async () => {
    await bringTwice('oflog-nearest-neighbours', 'oflog/nearest-neighbours.json', { new: 334 })
    await bringTwice('dfe-statistical-neighbours', 'dfe-statistical-neighbours/statistical-neighbours-2025-05.csv', { new: 158 })
    await bringTwice('dfe-statistical-neighbours', 'dfe-statistical-neighbours/statistical-neighbours-2025-05.xlsx', { unchanged: 158 }, {}, 'nothing-new')
    await bringTwice('ofsted-statistical-neighbours', 'inspections/ofsted-ilacs-judgements.csv', { rows_read: 153, new: 153 })
    for (const model of ['global', 'economic', 'demographic']) {
      await bringTwice(`ons-similar-areas-${model}`, `ons-similar-areas/${model}-neighbours.csv`, { rows_read: 397, new: 394 })
      await bringTwice(`ons-clusters-${model}`, 'ons-similar-areas/cluster-allocation.csv', { rows_read: 361 })
    }
    await bringTwice('lgbf-families', 'lgbf/family-groups.csv', { rows_read: 64, new: 8 })
    for (const [list, file, members] of [['cipfa-2021', 'cipfa2021', 15], ['cipfa-lga-2024', 'cipfalga0724', 15], ['nhs-england', 'nhsennpg', 15], ['cssn', 'cssn', 10]] as const) {
      await bringTwice(`trafford-neighbours-${list}`, `trafford-comparators/${file}.csv`, { rows_read: members, new: 1 })
    }
    const members = (address: string, code: string) => database.store.read(system, async (db) => {
      const group = await resolveGroup(db, { address, on: '2023-03-31', of: await authorityByCode(db, code) })
      return group.members.length
    })
    expect(await members('neighbours:oflog', 'E08000009'), 'a list that holds the authority itself').toBe(16)
    expect(await members('neighbours:cssn', 'E08000009'), 'a list that does not').toBe(11)
    expect(await members('neighbours:dfe', '835'), 'an abolished authority').toBe(11)
    expect(await members('neighbours:ons-global', 'E07000223')).toBe(21)
    expect(await members('family:lgbf-children/family-group-2', 'E08000009')).toBe(8)
  })

  it('brings in definitions, with a new version only of those that changed', async () => {
    const then = { knownAt: new Date('2023-05-31') }
    for (const terms of ['real', 'cash']) {
      await bringTwice(`lgbf-measures-${terms}`, 'lgbf/indicator-information-2023-05.csv', { rows_read: 106, new: 106 }, then)
      await bringTwice(`lgbf-measures-${terms}`, 'lgbf/indicator-information-2024-03.csv', { rows_read: 108, new: 3, revised: 7, unchanged: 98 }, { knownAt: new Date('2024-03-01') })
      await bringTwice(`lgbf-breaks-${terms}`, 'lgbf/break-in-series-lines.csv', { new: 40 })
    }
    const [corp11] = await database.raw.rows(`select polarity, midpoint, what_changed, version from indicators.measure_version v join indicators.measure m on m.id = v.measure
      where m.code = 'lgbf-real-corp11' and known_to = 'infinity'`)
    expect(corp11).toEqual({ polarity: 'midpoint', midpoint: '1.0', what_changed: 'title, polarity, midpoint', version: 2 })
  })

  it('replaces the figures of August 2023 by those of March 2024, and lists exactly the differences', async () => {
    await bringTwice('lgbf-cash-annual-2023', 'lgbf/raw-cash-annual-2023-08.csv', { rows_read: 30_624, new: 31_600, reference: 976 }, { knownAt: new Date('2023-08-31') })
    cash = await bringTwice('lgbf-cash-annual', 'lgbf/raw-cash-annual-2024-03.csv', { rows_read: 34_392, reference: 1092 }, { knownAt: new Date('2024-03-31') })

    // The same, worked out from the two files alone: council, code and year to value, numerator and denominator.
    const table = (file: string, code: string, columns: string[]) => new Map(readRows(file).filter((row) => row.LocalAuthority !== '')
      .map((row) => [[row[code], row.Year, row.LocalAuthority].join('|'), columns.map((column) => (row[column] === '' ? null : Number(row[column])))]))
    const was = table('lgbf/raw-cash-annual-2023-08.csv', 'IndicatorCode', ['LA_IndicatorCash', 'LA_NumeratorCash', 'LA_DenominatorCash'])
    const is = table('lgbf/raw-cash-annual-2024-03.csv', 'IndicatorCode', ['IndicatorCash_LA', 'NumeratorCash_LA', 'DenominatorCash_LA'])
    const differ = [...is].filter(([key, figure]) => was.has(key) && JSON.stringify(was.get(key)) !== JSON.stringify(figure))
    const fresh = [...is].filter(([key]) => !was.has(key))

    const changes = await database.store.read(system, (db) => changesOf(db, cash.import ?? 0, { limit: 100_000, offset: 0 }))
    const ofCouncils = changes.filter((change) => change.code !== 'S92000003')
    expect(changes).toHaveLength(cash.counts.new + cash.counts.revised)
    expect(ofCouncils.filter((change) => !change.new)).toHaveLength(differ.length)
    expect(ofCouncils.filter((change) => change.new)).toHaveLength(fresh.length)
    expect(differ.length).toBeGreaterThan(1000)
    const number = (text: string | null) => (text === null ? null : Number(text))
    const values = (list: [number | null | undefined, number | null | undefined][]) => list.map((pair) => pair.join(' → ')).sort()
    expect(values(ofCouncils.filter((change) => !change.new).map((change) => [number(change.was), number(change.is_now)])))
      .toEqual(values(differ.map(([key, figure]) => [was.get(key)?.[0], figure[0]])))

    const between = await database.raw.rows<{ figure: string }>(`
      select concat_ws('|', m.code, p.label, o.value::float8, o.numerator::float8, o.denominator::float8) as figure
        from indicators.observation o join indicators.measure m on m.id = o.measure join indicators.period p on p.id = o.period
       where o.authority is not null and o.known_from <= '2023-12-01' and o.known_to > '2023-12-01'`)
    const asPublished = [...was].map(([key, figure]) => {
      const [code = '', year] = key.split('|')
      return [`lgbf-cash-${compact(code)}`, year, ...figure.filter((part) => part !== null)].join('|')
    })
    expect(between.map((row) => row.figure).sort(), 'as known between the two').toEqual(asPublished.sort())
  })

  it('warns of every value that the publisher flags as disagreeing with numerator ÷ denominator', async () => {
    const flagged = readRows('lgbf/numerator-denominator-mismatches-part-a.csv')
    const partA = new Set(readRows('lgbf/split.csv').filter((row) => row.part === 'a').map((row) => compact(row.Code_Sortable ?? '')))
    const real = await bringTwice('lgbf-real-annual', 'lgbf/raw-real-annual-2024-03.csv', { rows_read: 35_467, refused: 0 })
    for (const [report, type, prefix, count] of [[cash, 'Cash_Annual', 'lgbf-cash-', 50], [real, 'Real_Annual', 'lgbf-real-', 116]] as const) {
      const warned = await warnedOf(report, prefix)
      const expected = flagged.filter((row) => row.Type === type).map((row) => `${compact(row.Code ?? '')} ${row.Period} ${Number(Number(row.Value).toPrecision(6))}`)
      expect(expected).toHaveLength(count)
      expect(warned.filter((key) => partA.has(key.split(' ')[0] ?? '')).sort()).toEqual(expected.sort())
    }
  })

  const compact = (code: string) => code.toLowerCase().replace(/[^a-z0-9]/g, '')

  /** Code, period and value of each warning about a council. */
  async function warnedOf(report: ImportReport, prefix: string): Promise<string[]> {
    const measures = new Map((await database.raw.rows<{ id: number; code: string }>('select id, code from indicators.measure')).map(({ id, code }) => [id, code]))
    const periods = new Map((await database.raw.rows<{ id: number; label: string }>('select id, label from indicators.period')).map(({ id, label }) => [id, label]))
    return report.warnings.filter((warning) => warning.check === 'value-disagrees' && warning.authority !== null)
      .map((warning) => `${measures.get(warning.measure ?? 0)?.slice(prefix.length)} ${periods.get(warning.period ?? 0)} ${String(Number(warning.seen))}`)
  }

  it('brings in figures by month and quarter, late additions, latest values and quarters', async () => {
    await bringTwice('lgbf-monthly-and-quarterly', 'lgbf/raw-monthly-and-quarterly-2024-01.csv', { rows_read: 17_880, new: 18_438, reference: 559 })
    // The late additions are in the March table already.
    await bringTwice('lgbf-real-supplement', 'lgbf/raw-real-supplement-2024-03.csv', { unchanged: 1888 }, {}, 'nothing-new')
    await bringTwice('lgbf-quarterly', 'lgbf/quarterly-ranked-part-a.csv', { rows_read: 669, new: 32, unchanged: 637 })
    await bringTwice('lgbf-latest-values', 'lgbf/latest-values-ranked-part-a.csv', { rows_read: 1530, refused: 0 })
    await bringTwice('lgbf-latest-values', 'lgbf/latest-values-unranked-part-b.csv', { rows_read: 1583, refused: 0 })
  })

  it('brings in the averages that the publisher works out, for reference', async () => {
    await bringTwice('lgbf-scotland-averages', 'lgbf/scotland-averages-part-a.csv', { rows_read: 1906, new: 5694, reference: 5694, warnings: {} })
    for (const [average, figures] of [['means', 7592], ['medians', 7592], ['weighted', 7592]] as const) {
      await bringTwice(`lgbf-family-${average}`, 'lgbf/family-averages-part-a.csv', { rows_read: 7624, new: figures, reference: figures, warnings: {} })
    }
  })

  it('brings in the Oflog metrics with their measures', async () => {
    await bringTwice('oflog-adult-social-care', 'oflog/adult-social-care.csv', { rows_read: 6376, new: 6376, absent: { missing: 298 }, measures_made: 7 })
    const rows = await database.raw.rows<{ code: string; polarity: string }>(`select m.code, v.polarity from indicators.measure m join indicators.measure_version v on v.measure = m.id where m.code like 'oflog-%' order by 1`)
    expect(rows.map((row) => row.polarity)).toEqual(['higher', 'higher', 'higher', 'higher', 'higher', 'none', 'none'])
  })

  it('brings in the waste metrics of Oflog with what the publisher says they are', async () => {
    await bringTwice('oflog-waste-measures', 'oflog/waste-metrics.json', { rows_read: 4, new: 3 })
    await bringTwice('oflog-waste', 'oflog/waste-metrics.json', { rows_read: 7458, new: 7458, absent: {} })
    const rows = await database.raw.rows(`select v.title, v.polarity from indicators.measure m join indicators.measure_version v on v.measure = m.id where m.code ~ '^oflog-[hr]e?' order by 1`)
    expect(rows).toEqual([{ title: 'Household recycling rate (%)', polarity: 'higher' }, { title: 'Household waste (kg)', polarity: 'lower' }, { title: 'Recycling contamination rate (%)', polarity: 'lower' }])
  })

  it('brings in what the measures of Explore Local Statistics are', async () => {
    const several = new Set(['children-in-relative-poverty', 'early-years', 'engagement-with-culture-and-heritage'])
    let measures = 0
    for (const file of ons) measures += (await bringTwice(several.has(file) ? 'ons-measures-several' : 'ons-measures', `ons-local-statistics/${file}.json`, {})).counts.new
    expect(measures).toBe(24)
    const [museums] = await database.raw.rows(`select title, explanation, unit, decimals, polarity, publisher from indicators.measure m join indicators.measure_version v on v.measure = m.id where m.code = 'ons-museums'`)
    expect(museums).toMatchObject({ title: 'Museums', explanation: expect.stringMatching(/\w+ museums/) as string, unit: 'per 100,000 population', decimals: 1, polarity: 'none' })
    const unexplained = await database.raw.rows(`select code from indicators.measure m join indicators.measure_version v on v.measure = m.id where code like 'ons-%' and (explanation is null or source_link !~ '^https')`)
    expect(unexplained).toEqual([])
  })

  it('brings in all 18 files of Explore Local Statistics by one recipe', async () => {
    const total = { rows: 0, absent: 0, repeated: 0, figures: 0, reference: 0, measures: 0 }
    for (const file of ons) {
      const { counts } = await bringTwice('ons-local-statistics', `ons-local-statistics/${file}.csv`, { refused: 0, left_out: [] })
      total.rows += counts.rows_read
      total.figures += counts.new
      total.reference += counts.reference
      total.repeated += counts.repeated
      total.measures += counts.measures_made
      total.absent += Object.values(counts.absent).reduce((sum, count) => sum + count, 0)
    }
    const files = ons.flatMap((file) => readRows(`ons-local-statistics/${file}.csv`))
    // One place under its old and its new code, or one row twice, is one figure.
    const same: Row = { E08000038: 'E08000016', E08000039: 'E08000019', E06000048: 'E06000057', E08000020: 'E08000037' }
    const places = new Set(files.map((row) => [same[row.areacd ?? ''] ?? row.areacd, row.period, row.indicator].join('|')))
    expect(total).toMatchObject({ rows: files.length, figures: places.size, repeated: files.length - places.size, measures: 0 })
    expect(total.reference).toBeGreaterThan(1000)
    expect(await current('ons-local-statistics')).toEqual([{ figures: places.size }])
  })

  it('brings in the ten files of the Trafford Data Lab by another', async () => {
    for (const [file, rows, missing] of trafford) {
      await bringTwice('trafford-indicators', `trafford-comparators/${file}.csv`, { rows_read: rows, new: rows, ...(missing > 0 ? { absent: { 'not-available': missing } } : {}) })
    }
  })

  it('brings in three years of revenue outturn by one recipe, telling columns by their line', async () => {
    const former = await database.raw.rows<{ code: string; now: string }>(`select k.code, a.code as now from places.authority_key k join places.authority a on a.id = k.authority where k.scheme = 'former-gss'`)
    const codes = new Map([...former.map(({ code, now }) => [code, now] as const), ['E10000022', 'E10000023']])
    for (const [year, rows, measures] of [['2015-16', 457, 92], ['2016-17', 459, 1], ['2017-18', 463, 2]] as const) {
      const { notes } = await bringTwice('revenue-outturn-summary', `revenue-outturn/rs-${year}.csv`, { rows_read: rows, measures_made: measures })
      expect(notes.join(' ')).toContain('no better direction')
      // The same from the file alone: where the lines stand, and what each authority with a code of a council has there.
      const [lines = [], headings = [], ...table] = parse(readFileSync(path(`revenue-outturn/rs-${year}.csv`)), { relax_column_count: true }).slice(5)
      const columnOf = (line: string, text: RegExp) => lines.findIndex((one, index) => one === line && text.test(headings[index] ?? ''))
      for (const [measure, at] of [['rs-190', columnOf('190', /./)], ['rs-916-opening', columnOf('916', /1 April/)], ['rs-916-closing', columnOf('916', /31 March/)]] as const) {
        const figures = await database.raw.rows<{ figure: string }>(`
          select a.code || ' ' || o.value::float8 as figure from indicators.observation o join indicators.measure m on m.id = o.measure join indicators.period p on p.id = o.period
            join places.authority a on a.id = o.authority where m.code = '${measure}' and p.label = '${year}' and o.value is not null and a.kind not like '%-authority'`)
        const expected = table.filter((row) => /^E\d{4}$/.test(row[0] ?? '') && row[4] !== 'O' && /\d/.test(row[at] ?? '')).map((row) => `${codes.get(row[1] ?? '') ?? row[1] ?? ''} ${Number(row[at])}`)
        expect(figures.length, measure).toBeGreaterThan(330)
        expect(figures.map(({ figure }) => figure).sort(), `${measure} in ${year}`).toEqual(expected.sort())
      }
    }
  })

  it('brings in spending power and what is known of finances about 2020', async () => {
    await bringTwice('core-spending-power', 'finance-context/core-spending-power-2012-2021.csv', { rows_read: 352, new: 3520, absent: { 'not-available': 35 } })
    await bringTwice('financial-indicators-2020', 'finance-context/political-control-and-financial-indicators.csv', { rows_read: 324, new: 1296, measures_made: 4 })
    const [camden] = await database.raw.rows(`select o.value::float8 as value from indicators.observation o join indicators.measure m on m.id = o.measure join indicators.period p on p.id = o.period
      join places.authority a on a.id = o.authority where m.code = 'core-spending-power' and p.label = '2012-13' and a.code = 'E09000007'`)
    expect(camden).toEqual({ value: 309.65 })
  })

  it('brings in judgements as places on a scale of words', async () => {
    await bringTwice('ofsted-ilacs-judgements', 'inspections/ofsted-ilacs-judgements.csv', { rows_read: 153, new: 765, absent: { missing: 2, 'not-applicable': 7 } })
    await bringTwice('cqc-local-authority-assessments', 'inspections/cqc-local-authority-assessments-2025-10.csv', { rows_read: 72, new: 720, absent: { 'not-available': 1 } })
    const words = ['inadequate', 'requires improvement', 'good', 'outstanding']
    const tally = (all: readonly string[]) => Object.fromEntries(words.map((word) => [word, all.filter((one) => one.toLowerCase() === word).length]))
    const kept = async (code: string) => tally((await database.raw.rows<{ value: number }>(`select value::float8 as value from indicators.observation o join indicators.measure m on m.id = o.measure where m.code = '${code}' and value is not null`)).map(({ value }) => words[value - 1] ?? ''))
    expect(await kept('ofsted-ilacs-overall')).toEqual(tally(readRows('inspections/ofsted-ilacs-judgements.csv').map((row) => row.overall_effectiveness_grade ?? '')))
    expect(await kept('cqc-governance')).toEqual(tally(readRows('inspections/cqc-local-authority-assessments-2025-10.csv').map((row) => row.qs8_governance ?? '')))
    const named = await database.raw.rows(`select a.code from indicators.observation o join indicators.measure m on m.id = o.measure join places.authority a on a.id = o.authority where m.code = 'ofsted-ilacs-overall' and a.code in ('E06000063', 'E06000064', 'E10000006') order by 1`)
    expect(named, 'Cumbria is gone, and the two after it are told apart').toEqual([{ code: 'E06000063' }, { code: 'E06000064' }])
  })

  it('has tried every ready recipe on every published file that one reads, and says of the others why none does', () => {
    expect([...new Set(read.map(({ report }) => report.recipe))].sort()).toEqual(readyRecipeNames())
    const there = globSync('*/*', { cwd: path('') }).sort()
    expect([...new Set([...read, ...unread].map(({ file }) => file))].sort()).toEqual(there)
    expect(there.length).toBeGreaterThan(90)
  })

  it('is told of in the documentation, table by table, as it happened', async () => {
    await expect(readyTable(read, unread)).toMatchFileSnapshot(join(import.meta.dirname, '../../../../docs/ready-recipes.md'))
  })

  it('takes nothing from a damaged file, and says what is wrong with it', async () => {
    const before = await checksums(database.raw)
    const ready = readyRecipe('lgbf-cash-annual')
    const strict = { ...ready, file: { ...ready.file, encoding: 'utf-8' } }
    const whole = readFileSync(path('lgbf/raw-cash-annual-2024-03.csv'))
    const lines = whole.toString('utf8').split('\n')
    const shifted = lines.map((line, index) => (index === 500 ? line.replace(',', ',,') : line)).join('\n')
    const moved = lines.map((line, index) => (index === 0 ? line : line.replace(/^(\d*),([^,]*),([^,]*),([^,]*),/, '$1,$3,$4,$2,'))).join('\n')
    const twice = lines.toSpliced(900, 0, (lines[100] ?? '').replace(/,2010-11,[^,]*,|,(\d{4}-\d\d),[^,]*,/, ',$1,987654,')).join('\n')
    const cases: [name: string, bytes: Uint8Array, says: RegExp][] = [
      ['cut short', whole.subarray(0, 1_000_000 - 7), /may have been cut short/],
      ['in another encoding than the recipe says', Buffer.from(whole.toString('utf8').replaceAll('Argyll', 'Argÿll'), 'latin1'), /bytes that are not UTF-8; the file looks like windows-1252/],
      ['in UTF-16 with its first byte lost', Buffer.from(whole.toString('utf8'), 'utf16le').subarray(1), /zero byte/],
      ['with one row shifted', Buffer.from(shifted), /the row has 15 cells/i],
      ['with columns in another order', Buffer.from(moved), /The register has no measure "lgbf-cash-201011"/],
      ['with one figure twice', Buffer.from(twice), /Lines \d+ and \d+ both give/],
    ]
    for (const [name, bytes, says] of cases) {
      const report = await importFile(database.store, system, { name: `${name}.csv`, open: sourceOf(bytes) }, strict)
      expect(report.outcome, name).toBe('refused')
      expect(report.refusals.map((refusal) => refusal.message).join('\n'), name).toMatch(says)
      expect(report.refusals[0]?.expected, name).not.toBe('')
    }
    expect(await checksums(database.raw)).toEqual(before)
  })
})
