import { z } from 'zod'
import { momentExample, momentOf } from '../db/known-at.ts'

/** The query field `as-known-at` of every question about figures, as a moment. */
export const knownAtField = z
  .string()
  .optional()
  .transform((text, context) => {
    if (text === undefined || text === '') return undefined
    const moment = momentOf(text)
    if (moment) return moment
    context.addIssue({ code: 'custom', message: momentExample })
    return z.NEVER
  })
  .describe('What was known here at a moment: an ISO date (its end, UTC) or date and time. Left out: now.')
