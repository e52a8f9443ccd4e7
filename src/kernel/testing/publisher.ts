import { createServer } from 'node:https'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isPublicAddress } from '../fetching/addresses.ts'
import type { Outside } from '../fetching/index.ts'
import { selfSigned } from './certificate.ts'

/** A server on this machine that stands for a publisher's, and a world outside in which nothing else is. */
export interface Publisher {
  /** How it answers the next requests. */
  answers: RequestListener
  /** What each request asked for, in turn. */
  asked: { path: string; headers: Record<string, unknown> }[]
  outside: Outside
  close(): Promise<void>
}

/** Names that lead to the publisher, and others that lead where nobody should be led. */
const names: Record<string, string[]> = {
  'published.example': ['127.0.0.1'], 'moved.example': ['127.0.0.1'], 'other-name.example': ['127.0.0.1'],
  'inside.example': ['192.168.1.1'], 'half-inside.example': ['127.0.0.1', '10.0.0.1'],
}

export async function openPublisher(): Promise<Publisher> {
  const { key, cert } = selfSigned(['published.example', 'moved.example', 'inside.example', 'half-inside.example'])
  const publisher: Publisher = {
    answers: (_request, answer) => void answer.writeHead(404).end(),
    asked: [],
    outside: {
      resolve: (host) => Promise.resolve((names[host] ?? []).map((address) => ({ address, family: 4 }))),
      isPublic: (address) => address === '127.0.0.1' || isPublicAddress(address),
      port: 0, ca: cert, limits: { firstByte: 5_000, inAll: 10_000, redirects: 5, bytes: 100_000 },
    },
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
  const server = createServer({ key, cert }, (request, answer) => {
    publisher.asked.push({ path: request.url ?? '', headers: request.headers })
    publisher.answers(request, answer)
  })
  server.on('clientError', (_cause, socket) => void socket.destroy())
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  publisher.outside.port = (server.address() as AddressInfo).port
  return publisher
}
