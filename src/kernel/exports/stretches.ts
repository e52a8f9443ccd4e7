/** Rows in stretches: a sheet holds only so many, and the sheet after it goes on where it stopped. */
export interface Stretches<T> {
  /** How many rows have been read. */
  readonly count: number
  /** The next rows, up to a number. Read each stretch to its end before asking for another. */
  next(most: number): AsyncGenerator<T, void>
  /** Whether every row has been read. */
  readonly isOver: boolean
  /** Lets go of what the rows come from, read to the end or not. */
  close(): Promise<void>
}

/** Looks one row ahead, so that no empty sheet follows a full one. */
export async function inStretches<T>(rows: AsyncIterable<T>): Promise<Stretches<T>> {
  const source = rows[Symbol.asyncIterator]()
  let ahead = await source.next()
  let count = 0
  return {
    get count() {
      return count
    },
    get isOver() {
      return ahead.done === true
    },
    async *next(most) {
      for (let read = 0; read < most && !ahead.done; read++) {
        yield ahead.value
        count++
        ahead = await source.next()
      }
    },
    async close() {
      await source.return?.()
    },
  }
}
