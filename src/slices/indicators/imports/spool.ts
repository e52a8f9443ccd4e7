/**
 * Keeps the drafts of a file on disk while it is read, so that memory stays constant and no transaction is open. They are written
 * in the format of COPY, so that the database reads them again without the program touching a row.
 */
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import { copyCell, type CopyRows } from '#kernel/db/copy.ts'
import { workingFolder } from '#kernel/working-folders.ts'
import type { AreaRecord } from '#slices/places/index.ts'
import type { Draft } from './drafting.ts'

/** Text gathered before it is written. */
const pieceSize = 128 * 1024

export class Spool {
  readonly #folder: string
  readonly #path: string
  readonly #out: WriteStream
  /** Areas by code with the place they have in the list; of several spellings the last is taken. */
  readonly #areas = new Map<string, { index: number; area: AreaRecord }>()
  #failure: Error | undefined
  #text = ''
  /** How many were put in. */
  size = 0

  constructor(folder: string) {
    this.#folder = folder
    this.#path = join(folder, 'drafts.copy')
    this.#out = createWriteStream(this.#path)
    this.#out.on('error', (cause) => (this.#failure = cause))
  }

  /** Resolves when there is room for more; most often there is at once, and nothing is to be waited for. */
  put(draft: Draft): Promise<void> | undefined {
    if (this.#failure) throw this.#failure
    this.size++
    this.#text += this.#lineOf(draft)
    return this.#text.length < pieceSize ? undefined : this.#flush()
  }

  /** Areas the drafts name, in the order of the numbers that stand for them. */
  get areas(): AreaRecord[] {
    return [...this.#areas.values()].map(({ area }) => area)
  }

  /** Everything put in, for `drafts` of the staging. Nothing can be put in after this. */
  async rows(): Promise<CopyRows> {
    await this.#finish()
    return createReadStream(this.#path, { highWaterMark: 256 * 1024 })
  }

  /** Removes the file. */
  async remove(): Promise<void> {
    await this.#finish()
    await rm(this.#folder, { recursive: true, force: true })
  }

  #lineOf({ line, column, measure, period, place, value, numerator, denominator, lower, upper, status, reason, marker }: Draft): string {
    const authority = 'authority' in place ? place.authority : '\\N'
    const area = 'area' in place ? this.#areaIndex(place.area) : '\\N'
    return `${this.size}\t${line}\t${copyCell(column)}\t${measure}\t${period}\t${authority}\t${area}\t${value ?? '\\N'}\t${numerator ?? '\\N'}\t${
      denominator ?? '\\N'}\t${lower ?? '\\N'}\t${upper ?? '\\N'}\t${status}\t${reason ?? '\\N'}\t${copyCell(marker)}\n`
  }

  #areaIndex(area: AreaRecord): number {
    const known = this.#areas.get(area.code)
    if (known) known.area = area
    else this.#areas.set(area.code, { index: this.#areas.size, area })
    return known?.index ?? this.#areas.size - 1
  }

  async #flush(): Promise<void> {
    const text = this.#text
    this.#text = ''
    if (!this.#out.write(text)) await once(this.#out, 'drain')
  }

  async #finish(): Promise<void> {
    if (this.#out.writableFinished) return
    this.#out.end(this.#text)
    this.#text = ''
    await once(this.#out, 'finish')
  }
}

export async function openSpool(): Promise<Spool> {
  return new Spool(await workingFolder('import'))
}
