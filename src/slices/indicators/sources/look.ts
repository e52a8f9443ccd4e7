/** One look at a watched address: fetch, compare with the last release, and try what is new. Nothing is imported here. */
import { open } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { organisationsWith, type Actor } from '#kernel/access/actor.ts'
import type { Trx } from '#kernel/db/index.ts'
import { fetchFile, type FetchedHead, type Outside } from '#kernel/fetching/index.ts'
import { Problem, refused } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { otherThanTable } from '#kernel/tables/index.ts'
import { personOf } from '#slices/people/index.ts'
import type { Progress } from '../imports/preparing.ts'
import type { Recipe } from '../imports/recipe.ts'
import { recipeByValue } from '../pages/choosing.ts'
import { checkUpload } from '../pages/check.ts'
import type { Person } from '../pages/person.ts'
import { makers } from '../pages/rules.ts'
import { dropUpload, keepUpload, uploadOf, withTemporaryFile, writeTo, type DiskFile } from '../pages/uploads.ts'
import { sourceById, waitingFile, type WatchedSource } from './queries.ts'

/** What looks go by in the trail and among jobs. */
export const watching: Actor = { kind: 'system', name: 'watching of sources' }

export interface Looked {
  found: 'unchanged' | 'new' | 'failed'
  /** One sentence or two for people. */
  says: string
}

interface LookWork {
  signal?: AbortSignal
  progress?: (now: Progress) => void
}

/** How long a file that came by itself waits for somebody, in milliseconds. */
const waits = 14 * 24 * 60 * 60 * 1000

/** Looks, and keeps what was found in the log of the source. Only a fault of ours is thrown. */
export async function lookAt(house: House, outside: Outside, id: number, work: LookWork = {}): Promise<Looked> {
  const source = await house.store.read(watching, (db) => sourceById(db, id))
  if (source.stopped_at) return { found: 'unchanged', says: `${source.name} is no longer watched.` }
  try {
    const { looked, head, sha256 } = await lookFor(house, outside, source, work)
    await keepLook(house, source, looked, head ? { etag: head.etag, last_modified: head.lastModified, last_sha256: sha256 ?? null } : {})
    return looked
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause
    return keepFailure(house, source, cause.message)
  }
}

interface Seen {
  looked: Looked
  /** Absent when no file came, because the server says that it is the same. */
  head?: FetchedHead
  sha256?: string
}

async function lookFor(house: House, outside: Outside, source: WatchedSource, { signal, progress = () => undefined }: LookWork): Promise<Seen> {
  const { person, recipe } = await partsOf(house, source)
  const request = { address: source.address, etag: source.etag, lastModified: source.last_modified, ...(signal ? { signal } : {}) }
  const seen = await withTemporaryFile((path) => fetchFile({ ...outside, domains: house.config.sourceDomains }, request, async (content, head): Promise<Seen> => {
    const file = await writeTo(path, content)
    await refuseUnlessTable(file, head)
    const known = await knownAlready(house, source, recipe, file)
    if (known) return { looked: { found: 'unchanged', says: known }, head, sha256: file.sha256 }
    return { looked: await keepNew(house, source, { person, recipe, file, head, progress }), head, sha256: file.sha256 }
  }))
  return seen ?? { looked: { found: 'unchanged', says: 'The server says that the file is the one it was.' } }
}

/** Who watches, as they are now, and the recipe as it is now. */
async function partsOf(house: House, source: WatchedSource): Promise<{ person: Person; recipe: Recipe }> {
  const person = await personOf(house, source.account)
  if (!person || !organisationsWith(person, makers).some(({ organisation }) => organisation === source.organisation)) {
    throw refused(`${source.watched_by} watches this source but may no longer import files for ${source.organisation_name}. A colleague who may can change the source and so take it over.`)
  }
  const known = await house.store.read(person, (db) => recipeByValue(db, source.recipe))
  if (!known) throw refused(`The recipe ${source.recipe} is not there any more. Change the source and choose another.`)
  return { person, recipe: known.recipe }
}

/** Sites answer with a page of words where a file has moved, and call it a success. */
async function refuseUnlessTable({ path, bytes }: DiskFile, { contentType }: FetchedHead): Promise<void> {
  if (bytes === 0) throw refused('The server sent an empty file. Try again later, or tell the publisher.')
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
  const isPage = contentType === 'text/html' || contentType === 'application/xhtml+xml' || otherThanTable(buffer.subarray(0, bytesRead))?.startsWith('a web page')
  if (isPage) throw refused('The server sent a web page where a file was expected. The publisher may have moved the file: open the address in a browser, find the file and change the address.')
}

