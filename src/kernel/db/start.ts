import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { Store } from './index.ts'
import { migrate, migrationsOf, refuseAnotherVersion } from './migrate.ts'
import { openDatabase, openFolder, type Opened } from './open.ts'
import { refuseUnsafeLogin, storeOver } from './store.ts'

/** A store ready for use, and what this start did to it. */
export interface Started {
  store: Store
  /** The database under the store, for the installation's own work: backup. */
  opened: Opened
  /** Migrations that ran just now; all of them on a new database. */
  ran: string[]
}

/** Puts the first content into a new store, such as demonstration data. */
export type Filling = (store: Store) => Promise<void>

/**
 * Opens the database the settings name, brings it forward and puts the policies in front. A new database is filled first;
 * a new embedded one is made beside its place and moved there when it is complete, so that an interrupted first start
 * leaves nothing behind that looks finished.
 */
export async function startStore(config: Config, slices: readonly string[], fill?: Filling): Promise<Started> {
  const folder = join(config.dataDir, 'database')
  if (config.databaseUrl || existsSync(folder)) {
    const opened = await openDatabase(config)
    return closedOnFailure(opened, () => oneAtATime(opened, async () => {
      const { store, ran, isNew } = await broughtForward(opened, slices)
      if (isNew) await fill?.(store)
      return { store, opened, ran }
    }))
  }
  const ran = await makeFolder(config, slices, folder, fill)
  return { ...(await startOver(await openDatabase(config), slices)), ran }
}

/**
 * Opens the server's database beside a process that brought it forward, with few connections.
 *
 * @throws SettingsProblem when the files of the program have changed since, so that the two would not mean the same
 */
export async function joinStore(config: Config, slices: readonly string[], connections: number): Promise<Store> {
  const opened = await openDatabase(config, connections)
  return closedOnFailure(opened, async () => {
    await refuseAnotherVersion(opened, migrationsOf(slices))
    return storeOver(opened)
  })
}

/** A number nobody else locks by. */
const startLock = 4_205_117_603

/**
 * Processes that start together on one server bring its database forward one after the other; those that come second find it
 * done. The lock ends with the process, however that ends. The embedded database has a lock of its own on its folder.
 */
function oneAtATime<T>(opened: Opened, work: () => Promise<T>): Promise<T> {
  if (opened.kind === 'embedded') return work()
  return opened.alone(async (session) => {
    await session.rows(`select pg_advisory_lock(${startLock})`)
    try {
      return await work()
    } finally {
      await session.rows(`select pg_advisory_unlock(${startLock})`)
    }
  })
}

async function makeFolder(config: Config, slices: readonly string[], folder: string, fill: Filling | undefined): Promise<string[]> {
  const making = `${folder}.making`
  let isComplete = false
  const opened = await openFolder(config.dataDir, making, config.baseUrl, {
    before: () => rmSync(making, { recursive: true, force: true }),
    after: () => {
      if (isComplete) renameSync(making, folder)
    },
  })
  const { store, ran } = await startOver(opened, slices)
  try {
    await fill?.(store)
    // The embedded database has nobody in the background to look at how rows are spread, and plans badly unless told.
    await opened.exec('analyze')
    isComplete = true
  } finally {
    await store.close()
  }
  return ran
}

/** The same over a database that is already open. */
export function startOver(opened: Opened, slices: readonly string[]): Promise<Started> {
  return closedOnFailure(opened, async () => {
    const { store, ran } = await broughtForward(opened, slices)
    return { store, opened, ran }
  })
}

async function closedOnFailure<T>(opened: Opened, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    await opened.close()
    throw cause
  }
}

async function broughtForward(opened: Opened, slices: readonly string[]) {
  await refuseUnsafeLogin(opened)
  const migrations = migrationsOf(slices)
  const ran = await migrate(opened, migrations)
  return { store: await storeOver(opened), ran, isNew: ran.length === migrations.length }
}
