/** How pages and the command line speak of jobs. */
import { formatCount, formatMoment } from '#kernel/figures/index.ts'
import type { Job, JobState } from './queries.ts'

/** One word for each state, and the colour of its tag, which only repeats it. */
export const stateWords: Record<JobState, { text: string; colour: string }> = {
  queued: { text: 'Waiting', colour: 'grey' },
  running: { text: 'In progress', colour: 'blue' },
  done: { text: 'Done', colour: 'green' },
  failed: { text: 'Not done', colour: 'red' },
  cancelled: { text: 'Stopped', colour: 'yellow' },
}

/** One sentence: where the job is, or how it ended. */
export function jobSentence(job: Job, now: Date): string {
  switch (job.state) {
    case 'queued':
      return job.runAfter > now ? `It waits until ${formatMoment(job.runAfter)}.` : 'It waits for its turn.'
    case 'running':
      if (job.cancelAsked) return 'It is being stopped.'
      return job.progress?.says ?? 'The work has begun.'
    case 'done':
      return job.outcome?.says ?? 'It is done.'
    case 'failed':
    case 'cancelled':
      return job.reason ?? 'Nothing more is known about how it ended.'
  }
}

/** What is known about a job, line by line. */
export function jobFacts(job: Job): { term: string; text: string }[] {
  return [
    { term: 'Asked for by', text: `${job.askedBy}, ${formatMoment(job.askedAt)}` },
    ...(job.startedAt ? [{ term: 'Begun', text: formatMoment(job.startedAt) }] : []),
    ...(job.endedAt ? [{ term: 'Ended', text: formatMoment(job.endedAt) }] : []),
    ...(job.attempts > 1 ? [{ term: 'Attempts', text: `${formatCount(job.attempts)}: a process that did it before had ended` }] : []),
    ...(job.reference ? [{ term: 'Reference', text: job.reference }] : []),
  ]
}
