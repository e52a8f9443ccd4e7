import pino from 'pino'
import { openDatabase } from '#kernel/db/open.ts'
import { storeOver } from '#kernel/db/store.ts'
import { serveJobs } from '#kernel/jobs/index.ts'
import { completeHouse } from '#kernel/slice.ts'
import { kinds } from './kinds.ts'

// A process for jobs as the program's own, with work made for tests.

serveJobs(async (config) => {
  const store = await storeOver(await openDatabase(config, 2))
  const house = completeHouse({ store, config, log: pino({ level: 'silent' }), now: () => new Date() })
  const actorOf = (account: number) => Promise.resolve({ kind: 'person' as const, account, name: `Person ${account}`, memberships: [], grants: [] })
  return { house, kinds, permissions: {}, actorOf, close: () => store.close() }
})
