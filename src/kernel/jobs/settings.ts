import { z } from 'zod'

/** Where jobs are done, and how. */
export interface JobSettings {
  /** Whether the web process does jobs, or leaves them to `bv worker`. */
  here: boolean
  /** How many at once in one process. */
  atOnce: number
  /** How many seconds a process may be silent before another takes up its jobs. */
  lease: number
}

const whole = (least: number, most: number) => {
  const message = `a whole number between ${least} and ${most}`
  return z.coerce.number(message).int(message).min(least, message).max(most, message)
}

/** The variables that say it. */
export const jobVariables = {
  JOBS: z.enum(['on', 'off'], 'on or off').default('on'),
  JOBS_AT_ONCE: whole(1, 20).default(2),
  JOBS_LEASE: whole(2, 3600).default(30),
}

interface Given {
  JOBS: 'on' | 'off'
  JOBS_AT_ONCE: number
  JOBS_LEASE: number
  DATABASE_URL?: string | undefined
}

/** The settings from what was given, or what is wrong with it. */
export function jobSettings(given: Given): JobSettings | { faults: string[] } {
  if (given.JOBS === 'off' && !given.DATABASE_URL) {
    return { faults: ['JOBS: off leaves jobs to other processes, and the embedded database has none. Leave it on, or use a PostgreSQL server with DATABASE_URL.'] }
  }
  return { here: given.JOBS === 'on', atOnce: given.JOBS_AT_ONCE, lease: given.JOBS_LEASE }
}
