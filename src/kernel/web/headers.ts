import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import { isSecure } from './cookies.ts'

// No inline script or style anywhere: text that slips through escaping still cannot run.
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

/** What every answer says a browser may do with it. */
export function securityHeaders(config: Config): Record<string, string> {
  return {
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    // Not "no-referrer": browsers would then send forms with "Origin: null".
    'referrer-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'cross-origin-opener-policy': 'same-origin',
    ...(isSecure(config) ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  }
}

/** Says on every answer of a route what a browser may do with it. */
export function setSecurityHeaders(app: FastifyInstance, config: Config): void {
  const headers = securityHeaders(config)
  app.addHook('onRequest', async (_request, reply) => void reply.headers(headers))
  app.addHook('onSend', async (request, reply) => {
    if (reply.hasHeader('cache-control')) return
    // Nothing a signed-in person saw may come back from a shared computer's cache.
    reply.header('cache-control', request.actor?.kind === 'person' ? 'private, no-store' : 'private, no-cache')
  })
}
