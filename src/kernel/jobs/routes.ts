/** The pages of jobs: how far one has come, how it ended, and the list. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { organisationsWith, type Actor } from '../access/actor.ts'
import { formatMoment } from '../figures/index.ts'
import { notFound } from '../problems.ts'
import type { House } from '../slice.ts'
import type { DataTable } from '../web/components/data-table/data-table.ts'
import type { Crumb, ZodTypes } from '../web/frame.ts'
import type { JobRequest } from './asking.ts'
import type { JobKind } from './kind.ts'
import { isOver, jobs, jobStates, type Job } from './queries.ts'
import { jobFacts, jobSentence, stateWords } from './words.ts'

const jobAddress = (id: number) => `/jobs/${id}`

/** Most work is done in this time, in milliseconds, and then nobody sees a page of progress. */
const patience = 1_500

/** Asks for a job and answers: with its result when that comes soon, else with the page of its progress. */
export async function answerWithJob<Input>({ jobs }: House, reply: FastifyReply, kind: JobKind<Input>, request: JobRequest<Input>): Promise<FastifyReply> {
  return leadOn(reply, await jobs.askAndWait(reply.request.actor, kind, request, patience))
}

/** Sends whoever waited to the result, or to the page of the job when there is none yet or it was not done. */
function leadOn(reply: FastifyReply, { id, state, outcome }: Job): FastifyReply {
  if (state !== 'done' || !outcome?.href) return reply.redirect(jobAddress(id), 303)
  if (outcome.tell) reply.notice(outcome.says)
  return reply.redirect(outcome.href, 303)
}

const access = 'signed-in'
const largestNumber = 2 ** 31 - 1
const params = z.object({ job: z.coerce.number().int().positive().max(largestNumber) })
const listQuery = z.object({
  state: z.enum(['', ...jobStates]).catch(''),
  before: z.coerce.number().int().positive().max(largestNumber).optional().catch(undefined),
})
type ListQuery = z.output<typeof listQuery>

const listed = 50

export function jobRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const find = async (actor: Actor, id: number) => {
    const job = await house.jobs.find(actor, id)
    if (!job) throw notFound('There is no such job, or it is not yours to see.')
    return job
  }

  app.get('/jobs', { config: { access }, schema: { querystring: listQuery } }, async ({ actor, query }, reply) => {
    const found = await house.store.read(actor, (db) => jobs(db, { most: listed + 1, ...(query.state ? { state: query.state } : {}), ...(query.before ? { before: query.before } : {}) }))
    return reply.page('kernel/jobs/views/jobs.njk', { title: 'Jobs', breadcrumbs: crumbs({ text: 'Jobs' }), ...listView(query, found, house.now()) })
  })

  app.get('/jobs/:job', { config: { access }, schema: { params } }, async ({ actor, params: { job: id } }, reply) => {
    const job = await find(actor, id)
    return reply.header('cache-control', 'no-store').page('kernel/jobs/views/job.njk', { title: `${job.title}: ${stateWords[job.state].text.toLowerCase()}`, section: `Job ${id}`, breadcrumbs: crumbs({ text: 'Jobs', href: '/jobs' }, { text: job.title }), ...jobView(job, actor, house.now()) })
  })

  app.get('/jobs/:job/follow', { config: { access }, schema: { params } }, async ({ actor, params: { job } }, reply) => leadOn(reply, await find(actor, job)))

  app.get('/jobs/:job/progress', { config: { access }, schema: { params } }, async ({ actor, params: { job: id } }, reply) => {
    const job = await find(actor, id)
    return reply.header('cache-control', 'no-store').send({ state: job.state, over: isOver(job), says: jobSentence(job, house.now()), ...amountOf(job) })
  })

  app.post('/jobs/:job/cancel', { config: { access }, schema: { params } }, async ({ actor, params: { job: id } }, reply) => {
    const { state } = await house.jobs.cancel(actor, id)
    return reply.notice(state === 'running' ? 'The job is being stopped. Nothing of it will be kept.' : 'The job was stopped.').redirect(jobAddress(id), 303)
  })
}

const crumbs = (...below: Crumb[]): Crumb[] => [{ text: 'Home', href: '/' }, ...below]

const amountOf = ({ progress }: Job) => ({ done: progress?.done ?? null, of: progress?.of ?? null })

function jobView(job: Job, actor: Actor, now: Date) {
  const isMine = actor.kind === 'person' && job.account === actor.account
  const looksAfterIt = organisationsWith(actor, ['administrator']).some(({ organisation }) => organisation === job.organisation)
  return {
    heading: job.title,
    address: jobAddress(job.id),
    tag: stateWords[job.state],
    says: jobSentence(job, now),
    ...amountOf(job),
    isOver: isOver(job),
    isBeingStopped: job.cancelAsked,
    mayStop: !isOver(job) && !job.cancelAsked && (isMine || looksAfterIt),
    isFailed: job.state === 'failed',
    isOurFault: job.reference !== null,
    facts: jobFacts(job),
    resultHref: isMine || (job.audience === 'organisation' && !job.outcome?.forAsker) ? (job.outcome?.href ?? null) : null,
    back: isMine ? job.back : null,
  }
}

function listView(query: ListQuery, found: readonly Job[], now: Date) {
  const shown = found.slice(0, listed)
  const last = shown.at(-1)
  const address = (before?: number) => `/jobs?${new URLSearchParams({ ...(query.state ? { state: query.state } : {}), ...(before ? { before: String(before) } : {}) }).toString()}`.replace(/\?$/, '')
  return {
    fields: [{ id: 'state', name: 'state', label: 'Which jobs', value: query.state, options: [{ value: '', text: 'All' }, ...jobStates.map((state) => ({ value: state, text: stateWords[state].text }))] }],
    table: jobsTable(shown, now, query.state !== ''),
    newestHref: query.before === undefined ? null : address(),
    olderHref: found.length > listed && last ? address(last.id) : null,
  }
}

function jobsTable(shown: readonly Job[], now: Date, isFiltered: boolean): DataTable {
  return {
    id: 'jobs', caption: 'Jobs', captionHidden: true, narrow: 'cards',
    columns: [{ text: 'Job' }, { text: 'State' }, { text: 'How it stands', prose: true }, { text: 'Who asked' }, { text: 'When' }],
    rows: shown.map((job) => [
      { text: job.title, href: jobAddress(job.id) }, { text: stateWords[job.state].text }, { text: jobSentence(job, now) }, { text: job.askedBy }, { text: formatMoment(job.askedAt) },
    ]),
    empty: isFiltered ? 'There is no such job.' : 'Nothing has been asked for yet. Checking and importing a large file, for example, is done as a job: it goes on when you leave the page, and stands here.',
  }
}
