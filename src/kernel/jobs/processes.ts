/**
 * Does the work of jobs in processes of their own, one job at a time each, so that nothing a job does holds up whoever answers
 * people, and a job that does not stop when it is told to can be ended all the same.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Config } from '../config.ts'
import type { House } from '../slice.ts'
import { removeFoldersOf } from '../working-folders.ts'
import { Gone, type Course, type Hands, type Task } from './hands.ts'
import type { JobOutcome } from './kind.ts'
import { causeOf, type Order, type Word } from './messages.ts'
import { Stop } from './stop.ts'

export interface ProcessOptions {
  /** The program of such a process; see `serveJobs`. */
  program: string
  /** How many at most. */
  atOnce: number
  /** How long work that was told to stop may take to do so before its process is ended, in milliseconds. */
  grace?: number
  /** How long a process beyond the first waits for work before it ends, in milliseconds. */
  idle?: number
}

/** How long the first wait is before a process that could not begin is tried again, and the longest, in milliseconds. */
const retry = { first: 1_000, most: 30_000 }

export function handsInProcesses({ config, log, jobs }: Pick<House, 'config' | 'log' | 'jobs'>, { program, atOnce, grace = 5_000, idle = 60_000 }: ProcessOptions, whenFree: () => void): Hands {
  const all = new Set<JobProcess>()
  let isClosing = false
  let wait = retry.first
  let waiting: NodeJS.Timeout | undefined

  const free = () => [...all].find(({ isFree }) => isFree)

  /** One is always ready for what comes next, as long as there may be another. */
  function keepOneReady(): void {
    if (isClosing || waiting !== undefined || all.size >= atOnce || [...all].some(({ isBusy }) => !isBusy)) return
    const one = new JobProcess(program, config, grace, {
      ready() {
        wait = retry.first
        whenFree()
      },
      asked: () => void jobs.happenings.emit('asked'),
    })
    all.add(one)
    void one.ended.then((how) => {
      all.delete(one)
      if (one.pid !== undefined) removeFoldersOf(one.pid).catch((err: unknown) => log.warn({ err }, 'What a process for jobs left could not be removed'))
      if (isClosing) return
      if (one.wasReady) keepOneReady()
      else {
        log.error({ how, again: wait }, 'A process for jobs could not begin')
        waiting = setTimeout(() => {
          waiting = undefined
          keepOneReady()
        }, wait).unref()
        wait = Math.min(wait * 2, retry.most)
      }
    })
  }

  /** What is more than one ready is not needed for long. */
  function letGo(one: JobProcess): void {
    setTimeout(() => {
      if (one.isFree && [...all].some((other) => other !== one && !other.isBusy)) void one.leave()
    }, idle).unref()
  }

  keepOneReady()
  return {
    areFree: () => free() !== undefined,
    async work(task, course) {
      const one = free()
      if (!one) throw new Gone('No process is there to do the work.')
      const done = one.work(task, course)
      keepOneReady()
      try {
        return await done
      } finally {
        letGo(one)
        keepOneReady()
      }
    },
    async close() {
      isClosing = true
      clearTimeout(waiting)
      await Promise.all([...all].map((one) => one.leave()))
    },
  }
}

interface Heard {
  ready(): void
  asked(): void
}

/** How long a process that is told to leave may take, in milliseconds. */
const leaving = 2_000

/** One process for jobs, as whoever started it sees it. */
class JobProcess {
  readonly #child: ChildProcess
  readonly #grace: number
  /** What it is doing. */
  #task: { course: Course; settle: PromiseWithResolvers<JobOutcome> } | null = null
  #state: 'beginning' | 'free' | 'busy' | 'over' = 'beginning'
  wasReady = false
  /** With a sentence that says how; never refuses. */
  readonly ended: Promise<string>

  constructor(program: string, config: Config, grace: number, heard: Heard) {
    this.#grace = grace
    this.#child = fork(program, [], { execArgv: ['--disable-warning=ExperimentalWarning'], serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child.on('message', (word) => this.#hear(word as Word, heard))
    const { promise, resolve } = Promise.withResolvers<string>()
    this.ended = promise
    const end = (how: string) => {
      this.#state = 'over'
      this.#task?.settle.reject(new Gone(`The process that did the work ended: ${how}.`))
      resolve(how)
    }
    this.#child.once('error', (cause) => end(cause.message))
    this.#child.once('exit', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`))
    this.#say({ settings: config })
    // Whoever started it may end when nothing else is going on; it then ends by itself.
    this.#child.unref()
    this.#child.channel?.unref()
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get isFree(): boolean {
    return this.#state === 'free'
  }

  get isBusy(): boolean {
    return this.#state === 'busy' || this.#state === 'over'
  }

  async work(task: Task, course: Course): Promise<JobOutcome> {
    const settle = Promise.withResolvers<JobOutcome>()
    this.#task = { course, settle }
    this.#state = 'busy'
    let killing: NodeJS.Timeout | undefined
    const stop = () => {
      this.#say({ stop: reasonOf(course.signal) })
      killing = setTimeout(() => this.#child.kill('SIGKILL'), this.#grace)
    }
    course.signal.addEventListener('abort', stop, { once: true })
    this.#say({ task })
    if (course.signal.aborted) stop()
    try {
      return await settle.promise
    } finally {
      clearTimeout(killing)
      course.signal.removeEventListener('abort', stop)
      this.#task = null
      if (this.#state === 'busy') this.#state = 'free'
    }
  }

  /** Asks it to end, and ends it when it does not. */
  async leave(): Promise<void> {
    if (this.#state === 'over') return
    const wasBusy = this.#state === 'busy'
    const exit = once(this.#child, 'exit')
    this.#state = 'over'
    if (wasBusy) this.#child.kill('SIGKILL')
    else this.#say('leave')
    const killing = setTimeout(() => this.#child.kill('SIGKILL'), leaving)
    await exit.finally(() => clearTimeout(killing))
  }

  #say(order: Order): void {
    // One that is gone hears nothing; that it is gone is heard of in another way.
    if (this.#child.connected) this.#child.send(order, () => {})
  }

  #hear(word: Word, heard: Heard): void {
    if (word === 'asked') heard.asked()
    else if (word === 'ready') {
      if (this.#state === 'beginning') this.#state = 'free'
      this.wasReady = true
      heard.ready()
    } else if ('progress' in word) {
      if (this.#task && !this.#task.course.signal.aborted) this.#task.course.progress(word.progress)
    } else if ('outcome' in word) this.#task?.settle.resolve(word.outcome)
    else this.#task?.settle.reject(causeOf(word.failure))
  }
}

function reasonOf({ reason }: AbortSignal): Stop['why'] {
  return reason instanceof Stop ? reason.why : 'stopping'
}
