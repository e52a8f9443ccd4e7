import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Permissions } from './access/actor.ts'
import type { Config } from './config.ts'
import type { Reader, Store, Trx } from './db/index.ts'
import { createJobs, type JobKind, type Jobs } from './jobs/index.ts'
import type { Reading } from './metrics/index.ts'
import type { ExportSource } from './exports/index.ts'

/** What every slice is given: the store, the settings, the log and the time. */
export interface House {
  store: Store
  config: Config
  log: Logger
  /** The present moment. Given, so that tests can set it. */
  now: () => Date
  /** Asks for work that outlasts a request. */
  jobs: Jobs
  /** Every capability of the program, for the few places that ask all of them. */
  slices?: readonly Slice[]
}

/** Things of one sort that somebody made or looks after, as those who look after the account are told when that person leaves. */
export interface Owned {
  /** Stable word, unique among all slices: "recipes". */
  kind: string
  /** What they are called: "Saved recipes". */
  title: string
  /** What becomes of them when the account is closed, as a sentence. */
  fate: string
  count: number
  /** The latest few of them, by name. */
  latest: { text: string; href?: string }[]
  /** Whether somebody else can take them over, by `handOver`. */
  canBeHandedOver: boolean
}

/** From one account of an organisation to another. */
export interface HandOver {
  kind: string
  organisation: number
  from: number
  to: number
}

/** The house over a store, with everything that can be made from it. */
export const completeHouse = (parts: Pick<House, 'store' | 'config' | 'log' | 'now'>): House => ({ ...parts, jobs: createJobs(parts) })

/** One command of the command line: `npm run -s bv -- <name> …`. */
export interface Command {
  name: string
  /** One line for the list of commands. */
  summary: string
  /** The whole help, shown by `--help`. */
  help: string
  /**
   * Whether the command is given the store. `false`: never; `doctor` looks first and opens itself. `if-there`: only where a database is there
   * already and nobody holds it, so that asking makes none; the command then does without.
   */
  needsStore?: false | 'if-there'
  /** Returns the exit code. Problems may be thrown; they are printed as sentences and exit with 1. */
  run(args: string[], house: House, terminal: Terminal): Promise<number>
}

/** Where a command writes. Progress is shown only when a person is watching. */
export interface Terminal {
  out: (text: string) => void
  err: (text: string) => void
  /** Rewrites one line on an interactive terminal; nothing elsewhere. */
  progress: (text: string) => void
}

export interface NavigationItem {
  text: string
  href: string
  /** Shown only to those who hold this permission. */
  may?: string
}

/** A page of help, listed at /help. */
export interface HelpTopic {
  title: string
  href: string
  /** One sentence: what the reader will know afterwards. */
  summary: string
}

/** One capability. The order of the list in app.ts is the order of registration and of dependency. */
export interface Slice {
  name: string
  title: string
  permissions?: Permissions
  navigation?: NavigationItem[]
  help?: HelpTopic[]
  routes?(app: FastifyInstance, house: House): void | Promise<void>
  /** Tables to download in every format, each with the address it has. */
  exports?: readonly ExportSource[]
  commands?: Command[]
  /** The kinds of work it can do outside a request. */
  jobs?: readonly JobKind[]
  /** Numbers about the installation for an operator's monitoring. */
  readings?: readonly Reading[]
  /** What an account has in an organisation, as far as this capability knows; sorts of which there is none are left out. */
  owned?(db: Reader, account: number, organisation: number): Promise<Owned[]>
  /** Gives things of one sort to a colleague and says how many; null when the sort is not this capability's. */
  handOver?(trx: Trx, given: HandOver): Promise<number | null>
  /** Fills a new, empty store with fictional demonstration data. Runs once, in slice order. */
  seed?(house: House): Promise<void>
}
