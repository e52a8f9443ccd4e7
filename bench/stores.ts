import { readConfig } from '#kernel/config.ts'
import type { Store } from '#kernel/db/index.ts'
import { startStore } from '#kernel/db/start.ts'
import { sliceNames } from '#app'
import { makeDatabase, type Cluster } from './cluster.ts'
import { fillElsewhere, fillFigures, fillRegisters, type Size } from './content.ts'

/** The settings of an installation on a database. */
export const settingsFor = (databaseUrl: string) =>
  readConfig({ DATABASE_URL: databaseUrl, SESSION_SECRET: 'a secret of the bench, long enough to be one', LOG_LEVEL: 'silent', DEMO: 'off' })

/** Opens a database of the cluster as an installation would, bringing it forward to this version of the program. */
export async function openStore(cluster: Cluster, database: string): Promise<Store> {
  const { store } = await startStore(settingsFor(cluster.addressOf(database)), sliceNames)
  return store
}

/** The database of that size: taken as it is when an earlier run finished it, else built. */
export async function builtDatabase(cluster: Cluster, name: string, size: Size, log: Log): Promise<void> {
  if (await isComplete(cluster, name)) return
  await makeDatabase(cluster, name)
  await (await openStore(cluster, name)).close()
  await completed(cluster, name, log, async (run) => {
    await fillRegisters(run, size)
    await withoutIndexes(run, () => inSteps(name, 1, size.measures, log, (measures) => fillFigures(run, measures, size)))
  })
}

/** A copy of a database with as much again in it that none of the questions is about. */
export async function doubledDatabase(cluster: Cluster, name: string, from: string, size: Size, log: Log): Promise<void> {
  if (await isComplete(cluster, name)) return
  await makeDatabase(cluster, name, from)
  await completed(cluster, name, log, async (run) => {
    await fillElsewhere(run, size)
    await withoutIndexes(run, () => inSteps(name, size.measures + 1, 2 * size.measures, log, (measures) => fillFigures(run, measures, size, size.authorities)))
  })
}

type Log = (text: string) => void

async function isComplete(cluster: Cluster, name: string): Promise<boolean> {
  return cluster.asSuperuser('postgres', async (client) =>
    (await client.query(`select 1 from pg_database where datname = $1 and shobj_description(oid, 'pg_database') = 'complete'`, [name])).rows.length > 0)
}

async function completed(cluster: Cluster, name: string, log: Log, fill: (run: (sql: string) => Promise<{ rows: unknown[] }>) => Promise<void>): Promise<void> {
  const began = performance.now()
  await cluster.asSuperuser(name, async (client) => {
    await fill((sql) => client.query(sql))
    await client.query('vacuum (freeze, analyze)')
    await client.query(`comment on database ${name} is 'complete'`)
  })
  log(`built ${name} in ${((performance.now() - began) / 1000).toFixed(0)} s`)
}

async function inSteps(name: string, first: number, last: number, log: Log, load: (measures: readonly [number, number]) => Promise<void>): Promise<void> {
  const step = 500
  for (let from = first; from <= last; from += step) {
    await load([from, Math.min(from + step - 1, last)])
    log(`building ${name}: measure ${Math.min(from + step - 1, last)} of ${last}`)
  }
}

/** The figures' indexes are made after loading, and their foreign keys are not looked up: the loader wrote both sides. */
async function withoutIndexes(run: (sql: string) => Promise<{ rows: unknown[] }>, load: () => Promise<void>): Promise<void> {
  const { rows } = await run(`
    select c.relname as name, pg_get_indexdef(i.indexrelid) as definition, k.conname as key, pg_get_constraintdef(k.oid) as constraint
      from pg_index i join pg_class c on c.oid = i.indexrelid left join pg_constraint k on k.conindid = i.indexrelid and k.contype = 'p'
     where i.indrelid = 'indicators.observation'::regclass`)
  const indexes = rows as { name: string; definition: string; key: string | null; constraint: string | null }[]
  for (const { name, key } of indexes) {
    await run(key === null ? `drop index indicators.${name}` : `alter table indicators.observation drop constraint ${key}`)
  }
  await run(`set session_replication_role = replica`)
  await load()
  await run(`set session_replication_role = origin`)
  for (const { definition, key, constraint } of indexes) {
    await run(key === null ? definition : `alter table indicators.observation add constraint ${key} ${constraint}`)
  }
}
