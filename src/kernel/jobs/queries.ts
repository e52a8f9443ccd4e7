import { sql, type Selectable } from 'kysely'
import type { Database } from '../db/database.ts'
import type { Reader } from '../db/index.ts'
import type { JobOutcome, JobProgress } from './kind.ts'

export const jobStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const

export type JobState = (typeof jobStates)[number]

/** A job as people see it. */
export interface Job {
  id: number
  kind: string
  key: string
  title: string
  organisation: number | null
  audience: 'person' | 'organisation'
  /** Who asked; null: the program itself. */
  account: number | null
  askedBy: string
  /** The page it was asked for on. */
  back: string | null
  state: JobState
  progress: JobProgress | null
  outcome: JobOutcome | null
  /** Why it ended without being done. */
  reason: string | null
  /** Stands in the lines of the log about it. */
  reference: string | null
  /** How often a process took it up. */
  attempts: number
  cancelAsked: boolean
  /** Not before this moment. */
  runAfter: Date
  askedAt: Date
  startedAt: Date | null
  endedAt: Date | null
}

export const isOver = ({ state }: Pick<Job, 'state'>) => state !== 'queued' && state !== 'running'

export const unfinished = ['queued', 'running'] as const

export type JobRow = Selectable<Database['kernel.job']>

export const jobOf = (row: JobRow): Job => ({
  id: row.id,
  kind: row.kind,
  key: row.key,
  title: row.title,
  organisation: row.organisation,
  audience: row.audience as Job['audience'],
  account: row.account,
  askedBy: row.asked_by,
  back: row.back,
  state: row.state as JobState,
  progress: row.progress as JobProgress | null,
  outcome: row.outcome as JobOutcome | null,
  reason: row.reason,
  reference: row.reference,
  attempts: row.attempts,
  cancelAsked: row.cancel_asked,
  runAfter: row.run_after,
  askedAt: row.asked_at,
  startedAt: row.started_at,
  endedAt: row.ended_at,
})

/** The job, when this reader may see it. */
export async function jobById(db: Reader, id: number): Promise<Job | null> {
  const row = await db.selectFrom('kernel.job').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? jobOf(row) : null
}

interface WhichJobs {
  state?: JobState
  /** Only jobs that were asked for before this one. */
  before?: number
  /** How many at most. */
  most: number
}

/** Jobs this reader may see, the latest first; without their reports, which may be long. */
export async function jobs(db: Reader, { state, before, most }: WhichJobs): Promise<Job[]> {
  let query = db.selectFrom('kernel.job').selectAll().select(sql<JobRow['outcome']>`outcome - 'report'`.as('outcome')).orderBy('id', 'desc').limit(most)
  if (state) query = query.where('state', '=', state)
  if (before !== undefined) query = query.where('id', '<', before)
  return (await query.execute()).map(jobOf)
}
