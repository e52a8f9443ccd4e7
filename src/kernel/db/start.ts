import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { Store } from './index.ts'
import { migrate, migrationsOf } from './migrate.ts'
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
    const { store, opened, ran, isNew } = await broughtForward(await openDatabase(config), slices)
    if (isNew && fill) await filled(store, fill)
    return { store, opened, ran }
  }
  const ran = await makeFolder(config, slices, folder, fill)
  return { ...(await startOver(await openDatabase(config), slices)), ran }
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
export async function startOver(opened: Opened, slices: readonly string[]): Promise<Started> {
  const { store, ran } = await broughtForward(opened, slices)
  return { store, opened, ran }
}

async function filled(store: Store, fill: Filling): Promise<void> {
  try {
    await fill(store)
  } catch (cause) {
    await store.close()
    throw cause
  }
}

async function broughtForward(opened: Opened, slices: readonly string[]) {
  try {
    await refuseUnsafeLogin(opened)
    const migrations = migrationsOf(slices)
    const ran = await migrate(opened, migrations)
    return { store: await storeOver(opened), opened, ran, isNew: ran.length === migrations.length }
  } catch (cause) {
    await opened.close()
    throw cause
  }
}
