/** Keeps the drafts of a file on disk while it is read, so that memory stays constant and no transaction is open. */
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface Spool<T> {
  /** How many were put in. */
  readonly size: number
  put(item: T): Promise<void>
  /** Everything put in, in order, so many at a time. Nothing can be put in after this. */
  batches(size: number): AsyncGenerator<T[]>
  /** Removes the file. */
  remove(): Promise<void>
}

export async function openSpool<T>(): Promise<Spool<T>> {
  const folder = await mkdtemp(join(tmpdir(), 'workbench-import-'))
  return new FileSpool<T>(folder)
}

class FileSpool<T> implements Spool<T> {
  readonly #folder: string
  readonly #path: string
  readonly #out: WriteStream
  #failure: Error | undefined
  size = 0

  constructor(folder: string) {
    this.#folder = folder
    this.#path = join(folder, 'drafts.jsonl')
    this.#out = createWriteStream(this.#path)
    this.#out.on('error', (cause) => (this.#failure = cause))
  }

  async put(item: T): Promise<void> {
    if (this.#failure) throw this.#failure
    this.size++
    if (!this.#out.write(`${JSON.stringify(item)}\n`)) await once(this.#out, 'drain')
  }

  async *batches(size: number): AsyncGenerator<T[]> {
    await this.#finish()
    let batch: T[] = []
    for await (const line of createInterface({ input: createReadStream(this.#path), crlfDelay: Infinity })) {
      batch.push(JSON.parse(line) as T)
      if (batch.length < size) continue
      yield batch
      batch = []
    }
    if (batch.length > 0) yield batch
  }

  async remove(): Promise<void> {
    await this.#finish()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #finish(): Promise<void> {
    if (this.#out.writableFinished) return
    this.#out.end()
    await once(this.#out, 'finish')
  }
}
