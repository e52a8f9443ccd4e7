/** One attempt at one job, from taking it up to how it ended. */
import { Problem } from '../problems.ts'
import type { House } from '../slice.ts'
import { renewHold, type Hold } from './claiming.ts'
import type { Ending } from './ending.ts'
import { Gone, type Hands } from './hands.ts'
import type { JobKind, JobProgress } from './kind.ts'
import type { JobRow } from './queries.ts'
import { Stop } from './stop.ts'

export interface Surroundings {
  house: House
  hands: Hands
  holder: string
  /** Seconds. */
  lease: number
}

export interface Attempt {
  kind: JobKind
  hold: Hold
  stop(why: Stop['why']): void
  /**
   * How it ended; `stopped` when it stopped without an end of its own, and belongs to another process or back in the queue; `gone` when
   * whoever did it is no more. Never refuses.
   */
  ended: Promise<Ending | 'stopped' | 'gone'>
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
  const ended = surroundings.hands.work({ row, hold, reference }, { signal: stopping.signal, progress })
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

function endingOf(cause: unknown, signal: AbortSignal, reference: string, { house }: Surroundings, row: JobRow): Ending | 'stopped' | 'gone' {
  const stop = cause instanceof Stop ? cause : signal.reason instanceof Stop ? signal.reason : null
  if (stop) return stop.why === 'cancelled' ? { state: 'cancelled', reason: 'It was stopped. Nothing of it was kept.', reference: null } : 'stopped'
  if (cause instanceof Gone) return 'gone'
  if (cause instanceof Problem) return { state: 'failed', reason: cause.message, reference: null }
  house.log.error({ err: cause, reference, job: row.id, kind: row.kind }, 'A job failed')
  return { state: 'failed', reason: `This is a fault of the workbench. Nothing was half done. The log says more beside the reference ${reference}.`, reference }
}
