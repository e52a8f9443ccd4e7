import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { dropCookie, readCookie, sameText, sign, writeCookie } from './cookies.ts'

const longestWait = 60_000

/** Leaves one sentence for the next page. It is signed, so a page never shows words we did not write. */
export function leaveNotice(reply: FastifyReply, config: Config, text: string, now: Date): void {
  const body = Buffer.from(text).toString('base64url')
  writeCookie(reply, config, 'notice', `${body}.${sign(config, 'notice', body)}`, new Date(now.getTime() + longestWait))
}

/** The sentence left for this page, once. */
export function takeNotice(request: FastifyRequest, reply: FastifyReply, config: Config): string | null {
  const cookie = readCookie(request, config, 'notice')
  if (cookie === null) return null
  dropCookie(reply, config, 'notice')
  const [body, signature] = cookie.split('.')
  if (!body || !signature || !sameText(signature, sign(config, 'notice', body))) return null
  return Buffer.from(body, 'base64url').toString()
}
