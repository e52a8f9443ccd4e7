/** What a person settled on the pages of a guided import. Everything else is guessed anew from the file each time. */
import { z } from 'zod'
import { periodKinds } from '#kernel/periods/index.ts'
import { reasons } from '../imports/recipe-parts.ts'
import { unitKinds } from './definition.ts'
import { statusMeanings } from './markers.ts'
import { roles } from './roles.ts'

const definition = z.strictObject({
  title: z.string().optional(), unit: z.string().optional(), unit_kind: z.enum(unitKinds).optional(),
  polarity: z.enum(['higher', 'lower', 'none']).optional(), decimals: z.int().min(0).max(6).optional(),
  publisher: z.string().optional(), source: z.string().optional(), licence: z.string().optional(),
})

export const choicesSchema = z.strictObject({
  /** How the file is read, where not as detected. */
  reading: z.strictObject({
    encoding: z.string().optional(), delimiter: z.enum([',', ';', '\t', '|']).optional(), header: z.union([z.int().positive(), z.literal('none')]).optional(),
    sheet: z.string().optional(), path: z.array(z.string()).optional(),
  }).default({}),
  /** Roles of columns by name, where not as guessed. */
  roles: z.record(z.string(), z.enum(roles)).default({}),
  period: z.strictObject({ fixed: z.string().optional(), kind: z.enum(periodKinds).optional() }).default({}),
  /** Signs instead of a number, and in a status column. */
  markers: z.record(z.string(), z.enum(reasons)).default({}),
  statuses: z.record(z.string(), z.enum(statusMeanings)).default({}),
  /** Texts in the column of the authority: rows left out, and the code that is meant. */
  leaveOut: z.array(z.string()).default([]),
  codes: z.record(z.string(), z.string()).default({}),
  /** Name of the recipe, which is also the beginning of the codes of its measures. */
  name: z.string().optional(),
  definition: definition.default({}),
})
export type Choices = z.output<typeof choicesSchema>

export const noChoices = (): Choices => choicesSchema.parse({})
