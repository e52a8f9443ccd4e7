import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'

/** `half`: a sign-in that still wants a second factor; `provider`: the browser that went to the OpenID Connect provider. */
type CookieName = 'session' | 'form' | 'notice' | 'half' | 'provider'

/** Whether people reach the service over HTTPS, which decides the strictness of cookies. */
export const isSecure = (config: Config) => config.baseUrl.startsWith('https:')

/** `__Host-` ties a cookie to exactly this host; browsers accept it only over HTTPS. */
function fullName(config: Config, name: CookieName): string {
  return `${isSecure(config) ? '__Host-' : ''}bv-${name}`
}

export function readCookie(request: FastifyRequest, config: Config, name: CookieName): string | null {
  return request.cookies[fullName(config, name)] ?? null
}

export function writeCookie(
  reply: FastifyReply,
  config: Config,
  name: CookieName,
  value: string,
  expires?: Date,
): void {
  reply.setCookie(fullName(config, name), value, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure(config),
    ...(expires ? { expires } : {}),
  })
}

export function dropCookie(reply: FastifyReply, config: Config, name: CookieName): void {
  reply.clearCookie(fullName(config, name), { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure(config) })
}

/** Tokens of sessions begun while answering a request: forms on its own answer belong to these. */
const begun = new WeakMap<FastifyRequest, string>()

/** The token of the session this request carries or was just given, or null. Nothing is known about its validity here. */
export const sessionToken = (request: FastifyRequest, config: Config) => begun.get(request) ?? readCookie(request, config, 'session')

/** Hands the browser its session. Forms opened before signing in stop being accepted, because they belong to nobody now. */
export function startSession(reply: FastifyReply, config: Config, token: string, expires: Date): void {
  begun.set(reply.request, token)
  writeCookie(reply, config, 'session', token, expires)
  dropCookie(reply, config, 'form')
}

export const endSession = (reply: FastifyReply, config: Config) => dropCookie(reply, config, 'session')

/** A keyed hash of some text for one purpose; a signature made for one purpose is worthless for another. */
export function sign(config: Config, purpose: string, text: string): string {
  return createHmac('sha256', config.sessionSecret).update(`${purpose}\0${text}`).digest('base64url')
}

export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
