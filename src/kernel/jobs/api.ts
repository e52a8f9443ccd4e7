/** What programs may ask about jobs. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { notFound } from '../problems.ts'
import type { House } from '../slice.ts'
import { apiRoot, apiRoute } from '../web/api.ts'
import { jobStates, type Job } from './queries.ts'
import { jobSentence } from './words.ts'

export const jobAnswer = z.object({
  id: z.int(),
  title: z.string(),
  state: z.enum(jobStates).describe('queued and running: ask again. done: see report. failed and cancelled: says tells why, and nothing was kept.'),
  says: z.string().describe('How far it has come, or how it ended, in a sentence.'),
  done: z.number().nullable().describe('How much of it is done, where that is known.'),
  of: z.number().nullable(),
  report: z.unknown().describe('What it has to show for itself, where it was asked for by a program: as the address that it was asked at would have answered. Else null.'),
  reference: z.string().nullable().describe('Beside a fault of ours; the log says more there.'),
  asked_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  ended_at: z.iso.datetime().nullable(),
})

/** The address at which programs ask about a job. */
export const jobApiAddress = ({ id }: Pick<Job, 'id'>) => `${apiRoot}/jobs/${id}`

export function describedJob(job: Job, now: Date): z.input<typeof jobAnswer> {
  return {
    id: job.id, title: job.title, state: job.state, says: jobSentence(job, now), done: job.progress?.done ?? null, of: job.progress?.of ?? null,
    report: job.outcome?.report ?? null, reference: job.reference,
    asked_at: job.askedAt.toISOString(), started_at: job.startedAt?.toISOString() ?? null, ended_at: job.endedAt?.toISOString() ?? null,
  }
}

export function jobApi(app: FastifyInstance, house: House): void {
  apiRoute(app, {
    path: '/jobs/:job', group: 'Jobs', summary: 'How far a job has come, or how it ended', access: 'signed-in',
    explanation: 'Work that outlasts a request, such as an import that was not waited for. Ask every few seconds; ended jobs are kept for ninety days.',
    params: z.object({ job: z.coerce.number().int().positive().max(2 ** 31 - 1) }), response: jobAnswer,
    answer: async ({ params, actor }) => {
      const job = await house.jobs.find(actor, params.job)
      if (!job) throw notFound('There is no such job, or it is not yours to see.')
      return describedJob(job, house.now())
    },
  })
}
