import { createReadStream, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { describePublished } from '#kernel/testing/published.ts'
import { checksums } from '#kernel/testing/checksums.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { sourceOf } from '#kernel/tables/index.ts'
import { authorityByCode, resolveGroup } from '#slices/places/index.ts'
import { changesOf } from '../observations/changes.ts'
import { readyRecipe, readyRecipeNames } from './ready.ts'
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

describePublished('files as publishers put them out', (path) => {
  let database: TestStore
  const imported = new Set<string>()
  let cash: ImportReport
  beforeAll(async () => void (database = await embeddedStore()))
  afterAll(() => database.close())

  const bring = (recipe: string, file: string, options: ImportOptions = {}) => {
    imported.add(recipe)
    return importFile(database.store, system, { name: basename(file), open: () => createReadStream(path(file)) }, readyRecipe(recipe), options)
  }
  /** Imports with the counts expected, then again: which must change nothing. */
  async function bringTwice(recipe: string, file: string, counts: Expected, options: ImportOptions = {}): Promise<ImportReport> {
    const report = await bring(recipe, file, options)
    expect(report, report.refusals[0]?.message).toMatchObject({ outcome: 'imported', refusals: [], counts })
    expect(await bring(recipe, file)).toMatchObject({ outcome: 'nothing-new', counts: { new: 0, revised: 0, measures_made: 0, rows_read: report.counts.rows_read } })
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
  })

  it('brings in every list of neighbours and every family', async () => {
    await bringTwice('oflog-nearest-neighbours', 'oflog/nearest-neighbours.json', { new: 334 })
    await bringTwice('dfe-statistical-neighbours', 'dfe-statistical-neighbours/statistical-neighbours-2025-05.csv', { new: 158 })
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
    expect(await bring('lgbf-real-supplement', 'lgbf/raw-real-supplement-2024-03.csv'), 'the late additions are in the March table already')
      .toMatchObject({ outcome: 'nothing-new', counts: { unchanged: 1888 } })
    await bringTwice('lgbf-quarterly', 'lgbf/quarterly-ranked-part-a.csv', { rows_read: 669, new: 32, unchanged: 637 })
    await bringTwice('lgbf-latest-values', 'lgbf/latest-values-ranked-part-a.csv', { rows_read: 1530, refused: 0 })
    await bringTwice('lgbf-latest-values', 'lgbf/latest-values-unranked-part-b.csv', { rows_read: 1583, refused: 0 })
  })

  it('brings in the Oflog metrics with their measures', async () => {
    await bringTwice('oflog-adult-social-care', 'oflog/adult-social-care.csv', { rows_read: 6376, new: 6376, absent: { missing: 298 }, measures_made: 7 })
    const rows = await database.raw.rows<{ code: string; polarity: string }>(`select m.code, v.polarity from indicators.measure m join indicators.measure_version v on v.measure = m.id where m.code like 'oflog-%' order by 1`)
    expect(rows.map((row) => row.polarity)).toEqual(['higher', 'higher', 'higher', 'higher', 'higher', 'none', 'none'])
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
    expect(total).toMatchObject({ rows: files.length, figures: places.size, repeated: files.length - places.size, measures: 24 })
    expect(total.reference).toBeGreaterThan(1000)
    expect(await current('ons-local-statistics')).toEqual([{ figures: places.size }])
  })

  it('brings in the ten files of the Trafford Data Lab by another', async () => {
    for (const [file, rows, missing] of trafford) {
      await bringTwice('trafford-indicators', `trafford-comparators/${file}.csv`, { rows_read: rows, new: rows, ...(missing > 0 ? { absent: { 'not-available': missing } } : {}) })
    }
  })

  it('has tried every ready recipe', () => {
    expect([...imported].sort()).toEqual(readyRecipeNames())
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
