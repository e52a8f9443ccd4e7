import { EventEmitter } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { actorName, type Actor } from '../access/actor.ts'
import type { Reader, Store, Trx } from '../db/index.ts'
import { conflict, notFound } from '../problems.ts'
import type { JobKind } from './kind.ts'
import { isOver, jobById, jobOf, unfinished, type Job } from './queries.ts'

/** What somebody asks for. */
export interface JobRequest<Input> {
  /** What the job is about: asking again for the same kind, key and organisation while one is unfinished gives that one. */
  key: string
  input: Input
  /** What people read: "Importing bins.csv". */
  title: string
  /** For which organisation; null: for nobody's in particular, and then only who asked sees it. */
  organisation: number | null
  /** Whether only who asked (and the administrators) see it, or everybody in the organisation. */
  audience?: 'person' | 'organisation'
  /** The page it was asked for on. */
  back?: string
  /** Not before this moment. */
  runAfter?: Date
}

/** What happens to jobs in this process: for whoever does them, and whoever waits for them. */
interface Happenings {
  asked: []
  cancelled: [id: number]
  ended: [id: number]
  /** For whoever counts: what ended here, how, and after how many seconds. */
  done: [kind: string, state: 'done' | 'failed' | 'cancelled', seconds: number]
}

/** Asking for work that outlasts a request. Who does it is no concern of who asks. */
export interface Jobs {
  /** Asks for a job, or gives the unfinished one that is about the same. */
  ask<Input>(actor: Actor, kind: JobKind<Input>, request: JobRequest<Input>): Promise<Job>
  /** The same, and waits for its end for at most so many milliseconds. What it gives may be unfinished. */
  askAndWait<Input>(actor: Actor, kind: JobKind<Input>, request: JobRequest<Input>, patience: number): Promise<Job>
  /** The job, when the actor may see it; null otherwise. */
  find(actor: Actor, id: number): Promise<Job | null>
  /** Stops a job. One that waits has ended at once; one that is being done ends as soon as whoever does it notices. */
  cancel(actor: Actor, id: number): Promise<Job>
  happenings: EventEmitter<Happenings>
}

/** How often the end of a job is looked for when another process may be doing it, in milliseconds. */
const lookEvery = 200

export function createJobs({ store, now }: { store: Store; now: () => Date }): Jobs {
  const happenings = new EventEmitter<Happenings>().setMaxListeners(0)
  const find = (actor: Actor, id: number) => store.read(actor, (db) => jobById(db, id))

  async function ask<Input>(actor: Actor, kind: JobKind<Input>, request: JobRequest<Input>): Promise<Job> {
    if (actor.kind === 'public') throw new Error('The public asks for no jobs.')
    const runAfter = request.runAfter ?? now()
    const job = (await unfinishedOne(store, actor, kind, request, runAfter)) ?? (await makeJob(store, actor, kind, request, runAfter))
      ?? (await unfinishedOne(store, actor, kind, request, runAfter))
    if (!job) throw conflict('This is being done already, because somebody else asked for it.')
    happenings.emit('asked')
    return job
  }

  return {
    ask,
    find,
    happenings,
    async askAndWait(actor, kind, request, patience) {
      // On the embedded database a look at the table can wait behind the very job, so its end is heard rather than looked for.
      const ended = new Set<number>()
      const { promise, resolve } = Promise.withResolvers<void>()
      let awaited: number | undefined
      const hear = (id: number) => {
        ended.add(id)
        if (id === awaited) resolve()
      }
      happenings.on('ended', hear)
      try {
        const job = await ask(actor, kind, request)
        awaited = job.id
        if (ended.has(job.id)) resolve()
        const lookUntil = new AbortController()
        const looking = store.kind === 'server' ? lookForEnd(() => find(actor, job.id), lookUntil.signal) : new Promise<void>(() => {})
        const heard = await Promise.race([promise.then(() => true), looking.then(() => true), pause(patience, false)])
        lookUntil.abort()
        return heard ? ((await find(actor, job.id)) ?? job) : job
      } finally {
        happenings.off('ended', hear)
      }
    },
    async cancel(actor, id) {
      await store.change(actor, 'jobs.cancel', (trx) => cancelJob(trx, id, now()))
      happenings.emit('cancelled', id)
      const job = await find(actor, id)
      if (!job) throw notFound('There is no such job.')
      return job
    },
  }
}

