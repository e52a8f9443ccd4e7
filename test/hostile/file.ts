import type { Random } from './random.ts'

/** A file made to do harm, or damaged, with the recipe by which somebody tries to bring it in. */
export interface HostileFile {
  name: string
  bytes: Uint8Array
  /** Parts of the recipe that differ from the usual one. */
  recipe?: object
  /** refused: whatever the chance, nothing of it may be imported. any: the damage may have left a whole file. */
  must: 'refused' | 'any'
}

export interface HostileKind {
  kind: string
  make: (random: Random) => HostileFile
}

export const councils = ['North Glen', 'South Glen', 'East Glen', 'West Glen'] as const

/** A sound table: header and rows of council, year, value and a note. */
export function table(random: Random, most = 60): string[][] {
  const rows = [['Council', 'Year', 'Value', 'Note']]
  for (let year = 2000; year < 2000 + random.whole(2, Math.ceil(most / councils.length)); year += 1) {
    for (const council of councils) rows.push([council, `${year}-${String((year + 1) % 100).padStart(2, '0')}`, String(random.whole(0, 9999) / 100), `n${random.whole(1, 9)}`])
  }
  return rows
}

export const csvOf = (rows: readonly string[][]): string => `${rows.map((row) => row.join(',')).join('\n')}\n`
