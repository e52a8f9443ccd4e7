/** Looking as a job: it recurs by itself for as long as the source is watched. */
import { z } from 'zod'
import { internet, type Outside } from '#kernel/fetching/index.ts'
import { formatCount } from '#kernel/figures/index.ts'
import { jobKind, type Job } from '#kernel/jobs/index.ts'
import type { House } from '#kernel/slice.ts'
import { sourceAddress } from './addresses.ts'
import { keepFailure, lookAt, watching } from './look.ts'
import { sourceById, type WatchedSource } from './queries.ts'

const inputOf = z.object({ source: z.int() })
type Input = z.output<typeof inputOf>

const day = 24 * 60 * 60 * 1000
const between = { day, week: 7 * day, month: 30 * day }

/** A look asked for by a person is answered on the same page when it takes no longer than this, in milliseconds. */
const patience = 3000

/** Looks into a world outside; a test gives one of its own. */
export const lookingInto = (outside: Outside) => jobKind<Input>({
  name: 'sources.look',
  input: inputOf,
  repeatable: true,
  async run(work, house) {
    const { input, signal } = work
    const looked = await lookAt(house, outside, input.source, {
      signal, progress: ({ rows }) => work.progress({ done: rows, of: null, says: `A new file came. ${formatCount(rows)} rows tried so far.` }),
    })
    return { says: looked.says, href: sourceAddress(input.source), tell: true }
  },
  async next({ input, state }, house) {
    const source = await house.store.read(watching, (db) => sourceById(db, input.source))
    if (source.stopped_at) return null
    // A look that found out why it failed is done. This one was stopped, or is a fault of ours, and says so on the page of jobs.
    if (state !== 'done') await keepFailure(house, source, 'The look was stopped before it came to an end. The list of jobs says why.')
    return new Date(house.now().getTime() + between[source.every as keyof typeof between])
  },
})

export const looking = lookingInto(internet)

/** Asks for a look now that asks for the whole file, whatever was known before. */
export async function lookInFull(house: House, source: Pick<WatchedSource, 'id' | 'name' | 'organisation'>): Promise<Job> {
  await house.store.keep((trx) => trx.updateTable('indicators.watched_source').set({ etag: null, last_modified: null, last_sha256: null }).where('id', '=', source.id).execute())
  return askForLook(house, source)
}

/** In place of the look that waits for its time. */
function askForLook({ jobs }: House, { id, name, organisation }: Pick<WatchedSource, 'id' | 'name' | 'organisation'>): Promise<Job> {
  const request = { key: String(id), organisation, audience: 'organisation' as const, input: { source: id }, title: `Looking at ${name}`, back: sourceAddress(id) }
  return jobs.askAndWait(watching, looking, request, patience)
}
