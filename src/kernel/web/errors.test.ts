import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embeddedStore } from '../testing/store.ts'
import type { TestStore } from '../testing/store.ts'
import { garden, logged, serverWith } from './examples/garden.ts'

let database: TestStore
let app: FastifyInstance

beforeAll(async () => {
  database = await embeddedStore()
  app = await serverWith(database.store, [garden])
})
afterAll(async () => {
  await app.close()
  await database.close()
})

const get = (url: string) => app.inject(url)

describe('what goes wrong', () => {
  const referenceIn = (page: string) => /bv-reference">([^<]+)</.exec(page)?.[1] ?? 'none'

  test.each([
    ['/nowhere', 404, 'There is nothing at this address'],
    ['/clash', 409, 'Somebody has dug here already.'],
    ['/busy', 429, 'Too many attempts to sign in.'],
    ['/beds/3?depth=sideways', 422, 'Use shallow or deep'],
    ['/beds/abc', 404, 'There is nothing at this address'],
    ['/broken', 500, 'a fault in the program'],
    ['/away', 503, 'The database does not answer'],
  ])('%s is answered with %i, a sentence, a way on and a reference', async (url, status, words) => {
    const answer = await get(url)
    expect(answer.statusCode).toBe(status)
    expect(answer.body).toContain(words)
    expect(answer.body).toContain('Go to the home page')
    expect(referenceIn(answer.body)).toMatch(/^\w{4}-\w{4}-\w{4}$/)
    expect(logged.some((line) => line.includes(referenceIn(answer.body)))).toBe(true)
  })
  test('a fault tells nobody but the log what broke', async () => {
    const answer = await get('/broken')
    expect(answer.body).not.toContain('spade')
    const lines = logged.filter((line) => line.includes(referenceIn(answer.body)))
    expect(lines.join()).toContain('the spade broke at /secret/place')
    expect(lines.join()).toContain('garden.ts')
  })
  test('a template that was not given a value fails as a fault, and says nothing half', async () => {
    const answer = await get('/careless')
    expect(answer.statusCode).toBe(500)
    expect(answer.body).toContain('a fault in the program')
    expect(referenceIn(answer.body)).toMatch(/^\w{4}-\w{4}-\w{4}$/)
  })
  test('programs get a problem document with the same reference', async () => {
    const answer = await get('/api/v1/nowhere')
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(answer.json()).toMatchObject({
      type: '/api#not-found',
      status: 404,
      title: 'Page not found',
      code: 'not-found',
      reference: expect.stringMatching(/^\w{4}-\w{4}-\w{4}$/) as string,
    })
    expect((await get('/api/v1/spades')).json()).toMatchObject({ status: 401, code: 'not-signed-in' })
    expect((await get('/api/v1/beds/rose?depth=x')).json()).toMatchObject({
      status: 422,
      faults: [{ field: 'depth', message: 'Use shallow or deep' }],
    })
  })
  test('a wrong method is told from a wrong address', async () => {
    const answer = await app.inject({ method: 'DELETE', url: '/beds/3' })
    expect(answer.statusCode).toBe(405)
    expect(answer.headers.allow).toBe('GET, HEAD')
    expect((await app.inject({ method: 'POST', url: '/api/v1/beds/rose' })).json()).toMatchObject({ status: 405 })
    expect((await app.inject({ method: 'DELETE', url: '/nowhere' })).statusCode).toBe(404)
  })
  test('too much text, and text in an unknown form, are refused in sentences', async () => {
    const send = (type: string, payload: string) =>
      app.inject({ method: 'POST', url: '/beds', payload, headers: { 'content-type': type } })
    const large = await send('application/x-www-form-urlencoded', 'x'.repeat(2_000_000))
    expect([large.statusCode, large.body]).toEqual([413, expect.stringContaining('What you sent is too large')])
    expect((await send('text/strange', 'x')).statusCode).toBe(415)
  })
  test.each(['/%E0%A4%A', `/beds/${'x'.repeat(400)}/%ff`])('%s cannot be decoded, and is answered in a sentence with the headers of every other answer', async (url) => {
    const answer = await get(url)
    expect(answer.statusCode).toBeGreaterThanOrEqual(400)
    expect(answer.body).toContain('This could not be read')
    expect(answer.body).not.toContain('at ')
    const usual = await get('/beds')
    for (const name of ['content-security-policy', 'x-content-type-options', 'referrer-policy', 'permissions-policy', 'cross-origin-opener-policy']) expect(answer.headers[name], name).toBe(usual.headers[name])
    expect(logged.some((line) => line.includes(/Reference: (\S+)/.exec(answer.body)?.[1] ?? 'none'))).toBe(true)
  })
  test('what is not HTTP is answered with the same headers, and the connection ends', async () => {
    const secure = await serverWith(database.store, [garden], { BASE_URL: 'https://workbench.example' })
    await secure.listen({ port: 0, host: '127.0.0.1' })
    const socket = connect((secure.server.address() as AddressInfo).port, '127.0.0.1')
    socket.end('GET / HTTP/9.9 nonsense\r\n\r\n')
    const [head = '', body] = (await text(socket)).split('\r\n\r\n')
    await secure.close()
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    for (const name of ['content-security-policy', 'x-content-type-options: nosniff', 'strict-transport-security: max-age=31536000', 'content-type: text/plain; charset=utf-8']) expect(head).toContain(name)
    expect(body).toContain('This could not be read')
  })
  test('HEAD is answered like GET without a body', async () => {
    const answer = await app.inject({ method: 'HEAD', url: '/beds' })
    expect([answer.statusCode, answer.body]).toEqual([200, ''])
  })
})
