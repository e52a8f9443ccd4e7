/** Files that were made to keep: each belongs to the account that had it made and lasts a week. */
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { sql } from 'kysely'
import type { Actor } from '../../access/actor.ts'
import type { Reader, Store, Trx } from '../../db/index.ts'
import { countOf, formatCount } from '../../figures/index.ts'
import { notFound } from '../../problems.ts'
import type { Counted } from '../count.ts'
import type { Export, ExportAbout, ExportCell, ExportColumn } from '../export.ts'

const lasts = 7 * 24 * 60 * 60 * 1000
const partSize = 1024 * 1024

/** What a kept file is of, without its rows. */
type Described = Omit<ExportAbout, 'knownAt'> & { knownAt: string | null; columns: readonly ExportColumn[] }

export interface KeptExport extends Counted {
  id: string
  /** Address of the CSV file it was made like. */
  address: string
  /** Address of the page the table is on. */
  page: string
  table: Omit<Export, 'rows'>
  madeAt: Date
  expiresAt: Date
}

interface NewKept {
  account: number
  organisation: number | null
  address: string
  page: string
  table: Omit<Export, 'rows'>
  counted: Counted
  /** The rows as lines of JSON, compressed. */
  path: string
  now: Date
}

/** Keeps a file that was made on this machine's disk. Returns its unguessable name. */
export async function keepExport(trx: Trx, { account, organisation, address, page, table, counted, path, now }: NewKept): Promise<string> {
  const id = randomBytes(18).toString('base64url')
  const { name, title, description, publisher, licence, origin, knownAt, columns } = table
  const about: Described = { name, title, description, publisher, licence, origin: origin ?? null, knownAt: knownAt?.toISOString() ?? null, columns }
  const owner = { account, rights: sql<string[]>`kernel.rights()` }
  await trx.insertInto('kernel.kept_export').values({
    id, ...owner, organisation, address, page, about: JSON.stringify(about), ...counted, made_at: now, expires_at: new Date(now.getTime() + lasts),
  }).execute()
  let seq = 0
  for await (const content of createReadStream(path, { highWaterMark: partSize }) as AsyncIterable<Uint8Array>) {
    await trx.insertInto('kernel.kept_export_part').values({ export: id, seq: seq++, ...owner, content }).execute()
  }
  return id
}

/** What the trail says of it. */
export const keptInWords = ({ title }: Pick<ExportAbout, 'title'>, { rows }: Counted) => `had “${title}” made as a file to keep, with ${formatCount(rows)} rows`

const columnsShown = ['id', 'address', 'page', 'about', 'rows', 'bytes', 'sha256', 'made_at', 'expires_at'] as const

/** The kept files of whoever asks, the latest first. */
export async function keptExports(db: Reader, now: Date): Promise<KeptExport[]> {
  const rows = await db.selectFrom('kernel.kept_export').select(columnsShown).where('expires_at', '>', now).orderBy('made_at', 'desc').limit(200).execute()
  return rows.map(described)
}

/** One of them. */
export async function keptExport(db: Reader, id: string, now: Date): Promise<KeptExport> {
  const row = await db.selectFrom('kernel.kept_export').select(columnsShown).where('id', '=', id).where('expires_at', '>', now).executeTakeFirst()
  if (!row) throw notFound('There is no such file. Files are kept for a week; make it again from the page of its table.')
  return described(row)
}

interface KeptRow {
  id: string
  address: string
  page: string
  about: unknown
  rows: number
  bytes: number
  sha256: string
  made_at: Date
  expires_at: Date
}

function described({ about, made_at, expires_at, ...row }: KeptRow): KeptExport {
  const { knownAt, ...table } = about as Described
  return { ...row, table: { ...table, knownAt: knownAt === null ? null : new Date(knownAt) }, madeAt: made_at, expiresAt: expires_at }
}

/** The file's rows as they were when it was made, read part by part. */
export function keptTable(store: Store, actor: Actor, kept: KeptExport): Export {
  return { ...kept.table, rows: keptRows(store, actor, kept.id) }
}

async function* keptRows(store: Store, actor: Actor, id: string): AsyncGenerator<ExportCell[], void> {
  const unpacked = createGunzip()
  // When a part cannot be read, unpacking ends with that error, which the loop below then throws.
  pipeline(parts(store, actor, id), unpacked).catch(() => undefined)
  unpacked.setEncoding('utf8')
  let rest = ''
  for await (const piece of unpacked as AsyncIterable<string>) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield JSON.parse(line) as ExportCell[]
  }
}

async function* parts(store: Store, actor: Actor, id: string): AsyncGenerator<Uint8Array, void> {
  for (let seq = 0; ; seq++) {
    const part = await store.read(actor, (db) =>
      db.selectFrom('kernel.kept_export_part').select('content').where('export', '=', id).where('seq', '=', seq).executeTakeFirst())
    if (!part) return
    yield part.content
  }
}

/** Lets go of a file. */
export async function dropKept(trx: Trx, kept: KeptExport, organisation: number | null) {
  await trx.deleteFrom('kernel.kept_export').where('id', '=', kept.id).execute()
  return { subject: `export:${kept.id.slice(0, 6)}`, organisation, says: `let go of the file “${kept.table.title}”`, result: undefined }
}

/** Removes what has expired. Returns how many there were. */
export async function dropExpired(store: Store, actor: Actor, now: Date): Promise<number> {
  const expired = await store.read(actor, (db) => db.selectFrom('kernel.kept_export').select('id').where('expires_at', '<=', now).execute())
  if (expired.length === 0) return 0
  return store.change(actor, 'exports.drop-expired', async (trx) => {
    await trx.deleteFrom('kernel.kept_export').where('expires_at', '<=', now).execute()
    return { subject: 'exports', says: `removed ${countOf(expired.length, 'file')} kept for a week`, result: expired.length }
  })
}
