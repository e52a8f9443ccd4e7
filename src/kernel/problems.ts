/** One fault in something a person gave us: where it is and what to do about it. */
export interface Fault {
  field: string
  message: string
}

/** Codes of problems thrown on purpose, and the HTTP status each is answered with. */
const statuses = {
  'not-signed-in': 401,
  'not-allowed': 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  refused: 422,
  'too-many': 429,
  unavailable: 503,
} as const

export type ProblemCode = keyof typeof statuses

const titles: Record<ProblemCode, string> = {
  'not-signed-in': 'Sign in first',
  'not-allowed': 'You may not do this',
  'not-found': 'Page not found',
  conflict: 'Something changed in the meantime',
  'too-large': 'The file is too large',
  refused: 'There is a problem',
  'too-many': 'Too many attempts',
  unavailable: 'The service cannot answer just now',
}

/** Something that went wrong in a way we understand. `message` is for people: what happened and what to do next. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly title: string
  readonly faults: Fault[]

  constructor(code: ProblemCode, message: string, faults: Fault[] = []) {
    super(message)
    this.name = 'Problem'
    this.code = code
    this.status = statuses[code]
    this.title = titles[code]
    this.faults = faults
  }
}

/** There is nothing at this address, or not for this person: the two are answered alike so that nothing leaks. */
export const notFound = (message: string) => new Problem('not-found', message)
/** The person is known and may see this, but not do it. */
export const notAllowed = (message: string) => new Problem('not-allowed', message)
/** The state no longer permits the change. */
export const conflict = (message: string) => new Problem('conflict', message)
/** What was given cannot be accepted; each fault says where and why. */
export const refused = (message: string, faults: Fault[] = []) => new Problem('refused', message, faults)

/** The installation is set up wrongly. Every fault is one plain sentence; the program prints them and stops. */
export class SettingsProblem extends Error {
  readonly faults: string[]

  constructor(faults: string[]) {
    super(faults.join('\n'))
    this.name = 'SettingsProblem'
    this.faults = faults
  }
}
