import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Config } from '../config.ts'
import { SettingsProblem } from '../problems.ts'
import { copyingPool } from './copy.ts'
import type { Database } from './database.ts'
import { EmbeddedDialect } from './embedded.ts'
import { lockFolder } from './lock.ts'
import type { Executor } from './migrate.ts'
import { embeddedParsers, serverTypes } from './parsers.ts'
import { embeddedSession, serverSession, type Session } from './session.ts'

/** A database that is open but not yet known to be migrated and safe. */
export interface Opened extends Executor {
  kind: 'embedded' | 'server'
  db: Kysely<Database>
  /** Takes a connection for the installation itself, for as long as the work takes. On the embedded database everybody else waits. */
  alone<T>(work: (session: Session) => Promise<T>): Promise<T>
  connections(): { open: number; idle: number; waiting: number }
  /** Like `rows`, for short questions that must not wait behind long ones: on a server over a connection of their own. */
  quickly: <R>(sql: string) => Promise<R[]>
  close(): Promise<void>
}

const oldestServer = 150_000

/** Opens the database the settings name, a server's with so many connections at most. Every way this can fail is one plain sentence. */
export function openDatabase(config: Pick<Config, 'databaseUrl' | 'dataDir' | 'baseUrl'>, connections = 10): Promise<Opened> {
  return config.databaseUrl ? openServer(config.databaseUrl, connections) : openFolder(config.dataDir, join(config.dataDir, 'database'), config.baseUrl)
}

/** What is done to the folder while this process alone holds it: before the database opens, and after it is closed. */
export interface UnderLock {
  before?: () => void
  after?: () => void
}

/** Opens the embedded database in a folder within `dataDir`, after taking the lock. */
export async function openFolder(dataDir: string, folder: string, address: string, { before, after }: UnderLock = {}): Promise<Opened> {
  try {
    // PGlite's own files can be read by everybody who reaches them; nobody else shall.
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    accessSync(dataDir, constants.W_OK)
  } catch (cause) {
    throw new SettingsProblem([
      `DATA_DIR: the folder ${dataDir} cannot be written (${(cause as NodeJS.ErrnoException).code ?? String(cause)}). Choose a folder this account may write to.`,
    ])
  }
  const unlock = lockFolder(dataDir, address)
  try {
    before?.()
    return openEmbedded(await PGlite.create({ dataDir: folder, parsers: embeddedParsers }), () => {
      after?.()
      unlock()
    })
  } catch (cause) {
    unlock()
    throw new SettingsProblem([
      `The embedded database in ${folder} could not be opened (${cause instanceof Error ? cause.message : String(cause)}). Restore the folder from a copy, or choose another with DATA_DIR.`,
    ])
  }
}

/** An embedded database that is already in hand: the folder's, or one in memory for tests. */
export function openEmbedded(database: PGlite, whenClosed: () => void = () => {}): Opened {
  const db = new Kysely<Database>({ dialect: new EmbeddedDialect(database) })
  return {
    kind: 'embedded',
    db,
    alone: (work) => db.connection().execute(() => work(embeddedSession(database))),
    async exec(sql) {
      await database.exec(sql).catch(async (cause: unknown) => {
        await database.exec('rollback')
        throw cause
      })
    },
    async rows<R>(sql: string) {
      return (await database.query<R>(sql)).rows
    },
    connections: () => ({ open: 1, idle: 0, waiting: 0 }),
    async quickly<R>(sql: string) {
      return (await database.query<R>(sql)).rows
    },
    async close() {
      await database.close()
      whenClosed()
    },
  }
}

async function openServer(url: string, connections: number): Promise<Opened> {
  const pool = new pg.Pool({ connectionString: url, types: serverTypes, max: connections, connectionTimeoutMillis: 5_000, onConnect: endWithProcess })
  // An idle connection that the server drops must not end the process; the next query reports what is wrong.
  pool.on('error', () => {})
  const query = async <R>(sql: string) => (await pool.query(sql)).rows as R[]
  const quick = new pg.Pool({ connectionString: url, types: serverTypes, max: 1, connectionTimeoutMillis: 5_000 })
  quick.on('error', () => {})
  try {
    const [server] = await query<{ version: number; words: string }>(
      `select current_setting('server_version_num')::int as version, current_setting('server_version') as words`,
    )
    if (!server || server.version < oldestServer) {
      throw new SettingsProblem([`The server in DATABASE_URL is PostgreSQL ${server?.words}; the workbench needs 15 or later.`])
    }
  } catch (cause) {
    await pool.end()
    if (cause instanceof SettingsProblem) throw cause
    throw new SettingsProblem([
      `The PostgreSQL server in DATABASE_URL cannot be used: ${reasonOf(cause)}. Check the address, the name and password, and that the server is running.`,
    ])
  }
  return {
    kind: 'server',
    db: new Kysely<Database>({ dialect: new PostgresDialect({ pool: copyingPool(pool) }) }),
    async exec(sql) {
      const client = await pool.connect()
      try {
        await client.query(sql)
      } catch (cause) {
        await client.query('rollback')
        throw cause
      } finally {
        client.release()
      }
    },
    rows: query,
    async alone(work) {
      const client = await pool.connect()
      try {
        return await work(serverSession(client))
      } finally {
        client.release()
      }
    },
    connections: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    quickly: async <R>(sql: string) => (await quick.query(sql)).rows as R[],
    async close() {
      if (!quick.ended) await quick.end()
      await pool.end()
    },
  }
}

/** A process that is killed in the middle of a long statement shall not leave it running, with its locks. Servers on some systems cannot tell. */
const endWithProcess = (client: pg.ClientBase): unknown => client.query(`set client_connection_check_interval = '2s'`).catch(() => undefined)

/** The driver wraps refused connections in an AggregateError with an empty message. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ')
  return cause instanceof Error ? cause.message : String(cause)
}
