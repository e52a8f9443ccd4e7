import type { FastifyRequest } from 'fastify'
import { everyone, type Actor } from '#kernel/access/actor.ts'
import { notFound } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { isForPrograms } from '#kernel/web/access-rules.ts'
import { sessionToken } from '#kernel/web/cookies.ts'
import { mustHaveSecondFactor } from '../second-factor/rules.ts'
import { bearerOf, personWithToken } from '../tokens/bearer.ts'
import { whoCarries, type Identified } from './sessions.ts'

/** The page where an authenticator app is added. */
export const enrolment = '/account/second-factor/new'

/** What somebody may do before they have replaced a password that somebody else has seen. */
const openBeforeChange = new Set(['/account/password', '/sign-out'])
/** What somebody may do before they have added the second factor their account must have. */
const openBeforeEnrolment = new Set([enrolment, '/sign-out'])

/**
 * Who sent this request, with memberships and grants as they are now. Somebody who must first choose a password of their own, or add a
 * second factor, is the public everywhere except where they do so. A token counts for the programming interface alone, and then a
 * cookie does not.
 */
export async function identify(house: House, request: FastifyRequest): Promise<Actor> {
  const bearer = isForPrograms(request.routeOptions.url ?? request.url) ? bearerOf(request) : null
  if (bearer !== null) return personWithToken(house, request, bearer)
  const carrier = await carrierOf(house, request)
  if (!carrier) return everyone
  const open = carrier.mustChange ? openBeforeChange : mustEnrol(house, carrier) ? openBeforeEnrolment : null
  const path = request.url.split('?', 1)[0] ?? ''
  return open && !open.has(path) ? everyone : carrier.actor
}

/** The session behind a request, whether or not its holder must do something first. */
export async function carrierOf(house: House, request: FastifyRequest): Promise<Identified | null> {
  const token = sessionToken(request, house.config)
  return token ? whoCarries(house, token) : null
}

/** The session behind a request to a page for people who are signed in. */
export async function carrier(house: House, request: FastifyRequest): Promise<Identified> {
  const found = await carrierOf(house, request)
  if (!found) throw notFound('Your session has just ended. Sign in again.')
  return found
}

/** Where somebody goes on who is signed in: to the page they asked for, or first to what they must do. */
export function wayOn(house: Pick<House, 'config'>, carrier: Identified, next: string): string {
  const asked = `?next=${encodeURIComponent(next)}`
  if (carrier.mustChange) return `/account/password${asked}`
  return mustEnrol(house, carrier) ? `${enrolment}${asked}` : next
}

/** Whether this session opens nothing until a second factor was added. */
export function mustEnrol({ config }: Pick<House, 'config'>, { actor, secondFactorAt }: Identified): boolean {
  return secondFactorAt === null && mustHaveSecondFactor(config, actor.memberships)
}
