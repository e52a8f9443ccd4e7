import { STATUS_CODES } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../problems.ts'
import type { Fault } from '../problems.ts'

/** What went wrong, in the words a person is given. */
interface Trouble {
  status: number
  /** Stable word for programs; also the anchor in the description of the programming interface. */
  code: string
  title: string
  detail: string
  /** What the person can do about it. */
  next: string
  faults: Fault[]
}

const nextSteps: Record<string, string> = {
  'not-signed-in': 'Sign in and try again.',
  'not-allowed': 'Go back to the page you came from, or to the start.',
  'not-found': 'Check the address, or start again from the home page.',
  conflict: 'Go back, load the page again to see what changed, and decide again.',
  'too-large': 'Choose a smaller file and try again.',
  refused: 'Go back, put right what is listed, and try again.',
  'too-many': 'Wait a few minutes and try again.',
  unavailable: 'Try again in a few minutes. Nothing you had saved is lost.',
  fault:
    'Try again in a few minutes. If it happens again, give the reference below to whoever looks after this service.',
  'method-not-allowed': 'Go back to the page you came from and use its buttons.',
}

/** Answers everything that goes wrong: people with a page, programs with a problem document (RFC 9457). */
export function answerErrors(app: FastifyInstance): void {
  const methods = methodsByAddress(app)
  app.setErrorHandler((error, request, reply) => answer(troubleOf(error), request, reply, error))
  app.setNotFoundHandler((request, reply) => {
    const allowed = methods(request.url)
    if (allowed.length === 0) return answer(nothingHere, request, reply)
    reply.header('allow', allowed.join(', '))
    return answer(
      { ...wrongMethod, detail: `This address does not accept ${request.method}. It accepts ${allowed.join(', ')}.` },
      request,
      reply,
    )
  })
}

function answer(trouble: Trouble, request: FastifyRequest, reply: FastifyReply, cause?: unknown): FastifyReply {
  if (trouble.status >= 500) request.log.error({ err: cause }, trouble.title)
  else logRefusal(trouble, request)
  if (trouble.status === 429 || trouble.status === 503) reply.header('retry-after', '60')
  if (isForPrograms(request)) return answerProgram(trouble, request, reply)
  if (trouble.code === 'not-signed-in')
    return reply.redirect(`/sign-in?next=${encodeURIComponent(whereTo(request))}`, 303)
  return answerPerson(trouble, request, reply)
}

/**
 * A refusal of access stands out in the log, with who was refused and which route. What was typed or asked for is not repeated, nor the
 * sentence a person is shown, because either may name somebody.
 */
function logRefusal({ status, code, title }: Trouble, request: FastifyRequest): void {
  const account = request.actor?.kind === 'person' ? request.actor.account : null
  const told = { problem: code, status, account, method: request.method, route: request.routeOptions.url ?? null }
  if (status === 403) request.log.warn({ event: 'access.refused', ...told }, title)
  else request.log.info(told, title)
}

const isForPrograms = (request: FastifyRequest) => request.url.startsWith('/api/') || request.url.startsWith('/health/')

function answerProgram(trouble: Trouble, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, code, title, detail, faults } = trouble
  const problem = {
    type: `/api#${code}`,
    title,
    status,
    detail,
    code,
    reference: request.id,
    ...(faults.length > 0 ? { faults } : {}),
  }
  if (status === 401) reply.header('www-authenticate', challenge(request))
  return reply.code(status).type('application/problem+json').send(JSON.stringify(problem))
}

/** How to ask instead (RFC 6750): with a token, or with one that works. */
function challenge({ headers }: FastifyRequest): string {
  const realm = 'Bearer realm="Best Value Workbench"'
  return headers.authorization?.toLowerCase().startsWith('bearer') ? `${realm}, error="invalid_token"` : realm
}

