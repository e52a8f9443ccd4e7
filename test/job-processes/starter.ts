import { join } from 'node:path'
import pino from 'pino'
import { readConfig } from '#kernel/config.ts'
import { openDatabase } from '#kernel/db/open.ts'
import { storeOver } from '#kernel/db/store.ts'
import { handsInProcesses, startRunner } from '#kernel/jobs/index.ts'
import { completeHouse } from '#kernel/slice.ts'
import { endless, kinds } from './kinds.ts'

// Starts work that never ends, says in which process it goes on, and waits to be killed.

const config = readConfig()
const store = await storeOver(await openDatabase(config))
const house = completeHouse({ store, config, log: pino({ level: 'silent' }), now: () => new Date() })
startRunner(house, {
  kinds, atOnce: 1, lease: 30, hands: (whenFree) => handsInProcesses(house, { program: join(import.meta.dirname, 'process.ts'), atOnce: 1 }, whenFree),
})
const system = { kind: 'system', name: 'test' } as const
const { id } = await house.jobs.ask(system, endless, { key: 'starter', input: {}, title: 'Endless', organisation: null })
setInterval(() => void house.jobs.find(system, id).then((job) => {
  if (job?.progress) process.stdout.write(`It goes on in process ${job.progress.says}.\n`)
}), 100)
