import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describePublished } from '#kernel/testing/published.ts'
import { bothStores, type TestStore } from '#kernel/testing/store.ts'
import { serverWith } from '#kernel/web/examples/garden.ts'
import { readyRecipe, type Recipe } from '#slices/indicators/index.ts'
import type { ComparisonAnswer } from '#slices/benchmarking/index.ts'
import { slices } from '#app'
import { bringIn, codeOf, compareOnCommandLine, familyAddress } from './importing.ts'
import * as lgbf from './lgbf.ts'

// From the publisher's files, unedited, through import and comparison to the publisher's own ranks and changes.

/** The figures the file gives beside each row in a cell of JSON, as figures of an earlier period. */
function earlierFigures(name: string, cell: string, value: string, shift: number): Recipe {
  const recipe = readyRecipe(name)
  if (recipe.produces !== 'observations' || !recipe.period) throw new Error(`${name} does not read figures.`)
  return {
    ...recipe,
    recipe: `test-${cell.toLowerCase().replace('_', '-')}`,
    leave_out: [...recipe.leave_out, { where: { column: cell, is: 'null' }, because: 'no earlier figure' }],
    period: { ...recipe.period, shift },
    values: [{ value: { column: cell, field: value } }],
  }
}

type Way = (question: Record<string, string>) => Promise<ComparisonAnswer>

describePublished('ranks and changes of the Scottish benchmarking framework, imported and compared', (path) => {
  describe.each(bothStores)('on %s', (_name, open) => {
    let database: TestStore
    let app: FastifyInstance
    const measures = lgbf.lgbfMeasures('2023-05')
    const familyOf = lgbf.familyFinder()
    const latest = lgbf.latestRanks()
    const quarterly = lgbf.quarterlyRanks()

    beforeAll(async () => {
      database = await open()
      const { store } = database
      await bringIn(store, path('authority-register/uk-local-authorities-with-future.csv'), 'uk-authority-register')
      await bringIn(store, path('lgbf/family-groups.csv'), 'lgbf-families')
      await bringIn(store, path('lgbf/indicator-information-2023-05.csv'), 'lgbf-measures-real')
      await bringIn(store, path('lgbf/latest-values-ranked-part-a.csv'), 'lgbf-latest-values')
      await bringIn(store, path('lgbf/quarterly-ranked-part-a.csv'), 'lgbf-quarterly')
      app = await serverWith(store, [...slices])
    }, 300_000)
    afterAll(async () => {
      await app.close()
      await database.close()
    })

    const ways: [string, Way][] = [
      ['bv compare', (question) => compareOnCommandLine(database.store, question)],
      ['the programming interface', async (question) => (await app.inject({ url: '/api/v1/comparisons', query: question })).json<ComparisonAnswer>()],
    ]

    /** Asks for one comparison for each measure, period and group of the rows, and gives each row what it says of it. */
    async function compared(rows: lgbf.PublishedRank[], groupOf: (row: lgbf.PublishedRank) => string, ask: Way) {
      const groups = Map.groupBy(rows, (row) => `${row.measure}|${row.period}|${groupOf(row)}`)
      const found: { published: lgbf.PublishedRank; ours: ComparisonAnswer['authorities'][number] | undefined }[] = []
      for (const own of groups.values()) {
        const { measure, period } = own[0]!
        const answer = await ask({ measure: codeOf('real', measure), period, group: groupOf(own[0]!) })
        found.push(...own.map((published) => ({ published, ours: answer.authorities.find((row) => isCalled(row, published.authority)) })))
      }
      return found
    }

    const scotland = () => 'nation:scotland'
    const family = (row: lgbf.PublishedRank) => {
      const { grouping } = measures.get(row.measure)!
      return familyAddress(grouping, familyOf(grouping, row.authority))
    }

    it.each(ways)('%s gives all 1,514 ranks and shares within Scotland and within families, and the 669 quarterly ones', async (_way, ask) => {
      const main = latest.filter((row) => row.main_period)
      for (const [rows, expected] of [[main, 1514], [quarterly, 669]] as const) {
        const inScotland = await compared(rows, scotland, ask)
        expect(inScotland.filter(({ published, ours }) => ours?.rank === published.rank && ours.rank_share === published.rank_share)).toHaveLength(expected)
        const inFamilies = await compared(rows, family, ask)
        expect(inFamilies.filter(({ published, ours }) => ours?.rank === published.family_rank && ours.rank_share === published.family_rank_share)).toHaveLength(expected)
      }
    })

    describe('once the earlier figures that the file gives beside each row are brought in too', () => {
      beforeAll(async () => {
        for (const [cell, shift] of [['Previous_Row', -1], ['First_Row', -40]] as const) {
          await bringIn(database.store, path('lgbf/latest-values-ranked-part-a.csv'), earlierFigures('lgbf-latest-values', cell, 'Real_Value', shift))
        }
      }, 300_000)

      it('gives all 1,528 aim-adjusted changes since the previous figure, and those since the first', async () => {
        const found = await compared(latest, scotland, ways[0]![1])
        const since = (when: 'previous' | 'first') => {
          const published = found.filter((one) => one.published[`since_${when}`] !== null)
          const differ = published.filter((one) => one.ours?.[`change_since_${when}`] !== one.published[`since_${when}`]!.change)
          return { agree: published.length - differ.length, differ: differ.map(({ published: { measure, authority } }) => `${measure}|${authority}`) }
        }
        expect(since('previous')).toEqual({ agree: 1528, differ: [] })
        const first = since('first')
        expect([first.agree, first.differ.sort()]).toEqual([1525, [...lgbf.CHANGES_SINCE_FIRST_LEFT_OUT].sort()])
      })
    })
  })
})

/** Publishers' short names of Scottish councils against the register's. */
function isCalled(row: { name: string; known_name: string }, published: string): boolean {
  const words = (name: string) => name.toLowerCase().replaceAll('&', 'and').split(/[^a-z]+/).filter((word) => !['city', 'of', 'council', 'comhairle', 'nan', 'na', 'h', ''].includes(word)).sort().join(' ')
  return words(row.known_name) === words(published) || words(row.name) === words(published)
}
