import type { FastifyRequest } from 'fastify'
import { everyone, type Actor } from '#kernel/access/actor.ts'
import type { House } from '#kernel/slice.ts'
import { sessionToken } from '#kernel/web/cookies.ts'
import { whoCarries, type Identified } from './sessions.ts'

/** What somebody may do before they have replaced a password that somebody else has seen. */
const openBeforeChange = new Set(['/account/password', '/sign-out'])

/**
 * Who sent this request, with memberships and grants as they are now. Somebody who must first choose a password of their own is the
 * public everywhere except where they do so.
 */
export async function identify(house: House, request: FastifyRequest): Promise<Actor> {
  const carrier = await carrierOf(house, request)
  if (!carrier) return everyone
  const path = request.url.split('?', 1)[0] ?? ''
  return carrier.mustChange && !openBeforeChange.has(path) ? everyone : carrier.actor
}

/** The session behind a request, whether or not its holder must change the password first. */
export async function carrierOf(house: House, request: FastifyRequest): Promise<Identified | null> {
  const token = sessionToken(request, house.config)
  return token ? whoCarries(house, token) : null
}
