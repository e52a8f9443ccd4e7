import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { inject } from 'vitest'
import type { Store } from '../db/index.ts'
import { openDatabase, openEmbedded, type Opened } from '../db/open.ts'
import { embeddedParsers } from '../db/parsers.ts'
import { startOver } from '../db/start.ts'
import { createServerDatabase } from './server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** File with a copy of a migrated, empty database. */
    preparedCopy: string
    /** Names of the slices, in order. */
    sliceNames: string[]
  }
}

/** A store on a fresh copy of the migrated database, in memory, with the raw database beside it for what no door allows. */
export interface TestStore {
  store: Store
  /** The database as its superuser: for altering what nobody may, and for looking behind policies. */
  raw: Opened
  /** The database as the installation itself has it: on a server, its ordinary login. */
  own: Opened
  close(): Promise<void>
}

const preparedDatabase = async () => new Blob([new Uint8Array(await readFile(inject('preparedCopy')))])

/** A store on the embedded database. A quarter of a second; use one for each test file or test. */
export async function embeddedStore(): Promise<TestStore> {
  return over(openEmbedded(await PGlite.create({ loadDataDir: await preparedDatabase(), parsers: embeddedParsers })))
}

/** A store on a new database of the PostgreSQL server that the tests start on first use. */
export async function serverStore(): Promise<TestStore> {
  const { ordinary, superuser } = await createServerDatabase()
  const open = (databaseUrl: string) => openDatabase({ databaseUrl, dataDir: '', baseUrl: '' })
  const ordinaryStore = await over(await open(ordinary))
  const raw = await open(superuser)
  return {
    store: ordinaryStore.store,
    raw,
    own: ordinaryStore.own,
    async close() {
      await ordinaryStore.close()
      await raw.close()
    },
  }
}

/** Both databases, for tests that must pass on each. */
export const bothStores = [
  ['PGlite', embeddedStore],
  ['a PostgreSQL server', serverStore],
] as const

async function over(raw: Opened): Promise<TestStore> {
  const { store } = await startOver(raw, inject('sliceNames'))
  return { store, raw, own: raw, close: () => store.close() }
}

/** A folder of its own, removed by the function returned beside it. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'workbench-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Puts a migrated, empty database into a data folder, as a first start leaves it: for tests of what comes after one. */
export async function furnish(dataDir: string): Promise<void> {
  const database = await PGlite.create({ dataDir: join(dataDir, 'database'), loadDataDir: await preparedDatabase() })
  await database.close()
}
