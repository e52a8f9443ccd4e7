/** What an import does between reading its file and the end of its transaction, for each thing a recipe can produce. */
import type { Actor } from '#kernel/access/actor.ts'
import type { Store, Trx } from '#kernel/db/index.ts'
import type { ImportSource, FileFacts } from './reading.ts'
import type { Findings } from './report.ts'

/** Everything an import is asked to do, checked. */
export interface ImportRequest<R> {
  store: Store
  actor: Actor
  source: ImportSource
  recipe: R
  organisation: number | null
  /** Whose member brings it in; null: the command line. */
  broughtBy: number | null
  audience: 'public' | 'organisation'
  findings: Findings
  progress: (progress: Progress) => void
}

export interface Progress {
  phase: 'reading' | 'comparing' | 'checking' | 'writing'
  /** Rows so far. */
  rows: number
}

/** Inside the transaction: the number and moment of the import that is being made. */
export interface Making {
  trx: Trx
  import: number
  moment: Date
  /** The moment was given, so figures known since then stand in the way. */
  backdated: boolean
}

/** A file that has been read. `apply` writes what it says; whether that stays is decided afterwards from the findings. */
export interface Prepared {
  facts: FileFacts
  apply(making: Making): Promise<void>
  dispose(): Promise<void>
}
