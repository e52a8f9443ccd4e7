import { Readable, Writable } from 'node:stream'
import type { FastifyInstance, InjectOptions } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { everyone } from '../access/actor.ts'
import type { Actor } from '../access/actor.ts'
import { readConfig } from '../config.ts'
import { text } from '../forms/fields.ts'
import { blankForm, readForm, refusedForm } from '../forms/index.ts'
import { conflict, Problem } from '../problems.ts'
import { currentRequest } from '../request.ts'
import type { House, Slice } from '../slice.ts'
import { embeddedStore } from '../testing/store.ts'
import type { TestStore } from '../testing/store.ts'
import { safeNext } from './access-rules.ts'
import { apiRoute, cursorOf, nextAddress, pageOf, pageQuery, readCursor } from './api.ts'
import { sessionToken } from './cookies.ts'
import { createServer } from './server.ts'
import { readUpload } from './uploads.ts'

// The real server with a slice of a few routes, asked through `inject`.

const officer: Actor = {
  kind: 'person',
  account: 1,
  name: 'Sam Okoro',
  memberships: [{ organisation: 1, slug: 'northmere', name: 'Northmere', kind: 'authority', authority: null, roles: ['performance-officer'] }],
  grants: [],
}

const nameForm = z.object({ name: text('Enter a name') })
const layoutOnly = 'kernel/web/views/problem.njk'
const content = { detail: '', next: '', faults: [], reference: '' }

const garden: Slice = {
  name: 'garden',
  title: 'Garden',
  permissions: { 'garden.dig': ['performance-officer'], 'garden.own': ['administrator'] },
  navigation: [
    { text: 'Beds', href: '/beds' },
    { text: 'Deeds', href: '/deeds', may: 'garden.own' },
  ],
  routes(app, { config }) {
    app.get('/beds', { config: { access: 'public' } }, (_request, reply) => reply.page(layoutOnly, { ...content, title: 'Beds', section: 'Garden' }))
    app.get('/beds/form', { config: { access: 'public' } }, (_request, reply) =>
      reply.page('kernel/web/examples/form.njk', { title: 'Form', form: blankForm(nameForm) }))
    app.post('/beds', { config: { access: 'public' } }, (request, reply) => {
      const form = readForm(nameForm, request.body)
      if (form.faults) return reply.code(422).page('kernel/web/examples/form.njk', { title: 'Form', form: refusedForm(form), errorSummary: refusedForm(form).errorSummary })
      return reply.notice(`Bed “${form.values.name}” made in request ${currentRequest() === request.id ? 'known' : 'unknown'}`).redirect('/beds', 303)
    })
    app.post('/files', { config: { access: 'public', largestUpload: 1024 * 1024 } }, async (request) =>
      readUpload(request, async (file) => {
        let size = 0
        for await (const chunk of file.file) size += (chunk as Buffer).length
        return { name: file.filename, size }
      }))
    app.get('/mine', { config: { access: 'signed-in' } }, (_request, reply) => reply.page(layoutOnly, { ...content, title: 'Mine' }))
    app.get('/dig', { config: { access: { may: 'garden.dig' } } }, (_request, reply) => reply.page(layoutOnly, { ...content, title: 'Dig' }))
    app.get('/deeds', { config: { access: { may: 'garden.own' } } }, (_request, reply) => reply.page(layoutOnly, { ...content, title: 'Deeds' }))
    app.get('/clash', { config: { access: 'public' } }, () => { throw conflict('Somebody has dug here already.') })
    app.get('/busy', { config: { access: 'public' } }, () => { throw new Problem('too-many', 'Too many attempts to sign in.') })
    app.get('/broken', { config: { access: 'public' } }, () => { throw new Error('the spade broke at /secret/place') })
    app.get('/careless', { config: { access: 'public' } }, (_request, reply) => reply.page(layoutOnly, { title: 'Careless' }))
    app.get('/beds/:id', { config: { access: 'public' }, schema: { params: z.object({ id: z.coerce.number() }), querystring: z.object({ depth: z.enum(['shallow', 'deep'], 'Use shallow or deep').optional() }) } },
      (request) => ({ params: request.params, query: request.query }))
    app.get('/cookie', { config: { access: 'public' } }, (request) => ({ session: sessionToken(request, config) }))
    apiRoute(app, {
      path: '/beds/:code',
      group: 'Beds',
      summary: 'One bed',
      access: 'public',
      params: z.object({ code: z.string().describe('Code of the bed') }),
      query: z.object({ ...pageQuery, depth: z.enum(['shallow', 'deep'], 'Use shallow or deep').optional() }),
      response: pageOf(z.object({ code: z.string(), start: z.number().nullable() })),
      answer: async ({ params, query, request }) => {
        const after = readCursor(z.tuple([z.number()]), query.cursor)
        return Promise.resolve({ items: [{ code: params.code, start: after?.[0] ?? null }], next: nextAddress(request, after ? null : cursorOf([7])) })
      },
      csv: ({ items }) => `code\r\n${items.map((item) => item.code).join('\r\n')}\r\n`,
    })
    apiRoute(app, { path: '/spades', group: 'Spades', summary: 'Spades', access: 'signed-in', response: z.object({}), answer: () => Promise.resolve({}) })
  },
}

