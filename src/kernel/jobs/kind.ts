import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import type { Trx } from '../db/index.ts'
import type { House } from '../slice.ts'

/** How far a job has come. */
export interface JobProgress {
  /** So many of `of`, in whatever unit `says` names. */
  done: number
  /** Null: nobody knows how many there will be. */
  of: number | null
  /** One sentence for people: "12,000 rows read so far." */
  says: string
}

/** What a job has to show for itself. */
export interface JobOutcome {
  /** One sentence for people: "The file has been imported." */
  says: string
  /** The page that shows the result; null when there is none. */
  href: string | null
  /** Whether that page is only for who asked, so that others who see the job are not led there. */
  forAsker?: boolean
  /** Whether the sentence is also told on that page, to whoever waited for the job. */
  tell?: boolean
  /** Everything there is to say about it, for programs. */
  report?: unknown
}

/** What a job is given to work with. */
export interface JobWork<Input> {
  id: number
  input: Input
  /** Whoever asked, with the roles they have now; the system for jobs that nobody asked for. */
  actor: Actor
  /** 1 for the first attempt; more when a process that did it before is gone. */
  attempt: number
  /** Aborted when somebody cancels the job or this process stops. Whatever the job does must then end soon, with an error. */
  signal: AbortSignal
  /** Says how far the work has come; call it as often as you like. Throws once the job is to stop, so it is a good place to stop at. */
  progress(now: JobProgress): void
  /**
   * Records the outcome in the transaction that makes the change, so that the change and the end of the job are kept together
   * or not at all, and a process that lost the job in the meantime keeps nothing. For jobs whose work is one transaction.
   *
   * @throws when the job was cancelled, or belongs to another process by now
   */
  keep(trx: Trx, outcome: JobOutcome): Promise<void>
}

/** A job as `next` is told of it. */
export interface EndedJob<Input> {
  input: Input
  organisation: number | null
  state: 'done' | 'failed' | 'cancelled'
}

/** A kind of work that a slice can do. Methods, so that kinds of different inputs stand in one list. */
export interface JobKind<Input = unknown> {
  /** `slice.word`, such as `imports.make`. */
  name: string
  input: z.ZodType<Input>
  /** The permission its asker must still hold when it begins. Absent: being able to sign in is enough. */
  may?: string
  /**
   * Whether it may simply be done again after a process died in the middle of it: because it keeps all or nothing, or
   * because doing it twice makes no difference. Otherwise it then ends as failed.
   */
  repeatable: boolean
  /** Does the work. A Problem it throws is told to people in its own words; any other error is a fault of ours. */
  run(work: JobWork<Input>, house: House): Promise<JobOutcome>
  /** For work that recurs: when it is to be done again, after it ended in whatever way; null: not again. */
  next?(ended: EndedJob<Input>, house: House): Promise<Date | null> | Date | null
  /** For work that recurs for the whole installation: asked for by itself when a process begins to do jobs. */
  standing?: { title: string; input: Input }
}

/** Declares a kind of job, with the type of its input. */
export const jobKind = <Input>(kind: JobKind<Input>): JobKind<Input> => kind
