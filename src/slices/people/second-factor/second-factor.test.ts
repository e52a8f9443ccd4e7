import { Writable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '#kernel/config.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { Visitor } from '#kernel/testing/visitor.ts'
import { createServer } from '#kernel/web/server.ts'
import { newOrganisation, newPerson, testPassword } from '../builders.ts'
import { identify, people } from '../index.ts'
import type { Organisation } from '../queries.ts'
import { trailPage } from '../trail/queries.ts'
import { seal, unseal } from '../sealed.ts'
import { tokenPurpose } from '../oidc/leaving.ts'
import { resealAll } from './resealing.ts'
import { codeAt } from './rules.ts'

// Signing in with a second factor, and all that is done with one, on the real pages.

const secret = 'a secret of thirty-two characters!'
let database: TestStore
let house: House
let app: FastifyInstance
let logged: string[]
let organisation: Organisation
let clock = Date.parse('2026-03-02T09:00:00Z')
beforeAll(async () => {
  database = await embeddedStore()
  const log = pino({ level: 'info' }, new Writable({ write: (chunk, _encoding, done) => { logged.push(String(chunk)); done() } }))
  logged = []
  house = completeHouse({ store: database.store, config: readConfig({ SESSION_SECRET: secret, DEMO: 'off' }), log, now: () => new Date(clock) })
  app = await createServer(house, { slices: [people], identify: (request) => identify(house, request) })
  organisation = await newOrganisation(house, { name: 'Northmere' })
})
afterAll(async () => {
  await app.close()
  await database.close()
})
beforeEach(async () => {
  await database.raw.exec('delete from people.attempt')
  clock += 3_600_000
  logged = []
})

const minutes = (count: number) => count * 60_000
const visitor = () => new Visitor(() => app, () => clock)

async function signIn(email: string, next = '/account', browser = visitor()) {
  const answer = await browser.post('/sign-in', { email, password: testPassword, next }, '/sign-in')
  return { browser, answer }
}

/** Adds an app on the enrolment page and returns its secret and the recovery codes shown. */
async function enrol(browser: Visitor, name = 'Phone') {
  await browser.get('/account/second-factor/new')
  const key = (/bv-secret">([^<]+)</.exec(browser.page)?.[1] ?? '').replaceAll(' ', '')
  const sealed = /name="sealed" value="([^"]+)"/.exec(browser.page)?.[1] ?? ''
  const answer = await browser.post('/account/second-factor/new', { name, code: codeAt(key, house.now()), sealed, next: '/account' })
  const codes = [...browser.page.matchAll(/<span class="bv-reference">([^<]+)</g)].map(([, code = '']) => code)
  return { key, codes, answer, sealed }
}

/** Somebody with an app, signed in with it. */
async function enrolled(roles: Parameters<typeof newPerson>[2] = {}) {
  const person = await newPerson(house, organisation, roles)
  const { browser } = await signIn(person.email)
  const { key, codes } = await enrol(browser)
  clock += minutes(1)
  return { person, browser, key, codes }
}

const code = (key: string) => codeAt(key, house.now())