let database: TestStore
let app: FastifyInstance
let logged: string[]

async function serverWith(slices: Slice[], settings: Record<string, string> = {}, store = database.store): Promise<FastifyInstance> {
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'on', ...settings })
  const log = pino({ level: 'info' }, new Writable({ write: (chunk, _encoding, done) => { logged.push(String(chunk)); done() } }))
  const house: House = { store, config, log, now: () => new Date() }
  return createServer(house, { slices, identify: (request) => Promise.resolve(request.headers['x-who'] === 'officer' ? officer : everyone) })
}

beforeAll(async () => {
  logged = []
  database = await embeddedStore()
  app = await serverWith([garden])
})
afterAll(async () => {
  await app.close()
  await database.close()
})

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
const asOfficer = { 'x-who': 'officer' }

describe('access', () => {
  test('a route that does not say who may use it stops the server from starting, and is named', async () => {
    const forgetful: Slice = { name: 'forgetful', title: 'F', routes: (own) => void own.get('/left-open', () => 'open') }
    await expect(serverWith([forgetful])).rejects.toThrow(/GET \/left-open does not say who may use it/)
  })
  test('a route that asks for a permission nobody declares stops the start too', async () => {
    const vague: Slice = { name: 'vague', title: 'V', routes: (own) => void own.get('/v', { config: { access: { may: 'vague.do' } } }, () => '') }
    await expect(serverWith([vague])).rejects.toThrow(/vague\.do/)
  })
  test('a route of the programming interface that changes something stops the start', async () => {
    const bold: Slice = { name: 'bold', title: 'B', routes: (own) => void own.post('/api/v1/x', { config: { access: 'public' } }, () => '') }
    await expect(serverWith([bold])).rejects.toThrow(/only reads/)
  })
  test('a signed-out person is sent to sign in and comes back to the same page', async () => {
    const answer = await get('/mine?tab=2')
    expect(answer.statusCode).toBe(303)
    expect(answer.headers.location).toBe('/sign-in?next=%2Fmine%3Ftab%3D2')
  })
  test('a person with the permission gets in, one without is refused and not signed out', async () => {
    expect((await get('/dig', asOfficer)).statusCode).toBe(200)
    const refused = await get('/deeds', asOfficer)
    expect(refused.statusCode).toBe(403)
    expect(refused.body).toContain('Your roles do not include this')
    expect(refused.headers['set-cookie']?.toString() ?? '').not.toContain('bv-session')
  })
  test('navigation shows what the person may use, with the present page marked', async () => {
    const page = (await get('/beds')).body
    expect(page).toMatch(/href="\/beds"[^>]*aria-current="page"/)
    expect(page).not.toContain('href="/deeds"')
  })
  test.each([
    ['/measures?a=1', '/measures?a=1'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/x/..//evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    [undefined, '/'],
  ])('after signing in, next=%j leads to %s', (next, to) => expect(safeNext(next)).toBe(to))
})

describe('forms', () => {
  const tokenIn = (page: string) => /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const cookieIn = (answer: { cookies: { name: string; value: string }[] }) => answer.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const post = (payload: string, headers: Record<string, string>): InjectOptions => ({
    method: 'POST', url: '/beds', payload, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })

  async function openForm() {
    const page = await get('/beds/form')
    return { token: tokenIn(page.body), cookie: cookieIn(page) }
  }

  test('a form from its own page is accepted, answered by a redirect, and its notice shown once', async () => {
    const { token, cookie } = await openForm()
    const answer = await app.inject(post(`name=Roses&_csrf=${token}`, { cookie, origin: 'http://localhost:80', 'sec-fetch-site': 'same-origin' }))
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
    ['after signing in with a form opened before', (t: string, c: string) => post(`name=x&_csrf=${t}`, { cookie: `${c}; bv-session=new` })],
    ['from another site', (t: string, c: string) => post(`name=x&_csrf=${t}`, { cookie: c, origin: 'https://evil.example' })],
    ['from a sandbox', (t: string, c: string) => post(`name=x&_csrf=${t}`, { cookie: c, origin: 'null' })],
    ['across sites by the browser’s word', (t: string, c: string) => post(`name=x&_csrf=${t}`, { cookie: c, 'sec-fetch-site': 'cross-site' })],
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
    method: 'POST' as const, url: '/files', payload: `${parts.join('')}--b--\r\n`, headers: { cookie, 'content-type': 'multipart/form-data; boundary=b' },
  })

  test('a form with a file is read as it arrives, with its fields', async () => {
    const { token, cookie } = await openForm()
    const answer = await app.inject(upload([part('_csrf', token), part('recipe', 'ons'), part('file', 'a,b\n'.repeat(100_000), 'x.csv')], cookie))
    expect(answer.json()).toEqual({ fields: { recipe: 'ons' }, file: { name: 'x.csv', size: 400_000 } })
  })
  test('a file larger than the route takes is refused in a sentence and its stream fails', async () => {
    const { token, cookie } = await openForm()
    const answer = await app.inject(upload([part('_csrf', token), part('file', 'x'.repeat(3_000_000), 'x.csv'), part('after', '1')], cookie))
    expect([answer.statusCode, answer.body]).toEqual([413, expect.stringContaining('The file is larger than 1 MB')])
  })
  test('a file that grows too large on the way is refused too, however slowly it comes', async () => {
    const { token, cookie } = await openForm()
    const whole = upload([part('_csrf', token), part('file', 'x'.repeat(3_000_000), 'x.csv')], cookie)
    const slowly = Readable.from(whole.payload.match(/[^]{1,200000}/g) ?? [], { objectMode: false, highWaterMark: 1000 })
    const answer = await app.inject({ ...whole, payload: slowly })
    expect([answer.statusCode, answer.body]).toEqual([413, expect.stringContaining('The file is larger than 1 MB')])
  })
  test('a form with no file chosen has none', async () => {
    const { token, cookie } = await openForm()
    expect((await app.inject(upload([part('_csrf', token), part('file', '', '')], cookie))).json()).toEqual({ fields: {}, file: null })
  })
  test('a form with a file whose token is missing or comes late is refused before the file is read', async () => {
    const { token, cookie } = await openForm()
    expect((await app.inject(upload([part('file', 'a', 'x.csv'), part('_csrf', token)], cookie))).statusCode).toBe(403)
    expect((await app.inject(upload([], cookie))).statusCode).toBe(403)
  })
})

describe('headers', () => {
  test('allow no inline script or style and no framing', async () => {
    const { headers, body } = await get('/beds')
    expect(headers['content-security-policy']).toContain("script-src 'self';")
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers['content-security-policy']).not.toContain('unsafe')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(body).not.toMatch(/<script(?![^>]*src=)|<style|\sstyle="|\son\w+="/)
  })
  test('promise HTTPS and tie cookies to the host only where the service is reached over HTTPS', async () => {
    expect((await get('/beds')).headers['strict-transport-security']).toBeUndefined()
    const secure = await serverWith([garden], { BASE_URL: 'https://bv.example.gov.uk' })
    const answer = await secure.inject('/beds/form')
    expect(answer.headers['strict-transport-security']).toContain('max-age')
    expect(answer.headers['set-cookie']?.toString()).toMatch(/^__Host-bv-form=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    await secure.close()
  })
  test('keep a signed-in person’s pages out of every cache', async () => {
    expect((await get('/mine', asOfficer)).headers['cache-control']).toBe('private, no-store')
  })
})

describe('what goes wrong', () => {
  const referenceIn = (page: string) => /bv-reference">([^<]+)</.exec(page)?.[1] ?? 'none'

  test.each([
    ['/nowhere', 404, 'There is nothing at this address'],
    ['/clash', 409, 'Somebody has dug here already.'],
    ['/busy', 429, 'Too many attempts to sign in.'],
    ['/beds/3?depth=sideways', 422, 'Use shallow or deep'],
    ['/beds/abc', 404, 'There is nothing at this address'],
    ['/broken', 500, 'a fault in the program'],
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
    expect(lines.join()).toContain('server.test.ts')
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
    expect(answer.json()).toMatchObject({ type: '/api#not-found', status: 404, title: 'Page not found', code: 'not-found', reference: expect.stringMatching(/^\w{4}-\w{4}-\w{4}$/) as string })
    expect((await get('/api/v1/spades')).json()).toMatchObject({ status: 401, code: 'not-signed-in' })
    expect((await get('/api/v1/beds/rose?depth=x')).json()).toMatchObject({ status: 422, faults: [{ field: 'depth', message: 'Use shallow or deep' }] })
  })
  test('a wrong method is told from a wrong address', async () => {
    const answer = await app.inject({ method: 'DELETE', url: '/beds/3' })
    expect(answer.statusCode).toBe(405)
    expect(answer.headers.allow).toBe('GET, HEAD')
    expect((await app.inject({ method: 'POST', url: '/api/v1/beds/rose' })).json()).toMatchObject({ status: 405 })
    expect((await app.inject({ method: 'DELETE', url: '/nowhere' })).statusCode).toBe(404)
  })
  test('too much text, and text in an unknown form, are refused in sentences', async () => {
    const send = (type: string, payload: string) => app.inject({ method: 'POST', url: '/beds', payload, headers: { 'content-type': type } })
    const large = await send('application/x-www-form-urlencoded', 'x'.repeat(2_000_000))
    expect([large.statusCode, large.body]).toEqual([413, expect.stringContaining('What you sent is too large')])
    expect((await send('text/strange', 'x')).statusCode).toBe(415)
  })
  test('an address that cannot be read is answered without a stack', async () => {
    const answer = await get('/%E0%A4%A')
    expect(answer.statusCode).toBe(400)
    expect(answer.body).not.toContain('at ')
  })
  test('HEAD is answered like GET without a body', async () => {
    const answer = await app.inject({ method: 'HEAD', url: '/beds' })
    expect([answer.statusCode, answer.body]).toEqual([200, ''])
  })
})

describe('assets', () => {
  test('are named by their content, kept for ever, and carry no typeface of GOV.UK', async () => {
    const page = (await get('/beds')).body
    const styles = /href="(\/assets\/govuk-frontend\.min-[0-9a-f]+\.css)"/.exec(page)?.[1] ?? ''
    const answer = await get(styles)
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(answer.headers['content-type']).toBe('text/css; charset=utf-8')
    expect(answer.body).not.toMatch(/GDS Transport|@font-face|govuk-crest/)
    expect(answer.body.length).toBeGreaterThan(100_000)
  })
  test('scripts name the ones they need by their hashed names', async () => {
    const script = /src="(\/assets\/enhance-[0-9a-f]+\.js)"/.exec((await get('/beds')).body)?.[1] ?? ''
    const needed = /from '(\/assets\/[^']+)'/.exec((await get(script)).body)?.[1] ?? ''
    expect((await get(needed)).body).toContain('initAll')
  })
  test('an old name is not found', async () => expect((await get('/assets/workbench-0000000000.css')).statusCode).toBe(404))
})

