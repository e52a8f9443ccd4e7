import { readConfig } from '#kernel/config.ts'
import type { Store } from '#kernel/db/index.ts'
import { startStore } from '#kernel/db/start.ts'
import { sliceNames } from '#app'
import { makeDatabase, type Cluster } from './cluster.ts'
import { fillFigures, fillRegisters, type Size } from './content.ts'

/** The settings of an installation on a database. */
export const settingsFor = (databaseUrl: string) =>
  readConfig({ DATABASE_URL: databaseUrl, SESSION_SECRET: 'a secret of the bench, long enough to be one', LOG_LEVEL: 'silent', DEMO: 'off' })

/** Opens a database of the cluster as an installation would, bringing it forward to this version of the program. */
export async function openStore(cluster: Cluster, database: string): Promise<Store> {
  const { store } = await startStore(settingsFor(cluster.addressOf(database)), sliceNames)
  return store
}

/** The database of that size: taken as it is when an earlier run finished it, else built. */
export async function builtDatabase(cluster: Cluster, name: string, size: Size, log: (text: string) => void): Promise<void> {
  const isThere = await cluster.asSuperuser('postgres', async (client) =>
    (await client.query(`select 1 from pg_database where datname = $1 and shobj_description(oid, 'pg_database') = 'complete'`, [name])).rows.length > 0)
  if (isThere) return
  const began = performance.now()
  await makeDatabase(cluster, name)
  await (await openStore(cluster, name)).close()
  await cluster.asSuperuser(name, async (client) => {
    const run = (sql: string) => client.query(sql)
    await fillRegisters(run, size)
    await withoutIndexes(run, async () => {
      const step = 250
      for (let from = 1; from <= size.measures; from += step) {
        await fillFigures(run, [from, Math.min(from + step - 1, size.measures)], size)
        log(`building ${name}: ${Math.min(from + step - 1, size.measures)} of ${size.measures} measures, ${((performance.now() - began) / 1000).toFixed(0)} s`)
      }
    })
    await run('vacuum (freeze, analyze)')
    await run(`comment on database ${name} is 'complete'`)
  })
  log(`built ${name} in ${((performance.now() - began) / 1000).toFixed(0)} s`)
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
