import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import type { Opened } from '../db/open.ts'
import type { Session } from '../db/session.ts'
import type { About } from './about.ts'
import { tablesInOrder, type TableToCopy } from './tables.ts'

const lineFeed = 10

/**
 * The whole database as one zip file, as it was at one moment: each table in PostgreSQL's own text form, and about.json.
 * It can be made while the workbench runs; on the embedded database everybody else waits until the rows are copied.
 *
 * @param secret what signs cookies and seals second factors on this installation; without it a restored copy would know neither
 * @returns the file as it comes into being. It is destroyed with the error when something goes wrong half way.
 */
export function writeBackup(database: Opened, secret: string | null, now: Date): Readable {
  const zip = new ZipFile()
  const file = zip.outputStream as Readable
  copyEverything(database, zip, secret, now).then(
    () => zip.end(),
    (cause: unknown) => file.destroy(cause instanceof Error ? cause : new Error(String(cause))),
  )
  return file
}

function copyEverything(database: Opened, zip: ZipFile, secret: string | null, now: Date): Promise<void> {
  return database.alone(async (session) => {
    await session.exec('begin isolation level repeatable read read only')
    try {
      const tables: About['tables'] = []
      for (const table of await tablesInOrder(session)) tables.push(await copyTable(session, zip, table))
      const page: About = { format: 'best-value-workbench-backup-1', made_at: now.toISOString(), tables, ...(await standing(session)) }
      if (secret !== null) zip.addBuffer(Buffer.from(secret), 'session-secret')
      zip.addBuffer(Buffer.from(JSON.stringify(page, null, 2)), 'about.json')
    } finally {
      await session.exec('rollback')
    }
  })
}

async function copyTable(session: Session, zip: ZipFile, table: TableToCopy): Promise<About['tables'][number]> {
  const hash = createHash('sha256')
  const parts: Uint8Array[] = []
  let rows = 0
  for await (const part of await session.copyOut(`copy (select ${table.columns.join(', ')} from ${table.name}) to stdout`)) {
    hash.update(part)
    // A line break inside a text is written as two other characters, so each of these ends a row.
    for (const byte of part) if (byte === lineFeed) rows++
    parts.push(part)
  }
  zip.addBuffer(Buffer.concat(parts), entryOf(table.name))
  return { ...table, rows, sha256: hash.digest('hex') }
}

/** The name of a table's rows inside the zip file. */
export const entryOf = (table: string) => `tables/${table}`

async function standing(session: Session): Promise<Pick<About, 'migrations' | 'trail' | 'sequences'>> {
  const [trail] = await session.rows<About['trail']>('select entry, hash from kernel.trail_head')
  if (!trail) throw new Error('The trail has no head.')
  return {
    trail,
    migrations: await session.rows('select owner, name, checksum from kernel.migration order by at, owner, name'),
    sequences: await session.rows(
      `select format('%I.%I', schemaname, sequencename) as name, last_value::text as value from pg_sequences
        where last_value is not null and schemaname not in ('pg_catalog', 'information_schema') order by 1`,
    ),
  }
}
