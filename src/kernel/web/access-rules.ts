import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { everyone, may, onlyReads } from '../access/actor.ts'
import type { Actor, Permissions } from '../access/actor.ts'
import { notAllowed, Problem } from '../problems.ts'
import type { Access } from './frame.ts'

/** Stops the start when a route does not say who may use it, or names a permission no slice declares. */
export function requireAccessRules(app: FastifyInstance, permissions: Permissions): void {
  app.addHook('onRoute', (route) => {
    const access = route.config?.access
    const name = `${[route.method].flat().join(', ')} ${route.url}`
    if (!access) {
      throw new Error(
        `The route ${name} does not say who may use it. Give it config: { access: 'public' | 'signed-in' | { may: '…' } }.`,
      )
    }
    if (typeof access === 'object' && !permissions[access.may]) {
      throw new Error(`The route ${name} asks for the permission "${access.may}", which no slice declares.`)
    }
    if (isForPrograms(route.url) && changesSomething(route) && access === 'public') {
      throw new Error(`The route ${name} would let everybody change something. Say who may.`)
    }
  })
}

/** Whether an address belongs to the programming interface, where tokens are taken. */
export const isForPrograms = (url: string) => url.startsWith('/api/')

const changesSomething = (route: RouteOptions) =>
  [route.method].flat().some((method) => method !== 'GET' && method !== 'HEAD')

/** Finds out who is asking and whether this kind of person may come here, before anything else is read. */
export function guardRoutes(
  app: FastifyInstance,
  permissions: Permissions,
  identify: (request: FastifyRequest) => Promise<Actor>,
): void {
  app.addHook('onRequest', async (request) => {
    request.actor = everyone
    if (request.routeOptions.config.identify === false) return
    request.actor = await identify(request)
    const access = request.routeOptions.config.access
    if (!access || request.is404) return
    if (!isSafe(request)) refuseChangesByPrograms(request)
    admit(request.actor, access, permissions)
  })
}

const isSafe = ({ method }: FastifyRequest) => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

/**
 * What changes something by the programming interface is asked with a token that may write. A cookie never suffices: a browser
 * sends it along with whatever another site makes it send.
 */
function refuseChangesByPrograms({ actor, url }: FastifyRequest): void {
  if (onlyReads(actor)) throw notAllowed('This token only reads. Use one that may write.')
  if (isForPrograms(url) && !(actor.kind === 'person' && actor.token)) {
    throw new Problem('not-signed-in', 'Changes are asked for with a token: Authorization: Bearer bvw_….')
  }
}

/** Refuses whom this access rule does not let in. */
export function admit(actor: Actor, access: Access, permissions: Permissions): void {
  if (access === 'public') return
  if (actor.kind === 'public') throw new Problem('not-signed-in', 'You need to sign in to see this page.')
  if (access === 'signed-in' || may(permissions, actor, access.may)) return
  throw notAllowed('Your roles do not include this. An administrator of your organisation can change them.')
}

/**
 * An address of this site to go to after signing in, or the home page when `next` is anything else: another site, an address
 * without a leading slash, or one a browser would read as another site ("//", "/\").
 */
export function safeNext(next: unknown): string {
  // A browser drops tabs and line ends inside an address, so a slash after one would start another site's name.
  if (typeof next !== 'string' || !next.startsWith('/') || hasControlCharacter(next)) return '/'
  const here = 'http://here.invalid'
  if (!URL.canParse(next, here)) return '/'
  const address = new URL(next, here)
  return address.origin === here && !address.pathname.startsWith('//')
    ? address.pathname + address.search + address.hash
    : '/'
}

const hasControlCharacter = (text: string) => Array.from(text).some((c) => c < ' ' || c === '\u007f')
