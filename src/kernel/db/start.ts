import type { Config } from '../config.ts'
import type { Store } from './index.ts'
import { migrate, migrationsOf } from './migrate.ts'
import { openDatabase, type Opened } from './open.ts'
import { storeOver } from './store.ts'

/** A store ready for use, and whether this start made it. */
export interface Started {
  store: Store
  /** Migrations that ran just now; all of them on a new database. */
  ran: string[]
  /** The database was empty before this start. */
  isNew: boolean
}

/** Opens the database the settings name, brings it forward and puts the policies in front. */
export async function startStore(config: Config, slices: readonly string[]): Promise<Started> {
  return startOver(await openDatabase(config), slices)
}

/** The same over a database that is already open. */
export async function startOver(opened: Opened, slices: readonly string[]): Promise<Started> {
  try {
    const migrations = migrationsOf(slices)
    const ran = await migrate(opened, migrations)
    return { store: await storeOver(opened), ran, isNew: ran.length === migrations.length }
  } catch (cause) {
    await opened.close()
    throw cause
  }
}