describe('an administrator without a second factor', () => {
  test('is led to add one right after signing in, and is shown nothing else until it is there', async () => {
    const person = await newPerson(house, organisation, { roles: ['administrator'] })
    const { browser, answer } = await signIn(person.email, '/people')
    expect(answer.headers.location).toBe('/account/second-factor/new?next=%2Fpeople')
    for (const page of ['/account', '/people', '/trail', '/account/second-factor', '/account/password']) expect((await browser.get(page)).statusCode, page).toBe(303)
    expect((await browser.get('/sign-in')).headers.location).toBe('/account/second-factor/new?next=%2F')
    const { codes, answer: done } = await enrol(browser)
    expect(done.statusCode).toBe(200)
    expect(done.headers['cache-control']).toBe('no-store')
    expect(codes).toHaveLength(10)
    expect((await browser.get('/people')).statusCode).toBe(200)
  })

  test('is whoever becomes one while signed in', async () => {
    const person = await newPerson(house, organisation, { roles: ['reader'] })
    const { browser } = await signIn(person.email)
    expect((await browser.get('/account')).statusCode).toBe(200)
    await database.raw.exec(`insert into people.membership (account, organisation, role) values (${person.account}, ${organisation.id}, 'administrator')`)
    expect((await browser.get('/account')).statusCode).toBe(303)
  })

  test('is asked for nothing in a demonstration; and everybody is where the settings say so', async () => {
    const cases = [[{ DEMO: 'on' }, 'administrator', '/account'], [{ DEMO: 'on', SECOND_FACTOR: 'everyone' }, 'reader', '/account/second-factor/new?next=%2Faccount']] as const
    for (const [settings, role, leadsTo] of cases) {
      const other: House = { ...house, config: readConfig({ SESSION_SECRET: secret, ...settings }) }
      const server = await createServer(other, { slices: [people], identify: (request) => identify(other, request) })
      const person = await newPerson(house, organisation, { roles: [role] })
      const { answer } = await signIn(person.email, '/account', new Visitor(() => server, () => clock))
      expect(answer.headers.location).toBe(leadsTo)
      await server.close()
    }
  })
})

describe('adding an authenticator app', () => {
  test('shows its key as a picture and as text, keeps it sealed, and ends all other sessions', async () => {
    const person = await newPerson(house, organisation)
    const [{ browser: elsewhere }, { browser }] = [await signIn(person.email), await signIn(person.email)]
    const before = browser.token
    const { key } = await enrol(browser)
    expect(key).toMatch(/^[A-Z2-7]{32}$/)
    await browser.get('/account/second-factor/new')
    expect(browser.page).toMatch(/<svg [^>]*role="img" aria-label="[^"]+"/)
    const [row] = await database.raw.rows<{ secret: string }>(`select secret from people.second_factor where account = ${person.account}`)
    expect(row?.secret).toMatch(/^v1\./)
    expect(JSON.stringify(await database.raw.rows('select * from people.second_factor'))).not.toContain(key)
    expect((await elsewhere.get('/account')).statusCode).toBe(303)
    expect((await browser.get('/account')).statusCode).toBe(200)
    expect(browser.token).not.toBe(before)
    const thief = visitor()
    thief.cookies.set('bv-session', before ?? '')
    expect((await thief.get('/account')).statusCode).toBe(303)
    expect(logged.join()).not.toContain(key)
  })

  test('refuses a wrong code and one that was used, and a key that this workbench did not make for this account', async () => {
    const [person, other] = [await newPerson(house, organisation), await newPerson(house, organisation)]
    const { browser } = await signIn(person.email)
    await browser.get('/account/second-factor/new')
    const sealed = /name="sealed" value="([^"]+)"/.exec(browser.page)?.[1] ?? ''
    const key = (/bv-secret">([^<]+)</.exec(browser.page)?.[1] ?? '').replaceAll(' ', '')
    const wrong = await browser.post('/account/second-factor/new', { name: 'Phone', code: '000000', sealed, next: '/' })
    expect([wrong.statusCode, wrong.body.includes(key.slice(0, 4))]).toEqual([422, true])
    expect((await browser.post('/account/second-factor/new', { name: '', code: 'abc', sealed, next: '/' })).body).toContain('href="#name"')
    const { browser: another } = await signIn(other.email)
    const foreign = await another.post('/account/second-factor/new', { name: 'Phone', code: code(key), sealed, next: '/' }, '/account/second-factor/new')
    expect(foreign.statusCode).toBe(422)
    expect(await database.raw.rows(`select * from people.second_factor where account = ${other.account}`)).toEqual([])
    const { key: mine } = await enrol(browser)
    const { browser: again, answer } = await signIn(person.email)
    expect(answer.headers.location).toBe('/sign-in/code')
    expect((await again.post('/sign-in/code', { code: code(mine), recovery: '' }, '/sign-in/code')).statusCode).toBe(422)
  })

  test('more than five is refused', async () => {
    const { browser, person } = await enrolled()
    for (let app = 2; app <= 5; app++) expect((await enrol(browser, `App ${app}`)).answer.statusCode).toBe(303)
    expect((await enrol(browser, 'One more')).answer.statusCode).toBe(409)
    expect(await database.raw.rows(`select id from people.second_factor where account = ${person.account}`)).toHaveLength(5)
  })
})

