import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { everyone, type Actor, type Role } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { refused } from '#kernel/problems.ts'
import { completeHouse, type Slice } from '#kernel/slice.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { createServer } from '#kernel/web/server.ts'
import { jobKind, type JobOutcome, type JobWork } from './index.ts'
import { answerWithJob } from './routes.ts'

// Work that the test lets go on and end, behind the real server.

const person = (account: number, organisation: number, role: Role): Actor => ({
  kind: 'person', account, name: `Person ${account}`, grants: [],
  memberships: [{ organisation, slug: `o${organisation}`, name: `Council ${organisation}`, kind: 'authority', authority: null, roles: [role] }],
})
const people: Record<string, Actor> = {
  officer: person(1, 1, 'performance-officer'), colleague: person(2, 1, 'performance-officer'), administrator: person(3, 1, 'administrator'), stranger: person(4, 2, 'administrator'),
}

let work: JobWork<unknown>
let finish: (outcome: JobOutcome) => void
let fail: (cause: unknown) => void

const mowing = jobKind({
  name: 'works.mow', input: z.object({ quick: z.boolean() }), repeatable: true,
  run(given) {
    if (given.input.quick) return Promise.resolve({ says: 'The lawn is mown.', href: '/help', tell: true })
    const { promise, resolve, reject } = Promise.withResolvers<JobOutcome>()
    given.signal.addEventListener('abort', () => reject(given.signal.reason as Error))
    work = given
    finish = resolve
    fail = reject
    return promise
  },
})

const works: Slice = {
  name: 'works', title: 'Works', jobs: [mowing],
  routes(app, house) {
    app.get<{ Params: { lawn: string } }>('/mow/:lawn', { config: { access: 'signed-in' } }, ({ params: { lawn } }, reply) =>
      answerWithJob(house, reply, mowing, { key: lawn, input: { quick: lawn === 'small' }, title: `Mowing the ${lawn} lawn`, organisation: 1, back: '/lawns', audience: lawn === 'shared' ? 'organisation' : 'person' }))
  },
}

let database: TestStore
let app: FastifyInstance
beforeAll(async () => {
  database = await embeddedStore()
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'off' })
  app = await createServer(completeHouse({ store: database.store, config, log: pino({ level: 'silent' }), now: () => new Date() }), {
    slices: [works],
    identify: ({ headers }) => Promise.resolve(people[String(headers['x-who'])] ?? everyone),
    actorOf: (account) => Promise.resolve(Object.values(people).find((one) => one.kind === 'person' && one.account === account) ?? null),
  })
})
afterAll(async () => {
  await app.close()
  await database.close()
})

const get = (url: string, who = 'officer') => app.inject({ url, headers: { 'x-who': who } })
const text = async (url: string, who?: string) => (await get(url, who)).body.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

async function post(url: string, who: string) {
  const page = await get('/jobs', who)
  const token = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  return app.inject({
    method: 'POST', url, payload: new URLSearchParams({ _csrf: token }).toString(),
    headers: { 'x-who': who, 'content-type': 'application/x-www-form-urlencoded', cookie: page.cookies.map(({ name, value }) => `${name}=${value}`).join('; ') },
  })
}

/** Asks for slow work and gives the address of its page. */
async function mow(lawn: string): Promise<string> {
  const { headers, statusCode } = await get(`/mow/${lawn}`)
  expect(statusCode).toBe(303)
  expect(headers.location).toMatch(/^\/jobs\/\d+$/)
  return String(headers.location)
}

