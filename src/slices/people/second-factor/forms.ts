import { z } from 'zod'
import { text } from '#kernel/forms/fields.ts'
import { plainCode } from './rules.ts'

const name = text('Enter a name you will recognise it by, such as “Phone”', 60)

export const enrolForm = z.object({
  name,
  code: z.string().transform(plainCode).refine((code) => /^\d{6}$/.test(code), 'Enter the 6 digits your authenticator app shows'),
  /** The new secret as the page carries it, so that nothing is kept of enrolments that are not completed. */
  sealed: z.string().max(1000),
  next: z.string(),
})

export const nameForm = z.object({ name })