describe('signing in with a second factor', () => {
  test('takes the password to a page for the code, which is no session, and the code to one', async () => {
    const { person, key } = await enrolled()
    const { browser, answer } = await signIn(person.email, '/account/password')
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/sign-in/code'])
    expect(browser.token).toBeUndefined()
    expect((await browser.get('/account')).statusCode).toBe(303)
    const done = await browser.post('/sign-in/code', { code: code(key).replace(/(...)/, '$1 '), recovery: '' }, '/sign-in/code')
    expect(done.headers.location).toBe('/account/password')
    expect(browser.token).toMatch(/^[\w-]{43}$/)
    expect(browser.cookies.has('bv-half')).toBe(false)
    expect((await browser.get('/account')).statusCode).toBe(200)
    const [last] = await house.store.read({ kind: 'system', name: 'test' }, (db) => trailPage(db, {}, { before: null, size: 1 }))
    expect(last).toMatchObject({ action: 'people.sign-in', says: 'signed in with a second factor' })
  })

  test('takes each code once, also when it is sent twice at the same moment, and one half minute early or late', async () => {
    const { person, key } = await enrolled()
    const halves = [(await signIn(person.email)).browser, (await signIn(person.email)).browser]
    for (const half of halves) await half.get('/sign-in/code')
    const now = code(key)
    const answers = await Promise.all(halves.map((half) => half.post('/sign-in/code', { code: now, recovery: '' })))
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([303, 422])
    for (const [away, status] of [[-90, 422], [60, 422], [30, 303]] as const) {
      clock += minutes(5)
      const { browser } = await signIn(person.email)
      const early = codeAt(key, new Date(clock + away * 1000))
      expect((await browser.post('/sign-in/code', { code: early, recovery: '' }, '/sign-in/code')).statusCode, `${away} seconds`).toBe(status)
    }
  })

  test('takes a recovery code once, and says how many are left', async () => {
    const { person, codes } = await enrolled()
    const [first = ''] = codes
    const { browser } = await signIn(person.email)
    expect((await browser.post('/sign-in/code', { code: '', recovery: first.toUpperCase().replaceAll('-', ' ') }, '/sign-in/code')).statusCode).toBe(303)
    expect((await browser.get('/account')).body).toContain('You used a recovery code; 9 are left.')
    const { browser: again } = await signIn(person.email)
    expect((await again.post('/sign-in/code', { code: '', recovery: first }, '/sign-in/code')).statusCode).toBe(422)
    expect(JSON.stringify(await database.raw.rows('select * from people.recovery_code'))).not.toContain(first.replaceAll('-', ''))
    expect(logged.join()).not.toContain(first)
  })

  test('gives five minutes, belongs to the browser that gave the password, and makes one session', async () => {
    const { person, key } = await enrolled()
    const { browser: slow } = await signIn(person.email)
    await slow.get('/sign-in/code')
    clock += minutes(5)
    expect((await slow.post('/sign-in/code', { code: code(key), recovery: '' })).headers.location).toBe('/sign-in?trouble=late&next=%2F')
    expect((await slow.get('/sign-in?trouble=late')).body).toContain('Signing in took too long')
    const stranger = visitor()
    expect((await stranger.get('/sign-in/code')).headers.location).toBe('/sign-in?next=%2F')
    stranger.cookies.set('bv-half', 'planted-by-somebody-else')
    expect((await stranger.post('/sign-in/code', { code: code(key), recovery: '' }, '/sign-in')).headers.location).toContain('trouble=late')
    const { browser } = await signIn(person.email)
    const half = browser.cookies.get('bv-half') ?? ''
    await browser.post('/sign-in/code', { code: code(key), recovery: '' }, '/sign-in/code')
    const replay = visitor()
    replay.cookies.set('bv-half', half)
    expect((await replay.get('/sign-in/code')).statusCode).toBe(303)
  })

  test('is locked after ten wrong codes, which a right password does not forget, and the password alone stays usable to nobody', async () => {
    const { person, key } = await enrolled()
    const wrong = '123456'
    for (let failure = 0; failure < 10; failure++) {
      const { browser } = await signIn(person.email)
      expect((await browser.post('/sign-in/code', { code: wrong, recovery: '' }, '/sign-in/code')).statusCode).toBe(422)
      clock += minutes(1)
    }
    const { browser } = await signIn(person.email)
    const refused = await browser.post('/sign-in/code', { code: code(key), recovery: '' }, '/sign-in/code')
    expect([refused.statusCode, refused.body.includes('Too many attempts')]).toEqual([429, true])
    const [last] = await house.store.read({ kind: 'system', name: 'test' }, (db) => trailPage(db, {}, { before: null, size: 1 }))
    expect(last?.says).toMatch(/^locked .* out for 15 minutes after too many wrong codes$/)
    const lines = logged.filter((line) => line.includes('second-factor.failed'))
    expect(lines.length).toBe(11)
    expect(lines.join()).toContain(`"account":${person.account}`)
    expect(lines.join()).not.toContain(wrong)
    expect(lines.join()).not.toContain(person.email)
  })

  test('is not possible for somebody deactivated between password and code', async () => {
    const { person, key } = await enrolled()
    const { browser } = await signIn(person.email)
    await browser.get('/sign-in/code')
    await database.raw.exec(`update people.account set active = false where id = ${person.account}`)
    expect((await browser.post('/sign-in/code', { code: code(key), recovery: '' })).headers.location).toContain('trouble=late')
    expect(browser.token).toBeUndefined()
  })

  test('is the only way to a session of an account that has one: a session without it holds no longer', async () => {
    const { person, browser } = await enrolled()
    expect((await browser.get('/account')).statusCode).toBe(200)
    await database.raw.exec(`update people.session set second_factor_at = null where account = ${person.account}`)
    expect((await browser.get('/account')).statusCode).toBe(303)
  })
})

