import fc from 'fast-check'
import type { FastifyInstance, InjectOptions } from 'fastify'
import pino from 'pino'
import { z } from 'zod'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '#kernel/config.ts'
import { completeHouse, type House, type Slice } from '#kernel/slice.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { apiRoute } from '#kernel/web/api.ts'
import { createServer } from '#kernel/web/server.ts'
import { newOrganisation, newPerson } from '../builders.ts'
import { Browser } from '../browsing.ts'
import { changeRoles, deactivate, reactivate } from '../commands.ts'
import { identify, people } from '../index.ts'
import type { Organisation } from '../queries.ts'
import type { Person } from '../sign-in/sessions.ts'
import { hashOfApiToken, looksLikeToken, newApiToken, type Scope } from './rules.ts'
import { makeToken, revokeToken } from './tokens.ts'

// Tokens on the real server, beside a slice that says who is asking and lets whoever may change something.

let database: TestStore
let house: House
let app: FastifyInstance
let clock = Date.parse('2026-03-02T09:00:00Z')
let here: Organisation
let there: Organisation
let person: Person & { email: string }

const echo: Slice = {
  name: 'echo',
  title: 'Echo',
  permissions: { 'echo.write': ['performance-officer'] },
  routes(server, { store }) {
    apiRoute(server, {
      path: '/who', group: 'Test', summary: 'Who asks', access: 'public', response: z.object({ kind: z.string(), organisations: z.array(z.int()) }),
      answer: ({ actor }) => Promise.resolve({ kind: actor.kind, organisations: actor.kind === 'person' ? actor.memberships.map((m) => m.organisation) : [] }),
    })
    server.get('/who', { config: { access: 'public' } }, ({ actor }) => ({ kind: actor.kind }))
    server.post('/api/v1/write', { config: { access: { may: 'echo.write' } } }, async ({ actor }) => {
      await store.change(actor, 'echo.write', () => Promise.resolve({ subject: 'echo:1', says: 'wrote', result: null }))
      return { written: true }
    })
    server.post('/write', { config: { access: { may: 'echo.write' } } }, () => ({ written: true }))
  },
}

beforeAll(async () => {
  database = await embeddedStore()
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'on' })
  house = completeHouse({ store: database.store, config, log: pino({ level: 'silent' }), now: () => new Date(clock) })
  app = await createServer(house, { slices: [people, echo], identify: (request) => identify(house, request) })
  ;[here, there] = [await newOrganisation(house), await newOrganisation(house)]
  await newPerson(house, here, { roles: ['administrator'] })
})
afterAll(async () => {
  await app.close()
  await database.close()
})
beforeEach(async () => {
  clock += 1000
  await database.raw.exec('delete from people.attempt')
  person = await newPerson(house, here, { roles: ['performance-officer'], name: 'Mara Fell' })
})

async function tokenOf(holder: Person, given: { scope?: Scope; organisation?: number | null; days?: number } = {}): Promise<string> {
  const token = newApiToken()
  const { scope = 'read', organisation = null, days = 90 } = given
  await house.store.change(holder, 'people.make-token', (trx) => makeToken(trx, holder, { token, name: 'nightly', scope, organisation, days, now: house.now() }))
  return token
}
const ask = (url: string, token: string | null, more: InjectOptions = {}) =>
  app.inject({ url, ...more, headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...more.headers } })
const write = (token: string | null, headers: Record<string, string> = {}, url = '/api/v1/write') => ask(url, token, { method: 'POST', headers })

test('a token is known by its beginning and its checksum: any slip of the pen is told', () => {
  const token = newApiToken()
  expect(token).toMatch(/^bvw_[0-9A-Za-z]{49}$/)
  expect(looksLikeToken(token)).toBe(true)
  expect(new Set(Array.from({ length: 100 }, newApiToken)).size).toBe(100)
  fc.assert(fc.property(fc.nat({ max: token.length - 1 }), fc.constantFrom(...'aZ09_-é '), (place, letter) => {
    const slip = token.slice(0, place) + letter + token.slice(place + 1)
    expect(looksLikeToken(slip)).toBe(slip === token)
  }))
  fc.assert(fc.property(fc.string(), (text) => {
    expect(looksLikeToken(text)).toBe(false)
  }))
})

