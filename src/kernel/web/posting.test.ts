import { Readable } from 'node:stream'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embeddedStore } from '../testing/store.ts'
import type { TestStore } from '../testing/store.ts'
import { garden, serverWith } from './examples/garden.ts'

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

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
const asOfficer = { 'x-who': 'officer' }

describe('forms', () => {
  const tokenIn = (page: string) => /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const cookieIn = (answer: { cookies: { name: string; value: string }[] }) =>
    answer.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const post = (payload: string, headers: Record<string, string>): InjectOptions => ({
    method: 'POST',
    url: '/beds',
    payload,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })

  async function openForm() {
    const page = await get('/beds/form')
    return { token: tokenIn(page.body), cookie: cookieIn(page) }
  }

  test('a form from its own page is accepted, answered by a redirect, and its notice shown once', async () => {
    const { token, cookie } = await openForm()
    const answer = await app.inject(
      post(`name=Roses&_csrf=${token}`, { cookie, origin: 'http://localhost:80', 'sec-fetch-site': 'same-origin' }),
    )
    expect(answer.statusCode).toBe(303)
    const page = await get('/beds', { cookie: cookieIn(answer) })
    expect(page.body).toContain('Bed “Roses” made in request known')
    expect(page.headers['set-cookie']?.toString()).toMatch(/bv-notice=;/)
  })
  test('a refused form comes back with everything typed, the fault linked to its field, and the title says so', async () => {
    const { token, cookie } = await openForm()
    const answer = await app.inject(post(`name=++&_csrf=${token}`, { cookie }))
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain('<title>Error: Form – Best Value Workbench</title>')
    expect(answer.body).toMatch(/href="#name"\s*>Enter a name/)
  })
  test.each([
    ['without a token', (_t: string, c: string) => post('name=x', { cookie: c })],
    ['with a token and no cookie', (t: string) => post(`name=x&_csrf=${t}`, {})],
    ['with a token bound to another cookie', (t: string) => post(`name=x&_csrf=${t}`, { cookie: 'bv-form=another' })],
    ['with a token altered', (t: string, c: string) => post(`name=x&_csrf=${t.slice(0, -2)}AA`, { cookie: c })],
    [
      'after signing in with a form opened before',
      (t: string, c: string) => post(`name=x&_csrf=${t}`, { cookie: `${c}; bv-session=new` }),
    ],
    [
      'from another site',
      (t: string, c: string) => post(`name=x&_csrf=${t}`, { cookie: c, origin: 'https://evil.example' }),
    ],
    ['from a sandbox', (t: string, c: string) => post(`name=x&_csrf=${t}`, { cookie: c, origin: 'null' })],
    [
      'across sites by the browser’s word',
      (t: string, c: string) => post(`name=x&_csrf=${t}`, { cookie: c, 'sec-fetch-site': 'cross-site' }),
    ],
  ])('a form sent %s changes nothing', async (_how, request) => {
    const { token, cookie } = await openForm()
    const answer = await app.inject(request(token, cookie))
    expect(answer.statusCode).toBe(403)
    expect(answer.body).toContain('nothing was changed')
  })
  test('two forms on one page carry different tokens and both are good', async () => {
    const page = await get('/mine', { ...asOfficer, cookie: 'bv-session=s' })
    const again = await get('/mine', { ...asOfficer, cookie: 'bv-session=s' })
    expect(tokenIn(page.body)).not.toBe(tokenIn(again.body))
    for (const token of [tokenIn(page.body), tokenIn(again.body)]) {
      expect((await app.inject(post(`name=x&_csrf=${token}`, { cookie: 'bv-session=s' }))).statusCode).toBe(303)
    }
  })

  const part = (name: string, value: string, file?: string) =>
    `--b\r\ncontent-disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"\r\ncontent-type: text/csv`}\r\n\r\n${value}\r\n`
  const upload = (parts: string[], cookie: string) => ({
    method: 'POST' as const,
    url: '/files',
    payload: `${parts.join('')}--b--\r\n`,
    headers: { cookie, 'content-type': 'multipart/form-data; boundary=b' },
  })

  test('a form with a file is read as it arrives, with its fields', async () => {
    const { token, cookie } = await openForm()
    const answer = await app.inject(
      upload([part('_csrf', token), part('recipe', 'ons'), part('file', 'a,b\n'.repeat(100_000), 'x.csv')], cookie),
    )
    expect(answer.json()).toEqual({ fields: { recipe: 'ons' }, file: { name: 'x.csv', size: 400_000 } })
  })
  test('a file larger than the route takes is refused in a sentence and its stream fails', async () => {
    const { token, cookie } = await openForm()
    const answer = await app.inject(
      upload([part('_csrf', token), part('file', 'x'.repeat(3_000_000), 'x.csv'), part('after', '1')], cookie),
    )
    expect([answer.statusCode, answer.body]).toEqual([413, expect.stringContaining('The file is larger than 1 MB')])
  })
  test('a file that grows too large on the way is refused too, however slowly it comes', async () => {
    const { token, cookie } = await openForm()
    const whole = upload([part('_csrf', token), part('file', 'x'.repeat(3_000_000), 'x.csv')], cookie)
    const slowly = Readable.from(whole.payload.match(/[^]{1,200000}/g) ?? [], {
      objectMode: false,
      highWaterMark: 1000,
    })
    const answer = await app.inject({ ...whole, payload: slowly })
    expect([answer.statusCode, answer.body]).toEqual([413, expect.stringContaining('The file is larger than 1 MB')])
  })
  test('a form with no file chosen has none', async () => {
    const { token, cookie } = await openForm()
    expect((await app.inject(upload([part('_csrf', token), part('file', '', '')], cookie))).json()).toEqual({
      fields: {},
      file: null,
    })
  })
  test('a form with no file chosen, as browsers send it, has none', async () => {
    const { token, cookie } = await openForm()
    const unchosen = '--b\r\ncontent-disposition: form-data; name="file"; filename=""\r\ncontent-type: application/octet-stream\r\n\r\n\r\n'
    expect((await app.inject(upload([part('_csrf', token), unchosen], cookie))).json()).toEqual({ fields: {}, file: null })
  })
  test('a form with a file whose token is missing or comes late is refused before the file is read', async () => {
    const { token, cookie } = await openForm()
    expect((await app.inject(upload([part('file', 'a', 'x.csv'), part('_csrf', token)], cookie))).statusCode).toBe(403)
    expect((await app.inject(upload([], cookie))).statusCode).toBe(403)
  })
})
