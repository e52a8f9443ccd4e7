import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { notAllowed } from '../problems.ts'
import { readCookie, sameText, sessionToken, sign, writeCookie } from './cookies.ts'
import { firstPartOf } from './uploads.ts'

/** The hidden field every form that changes something carries. In a form with a file it comes first. */
export const csrfFieldName = '_csrf'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Refuses changes that were not sent from a form of this service, opened by the same person. */
export function refuseForgedForms(app: FastifyInstance, config: Config): void {
  app.addHook('preValidation', async (request) => {
    if (safeMethods.has(request.method) || request.is404) return
    // No browser sends a token by itself, so there is no form to be forged. Cookies are not looked at then.
    if (request.actor.kind === 'person' && request.actor.token) return
    if (!isFromHere(request, config)) {
      throw notAllowed(
        'This form was sent from another site, so nothing was changed. Open the page here and send it again.',
      )
    }
    if (!isOurs(request, config, await postedToken(request))) {
      throw notAllowed(
        'This form can no longer be accepted, so nothing was changed. It was open for too long, or you signed in or out in the meantime. Go back, load the page again and send it once more.',
      )
    }
  })
}

/**
 * A token for one form. It is bound to the session, or before sign-in to a cookie of its own, and salted so that two pages
 * never carry the same text (a compressed page with a repeated secret can be guessed from its size).
 */
export function csrfToken(request: FastifyRequest, reply: FastifyReply, config: Config): string {
  const salt = randomBytes(12).toString('base64url')
  return `${salt}.${sign(config, 'form', `${salt}\0${binding(request, config) ?? newBinding(request, reply, config)}`)}`
}

function isOurs(request: FastifyRequest, config: Config, token: string): boolean {
  const [salt, signature] = token.split('.')
  const bound = binding(request, config)
  if (!salt || !signature || !bound) return false
  return sameText(signature, sign(config, 'form', `${salt}\0${bound}`))
}

/** Bindings made while answering this very request: a second form on the same page must find the first one's. */
const fresh = new WeakMap<FastifyRequest, string>()

function binding(request: FastifyRequest, config: Config): string | null {
  return sessionToken(request, config) ?? readCookie(request, config, 'form') ?? fresh.get(request) ?? null
}

function newBinding(request: FastifyRequest, reply: FastifyReply, config: Config): string {
  const made = randomBytes(24).toString('base64url')
  writeCookie(reply, config, 'form', made)
  fresh.set(request, made)
  return made
}

async function postedToken(request: FastifyRequest): Promise<string> {
  if (request.isMultipart()) {
    const first = await firstPartOf(request)
    return first?.type === 'field' && first.fieldname === csrfFieldName ? String(first.value) : ''
  }
  const body = request.body
  if (typeof body !== 'object' || body === null || !(csrfFieldName in body)) return ''
  return String(body[csrfFieldName])
}

/** Browsers say where a form comes from. When they say nothing the token alone decides. */
function isFromHere(request: FastifyRequest, config: Config): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const origin = request.headers.origin
  if (origin === undefined) return true
  // Behind a proxy the host may be rewritten; on a laptop people use localhost for 127.0.0.1. Either may match.
  return origin === config.baseUrl || (URL.canParse(origin) && new URL(origin).host === hostOf(request, origin))
}

/** The host the request was sent to, without a port that goes without saying. */
function hostOf(request: FastifyRequest, origin: string): string | null {
  const address = `${new URL(origin).protocol}//${request.host}`
  return URL.canParse(address) ? new URL(address).host : null
}
