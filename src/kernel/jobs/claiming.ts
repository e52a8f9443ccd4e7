/** Which process does which job. Everything here is bookkeeping, by the clock of the database, which all processes share. */
import { sql } from 'kysely'
import type { Trx } from '../db/index.ts'
import type { JobProgress } from './kind.ts'
import type { JobRow } from './queries.ts'

/** One process's hold on one job: worthless as soon as another process took the job up. */
export interface Hold {
  id: number
  holder: string
  attempt: number
}

const leaseEnd = (seconds: number) => sql<Date>`clock_timestamp() + make_interval(secs => ${seconds})`

/** Takes the job that has waited longest, of the kinds this process knows. Processes never wait for one another here. */
export async function claimJob(trx: Trx, { holder, kinds, lease, now }: { holder: string; kinds: readonly string[]; lease: number; now: Date }): Promise<JobRow | undefined> {
  const waiting = await trx.selectFrom('kernel.job').select('id')
    .where('state', '=', 'queued').where('run_after', '<=', now).where('kind', 'in', kinds)
    .orderBy('run_after').orderBy('id').limit(1).forUpdate().skipLocked()
    .executeTakeFirst()
  if (!waiting) return undefined
  return trx.updateTable('kernel.job')
    .set({ state: 'running', holder, lease_until: leaseEnd(lease), attempts: sql<number>`attempts + 1`, started_at: sql<Date>`coalesce(started_at, clock_timestamp())`, progress: null })
    .where('id', '=', waiting.id).returningAll()
    .executeTakeFirst()
}

const held = (trx: Trx, { id, holder, attempt }: Hold) =>
  trx.updateTable('kernel.job').where('id', '=', id).where('holder', '=', holder).where('attempts', '=', attempt).where('state', '=', 'running')

/** Says that this process is still at it, and how far it has come. */
export async function renewHold(trx: Trx, hold: Hold, lease: number, progress: JobProgress | null): Promise<'held' | 'cancelled' | 'lost'> {
  const row = await held(trx, hold).set({ lease_until: leaseEnd(lease), progress: progress && JSON.stringify(progress) }).returning('cancel_asked').executeTakeFirst()
  if (!row) return 'lost'
  return row.cancel_asked ? 'cancelled' : 'held'
}

/** Puts a job back for another process, as if this one had never taken it. */
export async function handBack(trx: Trx, hold: Hold): Promise<void> {
  await held(trx, hold).set({ state: 'queued', holder: null, lease_until: null, progress: null, attempts: sql<number>`attempts - 1` }).execute()
}

/** A job whose process is gone. */
export type Orphan = Pick<JobRow, 'id' | 'kind' | 'attempts' | 'cancel_asked'> & { holder: string }

/** Jobs whose process has been silent for longer than its lease; on the embedded database, which has one process, all that another one had. */
export async function orphans(trx: Trx, holder: string, isAlone: boolean): Promise<Orphan[]> {
  let query = trx.selectFrom('kernel.job').select(['id', 'kind', 'attempts', 'cancel_asked', 'holder']).where('state', '=', 'running').forUpdate().skipLocked()
  query = isAlone ? query.where('holder', '!=', holder) : query.where('lease_until', '<', sql<Date>`clock_timestamp()`)
  return (await query.execute()).map((row) => ({ ...row, holder: row.holder ?? '' }))
}

/** Lets an orphan wait for a process again. It keeps its count of attempts. */
export async function requeue(trx: Trx, hold: Hold): Promise<void> {
  await held(trx, hold).set({ state: 'queued', holder: null, lease_until: null, progress: null }).execute()
}

/** Whether somebody has asked for the job to be stopped. */
export async function isCancelAsked(trx: Trx, hold: Hold): Promise<boolean> {
  const row = await trx.selectFrom('kernel.job').select('cancel_asked').where('id', '=', hold.id).executeTakeFirst()
  return row?.cancel_asked ?? false
}

/** Forgets jobs that ended long ago; the trail remembers them. */
export async function forgetEnded(trx: Trx, before: Date): Promise<void> {
  await trx.deleteFrom('kernel.job').where('ended_at', '<', before).execute()
}