async function lookForEnd(find: () => Promise<Job | null>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(lookEvery)
    if (signal.aborted) return
    const job = await find()
    if (!job || isOver(job)) return
  }
}

/** The unfinished job that is about the same. One that was to wait longer than is asked now waits no longer. */
async function unfinishedOne(store: Store, actor: Actor, { name }: { name: string }, { key, organisation }: Pick<JobRequest<unknown>, 'key' | 'organisation'>, runAfter: Date): Promise<Job | null> {
  const job = await store.read(actor, (db) => sameJob(db, name, key, organisation))
  if (!job || job.state !== 'queued' || job.runAfter <= runAfter) return job
  await store.keep((trx) => trx.updateTable('kernel.job').set({ run_after: runAfter }).where('id', '=', job.id).where('state', '=', 'queued').execute())
  return { ...job, runAfter }
}

async function sameJob(db: Reader, kind: string, key: string, organisation: number | null): Promise<Job | null> {
  const row = await db.selectFrom('kernel.job').selectAll()
    .where('kind', '=', kind).where('key', '=', key).where('organisation', 'is not distinct from', organisation).where('state', 'in', unfinished)
    .executeTakeFirst()
  return row ? jobOf(row) : null
}

/** Null when somebody made one just now. What nobody asked for is bookkeeping and leaves no entry in the trail. */
async function makeJob<Input>(store: Store, actor: Actor, kind: JobKind<Input>, request: JobRequest<Input>, runAfter: Date): Promise<Job | null> {
  if (actor.kind === 'system') return store.keep((trx) => insertJob(trx, actor, kind, request, runAfter))
  try {
    return await store.change(actor, 'jobs.ask', async (trx) => {
      const job = await insertJob(trx, actor, kind, request, runAfter)
      if (!job) throw new AlreadyThere()
      return { subject: `job:${job.id}`, organisation: job.organisation, says: `asked for the job “${job.title}”`, result: job }
    })
  } catch (cause) {
    if (cause instanceof AlreadyThere) return null
    throw cause
  }
}

class AlreadyThere extends Error {}

async function insertJob<Input>(trx: Trx, actor: Actor, kind: JobKind<Input>, request: JobRequest<Input>, runAfter: Date): Promise<Job | null> {
  const row = await trx.insertInto('kernel.job').values({
    kind: kind.name, key: request.key, title: request.title, organisation: request.organisation, audience: request.audience ?? 'person',
    account: actor.kind === 'person' ? actor.account : null, asked_by: actorName(actor), back: request.back ?? null,
    input: JSON.stringify(kind.input.parse(request.input)), state: 'queued', run_after: runAfter,
  }).onConflict((again) => again.doNothing()).returningAll().executeTakeFirst()
  return row ? jobOf(row) : null
}

async function cancelJob(trx: Trx, id: number, now: Date) {
  const job = await trx.selectFrom('kernel.job').select(['state', 'title', 'organisation']).where('id', '=', id).forUpdate().executeTakeFirst()
  if (!job) throw notFound('There is no such job, or it is not yours to stop.')
  if (job.state !== 'queued' && job.state !== 'running') throw conflict('This job has ended already.')
  const waiting = job.state === 'queued'
  await trx.updateTable('kernel.job')
    .set({ cancel_asked: true, ...(waiting ? { state: 'cancelled', ended_at: now, reason: 'It was stopped before it began.' } : {}) })
    .where('id', '=', id).execute()
  return { subject: `job:${id}`, organisation: job.organisation, says: `stopped the job “${job.title}”${waiting ? ' before it began' : ''}`, result: undefined }
}
