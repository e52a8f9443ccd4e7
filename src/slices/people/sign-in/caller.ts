import type { FastifyRequest } from 'fastify'
import type { Fault } from '#kernel/problems.ts'

/** The same whether or not anybody has this address. */
export function waitFault(wait: number, field = 'email'): Fault {
  const seconds = Math.ceil(wait / 1000)
  const words = seconds > 90 ? `${Math.ceil(seconds / 60)} minutes` : seconds === 1 ? '1 second' : `${seconds} seconds`
  return { field, message: `Too many attempts did not succeed. Wait ${words}, then try again. Trying sooner does not make it longer.` }
}

/** Where a request comes from, as sessions and the count of failures keep it. */
export function callerOf(request: FastifyRequest): { address: string; browser: string | null } {
  return { address: request.ip, browser: request.headers['user-agent'] ?? null }
}
