/** What can be downloaded of comparisons: the tables of the pages, each asked the question its page was asked. */
import { z } from 'zod'
import { exportSource, type ExportSource } from '#kernel/exports/index.ts'
import { comparison } from './comparison.ts'
import { whatIsShown } from './pages/compare-question.ts'
import { compareQuery, given, knownAtOf, measureQuery, oneMeasureQuery, registerQuery } from './pages/question.ts'
import { registerTable } from './pages/register.ts'
import { registeredMeasures } from './register.ts'
import { comparisonTable, sideBySideTable, trendTable } from './table.ts'
import { trend } from './trend.ts'

/** More measures than any installation has. */
const everything = 100_000
const access = 'public'
const code = z.string().max(200)

export const exports: readonly ExportSource[] = [
  exportSource({
    path: '/measures', access, query: registerQuery,
    open: async ({ query, actor, house }) => {
      const { moment } = knownAtOf(query['as-known-at'])
      return registerTable(await house.store.read(actor, (db) => registeredMeasures(db, query, { from: 0, size: everything }, moment)), moment)
    },
  }),
  exportSource({
    path: '/measures/:code/comparison', page: '/measures/:code', access, params: z.object({ code }), query: measureQuery,
    open: async ({ params, query, actor, house }) => {
      const { moment } = knownAtOf(query['as-known-at'])
      const question = { measure: params.code, period: given(query.period), group: given(query.group), authority: given(query.authority), knownAt: moment }
      return comparisonTable(await house.store.read(actor, (db) => comparison(db, question)))
    },
  }),
  exportSource({
    path: '/authorities/:authority/measures/:measure/series', page: '/authorities/:authority/measures/:measure', access,
    params: z.object({ authority: code, measure: code }), query: oneMeasureQuery,
    open: async ({ params, query, actor, house }) => {
      const { moment } = knownAtOf(query['as-known-at'])
      return trendTable(await house.store.read(actor, (db) => trend(db, { ...params, group: given(query.group), knownAt: moment })))
    },
  }),
  exportSource({
    path: '/compare', access, query: compareQuery,
    open: async ({ query, actor, house }) => {
      const { moment } = knownAtOf(query['as-known-at'])
      const { rows, group } = await house.store.read(actor, (db) => whatIsShown(db, query, moment))
      return sideBySideTable(rows, group, moment)
    },
  }),
]