describe('a job', () => {
  test('that is done at once leads straight to its result, and says so there', async () => {
    const answer = await get('/mow/small')
    expect(answer.headers.location).toBe('/help')
    expect(answer.headers['set-cookie']).toBeDefined()
  })

  test('that takes longer has a page that says how far it has come, with and without a script, and then leads on', async () => {
    const address = await mow('large')
    expect(await text(address)).toContain('The work has begun.')
    work.progress({ done: 3, of: 4, says: 'Three of four strips are mown.' })
    await expect.poll(async () => (await get(`${address}/progress`)).json<unknown>(), { timeout: 5_000 })
      .toEqual({ state: 'running', over: false, says: 'Three of four strips are mown.', done: 3, of: 4 })
    const page = (await get(address)).body
    expect(page).toContain(`<noscript><meta http-equiv="refresh" content="2;url=${address}/follow"></noscript>`)
    expect(page).toMatch(/<progress[^>]* max="4" value="3"/)
    expect((await get(`${address}/follow`)).headers.location).toBe(address)
    expect((await get('/mow/large')).headers.location).toBe(address)
    finish({ says: 'The large lawn is mown.', href: '/lawns/large', tell: true })
    await expect.poll(async () => (await get(`${address}/follow`)).headers.location, { timeout: 5_000 }).toBe('/lawns/large')
    const ended = await get(address)
    expect(ended.body).not.toContain('refresh')
    expect(await text(address)).toMatch(/Done .*The large lawn is mown\. .*See the result .*Asked for by Person 1/)
  })

  test('that fails says why and leads back to where it was asked for', async () => {
    const address = await mow('wet')
    fail(refused('The grass is wet.'))
    await expect.poll(() => text(address), { timeout: 5_000 }).toMatch(/Not done .*The grass is wet\. .*Back to where it was asked for/)
  })

  test('is stopped with a button, by who asked or an administrator and by nobody else', async () => {
    const address = await mow('long')
    for (const who of ['colleague', 'stranger']) {
      expect((await get(address, who)).statusCode).toBe(404)
      expect((await get(`${address}/progress`, who)).statusCode).toBe(404)
      expect((await post(`${address}/cancel`, who)).statusCode).toBe(404)
    }
    expect((await get(address)).body).toContain('Stop this job')
    expect((await post(`${address}/cancel`, 'administrator')).headers.location).toBe(address)
    await expect.poll(() => text(address), { timeout: 5_000 }).toContain('It was stopped. Nothing of it was kept.')
    expect((await post(`${address}/cancel`, 'officer')).statusCode).toBe(409)
    expect((await get(address)).body).not.toContain('Stop this job')
  })
})

describe('a job that is shared', () => {
  test('is seen by colleagues, who can follow it and not stop it', async () => {
    const address = await mow('shared')
    expect((await get(address, 'stranger')).statusCode).toBe(404)
    expect((await get(address, 'colleague')).body).not.toContain('Stop this job')
    expect((await get(address, 'administrator')).body).toContain('Stop this job')
    expect((await post(`${address}/cancel`, 'colleague')).statusCode).toBe(404)
    finish({ says: 'The shared lawn is mown.', href: '/lawns/shared' })
    await expect.poll(() => text(address, 'colleague'), { timeout: 5_000 }).toContain('See the result')
    await database.raw.exec(`update kernel.job set outcome = outcome || '{"forAsker": true}' where title = 'Mowing the shared lawn'`)
    expect(await text(address, 'colleague')).not.toContain('See the result')
    expect(await text(address, 'officer')).toContain('See the result')
  })
})

describe('the list of jobs', () => {
  test('shows people their own, administrators their organisation’s, and can be narrowed', async () => {
    expect(await text('/jobs')).toMatch(/Mowing the long lawn.*Mowing the small lawn/)
    expect(await text('/jobs', 'administrator')).toContain('Mowing the long lawn')
    expect(await text('/jobs', 'colleague')).toContain('Mowing the shared lawn')
    expect(await text('/jobs', 'colleague')).not.toContain('Mowing the long lawn')
    expect(await text('/jobs', 'stranger')).not.toContain('Mowing')
    const stopped = await text('/jobs?state=cancelled')
    expect(stopped).toContain('Mowing the long lawn')
    expect(stopped).not.toContain('Mowing the small lawn')
    expect((await get('/jobs', 'nobody')).headers.location).toBe('/sign-in?next=%2Fjobs')
  })

  test('goes on to older ones', async () => {
    await database.raw.exec(`insert into kernel.job (kind, key, title, organisation, audience, account, asked_by, input, state, run_after, ended_at)
      select 'works.mow', n::text, 'Mowing lawn ' || n, 1, 'person', 1, 'Person 1', '{}', 'done', now(), now() from generate_series(1, 60) n`)
    const first = await get('/jobs')
    const older = /rel="next" href="([^"]+)"/.exec(first.body)?.[1] ?? ''
    expect(first.body).toContain('Mowing lawn 60')
    expect(await text(older)).toMatch(/Mowing lawn 10 .*Mowing the small lawn/)
  })
})
