/** Questions about watched addresses. */
import { organisationsWith, type Actor } from '#kernel/access/actor.ts'
import type { Reader } from '#kernel/db/index.ts'
import { notAllowed, notFound } from '#kernel/problems.ts'
import { makers } from '../pages/rules.ts'

const sources = (db: Reader) => db.selectFrom('indicators.watched_source as s')
  .innerJoin('people.organisation as o', 'o.id', 's.organisation').innerJoin('people.account as a', 'a.id', 's.account')
  .selectAll('s').select(['o.name as organisation_name', 'o.slug', 'a.name as watched_by'])

/** Those that are watched, by name. */
export const watchedSources = (db: Reader) => sources(db).where('s.stopped_at', 'is', null).orderBy('s.name').orderBy('s.id').execute()

export type WatchedSource = Awaited<ReturnType<typeof watchedSources>>[number]

/** One source, watched or no longer. Throws when there is none that the actor may see. */
export async function sourceById(db: Reader, id: number): Promise<WatchedSource> {
  const row = await sources(db).where('s.id', '=', id).executeTakeFirst()
  if (!row) throw notFound('There is no such watched source. The list of watched sources shows which there are.')
  return row
}

/** What the latest looks found, the last one first. */
export const looksOf = (db: Reader, source: number, limit: number) =>
  db.selectFrom('indicators.source_look').select(['looked_at', 'found', 'says']).where('source', '=', source).orderBy('id', 'desc').limit(limit).execute()

/** The file that waits, when it is still there for this actor. */
export const waitingFile = (db: Reader, { upload }: Pick<WatchedSource, 'upload'>) =>
  db.selectFrom('indicators.upload').select(['id', 'organisation', 'file_name', 'sha256', 'account', 'recipe', 'national']).where('id', '=', upload ?? '').executeTakeFirst()

/** Whether the actor may look at a source and change it. */
export const mayChange = (actor: Actor, source: WatchedSource) => organisationsWith(actor, makers).some(({ organisation }) => organisation === source.organisation)

/** The source, when the actor may look at it and change it. */
export function theirs(actor: Actor, source: WatchedSource): WatchedSource {
  if (mayChange(actor, source)) return source
  throw notAllowed('You can see this source, but only those who may import files for its organisation can look at it or change it.')
}
