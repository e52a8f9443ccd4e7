/** Beginning to watch an address, watching it otherwise, and no longer. */
import type { Trx } from '#kernel/db/index.ts'
import { conflict } from '#kernel/problems.ts'
import type { Person } from '../pages/person.ts'
import type { WatchedSource } from './queries.ts'

/** What a person settles about a source. */
export interface SourceTerms {
  name: string
  address: string
  recipe: string
  organisation: number
  national: boolean
  every: 'day' | 'week' | 'month'
}

const told = ({ name, address, recipe, national, every }: Omit<SourceTerms, 'organisation'> | WatchedSource) => ({ name, address, recipe, national, every })

/** Call through `store.change(actor, 'sources.add', …)`. */
export async function addSource(trx: Trx, { account }: Person, terms: SourceTerms, now: Date) {
  const { id } = await trx.insertInto('indicators.watched_source').values({ ...terms, account, made_at: now }).returning('id').executeTakeFirstOrThrow()
  return { subject: `source:${id}`, organisation: terms.organisation, says: `began to watch ${terms.name} at ${terms.address}`, after: told(terms), result: id }
}

/** Whoever changes it watches it from then on. What is known of the last file is forgotten, so that the next look asks for all of it. */
export async function changeSource(trx: Trx, { account }: Person, before: WatchedSource, terms: SourceTerms) {
  await mustBeWatched(trx, before)
  await trx.updateTable('indicators.watched_source').set({ ...terms, account, etag: null, last_modified: null, last_sha256: null }).where('id', '=', before.id).execute()
  return { subject: `source:${before.id}`, organisation: terms.organisation, says: `changed how ${terms.name} is watched`, before: told(before), after: told(terms), result: before.id }
}

export async function stopSource(trx: Trx, before: WatchedSource, now: Date) {
  await mustBeWatched(trx, before)
  await trx.updateTable('indicators.watched_source').set({ stopped_at: now }).where('id', '=', before.id).execute()
  return { subject: `source:${before.id}`, organisation: before.organisation, says: `stopped watching ${before.name}`, before: told(before), result: undefined }
}

async function mustBeWatched(trx: Trx, { id, name }: WatchedSource): Promise<void> {
  const row = await trx.selectFrom('indicators.watched_source').select('stopped_at').where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row || row.stopped_at) throw conflict(`${name} is no longer watched.`)
}
