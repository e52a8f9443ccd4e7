/** Does jobs in this process, a few at a time, until it is told to stop. */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { newReference } from '../request.ts'
import type { House } from '../slice.ts'
import { clearLeftFolders } from '../working-folders.ts'
import { attempt, type Attempt, type Surroundings } from './attempt.ts'
import { claimJob, forgetEnded, handBack, isCancelAsked, orphans, requeue, type Hold, type Orphan } from './claiming.ts'
import { endJob, type Ending } from './ending.ts'
import { handsHere, type Hands, type Workplace } from './hands.ts'
import type { JobKind } from './kind.ts'
import { handsInProcesses } from './processes.ts'
import { planNext, planStanding } from './recurring.ts'
import type { JobRow } from './queries.ts'

export interface RunnerOptions extends Pick<Surroundings, 'lease'> {
  kinds: readonly JobKind[]
  /** What does the work. Told how to say that it has become free. */
  hands: (whenFree: () => void) => Hands
  /** How many at once. */
  atOnce: number
}

export interface Runner {
  /** Stops taking jobs and puts back those that can be done again. Those that cannot are finished, within the patience in milliseconds. */
  stop(patience?: number): Promise<void>
}

/** How often the table is looked at when nothing happens in this process, in milliseconds. */
const lookEvery = 500
/** How often jobs of processes that are gone, and jobs that ended long ago, are looked for. */
const sweepEvery = 5_000
/** A job that took so many processes with it is not given to another. */
const mostAttempts = 3
/** How long the end of work that was broken off may take to be recorded, in milliseconds. */
const settling = 1_000
/** How long ended jobs are listed, in milliseconds. */
const remembered = 90 * 24 * 60 * 60 * 1000

