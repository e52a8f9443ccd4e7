/** What programs may ask about watched sources. They look; importing what was found stays with a person. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Reader } from '#kernel/db/index.ts'
import { columnsOf, exportOf } from '#kernel/exports/index.ts'
import { describedJob, jobAnswer, jobApiAddress } from '#kernel/jobs/api.ts'
import { isOver } from '#kernel/jobs/index.ts'
import { Problem } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { apiAction, apiRoute, pageOf } from '#kernel/web/api.ts'
import { uploadAddress } from '../pages/addresses.ts'
import { describedReport, reportAnswer } from '../pages/report-answer.ts'
import { uploadOf } from '../pages/uploads.ts'
import { looksOf, sourceById, theirs, waitingFile, watchedSources, type WatchedSource } from './queries.ts'
import { lookInFull } from './working.ts'

const access = { may: 'sources.watch' }
const params = z.object({ source: z.coerce.number().int().positive().max(2 ** 31 - 1) })

const sourceItem = z.object({
  id: z.int(),
  name: z.string(),
  address: z.string(),
  recipe: z.string().describe('Name of a ready recipe, or `organisation/name` of a saved one.'),
  organisation: z.string().describe('Slug of the organisation that watches it.'),
  national: z.boolean().describe('Whether its figures are national; otherwise local figures of the organisation.'),
  every: z.enum(['day', 'week', 'month']),
  watched_by: z.string(),
  last_looked_at: z.iso.datetime().nullable(),
  failing_since: z.iso.datetime().nullable().describe('Null: the last look went well, or there was none.'),
  last_fault: z.string().nullable(),
})

const sourceInFull = sourceItem.extend({
  stopped_at: z.iso.datetime().nullable().describe('Null while it is watched.'),
  looks: z.array(z.object({ looked_at: z.iso.datetime(), found: z.string().describe('unchanged, new or failed.'), says: z.string() })).describe('The latest fifty, the last one first.'),
  waiting: z.object({
    file_name: z.string(),
    sha256: z.string(),
    page: z.string().describe('Where a person looks at it and imports it.'),
    would_change: reportAnswer.nullable().describe('What importing it would do, by the time it was tried; null: it was not tried.'),
  }).nullable().describe('The new file, for whoever watches the source; null for everybody else and where none waits.'),
})

const looksShown = 50

export async function sourceApi(app: FastifyInstance, house: House): Promise<void> {
  const { store, now } = house
  apiRoute(app, {
    path: '/sources', group: 'Watched sources', summary: 'Watched sources, by name', access, response: pageOf(sourceItem),
    explanation: 'Published addresses that are looked at for new releases. All on one page.',
    answer: async ({ actor }) => ({ items: (await store.read(actor, watchedSources)).map(described), next: null }),
    table: ({ items }) => exportOf({ name: 'sources', title: 'Watched sources', description: 'Published addresses that are looked at for new releases.', publisher: null, licence: null, knownAt: null }, columnsOf(sourceItem), items),
  })
  apiRoute(app, {
    path: '/sources/:source', group: 'Watched sources', summary: 'One watched source with its looks, and what the file that waits would change', access, params, response: sourceInFull,
    answer: ({ params: { source }, actor }) => store.read(actor, (db) => inFull(db, source, now())),
  })
  await apiAction(app, {
    path: '/sources/:source/look', group: 'Watched sources', summary: 'Look at a source now', access, params, query: z.object({}), response: jobAnswer,
    explanation: 'Asks for the whole file, whatever the server said before. Nothing is imported: a new file waits for the person who watches the source, who imports it on its page. Status 200: it was looked at. 202: the look goes on as a job, whose address is in the header Location.',
    also: [{ status: 202, says: 'The look goes on as a job. Its address is in the header Location.', response: jobAnswer }],
    act: async ({ params: { source: id }, actor }) => {
      const source = theirs(actor, await store.read(actor, (db) => sourceById(db, id)))
      const job = await lookInFull(house, source)
      const answer = describedJob(job, now())
      return isOver(job) ? { status: 200, answer } : { status: 202, answer, location: jobApiAddress(job) }
    },
  })
}

async function inFull(db: Reader, id: number, now: Date): Promise<z.input<typeof sourceInFull>> {
  const source = await sourceById(db, id)
  const file = await waitingFile(db, source)
  const upload = file ? await uploadOf(db, file.id, now).catch(nullWhenGone) : null
  return {
    ...described(source),
    stopped_at: source.stopped_at?.toISOString() ?? null,
    looks: (await looksOf(db, id, looksShown)).map(({ looked_at, found, says }) => ({ looked_at: looked_at.toISOString(), found, says })),
    waiting: upload && {
      file_name: upload.file_name, sha256: upload.sha256, page: uploadAddress(upload.id), would_change: upload.checked && describedReport(upload.checked.report),
    },
  }
}

/** A file that nobody came for may still be there, but can no longer be had. */
function nullWhenGone(cause: unknown): null {
  if (cause instanceof Problem && cause.code === 'not-found') return null
  throw cause
}

const described = ({ id, name, address, recipe, slug, national, every, watched_by, last_looked_at, failing_since, last_fault }: WatchedSource): z.input<typeof sourceItem> => ({
  id, name, address, recipe, organisation: slug, national, every: every as z.input<typeof sourceItem>['every'], watched_by,
  last_looked_at: last_looked_at?.toISOString() ?? null, failing_since: failing_since?.toISOString() ?? null, last_fault,
})
