import { Worker } from 'node:worker_threads'
import { TableProblem } from '../problem.ts'
import type { TableSource } from '../read.ts'
import type { SheetFault } from './fault.ts'
import { limits } from './limits.ts'
import type { Answer, Ask } from './worker.ts'

/** The thread that takes a spreadsheet apart: one question, one answer, and an end when an answer takes too long. */
export class Thread {
  readonly #worker: Worker
  readonly #file: string
  readonly #time: number
  #waiting: { answered: (answer: Answer) => void; failed: (cause: Error) => void } | null = null
  #arrived: Answer | Error | null = null

  constructor(bytes: Uint8Array, file: string, time: number = limits.time) {
    this.#file = file
    this.#time = time
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: bytes, resourceLimits: { maxOldGenerationSizeMb: limits.memory } })
    this.#worker.on('message', (answer: Answer) => this.#settle('problem' in answer ? problemOf(answer.problem, file) : answer))
    this.#worker.on('error', (cause: unknown) => this.#settle(isOutOfMemory(cause) ? tooLarge(file, 'taking the spreadsheet apart needs too much memory') : cause instanceof Error ? cause : new Error(String(cause))))
    this.#worker.on('exit', () => this.#settle(tooLarge(file, 'taking the spreadsheet apart came to a sudden end')))
    // A program that has nothing else to do may end.
    this.#worker.unref()
  }

  /** The next answer. Where it takes too long the thread is ended, and the file is refused. */
  async next(): Promise<Answer> {
    const arrived = this.#arrived
    this.#arrived = null
    if (arrived instanceof Error) throw arrived
    if (arrived) return arrived
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    this.#waiting = { answered: resolve, failed: reject }
    const alarm = setTimeout(() => {
      this.#settle(tooLarge(this.#file, `taking the spreadsheet apart needs more than ${this.#time / 1000} seconds`))
      void this.end()
    }, this.#time)
    try {
      return await promise
    } finally {
      clearTimeout(alarm)
    }
  }

  ask(question: Ask): Promise<Answer> {
    this.#worker.postMessage(question)
    return this.next()
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #settle(answer: Answer | Error): void {
    const waiting = this.#waiting
    this.#waiting = null
    if (!waiting) this.#arrived ??= answer
    else if (answer instanceof Error) waiting.failed(answer)
    else waiting.answered(answer)
  }
}

const isOutOfMemory = (cause: unknown) => cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY'

const smaller = 'a smaller spreadsheet, or its sheet saved as CSV, which may have any length'

const tooLarge = (file: string, seen: string) => new TableProblem('too-large', { file, line: null, column: null, seen, expected: smaller })

function problemOf({ fault, sheet, line, column, seen, expected }: SheetFault, file: string): TableProblem {
  return new TableProblem(fault, { file: sheet === undefined ? file : `${file}, sheet “${sheet}”`, line: line ?? null, column: column ?? null, seen, expected })
}

/** The bytes of a spreadsheet, which is taken apart whole. */
export async function bytesOf(source: TableSource, file: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of typeof source === 'function' ? source() : source) {
    length += chunk.length
    if (length > limits.packed) throw tooLarge(file, `the spreadsheet has more than ${limits.packed / 1_000_000} MB`)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
