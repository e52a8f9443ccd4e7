/** Files kept between the dry run and the import. They belong to one account in one organisation and last a day, or longer where they came by themselves. */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Actor } from '#kernel/access/actor.ts'
import type { Reader, Store, Trx } from '#kernel/db/index.ts'
import { countOf } from '#kernel/figures/index.ts'
import { conflict, notFound } from '#kernel/problems.ts'
import { inWorkingFolder } from '#kernel/working-folders.ts'
import type { ImportSource } from '../imports/reading.ts'
import { followed } from '../imports/ready.ts'
import type { Recipe } from '../imports/recipe.ts'
import type { Checked } from './check.ts'
import type { Person } from './person.ts'

/** Largest file the page takes. The command line takes larger ones. */
export const largestFile = 100 * 1000 * 1000

/** What one person may have waiting: room for a day's work, and none for filling the disk. */
const mostWaiting = { files: 20, bytes: 1_000_000_000 }

const partSize = 1024 * 1024

/** When an upload is let go of. */
const keptUntil = (table: string) => sql<Date>`coalesce(${sql.ref(`${table}.keep_until`)}, ${sql.ref(`${table}.made_at`)} + interval '1 day')`

export interface Upload {
  id: string
  /** The organisation in whose name it was uploaded. */
  organisation: number
  organisation_name: string
  /** For national figures; otherwise for the organisation's own. */
  national: boolean
  file_name: string
  bytes: number
  sha256: string
  /** Null: not chosen yet. */
  recipe: Recipe | null
  /** What the dry run said; null: not run with this recipe. */
  checked: Checked | null
  /** What a guided import knows of it; null where it is none. See guided/state.ts. */
  guided: unknown
  made_at: Date
}

/** A file on this machine's disk, for as long as one request needs it. */
export interface DiskFile {
  path: string
  bytes: number
  sha256: string
}

/** Gives the path of a file that is there as long as the work lasts. */
export const withTemporaryFile = <T>(work: (path: string) => Promise<T>): Promise<T> => inWorkingFolder('upload', (folder) => work(join(folder, 'file')))

/** Writes a stream to a file as it comes. */
export async function writeTo(path: string, content: AsyncIterable<Uint8Array>): Promise<DiskFile> {
  const hash = createHash('sha256')
  let bytes = 0
  await using file = await open(path, 'w')
  for await (const chunk of content) {
    hash.update(chunk)
    bytes += chunk.length
    await file.writeFile(chunk)
  }
  return { path, bytes, sha256: hash.digest('hex') }
}

export const sourceOn = (name: string, path: string): ImportSource => ({ name, open: () => createReadStream(path) })

interface NewUpload {
  actor: Person
  organisation: number
  national: boolean
  fileName: string
  file: DiskFile
  recipe: Recipe | null
  now: Date
  /** Absent: a day. */
  keepUntil?: Date
}

/** Keeps a file. Returns the unguessable name of the upload. */
export async function keepUpload(trx: Trx, { actor, organisation, national, fileName, file, recipe, now, keepUntil }: NewUpload) {
  const id = randomBytes(18).toString('base64url')
  const { account } = actor
  await refuseTooMany(trx, account, file.bytes)
  await trx.insertInto('indicators.upload').values({
    id, account, organisation, national, file_name: fileName, bytes: file.bytes, sha256: file.sha256, recipe: recipe ? JSON.stringify(recipe) : null,
    made_at: now, keep_until: keepUntil ?? null,
  }).execute()
  let seq = 0
  for await (const content of createReadStream(file.path, { highWaterMark: partSize }) as AsyncIterable<Uint8Array>) {
    await trx.insertInto('indicators.upload_part').values({ upload: id, seq: seq++, account, organisation, content }).execute()
  }
  return { subject: `upload:${id.slice(0, 6)}`, organisation, says: `uploaded the file ${fileName} to look at before importing it`, result: id }
}

async function refuseTooMany(trx: Trx, account: number, more: number): Promise<void> {
  const { files, bytes } = await trx.selectFrom('indicators.upload').where('account', '=', account)
    .select(({ fn }) => [fn.countAll<number>().as('files'), fn.sum<string | null>('bytes').as('bytes')]).executeTakeFirstOrThrow()
  if (files < mostWaiting.files && Number(bytes ?? 0) + more <= mostWaiting.bytes) return
  throw conflict(`You have ${countOf(files, 'uploaded file')} waiting to be imported, and more are not kept. Import them or let go of them first; each is let go of after a day.`)
}