function answerPerson(trouble: Trouble, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.code(trouble.status)
  try {
    return reply.page('kernel/web/views/problem.njk', { ...trouble, reference: request.id })
  } catch (broken) {
    // The page that tells of a fault may itself be broken; then a person still gets the sentence and the reference.
    request.log.error({ err: broken }, 'The page for a fault could not be made')
    return reply
      .type('text/plain; charset=utf-8')
      .send(`${trouble.title}\n\n${trouble.detail}\n${trouble.next}\n\nReference: ${request.id}\n`)
  }
}

/** After signing in people return to the page they asked for; a form that was posted returns to the page it was on. */
function whereTo(request: FastifyRequest): string {
  if (request.method === 'GET' || request.method === 'HEAD') return request.url
  const referer = request.headers.referer
  if (!referer || !URL.canParse(referer) || new URL(referer).host !== request.host) return '/'
  return new URL(referer).pathname + new URL(referer).search
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof Problem) {
    const { status, code, title, message, faults } = error
    return { status, code, title, detail: message, next: nextSteps[code] ?? '', faults }
  }
  if (isOutage(error)) return databaseAway
  return frameTrouble(isNoText(error) ? 400 : statusOf(error))
}

/** A character that PostgreSQL takes for the end of a text (class 22021) was sent in an address, a question or a form. */
const isNoText = (error: unknown) => error instanceof Error && 'code' in error && error.code === '22021'

// Connection lost or refused, too many connections, or a server that is starting or stopping (classes 08, 53 and 57 of PostgreSQL).
const outages = /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EPIPE|ETIMEDOUT|08\w{3}|53300|57P0[123])$/

/** Whether the database could not be asked at all, which is not a fault of the page and must not look like "no data". */
function isOutage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && outages.test(String(error.code))
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500
  return status >= 400 && status < 500 ? status : 500
}

/** Refusals made by the web server itself before any of our code saw the request. */
function frameTrouble(status: number): Trouble {
  if (status === 404) return nothingHere
  if (status === 413) {
    return trouble(
      413,
      'too-large',
      'What you sent is too large',
      'A form may hold up to one megabyte of text, and a file may be no larger than its page says.',
    )
  }
  if (status === 429)
    return trouble(429, 'too-many', 'Too many attempts', 'There were too many requests in a short time.')
  if (status < 500)
    return trouble(
      status,
      'unreadable',
      'This could not be read',
      `What was sent is not what this address expects (${STATUS_CODES[status] ?? status}).`,
      nextSteps['not-allowed'],
    )
  return trouble(
    500,
    'fault',
    'Sorry, something went wrong on our side',
    'This is a fault in the program, and nothing you did. What you were doing has not been saved.',
  )
}

function trouble(status: number, code: string, title: string, detail: string, next = nextSteps[code] ?? ''): Trouble {
  return { status, code, title, detail, next, faults: [] }
}

const nothingHere = trouble(
  404,
  'not-found',
  'Page not found',
  'There is nothing at this address, or it is not for you to see.',
)
const databaseAway = trouble(
  503,
  'unavailable',
  'The service cannot answer just now',
  'The database does not answer. This says nothing about the figures: they are safe, and cannot be fetched at the moment.',
)
const wrongMethod = trouble(405, 'method-not-allowed', 'This cannot be done here', '')

/** Remembers which methods each address answers to, so that a wrong method is told from a wrong address. */
function methodsByAddress(app: FastifyInstance): (url: string) => string[] {
  const known: { pattern: RegExp; methods: string[] }[] = []
  app.addHook('onRoute', (route) => {
    known.push({ pattern: addressPattern(route.url), methods: [route.method].flat() })
  })
  return (url) => {
    const path = url.split('?', 1)[0] ?? ''
    return [...new Set(known.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))].sort()
  }
}

function addressPattern(url: string): RegExp {
  const escaped = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replace(/:\w+/g, '[^/]+').replaceAll('*', '.*')}$`)
}
