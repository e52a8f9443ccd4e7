import { randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Problem } from './problems.ts'

/**
 * A side door for the command line of the same machine, beside the web side and never part of it: the process that holds
 * the embedded database is the only one that can copy or replace it. It listens on the loopback address, on a port and
 * with a token that stand in a file only the owner of the data folder can read.
 */
export type Deed = (body: Readable) => Promise<Readable | object>

const fileIn = (dataDir: string) => join(dataDir, 'control.json')

/** Opens the side door. Returns what closes it. */
export async function openControl(dataDir: string, deeds: Record<string, Deed>): Promise<() => Promise<void>> {
  const token = randomBytes(32).toString('base64url')
  const server = createServer((request, response) => void answer(request, response, token, deeds))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  writeFileSync(fileIn(dataDir), JSON.stringify({ port, token }), { mode: 0o600 })
  return async () => {
    rmSync(fileIn(dataDir), { force: true })
    await new Promise((resolve) => {
      server.close(resolve)
      server.closeIdleConnections()
    })
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, token: string, deeds: Record<string, Deed>): Promise<void> {
  const deed = request.method === 'POST' ? deeds[(request.url ?? '').slice(1)] : undefined
  if (!sameToken(request.headers.authorization ?? '', token)) return void response.writeHead(401).end()
  if (!deed) return void response.writeHead(404).end()
  try {
    const result = await deed(request)
    if (result instanceof Readable) await pipeline(result, response.writeHead(200, { 'content-type': 'application/octet-stream' }))
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result))
  } catch (cause) {
    // Half a stream must not look like a whole one: the connection is cut, and the other side says so.
    if (response.headersSent) return void response.destroy()
    const said = cause instanceof Problem ? cause.message : `This is a fault of the workbench: ${cause instanceof Error ? cause.message : String(cause)}`
    response.writeHead(422, { 'content-type': 'application/json' }).end(JSON.stringify({ said }))
  }
}

function sameToken(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(`Bearer ${token}`)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/**
 * Asks the running workbench through its side door.
 *
 * @returns its answer as it comes; null when no workbench is running on this data folder
 * @throws Problem with what it said when it refused
 */
export async function askControl(dataDir: string, deed: string, body: Readable = Readable.from([])): Promise<Readable | null> {
  const door = doorOf(dataDir)
  if (!door) return null
  const response = await send(door, deed, body)
  if (response?.statusCode === 200 || response === null) return response
  // The port was left by a workbench that was killed, and somebody else listens there now.
  if (response.statusCode !== 422) return null
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part as Buffer)
  throw new Problem('refused', (JSON.parse(Buffer.concat(parts).toString()) as { said: string }).said)
}

interface Door {
  port: number
  token: string
}

function doorOf(dataDir: string): Door | null {
  try {
    return JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as Door
  } catch {
    return null
  }
}

/** Null when nobody listens: the file was left behind by a process that was killed. */
function send({ port, token }: Door, deed: string, body: Readable): Promise<IncomingMessage | null> {
  return new Promise((resolve, reject) => {
    const request = ask({ host: '127.0.0.1', port, method: 'POST', path: `/${deed}`, headers: { authorization: `Bearer ${token}` } }, resolve)
    request.on('error', (fault: NodeJS.ErrnoException) => (fault.code === 'ECONNREFUSED' ? resolve(null) : reject(fault)))
    body.on('error', reject)
    body.pipe(request)
  })
}
