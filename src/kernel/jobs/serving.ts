/** The other side of `handsInProcesses`: a process that does the work of jobs for the one that started it, and ends with it. */
import { readdirSync } from 'node:fs'
import { setPriority } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Config } from '../config.ts'
import { workerAt, type Hands, type Task, type Workplace } from './hands.ts'
import { failureOf, type Order, type Word } from './messages.ts'
import { Stop } from './stop.ts'

/** How much lower than that of others the priority is, on the scale of `nice`. */
const niceness = 10

/** Begins to do what this process is told by the one that started it, at the place that is opened with the settings it is given. */
export function serveJobs(open: (settings: Config) => Promise<Workplace & { close(): Promise<void> }>): void {
  if (!process.connected) throw new Error('This program does jobs for the workbench, which starts it. Do not start it yourself.')
  standBack()
  endWithParent()
  let place: Promise<{ work: Hands['work']; close: () => Promise<void> }> | undefined
  let stopping: AbortController | undefined

  async function begin(settings: Config): Promise<void> {
    place = open(settings).then((opened) => {
      opened.house.jobs.happenings.on('asked', () => say('asked'))
      return { work: workerAt(opened), close: () => opened.close() }
    })
    await place
    say('ready')
  }

  async function work(task: Task): Promise<void> {
    const { work: doWork } = (await place) ?? unasked()
    stopping = new AbortController()
    const { signal } = stopping
    try {
      say({ outcome: await doWork(task, { signal, progress(now) {
        signal.throwIfAborted()
        say({ progress: now })
      } }) })
    } catch (cause) {
      say({ failure: failureOf(cause instanceof Stop ? cause : signal.reason instanceof Stop ? signal.reason : cause) })
    }
  }

  process.on('message', (order: Order) => {
    if (order === 'leave') void (place ?? Promise.resolve(undefined)).then((opened) => opened?.close()).finally(() => process.exit(0))
    else if ('settings' in order) begin(order.settings).catch(giveUp)
    else if ('task' in order) void work(order.task)
    else stopping?.abort(new Stop(order.stop))
  })
}

function unasked(): never {
  throw new Error('Work came before the settings.')
}

function giveUp(cause: unknown): void {
  process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`)
  process.exit(1)
}

const say = (word: Word) => void process.send?.(word, undefined, undefined, () => {})

/** Whoever answers people goes first. On Linux a priority is a thread's, so every thread there is by now is asked. */
function standBack(): void {
  const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [0]
  try {
    for (const thread of threads) setPriority(thread, niceness)
  } catch {
    // A system that does not allow it does the work all the same.
  }
}

/**
 * Signals are for the process that started this one, which then says what to do; a terminal and systemd send them to both. When that one
 * is gone, nobody would hear how the work ended, and somebody else takes it up: this process ends at once, even in the middle of
 * code that lets nothing else happen, which is what the thread is for.
 */
function endWithParent(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  process.on('disconnect', () => process.exit(1))
  const watch = `const parent = process.ppid
    setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL') }, 1000)`
  new Worker(watch, { eval: true }).unref()
}