/** Begins to do jobs. */
export function startRunner(house: House, { kinds, hands: takeOn, atOnce, lease }: RunnerOptions): Runner {
  const { store, jobs, log, now } = house
  const holder = `${hostname()} ${process.pid} ${randomBytes(3).toString('hex')}`
  const hands = takeOn(() => look())
  const surroundings: Surroundings = { house, hands, holder, lease }
  const byName = new Map(kinds.map((kind) => [kind.name, kind]))
  const running = new Map<number, { attempt: Attempt; settled: Promise<void> }>()
  let isStopping = false

  const claim = () => store.keep((trx) => claimJob(trx, { holder, kinds: [...byName.keys()], lease, now: now() }))

  async function take(): Promise<void> {
    while (!isStopping && running.size < atOnce && byName.size > 0 && hands.areFree()) {
      const row = await claim()
      const kind = row && byName.get(row.kind)
      if (!kind) return
      begin(row, kind)
    }
  }

  function begin(row: JobRow, kind: JobKind): void {
    const since = performance.now()
    const begun = attempt(row, kind, newReference(), surroundings)
    const settled = begun.ended.then((ending) => settle(row, begun, ending, since)).catch((err: unknown) => {
      // Its lease runs out, and then some process takes the job up again.
      log.error({ err, job: row.id }, 'How a job ended could not be recorded')
    }).finally(() => {
      running.delete(row.id)
      jobs.happenings.emit('ended', row.id)
      look()
    })
    running.set(row.id, { attempt: begun, settled })
    if (isStopping) begun.stop('stopping')
  }

  async function settle(row: JobRow, { kind, hold }: Attempt, ending: Awaited<Attempt['ended']>, since: number): Promise<void> {
    if (ending === 'gone') return leave({ ...hold, kind: row.kind, attempts: row.attempts, cancel_asked: await store.keep((trx) => isCancelAsked(trx, hold)) })
    log.info({ job: row.id, kind: row.kind, state: ending === 'stopped' ? 'handed back' : ending.state }, 'A job ended')
    if (ending === 'stopped') return store.keep((trx) => handBack(trx, hold))
    if (!(await endJob(store, hold, ending, now()))) return
    jobs.happenings.emit('done', row.kind, ending.state, (performance.now() - since) / 1000)
    await planNext(house, kind, row, ending.state)
  }

  async function sweep(isFirst: boolean): Promise<void> {
    const found = await store.keep(async (trx) => (store.kind === 'server' || isFirst ? orphans(trx, holder, store.kind === 'embedded') : []))
    for (const orphan of found) await leave(orphan)
    await store.keep((trx) => forgetEnded(trx, new Date(now().getTime() - remembered)))
  }

  /** A job whose process is gone waits for another, or ends where it cannot be done again. */
  async function leave(orphan: Orphan): Promise<void> {
    log.warn({ job: orphan.id, kind: orphan.kind, attempts: orphan.attempts }, 'The process that did a job is gone')
    const hold: Hold = { id: orphan.id, holder: orphan.holder, attempt: orphan.attempts }
    if (mayRepeat(orphan)) await store.keep((trx) => requeue(trx, hold))
    else await endJob(store, hold, abandoned(orphan), now())
  }

  const mayRepeat = ({ kind, attempts, cancel_asked }: Orphan) => !cancel_asked && attempts < mostAttempts && (byName.get(kind)?.repeatable ?? true)

  // One look at a time; what happens during one is looked at by the next.
  let looking = Promise.resolve()
  let isDue = false
  let sweptAt = -Infinity
  function look(): void {
    if (isDue || isStopping) return
    isDue = true
    looking = looking.then(async () => {
      isDue = false
      if (isStopping) return
      const since = performance.now() - sweptAt
      if (since > Math.min(sweepEvery, lease * 1000)) {
        const isFirst = sweptAt === -Infinity
        sweptAt = performance.now()
        await sweep(isFirst)
        if (isFirst) await planStanding(house, kinds)
      }
      await take()
    }).catch((err: unknown) => log.error({ err }, 'Jobs could not be looked for'))
  }

  const cancelled = (id: number) => running.get(id)?.attempt.stop('cancelled')
  jobs.happenings.on('asked', look)
  jobs.happenings.on('cancelled', cancelled)
  const timer = setInterval(look, lookEvery).unref()
  look()

  async function stop(patience: number): Promise<void> {
    isStopping = true
    clearInterval(timer)
    jobs.happenings.off('asked', look)
    await looking
    for (const { attempt: begun } of running.values()) if (begun.kind.repeatable) begun.stop('stopping')
    const allSettled = () => Promise.all([...running.values()].map(({ settled }) => settled))
    await Promise.race([allSettled(), pause(patience, undefined, { ref: false })])
    await hands.close()
    await Promise.race([allSettled(), pause(settling, undefined, { ref: false })])
    jobs.happenings.off('cancelled', cancelled)
  }

  let stopped: Promise<void> | undefined
  return { stop: (patience = 10_000) => (stopped ??= stop(patience)) }
}

function abandoned({ attempts, cancel_asked }: Orphan): Ending {
  if (cancel_asked) return { state: 'cancelled', reason: 'It was stopped.', reference: null }
  const reason = attempts >= mostAttempts
    ? `The process that did it ended in the middle, ${attempts} times. It was not tried again; the log of those processes says why they ended.`
    : 'The process that did it ended in the middle, and it cannot safely be done twice. See what was done before you ask for it again.'
  return { state: 'failed', reason, reference: null }
}

/** Begins to do jobs as the settings say: in processes of their own, made from this program, or in this one. */
export function doJobs(place: Workplace, program?: string): Runner {
  const { house, kinds } = place
  const { where, atOnce, lease } = house.config.jobs
  clearLeftFolders().catch((err: unknown) => house.log.warn({ err }, 'What earlier processes left could not be removed'))
  const hands = (whenFree: () => void) => (where === 'beside' && program !== undefined ? handsInProcesses(house, { program, atOnce }, whenFree) : handsHere(place))
  return startRunner(house, { kinds, hands, atOnce, lease })
}
