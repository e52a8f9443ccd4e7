/** Who does the work of an attempt: this process, or a process of its own. The runner does the rest: it takes jobs up, holds them and records how they ended. */
import { may, type Actor, type Permissions } from '../access/actor.ts'
import { Problem } from '../problems.ts'
import { duringRequest } from '../request.ts'
import type { House } from '../slice.ts'
import type { Hold } from './claiming.ts'
import { keepOutcome } from './ending.ts'
import type { JobKind, JobOutcome, JobProgress } from './kind.ts'
import type { JobRow } from './queries.ts'
import { Stop } from './stop.ts'

/** One attempt at one job, with everything that another process needs to know about it. */
export interface Task {
  row: JobRow
  hold: Hold
  /** Stands in every line of the log about it. */
  reference: string
}

/** How whoever does the work hears and is heard. */
export interface Course {
  signal: AbortSignal
  /** Throws once the work is to stop. */
  progress: (now: JobProgress) => void
}

export interface Hands {
  /** Whether a piece of work can be begun at this moment. */
  areFree(): boolean
  /** Does the work; rejects as the kind's `run` does, with Gone when nobody knows how it ended. */
  work(task: Task, course: Course): Promise<JobOutcome>
  /** Ends what does the work, whatever it is in the middle of. */
  close(): Promise<void>
}

/** The process that did the work is gone, and how it ended is not known. */
export class Gone extends Error {}

/** What doing work takes. */
export interface Workplace {
  house: House
  kinds: readonly JobKind[]
  permissions: Permissions
  /** Who an account stands for now; null when it may no longer sign in. */
  actorOf: (account: number) => Promise<Actor | null>
}

/** Does the work in this process. */
export function handsHere(place: Workplace): Hands {
  return { areFree: () => true, work: workerAt(place), close: () => Promise.resolve() }
}

/** The work of any kind of the place, on behalf of whoever asked. */
export function workerAt({ house, kinds, permissions, actorOf }: Workplace): Hands['work'] {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]))
  return ({ row, hold, reference }, { signal, progress }) => duringRequest(reference, async () => {
    const kind = byName.get(row.kind)
    if (!kind) throw new Error(`Nobody here knows the work ${row.kind}.`)
    if (row.cancel_asked) throw new Stop('cancelled')
    const actor: Actor | null = row.account === null ? { kind: 'system', name: row.asked_by } : await actorOf(row.account)
    if (!actor) throw new Problem('not-allowed', `${row.asked_by} may no longer sign in, so this was not done.`)
    if (kind.may !== undefined && !may(permissions, actor, kind.may)) throw new Problem('not-allowed', `The roles of ${row.asked_by} no longer include this, so it was not done.`)
    signal.throwIfAborted()
    return kind.run({
      id: row.id, input: kind.input.parse(row.input), actor, attempt: row.attempts, signal, progress,
      keep: (trx, outcome) => keepOutcome(trx, hold, outcome, house.now()),
    }, house)
  })
}
