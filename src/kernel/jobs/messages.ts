/** What the process that takes jobs up and a process that does their work say to one another. */
import type { Config } from '../config.ts'
import { Problem, type ProblemCode } from '../problems.ts'
import type { Task } from './hands.ts'
import type { JobOutcome, JobProgress } from './kind.ts'
import { Stop } from './stop.ts'

/** To whoever does the work. The settings come first, then one task after another. */
export type Order = { settings: Config } | { task: Task } | { stop: Stop['why'] } | 'leave'

/** From whoever does the work. `asked`: the work asked for another job. */
export type Word = 'ready' | 'asked' | { progress: JobProgress } | { outcome: JobOutcome } | { failure: Failure }

/** Why work was not done, in a form that travels. */
export type Failure =
  | { stop: Stop['why'] }
  | { problem: string; code: ProblemCode }
  | { fault: { name: string; message: string; stack: string | undefined; code: string | undefined } }

export function failureOf(cause: unknown): Failure {
  if (cause instanceof Stop) return { stop: cause.why }
  if (cause instanceof Problem) return { problem: cause.message, code: cause.code }
  if (!(cause instanceof Error)) return { fault: { name: 'Error', message: String(cause), stack: undefined, code: undefined } }
  const { name, message, stack } = cause
  return { fault: { name, message, stack, code: 'code' in cause ? String(cause.code) : undefined } }
}

export function causeOf(failure: Failure): Error {
  if ('stop' in failure) return new Stop(failure.stop)
  if ('problem' in failure) return new Problem(failure.code, failure.problem)
  const { stack, code, ...fault } = failure.fault
  return Object.assign(new Error(fault.message), { name: fault.name, ...(stack === undefined ? {} : { stack }), ...(code === undefined ? {} : { code }) })
}
