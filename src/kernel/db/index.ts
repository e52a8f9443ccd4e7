import type { Kysely, Transaction } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Database } from './database.ts'

/** The asking half of a connection. A query takes a Reader and so cannot write; a Trx fits where a Reader is asked for. */
export type Reader = Pick<Kysely<Database>, 'selectFrom' | 'selectNoFrom' | 'with' | 'withRecursive' | 'fn' | 'dynamic' | 'getExecutor'>

/** A transaction that may write. Obtained from `store.change` only, so that every change leaves a trail entry. */
export type Trx = Transaction<Database>

/** What a change did, for the trail. */
export interface Changed<T> {
  /** What was changed, as `kind:id`. */
  subject: string
  result: T
  /** The organisation whose trail this belongs to; null for national matters. */
  organisation?: number | null
  why?: string
  /** What was done, as the rest of a sentence that begins with the actor: "imported 2,941 figures by recipe LGBF real". */
  says?: string
  before?: unknown
  after?: unknown
}

/** The only doors to data. Each opens a short transaction as the unprivileged role with the actor set. */
export interface Store {
  readonly kind: 'embedded' | 'server'
  /** Asks questions in one snapshot. */
  read<T>(actor: Actor, work: (db: Reader) => Promise<T>): Promise<T>
  /** Makes a change and writes its trail entry in the same transaction; a refusal leaves neither. */
  change<T>(actor: Actor, action: string, work: (trx: Trx) => Promise<Changed<T>>): Promise<T>
  /**
   * Bookkeeping that is nobody's decision and would only drown the trail: when a session was last used, how often a
   * sign-in failed. It runs as the role `bv_keeper`, which reaches only what a migration granted to it by name.
   */
  keep<T>(work: (trx: Trx) => Promise<T>): Promise<T>
  /**
   * A number that is another after every change, in whichever process it was made: what was read of the data under a version is
   * still true as long as the version is the same. Bookkeeping does not count. The answer is never older than the question.
   */
  version(): Promise<number>
  /** Connections of this process: open, idle among them, and callers that wait for one. The embedded database has one, which nobody counts. */
  connections(): { open: number; idle: number; waiting: number }
  /** Whether the database answers. Throws with the driver's reason when it does not. */
  ping(): Promise<void>
  close(): Promise<void>
}
