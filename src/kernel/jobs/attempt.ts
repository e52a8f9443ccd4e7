/** One attempt at one job, from taking it up to how it ended. */
import { may, type Actor, type Permissions } from '../access/actor.ts'
import { Problem } from '../problems.ts'
import { duringRequest } from '../request.ts'
import type { House } from '../slice.ts'
import { renewHold, type Hold } from './claiming.ts'
import { keepOutcome, type Ending } from './ending.ts'
import type { JobKind, JobOutcome, JobProgress } from './kind.ts'
import type { JobRow } from './queries.ts'
import { Stop } from './stop.ts'

export interface Surroundings {
  house: House
  permissions: Permissions
  /** Who an account stands for now; null when it may no longer sign in. */
  actorOf: (account: number) => Promise<Actor | null>
  holder: string
  /** Seconds. */
  lease: number
}

export interface Attempt {
  kind: JobKind
  hold: Hold
  stop(why: Stop['why']): void
  /** How it ended; null when it stopped without an end of its own, and belongs to another process or back in the queue. Never refuses. */
  ended: Promise<Ending | null>
}

/** How often a process says that it is still at it and hears whether it should stop, in milliseconds. */
const beatEvery = 1000

export function attempt(row: JobRow, kind: JobKind, reference: string, surroundings: Surroundings): Attempt {
  const hold: Hold = { id: row.id, holder: surroundings.holder, attempt: row.attempts }
  const stopping = new AbortController()
  const stop = (why: Stop['why']) => stopping.abort(new Stop(why))
  let latest: JobProgress | null = null
  const beating = beat(surroundings, hold, () => latest, stop)
  const progress = (now: JobProgress) => {
    stopping.signal.throwIfAborted()
    latest = now
  }
  surroundings.house.log.info({ reference, job: row.id, kind: row.kind, attempt: row.attempts }, 'A job began')
  const ended = duringRequest(reference, () => work(row, kind, hold, surroundings, { signal: stopping.signal, progress }))
    .then((outcome): Ending => ({ state: 'done', outcome }), (cause: unknown) => endingOf(cause, stopping.signal, reference, surroundings, row))
    .finally(() => clearInterval(beating))
  return { kind, hold, stop, ended }
}

/** Renews the hold for as long as the work lasts. On the embedded database nobody else could take the job, so only news is written. */
function beat({ house, lease }: Surroundings, hold: Hold, latest: () => JobProgress | null, stop: Attempt['stop']): NodeJS.Timeout {
  let isBusy = false
  let told: JobProgress | null = null
  const renew = async () => {
    const progress = latest()
    if (isBusy || (house.store.kind === 'embedded' && progress === told)) return
    isBusy = true
    try {
      const state = await house.store.keep((trx) => renewHold(trx, hold, lease, progress))
      told = progress
      if (state !== 'held') stop(state)
    } catch (err) {
      house.log.warn({ err, job: hold.id }, 'A job could not say that it is still being done')
    } finally {
      isBusy = false
    }
  }
  return setInterval(() => void renew(), Math.min(beatEvery, (lease * 1000) / 3)).unref()
}

async function work(row: JobRow, kind: JobKind, hold: Hold, { house, permissions, actorOf }: Surroundings, { signal, progress }: { signal: AbortSignal; progress: (now: JobProgress) => void }): Promise<JobOutcome> {
  if (row.cancel_asked) throw new Stop('cancelled')
  const actor: Actor | null = row.account === null ? { kind: 'system', name: row.asked_by } : await actorOf(row.account)
  if (!actor) throw new Problem('not-allowed', `${row.asked_by} may no longer sign in, so this was not done.`)
  if (kind.may !== undefined && !may(permissions, actor, kind.may)) throw new Problem('not-allowed', `The roles of ${row.asked_by} no longer include this, so it was not done.`)
  signal.throwIfAborted()
  return kind.run({
    id: row.id, input: kind.input.parse(row.input), actor, attempt: row.attempts, signal, progress,
    keep: (trx, outcome) => keepOutcome(trx, hold, outcome, house.now()),
  }, house)
}

function endingOf(cause: unknown, signal: AbortSignal, reference: string, { house }: Surroundings, row: JobRow): Ending | null {
  const stop = cause instanceof Stop ? cause : signal.reason instanceof Stop ? signal.reason : null
  if (stop) return stop.why === 'cancelled' ? { state: 'cancelled', reason: 'It was stopped. Nothing of it was kept.', reference: null } : null
  if (cause instanceof Problem) return { state: 'failed', reason: cause.message, reference: null }
  house.log.error({ err: cause, reference, job: row.id, kind: row.kind }, 'A job failed')
  return { state: 'failed', reason: `This is a fault of the workbench. Nothing was half done. The log says more beside the reference ${reference}.`, reference }
}