/** Why this file is nothing new, as a sentence; null when it is. */
function knownAlready({ store }: House, source: WatchedSource, recipe: Recipe, { sha256 }: DiskFile): Promise<string | null> {
  if (sha256 === source.last_sha256) return Promise.resolve('The file is the same as at the last look.')
  return store.read(watching, async (db) => {
    const waiting = await waitingFile(db, source)
    if (waiting?.sha256 === sha256 && isFor(waiting, source, recipe)) return `The file is the one that waits for ${source.watched_by} already.`
    const imported = await db.selectFrom('indicators.import').select('id').where('sha256', '=', sha256).where('recipe_name', '=', recipe.recipe).where('withdrawn_at', 'is', null)
      .where('organisation', 'is not distinct from', source.national ? null : source.organisation).orderBy('id', 'desc').executeTakeFirst()
    return imported ? `The file is the one of import ${imported.id}.` : null
  })
}

/** A file that waits for somebody else, or was tried otherwise than is settled now, is kept anew. */
function isFor(waiting: NonNullable<Awaited<ReturnType<typeof waitingFile>>>, source: WatchedSource, recipe: Recipe): boolean {
  return waiting.account === source.account && waiting.national === source.national && isDeepStrictEqual(waiting.recipe, JSON.parse(JSON.stringify(recipe)))
}

interface NewFile {
  person: Person
  recipe: Recipe
  file: DiskFile
  head: FetchedHead
  progress: (now: Progress) => void
}

/** Keeps the file as if the person had uploaded it, in place of one that still waits, and tries it by the recipe. */
async function keepNew({ store, now }: House, source: WatchedSource, { person, recipe, file, head, progress }: NewFile): Promise<Looked> {
  const keep = { actor: person, organisation: source.organisation, national: source.national, fileName: head.fileName, file, recipe, now: now(), keepUntil: new Date(now().getTime() + waits) }
  const id = await store.change(watching, 'sources.found', async (trx) => {
    await dropWaiting(trx, source)
    const kept = await keepUpload(trx, keep)
    await trx.updateTable('indicators.watched_source').set({ upload: kept.result }).where('id', '=', source.id).execute()
    return { ...kept, subject: `source:${source.id}`, says: `found something new at ${source.name} and kept the file ${head.fileName} for ${person.name} to look at` }
  })
  // The dry run sees what the person may see, and the trail says that they did not make it themselves.
  const actor: Person = { ...person, name: `the workbench, for ${person.name}` }
  const upload = await store.read(person, (db) => uploadOf(db, id, now()))
  const { report } = await checkUpload(store, actor, upload, recipe, progress)
  const fits = report.outcome === 'refused' ? ' It does not fit the recipe; its page says why.' : report.outcome === 'nothing-new' ? ' It holds no figure that is not known here.' : ' Its page shows what would change.'
  return { found: 'new', says: `A file that is not the one before: ${head.fileName}. It waits for ${person.name} and was not imported.${fits}` }
}

async function dropWaiting(trx: Trx, source: WatchedSource): Promise<void> {
  const waiting = await waitingFile(trx, source)
  if (waiting) await dropUpload(trx, waiting)
}

/** The last file as the server names it; nothing to change when it says that it is the same. */
type Marks = Partial<Pick<WatchedSource, 'etag' | 'last_modified' | 'last_sha256'>>

function keepLook({ store, now }: House, { id, organisation }: WatchedSource, looked: Looked, marks: Marks): Promise<void> {
  return store.keep(async (trx) => {
    await trx.updateTable('indicators.watched_source').set({ ...marks, last_looked_at: now(), failing_since: null, last_fault: null }).where('id', '=', id).execute()
    await trx.insertInto('indicators.source_look').values({ source: id, organisation, looked_at: now(), ...looked }).execute()
  })
}

/** Keeps that a look came to nothing, and since when none went well. */
export async function keepFailure({ store, now }: Pick<House, 'store' | 'now'>, { id, organisation, failing_since }: WatchedSource, says: string): Promise<Looked> {
  const looked: Looked = { found: 'failed', says }
  await store.keep(async (trx) => {
    await trx.updateTable('indicators.watched_source').set({ last_looked_at: now(), failing_since: failing_since ?? now(), last_fault: says }).where('id', '=', id).execute()
    await trx.insertInto('indicators.source_look').values({ source: id, organisation, looked_at: now(), ...looked }).execute()
  })
  return looked
}
