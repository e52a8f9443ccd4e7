/** What an operator's monitoring reads: counts and durations of this process, and how the whole installation stands. Never who did what. */
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Actor } from '../access/actor.ts'
import type { Reader } from '../db/index.ts'
import { notFound } from '../problems.ts'
import type { House } from '../slice.ts'
import { sameText } from '../web/cookies.ts'

/** One number about the whole installation that a slice knows, read anew each time it is asked for. */
export interface Reading {
  /** `bv_` and words in snake case, with the unit at its end where it has one. */
  name: string
  help: string
  read(db: Reader): Promise<number>
}

const reader: Actor = { kind: 'system', name: 'metrics' }

/** Seconds. */
const answerBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const jobBuckets = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600]

/**
 * Answers `/metrics` to whoever carries the token of the settings. To everybody else, and where there is no token, the address
 * does not exist.
 */
export function answerMetrics(app: FastifyInstance, house: House, readings: readonly Reading[]): void {
  const { metricsToken } = house.config
  const registry = metricsToken === null ? null : collect(app, house, readings)
  app.get('/metrics', { config: { access: 'public', identify: false } }, async ({ headers }, reply) => {
    if (!registry || !sameText(headers.authorization ?? '', `Bearer ${metricsToken ?? ''}`)) throw notFound('There is no such page.')
    return reply.header('cache-control', 'no-store').type(registry.contentType).send(await registry.metrics())
  })
}

function collect(app: FastifyInstance, house: House, readings: readonly Reading[]): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  countAnswers(app, registry)
  countJobs(house, registry)
  watchConnections(house, registry)
  for (const reading of readings) {
    new Gauge({ name: reading.name, help: reading.help, registers: [registry], async collect() {
      this.set(await house.store.read(reader, (db) => reading.read(db)))
    } })
  }
  return registry
}

/** By the route as it is registered, so that no address with anybody's words in it becomes a name. */
function countAnswers(app: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: 'bv_http_request_seconds', help: 'How long answers took, by route and status', labelNames: ['method', 'route', 'status'], buckets: answerBuckets, registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    seconds.observe({ method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode }, reply.elapsedTime / 1000)
  })
}

function countJobs({ store, jobs }: House, registry: Registry): void {
  const ended = new Counter({ name: 'bv_jobs_ended_total', help: 'Jobs that ended in this process', labelNames: ['kind', 'state'], registers: [registry] })
  const seconds = new Histogram({ name: 'bv_job_seconds', help: 'How long jobs of this process took', labelNames: ['kind', 'state'], buckets: jobBuckets, registers: [registry] })
  jobs.happenings.on('done', (kind, state, took) => {
    ended.inc({ kind, state })
    seconds.observe({ kind, state }, took)
  })
  new Gauge({ name: 'bv_jobs', help: 'Unfinished jobs of the installation whose time has come', labelNames: ['state'], registers: [registry], async collect() {
    const rows = await store.read(reader, (db) => db.selectFrom('kernel.job').select(['state', db.fn.countAll<number>().as('n')])
      .where('state', 'in', ['queued', 'running']).where('run_after', '<=', new Date()).groupBy('state').execute())
    for (const state of ['queued', 'running']) this.set({ state }, rows.find((row) => row.state === state)?.n ?? 0)
  } })
  new Gauge({ name: 'bv_job_longest_wait_seconds', help: 'How long the job that has waited longest has waited', registers: [registry], async collect() {
    const row = await store.read(reader, (db) => db.selectFrom('kernel.job').select((of) => of.fn.min('run_after').as('since')).where('state', '=', 'queued').executeTakeFirst())
    this.set(row?.since ? Math.max(0, (Date.now() - row.since.getTime()) / 1000) : 0)
  } })
}

function watchConnections({ store }: House, registry: Registry): void {
  if (store.kind === 'embedded') return
  new Gauge({ name: 'bv_database_connections', help: 'Connections of this process to the database', labelNames: ['state'], registers: [registry], collect() {
    const { open, idle, waiting } = store.connections()
    this.set({ state: 'busy' }, open - idle)
    this.set({ state: 'idle' }, idle)
    this.set({ state: 'waited_for' }, waiting)
  } })
}
