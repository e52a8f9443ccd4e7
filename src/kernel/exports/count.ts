import { createHash } from 'node:crypto'
import { writtenAsCsv } from './csv.ts'
import type { Export } from './export.ts'

/** What the CSV file of a table comes to. */
export interface Counted {
  /** Rows without the headings. */
  rows: number
  bytes: number
  /** Of the CSV file, byte for byte as it is downloaded; hexadecimal. */
  sha256: string
}

/**
 * Counts and hashes the CSV file without keeping it. Null when it has more than `most` rows: the rest is then not read.
 */
export async function countedCsv(table: Export, most = Infinity): Promise<Counted | null> {
  const hash = createHash('sha256')
  let [rows, bytes] = [0, 0]
  const watched = {
    ...table,
    rows: (async function* () {
      for await (const row of table.rows) {
        if (++rows > most) return
        yield row
      }
    })(),
  }
  for await (const piece of writtenAsCsv(watched)) {
    hash.update(piece)
    bytes += Buffer.byteLength(piece)
  }
  return rows > most ? null : { rows, bytes, sha256: hash.digest('hex') }
}
