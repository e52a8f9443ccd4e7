/** What an operator's monitoring shows of imports. */
import type { Reading } from '#kernel/metrics/index.ts'

export const importReadings: readonly Reading[] = [
  {
    name: 'bv_imports', help: 'Imports that stand',
    read: async (db) => Number((await db.selectFrom('indicators.import').select((of) => of.fn.countAll<string>().as('n')).where('withdrawn_at', 'is', null).executeTakeFirst())?.n ?? 0),
  },
  {
    name: 'bv_import_latest_timestamp_seconds', help: 'When the latest import was made, in seconds since 1970; 0 when there is none',
    read: async (db) => ((await db.selectFrom('indicators.import').select((of) => of.fn.max('made_at').as('at')).executeTakeFirst())?.at?.getTime() ?? 0) / 1000,
  },
]
