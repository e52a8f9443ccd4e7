import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { securityHeaders } from './headers.ts'

// Two sorts of requests never reach a route, so neither its hooks nor its pages: those whose address cannot be decoded, and those that are
// not HTTP at all. They are answered in one sentence, with the same headers as everything else.

const words = 'This could not be read. Check the address, or start again from the home page.'

/** Answers a request whose address cannot be decoded. */
export function answerUndecodable(config: Config): (error: Error & { statusCode?: number | undefined }, request: FastifyRequest, reply: FastifyReply) => void {
  const headers = securityHeaders(config)
  return ({ statusCode = 400 }, request, reply) => {
    request.log.info({ problem: 'unreadable', status: statusCode, method: request.method }, 'An address could not be decoded')
    void reply.code(statusCode).headers({ ...headers, 'cache-control': 'no-store' }).type('text/plain; charset=utf-8').send(`${words}\n\nReference: ${request.id}\n`)
  }
}

/** Answers what is no HTTP, or too slow, or has too long a head; then the connection ends. */
export function answerGarbled(config: Config): (error: NodeJS.ErrnoException, socket: Socket) => void {
  const lines = Object.entries({ ...securityHeaders(config), 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return ({ code }, socket) => {
    if (code === 'ECONNRESET' || socket.destroyed) return
    const status = code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
    const body = `${words}\n`
    if (socket.writable) socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-length: ${body.length}\r\n${lines}\r\n${body}`)
    socket.destroySoon()
  }
}
