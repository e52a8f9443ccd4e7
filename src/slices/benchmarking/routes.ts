import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { House } from '#kernel/slice.ts'
import { apiRoute } from '#kernel/web/api.ts'
import { knownAtField } from '#kernel/web/known-at.ts'
import { comparisonAnswer } from './answer.ts'
import { comparison } from './comparison.ts'
import { comparisonTable } from './table.ts'

export function routes(app: FastifyInstance, { store }: House): void {
  apiRoute(app, {
    path: '/comparisons',
    group: 'Comparisons',
    summary: 'How the authorities of a group compare on one measure for one period',
    explanation:
      'Rows are in alphabetical order. Fields that need a value, a better direction or eight figures are null without. The period left out is the latest with a figure; the group left out is the nearest neighbours of the authority, else its kind.',
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
    csv: comparisonTable,
  })
}
