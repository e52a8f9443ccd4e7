import { afterAll, beforeAll, expect, it } from 'vitest'
import { describePublished } from '#kernel/testing/published.ts'
import { serverStore, type TestStore } from '#kernel/testing/store.ts'
import { checkAverages, EXPECTED_AVERAGES } from './averages.ts'
import { bringIn, codeOf, compareOnCommandLine, familyAddress } from './importing.ts'
import * as lgbf from './lgbf.ts'

// Nine and a half thousand comparisons: on the server, which answers one in a few milliseconds. That both databases
// give the same answers is shown by the ranks.

describePublished('averages of the Scottish benchmarking framework, imported and compared', (path) => {
  let database: TestStore
  const measures = lgbf.lgbfMeasures('2024-03')

  beforeAll(async () => {
    database = await serverStore()
    for (const [file, recipe] of [
      ['authority-register/uk-local-authorities-with-future.csv', 'uk-authority-register'],
      ['lgbf/family-groups.csv', 'lgbf-families'],
      ['lgbf/indicator-information-2024-03.csv', 'lgbf-measures-real'],
      ['lgbf/indicator-information-2024-03.csv', 'lgbf-measures-cash'],
      ['lgbf/raw-real-annual-2024-03.csv', 'lgbf-real-annual'],
      ['lgbf/raw-cash-annual-2024-03.csv', 'lgbf-cash-annual'],
      ['lgbf/raw-monthly-and-quarterly-2024-01.csv', 'lgbf-monthly-and-quarterly'],
    ] as const) {
      await bringIn(database.store, path(file), recipe)
    }
  }, 600_000)
  afterAll(() => database.close())

  /** Months and quarters are percentages: the publisher's averages in cash terms use the same figures as those in real terms. */
  async function ours({ data_type, measure, period, family }: lgbf.PublishedAverages) {
    const terms = data_type === 'Cash_Annual' ? 'cash' : 'real'
    const group = family === null ? 'nation:scotland' : familyAddress(measures.get(measure)!.grouping, family)
    return (await compareOnCommandLine(database.store, { measure: codeOf(terms, measure), period, group })).group
  }

  it('gives the means, medians and weighted averages for Scotland', async () => {
    const { agree, differ } = await checkAverages(lgbf.scotlandAverages(), ours)
    expect(differ.filter((name) => !lgbf.AVERAGES_OF_OTHER_FIGURES.has(name))).toEqual([])
    expect(agree).toEqual(EXPECTED_AVERAGES.scotland)
  }, 300_000)

  it('gives the means, medians and weighted averages for families', async () => {
    const { agree, differ } = await checkAverages(lgbf.familyAverages(), ours)
    expect(differ.filter((name) => !lgbf.AVERAGES_OF_OTHER_FIGURES.has(name))).toEqual([])
    expect(agree).toEqual(EXPECTED_AVERAGES.families)
  }, 600_000)
})
