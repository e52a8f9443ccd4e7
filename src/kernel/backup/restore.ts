import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { openPromise, type Entry, type ZipFile } from 'yauzl'
import type { Actor } from '../access/actor.ts'
import type { Store } from '../db/index.ts'
import { migrate, migrationsOf } from '../db/migrate.ts'
import type { Opened } from '../db/open.ts'
import type { Session } from '../db/session.ts'
import { startOver } from '../db/start.ts'
import { verifyTrail } from '../db/trail.ts'
import { refused } from '../problems.ts'
import { about, type About } from './about.ts'
import { tablesInOrder, type TableToCopy } from './tables.ts'
import { entryOf } from './write.ts'

/** A backup whose first page could be read. */
export interface Backup {
  about: About
  secret: string | null
  /** @throws Problem when the entry is missing or damaged */
  content(name: string): Promise<AsyncIterable<Uint8Array>>
  close(): void
}

/** Opens a backup and reads what it says of itself. */
export async function openBackup(path: string): Promise<Backup> {
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true }).catch((cause: unknown) => {
    throw refused(`${path} is not a backup of the workbench, or it is not complete (${messageOf(cause)}).`)
  })
  try {
    const entries = await entriesOf(zip)
    const content = (name: string) => contentOf(zip, entries, name, path)
    const page = about.safeParse(parsed(await text(await content('about.json'))))
    if (!page.success) throw refused(`${path} is a backup in a form this version does not know. Use the version that made it.`)
    const secret = entries.has('session-secret') ? await text(await content('session-secret')) : null
    return { about: page.data, secret, content, close: () => zip.close() }
  } catch (cause) {
    zip.close()
    throw cause
  }
}

async function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>()
  for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry)
  return entries
}

async function contentOf(zip: ZipFile, entries: Map<string, Entry>, name: string, path: string): Promise<AsyncIterable<Uint8Array>> {
  const entry = entries.get(name)
  if (!entry) throw refused(`${path} has no ${name}, so it is not a backup of the workbench, or it is not complete.`)
  return zip.openReadStreamPromise(entry)
}

async function text(content: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of content) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))

/**
 * Brings a backup into an empty database: the schema as it was, every row, the counters; proves that each table and the
 * trail are what the backup says; then brings the database forward to this version and notes the restore in the trail.
 * All rows come in one transaction.
 *
 * @returns the store over the restored database
 * @throws Problem when the database is not empty, the backup is of a newer version, damaged, or does not prove itself
 */
export async function restoreInto(database: Opened, backup: Backup, slices: readonly string[]): Promise<Store> {
  await refuseUnlessEmpty(database)
  await migrate(database, migrationsAtTheTime(backup.about, migrationsOf(slices)))
  await database.alone((session) => fill(session, backup))
  const { store } = await startOver(database, slices)
  const { made_at, trail } = backup.about
  await store.change(restorer, 'installation.restore', async (trx) => {
    const { broken } = await verifyTrail(trx)
    if (broken) throw refused(`The trail in the backup is broken at entry ${broken.entry}: ${broken.reason}. Use an earlier backup.`)
    return { subject: 'installation:backup', says: `restored everything from the backup made at ${made_at}`, after: { made_at, ...trail }, result: null }
  })
  return store
}

const restorer: Actor = { kind: 'system', name: 'command line' }

async function refuseUnlessEmpty(database: Opened): Promise<void> {
  const found = await database.rows<{ name: string }>(
    `select table_schema || '.' || table_name as name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema') limit 1`,
  )
  if (found.length > 0) throw refused(`The database is not empty (it has the table ${found[0]?.name}). Restore into a new, empty one.`)
}

function migrationsAtTheTime({ migrations }: About, all: ReturnType<typeof migrationsOf>): ReturnType<typeof migrationsOf> {
  const known = new Map(all.map((one) => [`${one.owner}/${one.name}`, one.checksum]))
  const unknown = migrations.filter(({ owner, name, checksum }) => known.get(`${owner}/${name}`) !== checksum)
  if (unknown.length > 0) {
    throw refused(`The backup was made by another version of the workbench, which knows ${unknown.map(({ owner, name }) => `${owner}/${name}`).join(', ')}. Restore it with that version or a later one.`)
  }
  const wanted = new Set(migrations.map(({ owner, name }) => `${owner}/${name}`))
  return all.filter(({ owner, name }) => wanted.has(`${owner}/${name}`))
}

async function fill(session: Session, backup: Backup): Promise<void> {
  const tables = await tablesInOrder(session)
  const described = backup.about.tables.map(({ name, columns }): TableToCopy => ({ name, columns }))
  if (!isDeepStrictEqual(described, tables)) throw refused('The tables in the backup are not those its own list of migrations makes. The file was altered.')
  await session.exec('begin')
  try {
    // The owner stands above policies and triggers for this one transaction: the rows passed both when they were written.
    const names = tables.map(({ name }) => name)
    const locked = await session.rows<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relforcerowsecurity order by 1`,
    )
    for (const { name } of locked) await session.exec(`alter table ${name} no force row level security`)
    for (const name of names) await session.exec(`alter table ${name} disable trigger user`)
    await session.exec(`truncate ${names.join(', ')}`)
    for (const table of backup.about.tables) await bringIn(session, backup, table)
    await setCounters(session, backup.about)
    for (const name of names) await session.exec(`alter table ${name} enable trigger user`)
    for (const { name } of locked) await session.exec(`alter table ${name} force row level security`)
    await refuseAnotherHead(session, backup.about)
    await session.exec('commit')
  } catch (cause) {
    await session.exec('rollback')
    throw cause
  }
}

async function bringIn(session: Session, backup: Backup, { name, columns, rows, sha256 }: About['tables'][number]): Promise<void> {
  const hash = createHash('sha256')
  const hashed = async function* (content: AsyncIterable<Uint8Array>) {
    for await (const part of content) {
      hash.update(part)
      yield part
    }
  }
  await session.copyIn(`copy ${name} (${columns.join(', ')}) from stdin`, hashed(await backup.content(entryOf(name))))
  if (hash.digest('hex') !== sha256) throw refused(`The rows of ${name} in the backup are not those it was made with. The file was damaged or altered.`)
  const [there] = await session.rows<{ rows: number }>(`select count(*)::int as rows from ${name}`)
  if (there?.rows !== rows) throw refused(`The backup says that ${name} has ${rows} rows, and ${there?.rows ?? 0} came out of it.`)
}

async function setCounters(session: Session, { sequences }: About): Promise<void> {
  const values = new Map(sequences.map(({ name, value }) => [name, value]))
  const known = await session.rows<{ name: string }>(
    `select format('%I.%I', schemaname, sequencename) as name from pg_sequences where schemaname not in ('pg_catalog', 'information_schema')`,
  )
  for (const { name } of known) {
    const value = values.get(name)
    if (value !== undefined) await session.exec(`select setval('${name}', ${BigInt(value)})`)
  }
}

async function refuseAnotherHead(session: Session, { trail }: About): Promise<void> {
  const [head] = await session.rows<About['trail']>('select entry, hash from kernel.trail_head')
  if (head?.entry !== trail.entry || head.hash !== trail.hash) throw refused('The end of the trail in the backup is not the one the backup names. The file was altered.')
}
