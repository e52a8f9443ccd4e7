import { createReadStream, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { describePublished } from '#kernel/testing/published.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { authorityLookup, type AuthorityLookup } from '#slices/places/index.ts'
import { Drafting } from '../imports/drafting.ts'
import { openFile, type ImportSource } from '../imports/reading.ts'
import { isRefusedPeriod, parsePeriod } from '#kernel/periods/index.ts'
import { parseRecipe, readyRecipe } from '../imports/ready.ts'
import type { ObservationsRecipe } from '../imports/recipe.ts'
import { Findings } from '../imports/report.ts'
import { importFile } from '../imports/run.ts'
import { measureRegister, type MeasureRegister } from '../measures/register.ts'
import { noChoices } from './choices.ts'
import { propose } from './propose.ts'
import { takeSample } from './sample.ts'
import { placesOver } from './whose.ts'

const system: Actor = { kind: 'system', name: 'test' }

/** Every file of figures, with the ready recipe that says what is right. */
const byReadyRecipe: [file: string, recipe: string][] = [
  ['lgbf/raw-cash-annual-2023-08.csv', 'lgbf-cash-annual-2023'], ['lgbf/raw-cash-annual-2024-03.csv', 'lgbf-cash-annual'], ['lgbf/raw-real-annual-2024-03.csv', 'lgbf-real-annual'],
  ['lgbf/raw-real-supplement-2024-03.csv', 'lgbf-real-supplement'], ['lgbf/raw-monthly-and-quarterly-2024-01.csv', 'lgbf-monthly-and-quarterly'],
  ['lgbf/latest-values-ranked-part-a.csv', 'lgbf-latest-values'], ['lgbf/latest-values-unranked-part-b.csv', 'lgbf-latest-values'], ['lgbf/quarterly-ranked-part-a.csv', 'lgbf-quarterly'],
  ['oflog/adult-social-care.csv', 'oflog-adult-social-care'],
  ...['adult-obesity-prevalence', 'children-in-relative-poverty', 'cigarette-smokers', 'early-years', 'engagement-with-culture-and-heritage', 'gcses-in-english-and-maths', 'gigabit-capable-broadband',
    'homicide-offences', 'library-walk', 'museums', 'network-coverage-4g', 'persistent-absences-for-all-pupils', 'persistent-absences-for-pupils-looked-after-by-local-authorities',
    'public-electric-vehicle-chargers', 'pupils-at-expected-standards-by-end-of-primary-school', 'qualifications-level-3-or-above', 'railway-station-walk', 'sports-facilities',
  ].map((name): [string, string] => [`ons-local-statistics/${name}.csv`, 'ons-local-statistics']),
  ...['admissions-care-homes-65p', 'care-homes-rating', 'children-offending', 'household-waste-not-recycled', 'household-waste-recycling', 'neet', 'planning-applications-major',
    'planning-applications-non-major', 'real-living-wage', 'social-care-satisfaction',
  ].map((name): [string, string] => [`trafford-comparators/${name}.csv`, 'trafford-indicators']),
]

type Stated = (rows: string[][]) => [place: string, period: string, measure: string, value: string][]

const number = (cell: string, times = 1) => (/^-?\d[\d.]*(e-?\d+)?$/i.test(cell.trim()) ? String(Number(cell) * times) : '')
const outturn = (period: string): Stated => (rows) => rows.slice(7).filter(([, code = '']) => /^E\d{8}$/.test(code)).flatMap((row) =>
  row.slice(5).map((cell, at): [string, string, string, string] => [row[1] ?? '', period, `${rows[5]?.[at + 5] ?? ''} ${rows[6]?.[at + 5] ?? ''}`, number(cell, 1000)]))
const grades = ['inadequate', 'requires improvement', 'good', 'outstanding']
const grade = (cell: string) => (grades.includes(cell.trim().toLowerCase()) ? String(grades.indexOf(cell.trim().toLowerCase()) + 1) : '')

/** Files for which nothing but the file itself says what is right: read here cell by cell. */
const stated: [file: string, expectation: Stated][] = [
  ['revenue-outturn/rs-2015-16.csv', outturn('2015-16')], ['revenue-outturn/rs-2016-17.csv', outturn('2016-17')], ['revenue-outturn/rs-2017-18.csv', outturn('2017-18')],
  ['finance-context/core-spending-power-2012-2021.csv', (rows) => rows.slice(1).flatMap((row) =>
    row.slice(4).map((cell, at): [string, string, string, string] => [row[0] ?? '', `${2012 + at}-${13 + at}`, 'csp', number(cell)]))],
  ['finance-context/political-control-and-financial-indicators.csv', (rows) => rows.slice(1).flatMap((row) =>
    row.slice(3, 7).map((cell, at): [string, string, string, string] => [row[1] ?? '', '2020', String(at), number(cell)]))],
  ['inspections/cqc-local-authority-assessments-2025-10.csv', (rows) => rows.slice(1).flatMap((row) =>
    row.slice(1).map((cell, at): [string, string, string, string] => [row[0] ?? '', 'October 2025', String(at), grade(cell)]))],
  ['inspections/ofsted-ilacs-judgements.csv', (rows) => rows.slice(1).flatMap((row) =>
    [8, 13, 14, 15, 16].map((at): [string, string, string, string] => [row[3] ?? '', row[12] ?? '', String(at), grade(row[at] ?? '')]))],
  ['oflog/waste-metrics.json', ([[text = ''] = []]) => (JSON.parse(text) as { flatMetricData: Record<'y' | 'xLabel' | 'metric' | 'areaCode', string>[] }).flatMetricData.map(
    ({ y, xLabel, metric, areaCode }) => [areaCode, xLabel, metric, number(y)])],
  ['lgbf/scotland-averages-part-a.csv', (rows) => rows.slice(1).flatMap((row) =>
    [4, 7, 10].map((at): [string, string, string, string] => ['S92000003', row[2] ?? '', `${row[1] ?? ''} ${row[3] ?? ''} ${at}`, number(row[at] ?? '')]))],
  ['lgbf/family-averages-part-a.csv', (rows) => rows.slice(1).flatMap((row) =>
    [5, 8, 11].map((at): [string, string, string, string] => [row[4] ?? '', row[2] ?? '', `${row[1] ?? ''} ${row[3] ?? ''} ${at}`, number(row[at] ?? '')]))],
  ['lgbf/numerator-denominator-mismatches-part-a.csv', (rows) => rows.slice(1).map((row) => [row[3] ?? '', row[2] ?? '', `${row[0] ?? ''} ${row[1] ?? ''}`, number(row[4] ?? '')])],
]

/** Of the longest files the first rows, which is enough to see what every column was taken for. */
const rowsCompared = 10_000

/** Figures by place and period: measure to value. A figure that is not there is a blank. */
type Figures = Map<string, Map<string, string>>

function add(figures: Figures, place: string, period: string, measure: string, value: string | null): void {
  const key = `${place} | ${period}`
  const known = figures.get(key) ?? new Map<string, string>()
  known.set(measure, value ?? '')
  figures.set(key, known)
}

/** Numbers of a computer's own arithmetic differ from exact ones in the last place. */
const isSame = (one: string, other: string) => one === other || (one !== '' && other !== '' && Math.abs(Number(one) - Number(other)) <= 1e-9 * Math.abs(Number(other)))

/** What is wrong with figures held against those that are right; null where nothing is. Measures may be called otherwise, but each must be one. */
function difference(right: Figures, drafted: Figures): string | null {
  const agree = new Map<string, Map<string, number>>()
  for (const [key, figures] of right) {
    for (const [measure, value] of figures) {
      const same = agree.get(measure) ?? new Map<string, number>()
      agree.set(measure, same)
      for (const [mine, other] of drafted.get(key) ?? []) if (isSame(other, value)) same.set(mine, (same.get(mine) ?? 0) + (value === '' ? 0.01 : 1))
    }
  }
  const taken = new Set<string>()
  const best = new Map([...agree].toSorted((a, b) => Math.max(0, ...b[1].values()) - Math.max(0, ...a[1].values())).map(([measure, same]) => {
    const mine = [...same].filter(([name]) => !taken.has(name)).toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? ''
    taken.add(mine)
    return [measure, mine]
  }))
  for (const [key, figures] of right) {
    for (const [measure, value] of figures) {
      const mine = drafted.get(key)?.get(best.get(measure) ?? '')
      if (mine === undefined || !isSame(mine, value)) return `${key}, ${measure}: ${mine === undefined ? 'not there' : `"${mine}"`} instead of "${value}"`
    }
  }
  const known = new Set(best.values())
  for (const [key, figures] of drafted) for (const measure of figures.keys()) if (!known.has(measure) || !right.has(key)) return `${key}, ${measure}: should not be there`
  return null
}

function cellsOf(text: string): string[][] {
  const rows: string[][] = parse(text, { bom: true, relax_column_count: true })
  return rows
}

describePublished('the draft of a recipe', (path) => {
  let database: TestStore
  let lookup: AuthorityLookup
  let register: MeasureRegister
  const source = (file: string): ImportSource => ({ name: basename(file), open: () => createReadStream(path(file)) })
  beforeAll(async () => {
    database = await embeddedStore()
    for (const [file, recipe] of [
      ['authority-register/uk-local-authorities-with-future.csv', 'uk-authority-register'],
      ['lgbf/indicator-information-2024-03.csv', 'lgbf-measures-real'], ['lgbf/indicator-information-2024-03.csv', 'lgbf-measures-cash'],
    ] as const) await importFile(database.store, system, source(file), readyRecipe(recipe))
    ;[lookup, register] = await database.store.read(system, async (db) => [await authorityLookup(db), await measureRegister(db, null)] as const)
  }, 60_000)
  afterAll(() => database.close())

  /** Every figure a recipe makes of a file, with the first reason why it would be refused. */
  async function figuresBy(recipe: ObservationsRecipe, file: string): Promise<{ figures: Figures; refused: string | null }> {
    const findings = new Findings()
    const open = await openFile(source(file), recipe, (problem) => findings.refuseTable(problem))
    const drafting = new Drafting(recipe, open, lookup, register, findings)
    const figures: Figures = new Map()
    let read = 0
    for await (const row of open.rows) {
      if (read++ > rowsCompared) break
      for (const { place, period, measure, value } of drafting.row(row)) {
        const where = 'area' in place ? (place.area.level === 'group' ? place.area.name : place.area.code) : (lookup.byId(place.authority)?.code ?? '')
        add(figures, where, drafting.periods.all[period]?.label ?? '', drafting.measures.all[measure]?.code ?? '', value)
      }
    }
    return { figures, refused: findings.refusals[0]?.message ?? null }
  }

  async function figuresStated(file: string, expectation: Stated): Promise<Figures> {
    const text = readFileSync(path(file), 'utf8')
    const figures: Figures = new Map()
    const rows = file.endsWith('.json') ? [[text]] : cellsOf(text)
    for (const [place, period, measure, value] of expectation(rows)) {
      const found = lookup.find(place, 'any')
      const read = parsePeriod(period, /^(19|20)\d\d$/.test(period) ? {} : { kind: 'financial-year' })
      add(figures, 'authority' in found ? found.authority.code : place, isRefusedPeriod(read) ? period : read.label, measure, value)
    }
    return Promise.resolve(figures)
  }

  /** The result for one file: null where the draft brings in just what it should. */
  async function wrongWith(file: string, right: string | Stated): Promise<string | null> {
    const { recipe, questions, whose } = propose(await takeSample(source(file), noChoices()), placesOver(lookup), noChoices())
    if (questions.length > 0) return `open: ${questions.map(({ says }) => says).join('; ')}`
    if (whose.unsettled.length > 0) return `names to confirm: ${whose.unsettled.map(({ written }) => written).join(', ')}`
    const drafted = await figuresBy(parseRecipe(JSON.stringify(recipe), 'draft') as ObservationsRecipe, file)
    if (drafted.refused !== null) return `refused: ${drafted.refused}`
    const expected = typeof right === 'string' ? (await figuresBy(readyRecipe(right) as ObservationsRecipe, file)).figures : await figuresStated(file, right)
    return difference(expected, drafted.figures)
  }

  it('is right without adjustment for nine in ten of the files with figures', async () => {
    const results: { file: string; wrong: string | null }[] = []
    for (const [file, right] of [...byReadyRecipe, ...stated]) results.push({ file, wrong: await wrongWith(file, right) })
    console.log(results.map(({ file, wrong }) => `${wrong === null ? 'right' : 'WRONG'}  ${file}${wrong === null ? '' : `: ${wrong.slice(0, 200)}`}`).join('\n'))
    const right = results.filter(({ wrong }) => wrong === null).length
    console.log(`${right} of ${results.length} right without adjustment`)
    expect(right / results.length).toBeGreaterThanOrEqual(0.9)
    expect(results.length).toBeGreaterThanOrEqual(48)
  }, 300_000)
})
