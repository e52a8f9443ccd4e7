import { documentKinds } from './documents.ts'
import type { HostileFile, HostileKind } from './file.ts'
import { Random } from './random.ts'
import { exhaustingKinds, sheetKinds } from './sheets.ts'
import { textKinds } from './texts.ts'

const kinds: readonly HostileKind[] = [...textKinds, ...documentKinds, ...sheetKinds]

export interface NumberedFile extends HostileFile {
  /** Which of them it is: the same number and seed make the same file. */
  number: number
  kind: string
}

/** So many hostile and damaged files, each kind in turn, and after them the few that exhaust what a file is allowed. */
export function* hostileFiles(count: number, seed: number): Generator<NumberedFile> {
  for (let number = 0; number < count; number += 1) {
    const last = count - 1 - number
    const kind = last < exhaustingKinds.length ? exhaustingKinds[last] : kinds[number % kinds.length]
    if (kind) yield { number, kind: kind.kind, ...kind.make(new Random(seed * 100_003 + number)) }
  }
}

export const kindCount = kinds.length + exhaustingKinds.length