describe('one’s own second factor', () => {
  test('is renamed and removed after proving again who one is; nothing typed is lost on the page between', async () => {
    const { person, browser, key } = await enrolled()
    clock += minutes(11)
    await browser.get('/account/second-factor')
    const [rename = ''] = /\/account\/second-factor\/\d+\/name/.exec(browser.page) ?? []
    const between = await browser.post(rename, { name: 'Old <phone>' }, rename)
    expect(between.statusCode).toBe(422)
    expect(between.body).toContain('before you rename an authenticator app')
    expect(between.body).toContain('name="name" value="Old &lt;phone&gt;"')
    expect((await browser.post(rename, { name: 'Old <phone>', _code: '000000' })).statusCode).toBe(422)
    expect((await browser.post(rename, { name: 'Old <phone>', _code: '' })).body).toContain('Enter the code')
    clock += 1000
    const before = browser.token
    expect((await browser.post(rename, { name: 'Old <phone>', _code: code(key) })).statusCode).toBe(303)
    expect(browser.token).not.toBe(before)
    expect((await browser.get('/account/second-factor')).body).toContain('Old &lt;phone&gt;')
    const [remove = ''] = /\/account\/second-factor\/\d+\/remove/.exec(browser.page) ?? []
    expect((await browser.post(remove)).headers.location).toBe('/account/second-factor')
    expect(await database.raw.rows(`select 1 from people.recovery_code where account = ${person.account}`)).toEqual([])
    expect((await signIn(person.email)).answer.headers.location).toBe('/account')
  })

  test('cannot be removed by whoever must have it, unless another is there', async () => {
    const { browser } = await enrolled({ roles: ['administrator'] })
    await browser.get('/account/second-factor')
    const [remove = ''] = /\/account\/second-factor\/\d+\/remove/.exec(browser.page) ?? []
    const refused = await browser.post(remove)
    expect([refused.statusCode, refused.body.includes('Add another authenticator app first')]).toEqual([409, true])
    await enrol(browser, 'Tablet')
    await browser.get('/account/second-factor')
    expect((await browser.post(remove)).statusCode).toBe(303)
  })

  test('is nobody else’s to change', async () => {
    const [owner, other] = [await enrolled(), await enrolled()]
    await owner.browser.get('/account/second-factor')
    const [rename = ''] = /\/account\/second-factor\/\d+\/name/.exec(owner.browser.page) ?? []
    expect((await other.browser.get(rename)).statusCode).toBe(404)
    await other.browser.get('/account/second-factor')
    expect((await other.browser.post(rename, { name: 'Mine' })).statusCode).toBe(404)
    expect((await other.browser.post(rename.replace('name', 'remove'))).statusCode).toBe(404)
    expect(await database.raw.rows(`select 1 from people.second_factor where account = ${owner.person.account}`)).toHaveLength(1)
  })

  test('has new recovery codes on demand, and those from before open nothing', async () => {
    const { person, browser, codes } = await enrolled()
    await browser.post('/account/second-factor/codes', {}, '/account/second-factor')
    const fresh = [...browser.page.matchAll(/<span class="bv-reference">([^<]+)</g)].map(([, one = '']) => one)
    expect(fresh).toHaveLength(10)
    expect(browser.page).toMatch(/href="data:text\/plain[^"]+" download="recovery-codes.txt"/)
    for (const [recovery, status] of [[codes[3] ?? '', 422], [fresh[3] ?? '', 303]] as const) {
      const { browser: again } = await signIn(person.email)
      expect((await again.post('/sign-in/code', { code: '', recovery }, '/sign-in/code')).statusCode).toBe(status)
    }
  })
})