/** The upload, when it is this person's and has not expired. */
export async function uploadOf(db: Reader, id: string, now: Date): Promise<Upload> {
  const row = await db.selectFrom('indicators.upload as u')
    .innerJoin('people.organisation as o', 'o.id', 'u.organisation')
    .select(['u.id', 'u.organisation', 'o.name as organisation_name', 'u.national', 'u.file_name', 'u.bytes', 'u.sha256', 'u.recipe', 'u.checked', 'u.guided', 'u.made_at'])
    .where('u.id', '=', id).where(keptUntil('u'), '>', now)
    .executeTakeFirst()
  if (!row) throw notFound('There is no such uploaded file. Files are kept for a day; choose the file again.')
  return { ...row, recipe: row.recipe === null ? null : followed(row.recipe, 'The recipe chosen for this file can no longer be followed. Choose the file again, with another.'), checked: row.checked as Checked | null }
}

/** Copies the file back to disk and does the work with it. */
export function withUpload<T>(store: Store, actor: Actor, upload: Upload, work: (source: ImportSource) => Promise<T>): Promise<T> {
  return withTemporaryFile(async (path) => {
    const { sha256 } = await writeTo(path, partsOf(store, actor, upload.id))
    if (sha256 !== upload.sha256) throw notFound(`The uploaded file ${upload.file_name} was let go in the meantime. Choose it again.`)
    return work(sourceOn(upload.file_name, path))
  })
}

/** Piece by piece, each in a read of its own: no transaction is open while the file is being used. */
async function* partsOf(store: Store, actor: Actor, id: string): AsyncGenerator<Uint8Array> {
  for (let seq = 0; ; seq++) {
    const part = await store.read(actor, (db) =>
      db.selectFrom('indicators.upload_part').select('content').where('upload', '=', id).where('seq', '=', seq).executeTakeFirst())
    if (!part) return
    yield part.content
  }
}

/** Sets the recipe, which makes what was found by another one worthless. */
export async function chooseRecipe(trx: Trx, upload: Upload, recipe: Recipe) {
  await trx.updateTable('indicators.upload').set({ recipe: JSON.stringify(recipe), checked: null }).where('id', '=', upload.id).execute()
  return { subject: `upload:${upload.id.slice(0, 6)}`, organisation: upload.organisation, says: `chose the recipe ${recipe.recipe} for the file ${upload.file_name}`, result: undefined }
}

/** Keeps what the dry run said, so that looking at it again takes no time; unless another recipe was chosen while it ran. */
export async function keepChecked(trx: Trx, upload: Upload, checked: Checked) {
  await trx.updateTable('indicators.upload').set({ checked: JSON.stringify(checked) })
    .where('id', '=', upload.id).where(sql<boolean>`recipe = ${JSON.stringify(upload.recipe)}::jsonb`).execute()
  const says = `tried the file ${upload.file_name} by the recipe ${checked.report.recipe}; nothing was imported`
  return { subject: `upload:${upload.id.slice(0, 6)}`, organisation: upload.organisation, says, result: checked }
}

/** Lets go of a file. */
export async function dropUpload(trx: Trx, upload: Pick<Upload, 'id' | 'organisation' | 'file_name'>) {
  await trx.deleteFrom('indicators.upload').where('id', '=', upload.id).execute()
  return { subject: `upload:${upload.id.slice(0, 6)}`, organisation: upload.organisation, says: `let go of the uploaded file ${upload.file_name}`, result: undefined }
}

const sweeper: Actor = { kind: 'system', name: 'clearing of uploaded files' }

/** Removes what nobody came back for. */
export async function dropExpired(store: Store, now: Date): Promise<void> {
  const expired = await store.read(sweeper, (db) => db.selectFrom('indicators.upload as u').select('u.id').where(keptUntil('u'), '<=', now).execute())
  if (expired.length === 0) return
  await store.change(sweeper, 'imports.drop-expired', async (trx) => {
    await trx.deleteFrom('indicators.upload').where('id', 'in', expired.map(({ id }) => id)).execute()
    return { subject: 'uploads', says: `removed ${countOf(expired.length, 'uploaded file')} that nobody imported in time`, result: undefined }
  })
}

/** The moment of the last import or withdrawal this person can see. A dry run made before it may no longer be true. */
export async function lastChange(db: Reader): Promise<string | null> {
  const { rows } = await sql<{ moment: Date | null }>`select max(greatest(known_from, withdrawn_at)) as moment from indicators.import`.execute(db)
  return rows[0]?.moment?.toISOString() ?? null
}