describe('a token', () => {
  test('stands for its holder as they are at that moment, in the programming interface and nowhere else', async () => {
    const token = await tokenOf(person)
    expect((await ask('/api/v1/who', token)).json()).toEqual({ kind: 'person', organisations: [here.id] })
    expect((await ask('/who', token)).json()).toEqual({ kind: 'public' })
    expect((await ask('/account', token)).statusCode).toBe(303)
    expect((await ask('/api/v1/who', null)).json()).toEqual({ kind: 'public', organisations: [] })
    await database.raw.exec(`insert into people.membership (account, organisation, role) values (${person.account}, ${there.id}, 'reader')`)
    expect((await ask('/api/v1/who', token)).json<{ organisations: number[] }>().organisations).toHaveLength(2)
  })

  test('reaches one organisation only when it was made for one', async () => {
    await database.raw.exec(`insert into people.membership (account, organisation, role) values (${person.account}, ${there.id}, 'performance-officer')`)
    const both = { ...person, memberships: [...person.memberships, { ...person.memberships[0]!, organisation: there.id }] }
    const token = await tokenOf(both, { organisation: there.id, scope: 'write' })
    expect((await ask('/api/v1/who', token)).json()).toEqual({ kind: 'person', organisations: [there.id] })
    await database.raw.exec(`delete from people.membership where account = ${person.account} and organisation = ${there.id}`)
    expect((await ask('/api/v1/who', token)).json()).toEqual({ kind: 'person', organisations: [] })
    expect((await write(token)).statusCode).toBe(403)
    await expect(tokenOf(person, { organisation: there.id })).rejects.toMatchObject({ faults: [{ field: 'organisation' }] })
  })

  test('that only reads changes nothing, whatever its holder may do, not even past the rule at the door', async () => {
    const reading = await tokenOf(person)
    expect((await write(reading)).statusCode).toBe(403)
    expect((await write(await tokenOf(person, { scope: 'write' }))).json()).toEqual({ written: true })
    const cut: Person = { ...person, token: { id: 1, name: 'x', scopes: ['read'] } }
    await expect(house.store.change(cut, 'echo.write', () => Promise.resolve({ subject: 'x', result: null }))).rejects.toMatchObject({ code: 'not-allowed' })
  })

  test('that may write does what its holder may do and no more, and the trail names it', async () => {
    const token = await tokenOf(person, { scope: 'write' })
    expect((await write(token)).statusCode).toBe(200)
    const [entry] = await database.raw.rows<{ actor_name: string }>(`select actor_name from kernel.trail where action = 'echo.write' order by entry desc limit 1`)
    expect(entry?.actor_name).toBe('Mara Fell (by the token “nightly”)')
    await house.store.change({ kind: 'system', name: 'test' }, 'test.roles', (trx) => changeRoles(trx, here, person.account, ['reader'], house.now()))
    expect((await write(token)).statusCode).toBe(403)
  })

  test('never stands in for the token of a form, and a cookie never for it', async () => {
    const browser = new Browser(() => app, () => clock)
    await browser.signIn(person.email)
    const cookie = `bv-session=${browser.token ?? ''}`
    expect((await browser.get('/who')).body).toContain('person')
    const refused = await write(null, { cookie })
    expect([refused.statusCode, refused.headers['www-authenticate']]).toEqual([401, 'Bearer realm="Best Value Workbench"'])
    const forged = await write(await tokenOf(person, { scope: 'write' }), { cookie }, '/write')
    expect(forged.statusCode).toBe(403)
  })

  test.each([
    ['unknown', () => Promise.resolve(newApiToken())],
    ['mistyped', () => Promise.resolve('bvw_nonsense')],
    ['not ours at all', () => Promise.resolve('eyJhbGciOiJIUzI1NiJ9.e30.x')],
    ['out of time', async () => {
      const token = await tokenOf(person, { days: 1 })
      clock += 24 * 3_600_000
      return token
    }],
    ['revoked', async () => {
      const token = await tokenOf(person)
      const [row] = await database.raw.rows<{ id: number }>(`select id from people.token where token_hash = '${hashOfApiToken(token)}'`)
      await house.store.change(person, 'people.revoke-token', (trx) => revokeToken(trx, person, row?.id ?? 0, house.now()))
      return token
    }],
    ['of somebody who left', async () => {
      const token = await tokenOf(person)
      const system = { kind: 'system', name: 'test' } as const
      await house.store.change(system, 'test.leave', (trx) => deactivate(trx, here, person.account, null, house.now()))
      expect((await ask('/api/v1/who', token)).statusCode).toBe(401)
      await house.store.change(system, 'test.return', (trx) => reactivate(trx, here, person.account))
      return token
    }],
  ])('%s is refused with a problem and how to ask instead, also where the public is let in', async (_what, make) => {
    const token = await make()
    const answer = await ask('/api/v1/who', token)
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="Best Value Workbench", error="invalid_token"')
    expect(answer.json()).toMatchObject({ code: 'not-signed-in', status: 401 })
    expect(answer.body).not.toContain(token)
  })

  test('is kept as a hash only, holds a year at most, and twenty of them are enough', async () => {
    const token = await tokenOf(person)
    const rows = await database.raw.rows<{ row: string }>('select t::text as row from people.token t')
    expect(rows.filter(({ row }) => row.includes(token) || row.includes(token.slice(4, 40)))).toEqual([])
    await expect(tokenOf(person, { days: 366 })).rejects.toMatchObject({ faults: [{ field: 'days' }] })
    for (let count = 1; count < 20; count++) await tokenOf(person)
    await expect(tokenOf(person)).rejects.toMatchObject({ code: 'refused' })
  })

  test('says when and from where it was last used, to the nearest minutes', async () => {
    const token = await tokenOf(person)
    const used = async () => (await database.raw.rows<{ used_at: Date | null; used_from: string | null }>(`select used_at, used_from from people.token where token_hash = '${hashOfApiToken(token)}'`))[0]
    expect(await used()).toEqual({ used_at: null, used_from: null })
    await ask('/api/v1/who', token)
    const first = clock
    clock += 60_000
    await ask('/api/v1/who', token)
    expect(await used()).toEqual({ used_at: new Date(first), used_from: '127.0.0.1' })
  })

  test('is slowed down when it is used without end, by all processes together, and wrong ones when they are tried', async () => {
    const token = await tokenOf(person)
    const second: House = { ...house }
    const another = await createServer(second, { slices: [people, echo], identify: (request) => identify(second, request) })
    const asking = { authorization: `Bearer ${token}` }
    const answers = await Promise.all(Array.from({ length: 660 }, (_, time) => (time % 2 === 0 ? app : another).inject({ url: '/api/v1/who', headers: asking })))
    const count = (status: number) => answers.filter(({ statusCode }) => statusCode === status).length
    expect(count(200) + count(429)).toBe(660)
    // What one process asked for and did not use is lost to the other.
    expect(count(200)).toBeGreaterThan(580)
    expect(count(200)).toBeLessThanOrEqual(600)
    await another.close()
    clock += 60_000
    expect((await ask('/api/v1/who', token)).statusCode).toBe(200)
    const wrong: number[] = []
    for (let time = 0; time < 61; time++) wrong.push((await ask('/api/v1/who', newApiToken())).statusCode)
    expect(wrong.filter((status) => status === 401)).toHaveLength(60)
    expect(wrong.at(-1)).toBe(429)
    expect((await ask('/api/v1/who', token)).statusCode).toBe(200)
  })
})