describe('what is sensitive', () => {
  test('such as making somebody administrator is confirmed with a code, ten minutes after the last', async () => {
    const { browser, key } = await enrolled({ roles: ['administrator'] })
    const reader = await newPerson(house, organisation)
    const address = `/people/organisations/${organisation.slug}/people/${reader.account}`
    clock += minutes(11)
    expect((await browser.post(`${address}/roles`, { roles: ['reader', 'member'] }, address)).statusCode).toBe(303)
    const between = await browser.post(`${address}/roles`, { roles: ['reader', 'administrator'] }, address)
    expect(between.statusCode).toBe(422)
    expect([...between.body.matchAll(/name="roles" value="(\w+)"/g)].map(([, role]) => role)).toEqual(['reader', 'administrator'])
    expect((await browser.post(`${address}/roles`, { roles: ['reader', 'administrator'], _code: code(key) })).headers.location).toBe(address)
    const added = await browser.post(`/people/organisations/${organisation.slug}/invite`, { email: 'new@northmere.example', roles: 'administrator' }, address)
    expect(added.statusCode).toBe(303)
    clock += minutes(11)
    expect((await browser.post('/account/sessions/end', {}, '/account')).statusCode).toBe(422)
  })

  test('is confirmed with the password by whoever has no second factor; wrong ones count as failed sign-ins', async () => {
    const person = await newPerson(house, organisation)
    const { browser } = await signIn(person.email)
    const { browser: elsewhere } = await signIn(person.email)
    clock += minutes(11)
    await browser.get('/account')
    for (let failure = 0; failure < 3; failure++) expect((await browser.post('/account/sessions/end', { _password: 'wrong' })).statusCode).toBe(422)
    expect((await browser.post('/account/sessions/end', { _password: testPassword })).statusCode).toBe(429)
    clock += minutes(1)
    expect((await browser.post('/account/sessions/end', { _password: testPassword })).statusCode).toBe(303)
    expect((await elsewhere.get('/account')).statusCode).toBe(303)
    expect((await browser.get('/account')).statusCode).toBe(200)
  })
})

