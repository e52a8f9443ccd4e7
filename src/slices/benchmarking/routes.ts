import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { House } from '#kernel/slice.ts'
import { apiRoute } from '#kernel/web/api.ts'
import { knownAtField } from '#kernel/web/known-at.ts'
import { comparisonAnswer, profileAnswer, trendAnswer } from './answer.ts'
import { comparison } from './comparison.ts'
import { pageRoutes } from './page-routes.ts'
import { profileAndKeep } from './recomputing.ts'
import { comparisonTable, profileTable, trendTable } from './table.ts'
import { trend } from './trend.ts'

export function routes(app: FastifyInstance, house: House): void {
  const { store } = house
  pageRoutes(app, house)
  apiRoute(app, {
    path: '/comparisons',
    group: 'Comparisons',
    summary: 'How the authorities of a group compare on one measure for one period',
    explanation:
      'Rows are in alphabetical order. Figures of countries and regions stand apart, under reference. Fields that need a value, a better direction or eight figures are null without. The period left out is the latest with a figure; the group left out is the nearest neighbours of the authority, else its kind.',
    access: 'public',
    query: z.object({
      measure: z.string('Say which measure').min(1, 'Say which measure').describe('Code of the measure, or another code it is known by.'),
      period: z.string().optional().describe('Any spelling: 2023-24, 2023-24 Q3, March 2024.'),
      group: z.string().optional().describe('Address of a group; see /api/v1/groups.'),
      authority: z.string().optional().describe('Code of the authority in question; needed for neighbours:<source>.'),
      'as-known-at': knownAtField,
    }),
    response: comparisonAnswer,
    answer: ({ query, actor }) => {
      const { 'as-known-at': knownAt, ...question } = query
      return store.read(actor, (db) => comparison(db, { ...question, knownAt }))
    },
    table: comparisonTable,
  })
  apiRoute(app, {
    path: '/authorities/:code/profile',
    group: 'Authorities',
    summary: 'Every measure for one authority: latest value, where it stands in a group, and how it changed',
    explanation: 'In the order of the codes of the measures. Each measure is compared in the latest period of which the authority has a value.',
    access: 'public',
    params: z.object({ code: z.string().describe('GSS code, or another code the register has.') }),
    query: z.object({
      group: z.string().optional().describe('Address of a group; left out: its nearest neighbours, else its kind.'),
      service: z.string().optional().describe('Only measures of this service.'),
      dimension: z.string().optional().describe('Only measures of this dimension.'),
      'as-known-at': knownAtField,
    }),
    response: profileAnswer,
    answer: ({ params, query, actor }) => {
      const { 'as-known-at': knownAt, ...filters } = query
      return profileAndKeep(house, actor, { authority: params.code, ...filters, knownAt })
    },
    table: profileTable,
  })
  apiRoute(app, {
    path: '/authorities/:code/measures/:measure',
    group: 'Authorities',
    summary: 'The series of one measure for one authority, with the median and middle half of a group',
    explanation: 'Earliest first. A period without a value is a gap and says why.',
    access: 'public',
    params: z.object({ code: z.string().describe('Code of the authority.'), measure: z.string().describe('Code of the measure.') }),
    query: z.object({
      group: z.string().optional().describe('Address of a group; left out: its nearest neighbours, else its kind.'),
      'as-known-at': knownAtField,
    }),
    response: trendAnswer,
    answer: ({ params, query, actor }) =>
      store.read(actor, (db) => trend(db, { authority: params.code, measure: params.measure, group: query.group, knownAt: query['as-known-at'] })),
    table: trendTable,
  })
}