describe('on the pages', () => {
  const signedIn = async (email: string) => {
    const browser = new Browser(() => app, () => clock)
    await browser.signIn(email)
    return browser
  }

  test('a token is made, shown once, listed and revoked by its holder', async () => {
    const browser = await signedIn(person.email)
    const refused = await browser.post('/account/tokens/new', { name: '', scope: '', organisation: 'x', days: '400' }, '/account/tokens/new')
    expect(refused.statusCode).toBe(422)
    for (const field of ['name', 'scope', 'organisation', 'days']) expect(refused.body).toContain(`href="#${field}"`)
    const made = await browser.post('/account/tokens/new', { name: 'Warehouse', scope: 'read', organisation: String(here.id), days: '30' }, '/account/tokens/new')
    const token = /bvw_\w{49}/.exec(made.body)?.[0] ?? ''
    expect([made.statusCode, made.headers['cache-control']]).toEqual([200, 'no-store'])
    expect((await ask('/api/v1/who', token)).statusCode).toBe(200)
    const list = await browser.get('/account/tokens')
    expect(list.body).toContain(`bvw_…${token.slice(-4)}`)
    expect(list.body).not.toContain(token)
    const revoke = /\/account\/tokens\/\d+\/revoke/.exec(list.body)?.[0] ?? ''
    expect((await browser.post(revoke)).statusCode).toBe(303)
    expect((await ask('/api/v1/who', token)).statusCode).toBe(401)
    expect((await browser.post(revoke, {}, '/account/tokens/new')).statusCode).toBe(404)
  })

  test('administrators see and revoke tokens by which their organisation can be reached, and no others', async () => {
    const elsewhere = await newPerson(house, there, { roles: ['reader'] })
    await database.raw.exec(`insert into people.membership (account, organisation, role) values (${elsewhere.account}, ${here.id}, 'reader')`)
    const both = { ...elsewhere, memberships: [...elsewhere.memberships, { ...elsewhere.memberships[0]!, organisation: here.id }] }
    const tokens = { reaches: await tokenOf(both), here: await tokenOf(both, { organisation: here.id }), there: await tokenOf(both, { organisation: there.id }) }
    const administrator = await signedIn((await newPerson(house, here, { roles: ['administrator'] })).email)
    const address = `/people/organisations/${here.slug}/people/${elsewhere.account}`
    const page = (await administrator.get(address)).body
    expect([tokens.reaches, tokens.here, tokens.there].map((token) => page.includes(`…${token.slice(-4)}`))).toEqual([true, true, false])
    const [hidden] = await database.raw.rows<{ id: number }>(`select id from people.token where token_hash = '${hashOfApiToken(tokens.there)}'`)
    expect((await administrator.post(`${address}/tokens/${hidden?.id ?? 0}/revoke`)).statusCode).toBe(404)
    await administrator.get(address)
    const [shown] = await database.raw.rows<{ id: number }>(`select id from people.token where token_hash = '${hashOfApiToken(tokens.here)}'`)
    expect((await administrator.post(`${address}/tokens/${shown?.id ?? 0}/revoke`)).statusCode).toBe(303)
    expect((await ask('/api/v1/who', tokens.here)).statusCode).toBe(401)
    expect((await ask('/api/v1/who', tokens.there)).statusCode).toBe(200)
    const stranger = await signedIn((await newPerson(house, await newOrganisation(house), { roles: ['administrator'] })).email)
    expect((await stranger.post(`${address}/tokens/${hidden?.id ?? 0}/revoke`, {}, '/people')).statusCode).toBe(404)
  })
})
