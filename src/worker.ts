import { createLog } from '#kernel/log.ts'
import { permissionsOf } from '#kernel/access/actor.ts'
import type { Config } from '#kernel/config.ts'
import { everyKindOfJob } from '#kernel/exports/jobs.ts'
import { startStore } from '#kernel/db/start.ts'
import { doJobs } from '#kernel/jobs/index.ts'
import { startPost } from '#kernel/mail/index.ts'
import { completeHouse, type Command } from '#kernel/slice.ts'
import { actorOf, jobProgram, sliceNames, slices } from '#app'

/** Does jobs and sends letters in a process of its own, beside web processes on the same PostgreSQL server. */
export const worker: Command = {
  name: 'worker',
  summary: 'Do jobs and send letters in a process of its own, beside web processes on one PostgreSQL server',
  help: `npm run -s bv -- worker

Does the jobs that people ask for (checking and importing files, for example) until it is stopped, so that the web processes
need not: give those JOBS=off. Letters are sent by workers and web processes alike, each once. Any number of workers may run. SIGTERM
puts back what is being done, for another process to take up. JOBS_AT_ONCE says how many jobs at a time, each in a process that the worker starts (JOBS=inside: in the worker itself),
JOBS_LEASE after how many seconds of silence another process takes over.`,
  needsStore: false,
  async run(_args, { config, now }, { out, err }) {
    if (config.databaseUrl === null) {
      err('No worker is needed: the embedded database belongs to one process, and the workbench does its jobs itself. A worker is for a PostgreSQL server (DATABASE_URL).')
      return 1
    }
    await work(config, now, out)
    return 0
  },
}

async function work(config: Config, now: () => Date, out: (text: string) => void): Promise<void> {
  const log = createLog(config.logLevel)
  const { store } = await startStore(config, sliceNames)
  const house = completeHouse({ store, config, log, now })
  const runner = doJobs({ house, kinds: everyKindOfJob(slices), permissions: permissionsOf(slices), actorOf: (account) => actorOf(house, account) }, jobProgram)
  const post = startPost(house)
  out('The worker is doing jobs and sending letters. Press Ctrl-C to stop.')
  await stopSignal()
  await runner.stop()
  await post.stop()
  await store.close()
}

function stopSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  // What waits for jobs lets a process end when nothing else is going on; a worker waits on.
  const staying = setInterval(() => {}, 2 ** 30)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  return promise.finally(() => clearInterval(staying))
}
