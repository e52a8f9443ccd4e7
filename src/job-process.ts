import { createLog } from '#kernel/log.ts'
import { permissionsOf } from '#kernel/access/actor.ts'
import { joinStore } from '#kernel/db/start.ts'
import { everyKindOfJob } from '#kernel/exports/jobs.ts'
import { serveJobs } from '#kernel/jobs/index.ts'
import { completeHouse } from '#kernel/slice.ts'
import { actorOf, sliceNames, slices } from '#app'

// The program of a process that does jobs for the web process or the worker that starts it, on a PostgreSQL server.

/** One job is done at a time; some ask several questions at once. */
const connections = 3

serveJobs(async (config) => {
  const store = await joinStore(config, sliceNames, connections)
  const house = { ...completeHouse({ store, config, log: createLog(config.logLevel), now: () => new Date() }), slices }
  return { house, kinds: everyKindOfJob(slices), permissions: permissionsOf(slices), actorOf: (account) => actorOf(house, account), close: () => store.close() }
})
