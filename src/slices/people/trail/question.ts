import { z } from 'zod'

const words = z.string().trim().max(200).catch('')
const day = z.union([z.literal(''), z.iso.date()]).catch('')
/** How the trail may be narrowed, on its page and as a file. */
export const trailQuery = z.object({
  person: words,
  thing: words,
  action: words,
  from: day,
  to: day,
  before: z.coerce.number().int().positive().max(2 ** 31 - 1).optional().catch(undefined),
})
