import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embeddedStore } from '../testing/store.ts'
import type { TestStore } from '../testing/store.ts'
import type { Slice } from '../slice.ts'
import { safeNext } from './access-rules.ts'
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

describe('access', () => {
  test('a route that does not say who may use it stops the server from starting, and is named', async () => {
    const forgetful: Slice = {
      name: 'forgetful',
      title: 'F',
      routes: (own) => void own.get('/left-open', () => 'open'),
    }
    await expect(serverWith(database.store, [forgetful])).rejects.toThrow(/GET \/left-open does not say who may use it/)
  })
  test('a route that asks for a permission nobody declares stops the start too', async () => {
    const vague: Slice = {
      name: 'vague',
      title: 'V',
      routes: (own) => void own.get('/v', { config: { access: { may: 'vague.do' } } }, () => ''),
    }
    await expect(serverWith(database.store, [vague])).rejects.toThrow(/vague\.do/)
  })
  test('a route of the programming interface that lets everybody change something stops the start', async () => {
    const bold: Slice = {
      name: 'bold',
      title: 'B',
      routes: (own) => void own.post('/api/v1/x', { config: { access: 'public' } }, () => ''),
    }
    await expect(serverWith(database.store, [bold])).rejects.toThrow(/let everybody change something/)
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
    const secure = await serverWith(database.store, [garden], { BASE_URL: 'https://bv.example.gov.uk' })
    const answer = await secure.inject('/beds/form')
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
    expect(answer.headers['set-cookie']?.toString()).toMatch(
      /^__Host-bv-form=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    await secure.close()
  })
  test('keep a signed-in person’s pages out of every cache', async () => {
    expect((await get('/mine', asOfficer)).headers['cache-control']).toBe('private, no-store')
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
  test('an old name is not found', async () =>
    expect((await get('/assets/workbench-0000000000.css')).statusCode).toBe(404))
})

describe('health', () => {
  test('live and ready when the database answers', async () => {
    expect((await get('/health/live')).json()).toEqual({ status: 'live' })
    expect((await get('/health/ready')).json()).toEqual({ status: 'ready', store: 'embedded' })
  })
  test('not ready, in a sentence, when the database is gone', async () => {
    const gone = await embeddedStore()
    const other = await serverWith(gone.store, [garden])
    await gone.close()
    const answer = await other.inject('/health/ready')
    expect([answer.statusCode, answer.json()]).toEqual([
      503,
      expect.objectContaining({ detail: expect.stringContaining('The database does not answer') as string }),
    ])
    expect((await other.inject('/health/live')).statusCode).toBe(200)
    await other.close()
  })
})

test.each(['/help', '/cookies', '/privacy', '/accessibility', '/api'])(
  '%s has a title of its own, one main heading, a skip link and its language',
  async (url) => {
    const { statusCode, body } = await get(url)
    expect(statusCode).toBe(200)
    expect(body.match(/<h1/g)).toHaveLength(1)
    expect(body).toMatch(/<title>[^<]+ – Best Value Workbench<\/title>/)
    expect(body).toContain('<html lang="en"')
    expect(body).toContain('Skip to main content')
    expect(body).toContain('Fictional figures')
  },
)
