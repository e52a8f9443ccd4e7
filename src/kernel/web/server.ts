import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import multipart from '@fastify/multipart'
import fastify, { LogController } from 'fastify'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { constants } from 'node:zlib'
import { permissionsOf, type Actor } from '../access/actor.ts'
import { answerWithTables } from '../exports/answer.ts'
import { everyKindOfJob } from '../exports/jobs.ts'
import { exportRoutes } from '../exports/routes.ts'
import { doJobs, type Workplace } from '../jobs/index.ts'
import { jobApi } from '../jobs/api.ts'
import { jobRoutes } from '../jobs/routes.ts'
import { answerMetrics } from '../metrics/index.ts'
import { duringRequest, newReference } from '../request.ts'
import type { House, Slice } from '../slice.ts'
import { guardRoutes, requireAccessRules } from './access-rules.ts'
import { loadAssets, serveAssets } from './assets.ts'
import { describeApi } from './api-description.ts'
import { isSecure } from './cookies.ts'
import { refuseForgedForms } from './csrf.ts'
import { leaveQuietly } from './draining.ts'
import { answerErrors } from './errors.ts'
import { setSecurityHeaders } from './headers.ts'
import { reportHealth } from './health.ts'
import { keptPages } from './kept-pages.ts'
import { answerWithPages } from './pages.ts'
import { standingPages } from './standing-pages.ts'
import { answerGarbled, answerUndecodable } from './undecodable.ts'
import { defaultLargestUpload } from './uploads.ts'
import { refuseUnprintableAddresses, validateWithZod } from './validation.ts'

export interface ServerOptions {
  /** In order of dependency; routes are registered in the same order. */
  slices: readonly Slice[]
  /** Who sent this request. Asked before anything else is looked at; must not answer `system`. */
  identify: (request: FastifyRequest) => Promise<Actor>
  /** Who an account stands for at this moment; null when it may no longer sign in. Absent: this server does no jobs. */
  actorOf?: ((account: number) => Promise<Actor | null>) | undefined
  /** The program of a process that does jobs, where the settings ask for such. Absent: jobs are done in this process. */
  jobProgram?: string | undefined
  /** Told of every route as it is registered: the tests that walk all of them must not need a list. */
  onRoute?: ((route: RouteOptions) => void) | undefined
}

/** The whole web side of the program, ready to listen or to be asked through `inject`. */
export async function createServer(given: House, { slices, identify, actorOf, jobProgram, onRoute }: ServerOptions): Promise<FastifyInstance> {
  const house: House = { ...given, slices }
  const log: FastifyBaseLogger = house.log
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    genReqId: newReference,
    logController: new LogController({ requestIdLogLabel: 'reference', disableRequestLogging: true }),
    // A proxy that ends HTTPS stands on the same machine or network; its word on the caller's address is taken.
    trustProxy: isSecure(house.config) ? ['loopback', 'linklocal', 'uniquelocal'] : false,
    frameworkErrors: answerUndecodable(house.config),
    clientErrorHandler: answerGarbled(house.config),
    bodyLimit: 1024 * 1024,
    requestTimeout: 10 * 60 * 1000,
    // What was sent before the door closed is answered; proxies would take a refusal for a fault.
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 300 },
  })
  const permissions = permissionsOf(slices)
  const assets = loadAssets()

  if (onRoute) app.addHook('onRoute', onRoute)
  app.decorateRequest('actor')
  await app.register(cookie)
  await app.register(formbody)
  await app.register(multipart, {
    throwFileSizeLimit: false,
    limits: { fileSize: defaultLargestUpload, files: 1, fields: 100, fieldSize: 100_000 },
  })
  // Brotli's own default is meant for files compressed once, and takes a tenth of a second for a long table.
  await app.register(compress, { brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } } })
  logAnswers(app)
  leaveQuietly(app)
  tieChangesToRequests(app)
  setSecurityHeaders(app, house.config)
  validateWithZod(app)
  refuseUnprintableAddresses(app)
  requireAccessRules(app, permissions)
  // Later slices show more of the whole, so people meet theirs first.
  const navigation = slices.toReversed().flatMap((slice) => slice.navigation ?? [])
  const kept = keptPages(house)
  answerWithPages(app, { house, assets, permissions, navigation, keep: kept.keep })
  answerWithTables(app, house)
  answerErrors(app)
  guardRoutes(app, permissions, identify)
  kept.answerFrom(app)
  refuseForgedForms(app, house.config)

  serveAssets(app, assets)
  reportHealth(app, house)
  answerMetrics(app, house, slices.flatMap((slice) => slice.readings ?? []))
  describeApi(app, house.config)
  standingPages(
    app,
    house.config,
    slices.flatMap((slice) => slice.help ?? []),
  )
  jobRoutes(app, house)
  exportRoutes(app, house, slices.flatMap((slice) => slice.exports ?? []), permissions)
  for (const slice of slices) await app.register(async (own) => slice.routes?.(own, house))
  jobApi(app, house)
  if (actorOf) doJobsBeside(app, { house, permissions, actorOf, kinds: everyKindOfJob(slices) }, jobProgram)
  await app.ready()
  return app
}

/** Jobs are taken up by this process, unless the settings leave them to others. */
function doJobsBeside(app: FastifyInstance, place: Workplace, program: string | undefined): void {
  if (place.house.config.jobs.where === 'elsewhere') return
  const runner = doJobs(place, program)
  // Another process may take them up at once, rather than when this one has gone.
  app.onDrain(() => void runner.stop())
  app.addHook('onClose', () => runner.stop())
}

/** One line for each answer. Addresses are logged without their query, which may hold what people searched for. */
function logAnswers(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const path = request.url.split('?', 1)[0]
    request.log.info(
      { method: request.method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'answered',
    )
  })
}

/** Lets the trail name the request a change came from. Twice, because reading a body may leave the first context behind. */
function tieChangesToRequests(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => duringRequest(request.id, done))
  app.addHook('preHandler', (request, _reply, done) => duringRequest(request.id, done))
}
