import { z } from 'zod'

/** Where jobs are done, and how. */
export interface JobSettings {
  /** Who does jobs: processes that the web process starts beside itself, the web process itself, or `bv worker`. */
  where: 'beside' | 'inside' | 'elsewhere'
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
  JOBS: z.enum(['on', 'inside', 'off'], 'on, inside or off').default('on'),
  JOBS_AT_ONCE: whole(1, 20).default(2),
  JOBS_LEASE: whole(2, 3600).default(30),
}

interface Given {
  JOBS: 'on' | 'inside' | 'off'
  JOBS_AT_ONCE: number
  JOBS_LEASE: number
  DATABASE_URL?: string | undefined
}

/** The settings from what was given, or what is wrong with it. */
export function jobSettings(given: Given): JobSettings | { faults: string[] } {
  if (given.JOBS === 'off' && !given.DATABASE_URL) {
    return { faults: ['JOBS: off leaves jobs to other processes, and the embedded database has none. Leave it on, or use a PostgreSQL server with DATABASE_URL.'] }
  }
  // The embedded database belongs to one process, and so does everything that is done with it.
  const where = given.JOBS === 'off' ? 'elsewhere' : given.JOBS === 'on' && given.DATABASE_URL ? 'beside' : 'inside'
  return { where, atOnce: given.JOBS_AT_ONCE, lease: given.JOBS_LEASE }
}
