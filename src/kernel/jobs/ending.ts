/** How a job ends, in the table and in the trail. */
import type { Actor } from '../access/actor.ts'
import type { Store, Trx } from '../db/index.ts'
import type { Hold } from './claiming.ts'
import type { JobOutcome } from './kind.ts'
import { Stop } from './stop.ts'

/** How a job ended. */
export type Ending = { state: 'done'; outcome: JobOutcome } | { state: 'failed' | 'cancelled'; reason: string; reference: string | null }

const runner: Actor = { kind: 'system', name: 'jobs' }

/** Records an outcome in a transaction of the job's own. Locks the job, so that nobody stops it or takes it up before that transaction ends. */
export async function keepOutcome(trx: Trx, { id, holder, attempt }: Hold, outcome: JobOutcome, now: Date): Promise<void> {
  const row = await trx.updateTable('kernel.job')
    .set({ state: 'done', outcome: JSON.stringify(outcome), holder: null, lease_until: null, ended_at: now })
    .where('id', '=', id).where('holder', '=', holder).where('attempts', '=', attempt).where('state', '=', 'running').where('cancel_asked', '=', false)
    .returning('id').executeTakeFirst()
  if (row) return
  const mine = await trx.selectFrom('kernel.job').select('cancel_asked').where('id', '=', id).where('holder', '=', holder).where('attempts', '=', attempt).executeTakeFirst()
  throw new Stop(mine?.cancel_asked ? 'cancelled' : 'lost')
}

/**
 * Records how a job ended. What nobody asked for leaves no entry in the trail.
 *
 * @returns false when the job was no longer this process's to end
 */
export async function endJob(store: Store, hold: Hold, ending: Ending, now: Date): Promise<boolean> {
  const isAsked = await store.keep(async (trx) => (await trx.selectFrom('kernel.job').select('account').where('id', '=', hold.id).executeTakeFirst())?.account != null)
  if (!isAsked) return store.keep(async (trx) => (await recordEnding(trx, hold, ending, now)) !== null)
  try {
    await store.change(runner, 'jobs.end', async (trx) => {
      const job = await recordEnding(trx, hold, ending, now)
      if (!job) throw new Stop('lost')
      return { subject: `job:${hold.id}`, organisation: job.organisation, says: inWords(job, ending), result: undefined }
    })
    return true
  } catch (cause) {
    if (cause instanceof Stop) return false
    throw cause
  }
}

interface Ended {
  title: string
  asked_by: string
  organisation: number | null
}

const columns = ['title', 'asked_by', 'organisation'] as const

/** A job whose outcome was kept in its own transaction has that outcome already, and only the trail is told. */
async function recordEnding(trx: Trx, { id, holder, attempt }: Hold, ending: Ending, now: Date): Promise<Ended | null> {
  const told = ending.state === 'done' ? { outcome: JSON.stringify(ending.outcome) } : { reason: ending.reason, reference: ending.reference }
  const row = await trx.updateTable('kernel.job')
    .set({ state: ending.state, ...told, holder: null, lease_until: null, ended_at: now })
    .where('id', '=', id).where('holder', '=', holder).where('attempts', '=', attempt).where('state', '=', 'running')
    .returning(columns).executeTakeFirst()
  if (row) return row
  if (ending.state !== 'done') return null
  return (await trx.selectFrom('kernel.job').select(columns).where('id', '=', id).where('attempts', '=', attempt).where('state', '=', 'done').executeTakeFirst()) ?? null
}

function inWords(job: Ended, ending: Ending): string {
  const which = `the job “${job.title}” that ${job.asked_by} asked for`
  if (ending.state === 'done') return `finished ${which}: ${ending.outcome.says}`
  return `${ending.state === 'failed' ? 'could not finish' : 'stopped'} ${which}: ${ending.reason}`
}