describe('the programming interface', () => {
  test('answers in the form asked for by extension or preference', async () => {
    expect((await get('/api/v1/beds/rose')).json()).toEqual({ items: [{ code: 'rose', start: null }], next: '/api/v1/beds/rose?cursor=Wzdd' })
    expect((await get('/api/v1/beds/rose.json')).json()).toMatchObject({ items: [{ code: 'rose' }] })
    const table = await get('/api/v1/beds/rose.csv')
    expect([table.body, table.headers['content-type']]).toEqual(['code\r\nrose\r\n', 'text/csv; charset=utf-8'])
    expect(table.headers.link).toBe('</api/v1/beds/rose.csv?cursor=Wzdd>; rel="next"')
    expect((await get('/api/v1/beds/rose', { accept: 'text/csv' })).headers['content-type']).toContain('text/csv')
  })
  test('a cursor continues where the page before ended; one of somebody’s own making is refused', async () => {
    expect((await get('/api/v1/beds/rose?cursor=Wzdd')).json()).toEqual({ items: [{ code: 'rose', start: 7 }], next: null })
    expect((await get('/api/v1/beds/rose?cursor=zzz')).statusCode).toBe(422)
  })
  test('is described by OpenAPI 3.1 from the same schemas', async () => {
    const description = (await get('/api/openapi.json')).json<{ openapi: string; paths: Record<string, { get: { parameters: unknown[] } }> }>()
    expect(description.openapi).toBe('3.1.0')
    expect(Object.keys(description.paths)).toEqual(['/api/v1/beds/{code}', '/api/v1/spades'])
    expect(description.paths['/api/v1/beds/{code}']?.get.parameters).toContainEqual({
      name: 'code', in: 'path', required: true, description: 'Code of the bed', schema: { type: 'string', description: 'Code of the bed' },
    })
    expect((await get('/api')).body).toContain('/api/v1/beds/{code}')
  })
})

describe('health', () => {
  test('live and ready when the database answers', async () => {
    expect((await get('/health/live')).json()).toEqual({ status: 'live' })
    expect((await get('/health/ready')).json()).toEqual({ status: 'ready', store: 'embedded' })
  })
  test('not ready, in a sentence, when the database is gone', async () => {
    const gone = await embeddedStore()
    const other = await serverWith([garden], {}, gone.store)
    await gone.close()
    const answer = await other.inject('/health/ready')
    expect([answer.statusCode, answer.json()]).toEqual([503, expect.objectContaining({ detail: expect.stringContaining('The database does not answer') as string })])
    expect((await other.inject('/health/live')).statusCode).toBe(200)
    await other.close()
  })
})

test.each(['/help', '/cookies', '/privacy', '/accessibility', '/api'])('%s has a title of its own, one main heading, a skip link and its language', async (url) => {
  const { statusCode, body } = await get(url)
  expect(statusCode).toBe(200)
  expect(body.match(/<h1/g)).toHaveLength(1)
  expect(body).toMatch(/<title>[^<]+ – Best Value Workbench<\/title>/)
  expect(body).toContain('<html lang="en"')
  expect(body).toContain('Skip to main content')
  expect(body).toContain('Fictional figures')
})
