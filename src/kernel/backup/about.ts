import { z } from 'zod'

/** The first page of a backup: what is in it, so that a restore can prove that it brought back the same. */
export const about = z.object({
  format: z.literal('best-value-workbench-backup-1'),
  made_at: z.iso.datetime(),
  /** In the order in which they ran. */
  migrations: z.array(z.object({ owner: z.string(), name: z.string(), checksum: z.string() })),
  /** Where the trail stood: the number and hash of its last entry. */
  trail: z.object({ entry: z.number().int(), hash: z.string() }),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()), rows: z.number().int(), sha256: z.string() })),
  sequences: z.array(z.object({ name: z.string(), value: z.string() })),
})
export type About = z.infer<typeof about>