describe('an administrator', () => {
  test('resets the second factor of somebody who lost it, which ends their sessions and is in the trail', async () => {
    const [lost, administrator] = [await enrolled(), await enrolled({ roles: ['administrator'] })]
    const address = `/people/organisations/${organisation.slug}/people/${lost.person.account}`
    expect((await administrator.browser.get(address)).body).toContain('Reset the second factor')
    clock += 1000
    expect((await administrator.browser.post(`${address}/second-factor`)).statusCode).toBe(303)
    expect((await lost.browser.get('/account')).statusCode).toBe(303)
    const [last] = await house.store.read({ kind: 'system', name: 'test' }, (db) => trailPage(db, {}, { before: null, size: 1 }))
    expect(last).toMatchObject({ action: 'people.reset-second-factor', subject: `account:${lost.person.account}` })
    clock += 1000
    expect((await signIn(lost.person.email)).answer.headers.location).toBe('/account')
    expect((await administrator.browser.get(address)).body).not.toContain('Reset the second factor')
  })

  test('of another organisation does not, and one here ends somebody’s sessions', async () => {
    const victim = await enrolled()
    const elsewhere = await newOrganisation(house)
    const stranger = await newPerson(house, elsewhere, { roles: ['administrator'] })
    const { browser } = await signIn(stranger.email)
    await enrol(browser)
    const address = `/people/organisations/${organisation.slug}/people/${victim.person.account}`
    for (const what of ['second-factor', 'sessions/end']) expect((await browser.post(`${address}/${what}`, {}, '/account')).statusCode).toBe(404)
    const own = await enrolled({ roles: ['administrator'] })
    await own.browser.get(address)
    clock += 1000
    expect((await own.browser.post(`${address}/sessions/end`)).statusCode).toBe(303)
    expect((await victim.browser.get('/account')).statusCode).toBe(303)
    expect(await database.raw.rows(`select 1 from people.second_factor where account = ${victim.person.account}`)).toHaveLength(1)
  })
})

describe('when the session secret is changed', () => {
  test('second factors open with the one before until they are sealed anew, and then without it', async () => {
    const { person, key } = await enrolled()
    const fresh = 'another secret of thirty-two letters'
    const between: House = { ...house, config: readConfig({ SESSION_SECRET: fresh, SESSION_SECRET_BEFORE: secret }) }
    const after: House = { ...house, config: readConfig({ SESSION_SECRET: fresh }) }
    const signInAt = async (other: House) => {
      const server = await createServer(other, { slices: [people], identify: (request) => identify(other, request) })
      clock += minutes(1)
      const { browser } = await signIn(person.email, '/account', new Visitor(() => server, () => clock))
      const answer = await browser.post('/sign-in/code', { code: code(key), recovery: '' }, '/sign-in/code')
      await server.close()
      return answer.statusCode
    }
    expect(await signInAt(between)).toBe(303)
    expect(await signInAt(after)).toBe(422)
    await database.raw.exec(`update people.session set provider_token = '${seal(house.config, tokenPurpose, '', 'the token of the provider')}' where account = ${person.account}`)
    const resealed = await resealAll(between, { kind: 'system', name: 'test' })
    expect(resealed.secondFactors.resealed).toBeGreaterThan(0)
    expect(resealed.sessions.resealed).toBeGreaterThan(0)
    const none = { resealed: 0, unreadable: 0 }
    expect(await resealAll(after, { kind: 'system', name: 'test' })).toEqual({ secondFactors: none, letters: none, sessions: none })
    expect(await signInAt(after)).toBe(303)
    const [session] = await database.raw.rows<{ provider_token: string }>(`select provider_token from people.session where account = ${person.account} and provider_token is not null`)
    expect(unseal(after.config, tokenPurpose, '', session?.provider_token ?? '')).toEqual({ text: 'the token of the provider', stale: false })
  })
})
