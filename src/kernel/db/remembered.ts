import type { Actor } from '../access/actor.ts'
import type { Reader } from './index.ts'

/** Where the trail stood in the snapshot of a reading. Readings with the same head see the same of everything the trail tells of. */
export interface TrailHead {
  entry: number
  hash: string
}

/** How many answers are held under one head. One more, and all are forgotten: nobody fills the memory by asking oddly. */
const mostAnswers = 10_000

type Answers = Map<string, unknown>

/** The answers each reading may use. A reading that is not here asks the database every time. */
const memories = new WeakMap<Reader, Answers>()

/**
 * What visitors who are not signed in were told about things that change rarely: definitions, names, groups and their members.
 * Answers are held under the head of the trail as it stood in the very snapshot they were read in, and given only to readings of
 * a snapshot with the same head; so what is remembered is what asking again would give, whichever process made the last
 * change. What people see depends on who they are: their readings have no memory.
 */
export class Memory {
  #head: TrailHead = { entry: -1, hash: '' }
  #answers: Answers = new Map()

  /** Lets a reading use what others found under the same head. A snapshot older than the latest has to ask. */
  open(db: Reader, actor: Actor, head: TrailHead): void {
    if (actor.kind !== 'public' || head.entry < this.#head.entry) return
    if (head.entry > this.#head.entry || head.hash !== this.#head.hash) {
      this.#head = head
      this.#answers = new Map()
    }
    memories.set(db, this.#answers)
  }
}

/**
 * The answer to a question about what changes with the trail and rarely, asked of the database unless it is remembered. Never for
 * figures, for bookkeeping that leaves no trail, or for what depends on the time of day. As known at a moment, which is a Date in
 * the key, is always asked. Answers are shared: they are frozen, and must not be changed.
 *
 * @param key which question it is, and everything it depends on
 */
export async function remembered<T>(db: Reader, key: readonly unknown[], ask: () => Promise<T>): Promise<T> {
  const answers = memories.get(db)
  if (!answers || key.some((part) => part instanceof Date)) return ask()
  const name = JSON.stringify(key)
  // What is under a name was put there by the same question.
  if (answers.has(name)) return answers.get(name) as T
  const answer = frozen(await ask())
  if (answers.size >= mostAnswers) answers.clear()
  answers.set(name, answer)
  return answer
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(frozen)
  }
  return value
}
