import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import type { Config } from '../config.ts'
import { openEmbedded } from '../db/open.ts'
import { embeddedParsers } from '../db/parsers.ts'
import type { About } from './about.ts'
import { openBackup, restoreInto } from './restore.ts'

/** A backup that was brought in and proved beside the database in use, ready to take its place. */
export interface Restored {
  about: About
  /**
   * Puts it in the place of the database, which must be closed by now.
   *
   * @returns the folder that keeps what was there before; null where there was nothing
   */
  putInPlace(now: Date): string | null
}

/** Restores beside the database in use, which is not touched. The caller holds the lock of the data folder. */
export async function restoreBeside({ dataDir }: Pick<Config, 'dataDir'>, file: string, slices: readonly string[]): Promise<Restored> {
  const making = join(dataDir, 'database.restoring')
  rmSync(making, { recursive: true, force: true })
  const backup = await openBackup(file)
  try {
    const opened = openEmbedded(await PGlite.create({ dataDir: making, parsers: embeddedParsers }))
    try {
      await restoreInto(opened, backup, slices)
      await opened.exec('analyze')
    } finally {
      await opened.close()
    }
    return { about: backup.about, putInPlace: (now) => putInPlace(dataDir, making, backup.secret, now) }
  } catch (cause) {
    rmSync(making, { recursive: true, force: true })
    throw cause
  } finally {
    backup.close()
  }
}

function putInPlace(dataDir: string, making: string, secret: string | null, now: Date): string | null {
  const place = join(dataDir, 'database')
  const aside = existsSync(place) ? join(dataDir, `database.before-${now.toISOString().replace(/[-:]|\.\d+/g, '')}`) : null
  if (aside) renameSync(place, aside)
  renameSync(making, place)
  // Cookies and second factors of the restored installation were sealed with this one.
  if (secret !== null) writeFileSync(join(dataDir, 'session-secret'), secret, { mode: 0o600 })
  return aside
}
