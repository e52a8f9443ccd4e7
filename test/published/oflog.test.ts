import { afterAll, beforeAll, expect, it } from 'vitest'
import { describePublished } from '#kernel/testing/published.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { bringIn, compareOnCommandLine } from './importing.ts'
import { deviationTolerance, oflogFigures } from './oflog.ts'

describePublished('medians and deviations of the Office for Local Government, imported and compared', (path) => {
  let database: TestStore
  beforeAll(async () => {
    database = await embeddedStore()
    await bringIn(database.store, path('authority-register/uk-local-authorities-with-future.csv'), 'uk-authority-register')
    await bringIn(database.store, path('oflog/adult-social-care.csv'), 'oflog-adult-social-care')
  }, 300_000)
  afterAll(() => database.close())

  it('gives the medians and all 6,078 deviations from them', async () => {
    const groups = [...Map.groupBy(oflogFigures(), (one) => `${one.measure}|${one.period}`).values()]
    let medians = 0
    let deviations = 0
    for (const figures of groups) {
      const { measure, period } = figures[0]!
      const answer = await compareOnCommandLine(database.store, { measure: `oflog-${measure.toLowerCase()}`, period, group: 'all' })
      const rows = new Map(answer.authorities.map((row) => [row.code, row]))
      const rounding = Math.max(...figures.map((one) => one.value_rounding))
      const tolerance = deviationTolerance(figures, answer.group.median_absolute_deviation!)
      expect([measure, period, answer.group.compared]).toEqual([measure, period, figures.filter(({ value }) => value !== null).length])
      for (const one of figures) {
        if (Math.abs(answer.group.median! - one.median) <= rounding + 1e-14 * one.median) medians += 1
        const own = rows.get(one.authority)?.deviation
        if (one.deviation !== null && own !== null && own !== undefined && Math.abs(own - one.deviation) <= tolerance(one.deviation)) deviations += 1
      }
    }
    expect([groups.length, medians, deviations]).toEqual([42, 6376, 6078])
  })
})
