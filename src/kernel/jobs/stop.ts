/** Why an attempt at a job is told to stop: somebody cancelled it, another process has it by now, or this process stops. */
export class Stop extends Error {
  readonly why: 'cancelled' | 'lost' | 'stopping'
  constructor(why: Stop['why']) {
    super(`The job is to stop: ${why}.`)
    this.why = why
  }
}
