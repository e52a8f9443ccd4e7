import { Writable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import fc from 'fast-check'
import pino from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '#kernel/config.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { Visitor } from '#kernel/testing/visitor.ts'
import { createServer } from '#kernel/web/server.ts'
import { newOrganisation, newPerson, testPassword } from '../builders.ts'
import { openLetter } from '#kernel/mail/index.ts'
import { invite } from '../joining/invitations.ts'
import { codeAt } from '../second-factor/rules.ts'
import { accessCommands } from '../second-factor/command-line.ts'
import { identify, people } from '../index.ts'
import type { Organisation } from '../queries.ts'
import { trailPage } from '../trail/queries.ts'
import { trustedEmail } from './accounts.ts'
import { callbackPath, examineProvider, refuseOtherAlgorithms } from './callback.ts'
import { testClient, testProvider, type KnownPerson, type TestProvider } from './test-provider.ts'

// A real provider on this machine. The workbench talks to it over HTTP; a browser's part is played by two helpers, one at each.

const baseUrl = 'http://127.0.0.1:3999'
let provider: TestProvider
let database: TestStore
let organisation: Organisation
let logged: string[] = []
let ahead = 0
const opened: FastifyInstance[] = []
let workbench: Workbench
beforeAll(async () => {
  provider = await testProvider(baseUrl, callbackPath)
  database = await embeddedStore()
  workbench = await open()
  organisation = await newOrganisation(workbench.house, { slug: 'northmere', name: 'Northmere Council' })
})
afterAll(async () => {
  for (const app of opened) await app.close()
  await provider.stop()
  await database.close()
})
beforeEach(async () => {
  await database.raw.exec('delete from people.attempt')
  logged = []
  ahead = 0
})

interface Workbench {
  house: House
  app: FastifyInstance
}

/** The workbench with these settings, on the one store. */
async function open(settings: Record<string, string> = {}): Promise<Workbench> {
  const config = readConfig({
    SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'off', BASE_URL: baseUrl, OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: testClient.id, OIDC_CLIENT_SECRET: testClient.secret, OIDC_LABEL: 'Northmere Council', ...settings,
  })
  const log = pino({ level: 'info' }, new Writable({ write: (chunk, _encoding, done) => { logged.push(String(chunk)); done() } }))
  const house = completeHouse({ store: database.store, config, log, now: () => new Date(Date.now() + ahead) })
  const app = await createServer(house, { slices: [people], identify: (request) => identify(house, request) })
  opened.push(app)
  return { house, app }
}

const visitor = ({ app }: Workbench = workbench) => new Visitor(() => app, () => Date.now() + ahead)

/** A browser at the provider: signs in there as somebody, or goes away, and returns the address it is sent back to. */
async function atProvider(address: string, name: string | null, change: (address: URL) => void = () => {}, jar = new Map<string, string>()): Promise<string> {
  const start = new URL(address)
  change(start)
  let url = start.href
  for (let step = 0; step < 10; step++) {
    const isForm = url.includes('/interaction/')
    const headers = { cookie: [...jar].map(([key, value]) => `${key}=${value}`).join('; ') }
    const body = new URLSearchParams(name === null ? { do: 'cancel' } : { name, do: 'sign-in' })
    const answer = await fetch(url, isForm ? { method: 'POST', headers, body, redirect: 'manual' } : { headers, redirect: 'manual' })
    await answer.text()
    for (const cookie of answer.headers.getSetCookie()) {
      const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      jar.set(key, value)
    }
    const location = answer.headers.get('location')
    if (!location) throw new Error(`The provider answered ${answer.status} at ${url}`)
    url = new URL(location, url).href
    if (url.startsWith(baseUrl)) return url.slice(baseUrl.length)
  }
  throw new Error('The provider went in circles.')
}

let made = 0
/** Somebody the provider knows; with a verified address unless told otherwise. */
function known(given: Partial<KnownPerson> = {}): KnownPerson {
  const sub = given.sub ?? `there-${++made}`
  const person = { sub, email: `${sub}@northmere.example`, email_verified: true, name: `Person ${made}`, ...given }
  provider.people.set(sub, person)
  return person
}

async function begin(browser: Visitor, next = '/account', question = '') {
  return String((await browser.get(`/sign-in/provider?next=${encodeURIComponent(next)}${question}`)).headers.location)
}

async function signInAs(name: string | null, { next = '/account', browser = visitor(), change = undefined as ((address: URL) => void) | undefined } = {}) {
  const back = await atProvider(await begin(browser, next), name, change)
  return { browser, back, answer: await browser.get(back) }
}

/** Somebody with an account here, whom the provider knows by the same address. */
async function both(given: Parameters<typeof newPerson>[2] = {}, there: Partial<KnownPerson> = {}) {
  const person = await newPerson(workbench.house, organisation, given)
  return { person, there: known({ email: person.email, ...there }) }
}

const accountsOf = (email: string) => database.raw.rows<{ id: number }>(`select id from people.account where email = '${email}'`)
const lastEntry = async () => (await workbench.house.store.read({ kind: 'system', name: 'test' }, (db) => trailPage(db, {}, { before: null, size: 1 })))[0]

describe('somebody with an account', () => {
  test('is found by the verified address, linked, and from then on known whatever their address', async () => {
    const { person, there } = await both()
    const { browser, answer } = await signInAs(there.sub, { next: '/account/password' })
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/account/password'])
    expect((await browser.get('/account')).body).toContain('Linked with Northmere Council since')
    expect(await lastEntry()).toMatchObject({ action: 'people.sign-in', subject: `account:${person.account}`, says: 'signed in through Northmere Council' })
    known({ ...there, email: 'married@northmere.example', email_verified: false })
    expect((await signInAs(there.sub)).answer.headers.location).toBe('/account')
    const [entry] = await database.raw.rows<{ count: number }>(`select count(*) from kernel.trail where action = 'people.link-identity' and subject = 'account:${person.account}'`)
    expect(entry?.count).toBe(1)
  })

  test('goes to the provider with everything that keeps the answer from being somebody else’s', async () => {
    const address = new URL(await begin(visitor()))
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      response_type: 'code', code_challenge_method: 'S256', redirect_uri: `${baseUrl}/sign-in/provider/callback`, scope: 'openid email profile', client_id: 'workbench',
    })
    for (const name of ['state', 'nonce', 'code_challenge']) expect(address.searchParams.get(name), name).toMatch(/^[\w-]{43}$/)
  })

  test('gets a new session; one planted before is worth nothing, and the earlier one ends', async () => {
    const { there } = await both()
    const victim = visitor()
    victim.cookies.set('bv-session', 'planted-by-somebody-else')
    await signInAs(there.sub, { browser: victim })
    const first = victim.token ?? ''
    expect(first).toMatch(/^[\w-]{43}$/)
    await signInAs(there.sub, { browser: victim })
    expect(victim.token).not.toBe(first)
    const thief = visitor()
    thief.cookies.set('bv-session', first)
    expect((await thief.get('/account')).statusCode).toBe(303)
  })

  test('linked with one person at the provider is not opened by another who has come to have the address', async () => {
    const { person, there } = await both()
    await signInAs(there.sub)
    const heir = known({ email: person.email })
    const { browser, answer } = await signInAs(heir.sub)
    expect(answer.headers.location).toContain('trouble=unknown')
    expect(browser.token).toBeUndefined()
  })

  test('who is an administrator is led to a second factor of ours, unless the settings say that the provider’s counts', async () => {
    const { there } = await both({ roles: ['administrator'] }, { amr: ['pwd', 'mfa'], acr: 'urn:test:two' })
    expect((await signInAs(there.sub)).answer.headers.location).toBe('/account/second-factor/new?next=%2Faccount')
    for (const settings of [{ OIDC_SECOND_FACTOR_AMR: 'otp, mfa' }, { OIDC_SECOND_FACTOR_ACR: 'urn:test:two' }]) {
      const counting = await open(settings)
      const { browser, answer } = await signInAs(there.sub, { browser: visitor(counting) })
      expect(answer.headers.location).toBe('/account')
      expect((await browser.get('/people')).statusCode).toBe(200)
      expect((await lastEntry())?.says).toBe('signed in through Northmere Council, with a second factor there')
    }
    const other = await open({ OIDC_SECOND_FACTOR_AMR: 'hwk' })
    expect((await signInAs(there.sub, { browser: visitor(other) })).answer.headers.location).toContain('/account/second-factor/new')
  })

  test('and a second factor here is asked for its code', async () => {
    const { person, there } = await both()
    await database.raw.exec(`insert into people.second_factor (account, organisation, name, secret, last_step, made_at, used_at) values (${person.account}, ${organisation.id}, 'Phone', 'x', 0, now(), now())`)
    const { browser, answer } = await signInAs(there.sub)
    expect(answer.headers.location).toBe('/sign-in/code')
    expect(browser.token).toBeUndefined()
    expect((await browser.get('/sign-in/code')).statusCode).toBe(200)
  })
})

describe('nobody is let in', () => {
  test('who is not known here or was deactivated: both are told the same, and no account is made', async () => {
    const stranger = known()
    const { person, there } = await both()
    await signInAs(there.sub)
    await database.raw.exec(`update people.account set active = false where id = ${person.account}`)
    const { person: never, there: neverLinked } = await both()
    await database.raw.exec(`update people.account set active = false where id = ${never.account}`)
    for (const { sub } of [stranger, there, neverLinked]) {
      const { browser, answer } = await signInAs(sub)
      expect(answer.headers.location).toBe('/sign-in?trouble=unknown&next=%2Faccount')
      expect(browser.token).toBeUndefined()
      expect((await browser.get(String(answer.headers.location))).body).toContain('there is no account here that you may use')
    }
    expect(await accountsOf(stranger.email ?? '')).toEqual([])
  })

  test.each([
    ['is said not to be verified', { email_verified: false }, {}, 'unverified'],
    ['is not said to be verified', { email_verified: undefined }, {}, 'unverified'],
    ['is not there', { email: undefined }, {}, 'unverified'],
    ['is not said to be verified, of a domain the settings do not name', { email_verified: undefined }, { OIDC_EMAIL_DOMAINS: 'northmere.example.org' }, 'unverified'],
  ] as const)('whose address %s', async (_what, claims, settings, trouble) => {
    const { there } = await both()
    // A claim that is undefined is not told.
    provider.people.set(there.sub, JSON.parse(JSON.stringify({ ...there, ...claims })) as KnownPerson)
    const { answer } = await signInAs(there.sub, { browser: visitor(await open(settings)) })
    expect(answer.headers.location).toContain(`trouble=${trouble}`)
  })

  test('though an address of a domain the settings name is believed where the provider says nothing about it', async () => {
    const { there } = await both()
    provider.people.set(there.sub, JSON.parse(JSON.stringify({ ...there, email_verified: undefined })) as KnownPerson)
    const believing = await open({ OIDC_EMAIL_DOMAINS: `council.example, ${there.email?.split('@')[1]?.toUpperCase()}` })
    expect((await signInAs(there.sub, { browser: visitor(believing) })).answer.headers.location).toBe('/account')
  })

  test('by an address that only ends like one of the domains, or says another besides', () => {
    const domain = 'northmere.gov.uk'
    const prefix = fc.stringMatching(/^[a-z0-9@.-]{0,12}$/)
    fc.assert(fc.property(prefix, prefix, (before, after) => {
      const email = `${before}@${after}${domain}`
      const trusted = trustedEmail({ emailDomains: [domain] }, { subject: 'x', email, emailVerified: null, name: null })
      expect(trusted === null || (trusted === email && after === '' && !before.includes('@'))).toBe(true)
    }))
  })

  test('who goes away at the provider; they are told that nothing was changed', async () => {
    const { answer, browser } = await signInAs(null)
    expect(answer.headers.location).toBe('/sign-in?trouble=declined&next=%2Faccount')
    const page = await browser.get(String(answer.headers.location))
    expect([page.statusCode, page.body.includes('You did not finish signing in with Northmere Council')]).toEqual([200, true])
  })

  test('with a state nobody gave out, or in another browser than the one that went; the right one still comes in after', async () => {
    const { there } = await both()
    const browser = visitor()
    const back = await atProvider(await begin(browser), there.sub)
    expect((await browser.get(back.replace(/state=[^&]+/, 'state=made-up'))).headers.location).toContain('trouble=again')
    const thief = visitor()
    expect((await thief.get(back)).headers.location).toContain('trouble=again')
    await begin(thief)
    expect((await thief.get(back)).headers.location).toContain('trouble=again')
    expect((await browser.get(callbackPath)).headers.location).toContain('trouble=again')
    expect((await browser.get(back)).headers.location).toBe('/account')
  })

  test('twice with one answer: not one after the other, not at the same moment, and not with its code under a new state', async () => {
    const { there } = await both()
    const { browser, back } = await signInAs(there.sub)
    expect((await browser.get(back)).headers.location).toContain('trouble=again')
    const twin = visitor()
    const twice = await atProvider(await begin(twin), there.sub)
    const answers = await Promise.all([twin.get(twice), twin.get(twice)])
    expect(answers.map(({ headers }) => String(headers.location).split('&')[0]).sort()).toEqual(['/account', '/sign-in?trouble=again'])
    const thief = visitor()
    const state = new URL(await begin(thief)).searchParams.get('state') ?? ''
    const replayed = await thief.get(back.replace(/state=[^&]+/, `state=${state}`))
    expect(replayed.headers.location).toContain('trouble=again')
    expect(thief.token).toBeUndefined()
  })

  test('with a code that was given to another browser and not used yet', async () => {
    const { there } = await both()
    const stolen = await atProvider(await begin(visitor()), there.sub)
    const thief = visitor()
    const state = new URL(await begin(thief)).searchParams.get('state') ?? ''
    expect((await thief.get(stolen.replace(/state=[^&]+/, `state=${state}`))).headers.location).toContain('trouble=again')
    expect(thief.token).toBeUndefined()
  })

  test('with a token made for another request, or an answer that names another issuer or none', async () => {
    const { there } = await both()
    const { answer, browser } = await signInAs(there.sub, { change: (address) => address.searchParams.set('nonce', 'of-another-request') })
    expect(answer.headers.location).toContain('trouble=refused')
    expect(browser.token).toBeUndefined()
    for (const change of [(back: string) => back.replace(/iss=[^&]+/, 'iss=https%3A%2F%2Fevil.example'), (back: string) => back.replace(/&?iss=[^&]+/, '')]) {
      const another = visitor()
      const back = await atProvider(await begin(another), there.sub)
      expect(back).toContain('iss=')
      expect((await another.get(change(back))).headers.location).toContain('trouble=refused')
      expect(another.token).toBeUndefined()
    }
    expect(logged.join()).toContain('OAUTH_')
  })

  test.each(['none', 'HS256', 'RS1', undefined])('with a token signed by %s, whatever the provider offers', (alg) => {
    const token = [Buffer.from(JSON.stringify({ alg })).toString('base64url'), 'e30', 'x'].join('.')
    expect(() => refuseOtherAlgorithms(token)).toThrow()
    expect(() => refuseOtherAlgorithms([Buffer.from('{"alg":"PS256"}').toString('base64url'), 'e30', 'x'].join('.'))).not.toThrow()
  })

  test('who took longer than ten minutes', async () => {
    const { there } = await both()
    const browser = visitor()
    const back = await atProvider(await begin(browser), there.sub)
    ahead = 10 * 60_000
    expect((await browser.get(back)).headers.location).toContain('trouble=again')
  })

  test('and whatever is sent to the callback, it is answered by a redirection to the sign-in page', async () => {
    const words = fc.constantFrom('state', 'code', 'error', 'iss', 'id_token', 'response', 'error_description', 'x')
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(words, fc.string({ maxLength: 30 })), { maxLength: 6 }), async (given) => {
      const browser = visitor()
      const address = new URL(await begin(browser))
      const typed = new URLSearchParams(given.map(([name, value]): [string, string] => [name, name === 'state' ? (address.searchParams.get('state') ?? '') : value]))
      const answer = await browser.get(`${callbackPath}?${typed.toString()}`)
      expect(answer.statusCode).toBe(303)
      expect(answer.headers.location).toMatch(/^\/sign-in\?trouble=(again|refused|declined|away)&/)
      expect(browser.token).toBeUndefined()
    }), { numRuns: 25 })
  })
})

describe('two first visits at the same moment', () => {
  test('make one link, and both are signed in', async () => {
    const { person, there } = await both()
    const browsers = [visitor(), visitor()]
    const backs = await Promise.all(browsers.map(async (browser) => atProvider(await begin(browser), there.sub)))
    const answers = await Promise.all(browsers.map((browser, place) => browser.get(backs[place] ?? '')))
    expect(answers.map(({ headers }) => headers.location)).toEqual(['/account', '/account'])
    expect(await database.raw.rows(`select 1 from people.identity where account = ${person.account}`)).toHaveLength(1)
  })
})

describe('somebody nobody knows', () => {
  test('is added as a reader where the settings name an organisation, once, and the trail says so', async () => {
    const adding = await open({ OIDC_NEW_PEOPLE: 'northmere' })
    const there = known({ name: ' Ada Bell ' })
    const browsers = [visitor(adding), visitor(adding)]
    const backs = await Promise.all(browsers.map(async (browser) => atProvider(await begin(browser), there.sub)))
    const answers = await Promise.all(browsers.map((browser, place) => browser.get(backs[place] ?? '')))
    expect(answers.map(({ headers }) => headers.location)).toEqual(['/account', '/account'])
    const [account] = await accountsOf(there.email ?? '')
    expect(await database.raw.rows(`select role from people.membership where account = ${account?.id}`)).toEqual([{ role: 'reader' }])
    const said = await database.raw.rows<{ says: string }>(`select says from kernel.trail where action = 'people.add-account' and subject = 'account:${account?.id}'`)
    expect(said).toEqual([{ says: 'added Ada Bell to Northmere Council as reader, coming from Northmere Council for the first time' }])
  })

  test('is not added where it does not exist, or with an address that cannot be relied on', async () => {
    const wrong = await open({ OIDC_NEW_PEOPLE: 'southmere' })
    const there = known()
    expect((await signInAs(there.sub, { browser: visitor(wrong) })).answer.headers.location).toContain('trouble=unknown')
    expect(logged.join()).toContain('OIDC_NEW_PEOPLE')
    const doubtful = known({ email_verified: false })
    expect((await signInAs(doubtful.sub, { browser: visitor(await open({ OIDC_NEW_PEOPLE: 'northmere' })) })).answer.headers.location).toContain('trouble=unverified')
  })
})

describe('a link on another site', () => {
  test.each(['cross-site', 'same-site'])('signs nobody in (%s): they come to our own page, with the button', async (site) => {
    const answer = await visitor().get('/sign-in/provider?next=%2Faccount', { 'sec-fetch-site': site })
    expect(answer.headers.location).toBe('/sign-in?next=%2Faccount')
  })
})

describe('where somebody goes afterwards', () => {
  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/\t/evil.example', 'evil'])('is never another site (%s)', async (next) => {
    const { there } = await both()
    expect((await signInAs(there.sub, { next })).answer.headers.location).toBe('/')
    const { browser, answer } = await signInAs(null, { next })
    expect(answer.headers.location).toBe('/sign-in?trouble=declined&next=%2F')
    expect((await browser.get(`/sign-in?trouble=%3Cscript%3E&next=${encodeURIComponent(next)}`)).body).not.toContain('evil.example')
  })
})

describe('when the provider does not answer', () => {
  test('the sign-in page says so and passwords go on working; when it answers again nobody has to restart anything', async () => {
    const { person, there } = await both()
    const fresh = await open()
    await provider.stop()
    const browser = visitor(fresh)
    const answer = await browser.get('/sign-in/provider?next=%2Faccount')
    expect(answer.headers.location).toBe('/sign-in?trouble=away&next=%2Faccount')
    const page = await browser.get(String(answer.headers.location))
    expect([page.statusCode, page.body.includes('Northmere Council does not answer just now')]).toEqual([200, true])
    expect((await browser.post('/sign-in', { email: person.email, password: testPassword, next: '/account' })).headers.location).toBe('/account')
    expect(logged.join()).toContain('ECONNREFUSED')
    await provider.start()
    expect((await signInAs(there.sub, { browser: visitor(fresh) })).answer.headers.location).toBe('/account')
  })

  test('the doctor says so, and otherwise what must be registered there; without a provider nothing', async () => {
    expect(await examineProvider(workbench.house)).toEqual({ well: true, said: `${provider.issuer} answers; registered there must be ${baseUrl}/sign-in/provider/callback` })
    // What another provider says about itself is not believed: here the same one under another name.
    const other = await open({ OIDC_ISSUER: provider.issuer.replace('127.0.0.1', 'localhost') })
    expect(await examineProvider(other.house)).toMatchObject({ well: false })
    expect((await visitor(other).get('/sign-in/provider')).headers.location).toContain('trouble=')
    expect(await examineProvider({ ...workbench.house, config: readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!' }) })).toBeNull()
  })

  test('between going and coming back, it is said then', async () => {
    const { there } = await both()
    const browser = visitor()
    const back = await atProvider(await begin(browser), there.sub)
    await provider.stop()
    expect((await browser.get(back)).headers.location).toBe('/sign-in?trouble=away&next=%2Faccount')
    await provider.start()
  })
})

describe('signing out', () => {
  test('ends the session here, and offers to end it at the provider with a word that works once', async () => {
    const { there } = await both()
    const [browser, jar] = [visitor(), new Map<string, string>()]
    await browser.get(await atProvider(await begin(browser), there.sub, undefined, jar))
    await browser.get('/account')
    const answer = await browser.post('/sign-out')
    expect(answer.headers.location).toMatch(/^\/signed-out\?leave=[\w-]{43}$/)
    expect((await browser.get('/account')).statusCode).toBe(303)
    const page = await browser.get(String(answer.headers.location))
    const [leave = ''] = /\/sign-out\/provider\?leave=[\w-]+/.exec(page.body) ?? []
    const away = new URL(String((await browser.get(leave)).headers.location))
    expect(`${away.origin}${away.pathname}`).toBe(`${provider.issuer}/session/end`)
    expect(away.searchParams.get('post_logout_redirect_uri')).toBe(`${baseUrl}/signed-out`)
    const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const asked = await (await fetch(away, { headers: { cookie: cookie() } })).text()
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(asked) ?? []
    const agreed = await fetch(`${provider.issuer}/session/end/confirm`, {
      method: 'POST', headers: { cookie: cookie() }, body: new URLSearchParams({ xsrf, logout: 'yes' }), redirect: 'manual',
    })
    expect(agreed.headers.get('location')).toBe(`${baseUrl}/signed-out`)
    expect((await browser.get('/signed-out')).body).toContain('You have left the workbench.')
    expect((await browser.get(leave)).headers.location).toBe('/sign-in?next=%2F')
    expect(JSON.stringify(await database.raw.rows('select provider_token from people.session'))).not.toMatch(/eyJ[\w-]+\.eyJ/)
  })

  test('of somebody who came with a password leads to the sign-in page', async () => {
    const { person } = await both()
    const browser = visitor()
    await browser.post('/sign-in', { email: person.email, password: testPassword, next: '/account' }, '/sign-in')
    await browser.get('/account')
    expect((await browser.post('/sign-out')).headers.location).toBe('/sign-in')
  })
})

describe('one’s account', () => {
  test('is linked with the provider whatever the address there, after proving who one is, and the link is ended', async () => {
    const person = await newPerson(workbench.house, organisation)
    const there = known({ email: 'private@elsewhere.example', email_verified: false })
    const browser = visitor()
    await browser.post('/sign-in', { email: person.email, password: testPassword, next: '/account' }, '/sign-in')
    ahead = 11 * 60_000
    expect((await browser.get('/sign-in/provider?link=yes&next=%2Faccount')).headers.location).toBe('/account/provider')
    expect((await browser.post('/account/provider', {}, '/account/provider')).statusCode).toBe(422)
    expect((await browser.post('/account/provider', { _password: testPassword })).headers.location).toBe('/account/provider')
    const address = await begin(browser, '/account', '&link=yes')
    expect(new URL(address).searchParams.get('prompt')).toBe('login')
    expect((await browser.get(await atProvider(address, there.sub))).headers.location).toBe('/account')
    expect((await browser.get('/account')).body).toContain('Your account is linked with Northmere Council.')
    ahead = 0
    expect((await signInAs(there.sub)).answer.headers.location).toBe('/account')
    const second = known()
    const again = await begin(browser, '/account', '&link=yes')
    expect((await browser.get(await atProvider(again, second.sub))).statusCode).toBe(409)
    await browser.post('/account/provider/end', {}, '/account/provider')
    expect((await signInAs(there.sub)).answer.headers.location).toContain('trouble=unverified')
  })

  test('is not linked from another site, or in another session than the one that asked', async () => {
    const person = await newPerson(workbench.house, organisation)
    const browser = visitor()
    await browser.post('/sign-in', { email: person.email, password: testPassword, next: '/account' }, '/sign-in')
    expect((await browser.get('/sign-in/provider?link=yes', { 'sec-fetch-site': 'cross-site' })).headers.location).toBe('/sign-in?next=%2F')
    const back = await atProvider(await begin(browser, '/account', '&link=yes'), known().sub)
    await browser.get('/account')
    await browser.post('/sign-out')
    await browser.post('/sign-in', { email: person.email, password: testPassword, next: '/account' }, '/sign-in')
    expect((await browser.get(back)).headers.location).toContain('trouble=again')
    expect(await database.raw.rows(`select 1 from people.identity where account = ${person.account}`)).toEqual([])
  })

  test('proves who one is at the provider, as the same person there and signing in anew', async () => {
    const { there } = await both()
    const { browser } = await signInAs(there.sub)
    const token = browser.token
    ahead = 11 * 60_000
    const between = await browser.post('/account/sessions/end', {}, '/account')
    const [confirm = ''] = /\/sign-in\/provider\?confirm=yes&amp;next=[^"]+/.exec(between.body) ?? []
    const go = async () => String((await browser.get(confirm.replaceAll('&amp;', '&'))).headers.location)
    const other = known()
    const refused = String((await browser.get(await atProvider(await go(), other.sub))).headers.location)
    expect(refused).toContain('trouble=not-confirmed')
    const told = await browser.get(refused)
    expect([told.statusCode, told.body.includes('does not show that it is you'), told.body.includes('href="/account"')]).toEqual([200, true, true])
    const address = await go()
    expect(new URL(address).searchParams.get('max_age')).toBe('300')
    expect((await browser.get(await atProvider(address, there.sub))).headers.location).toBe('/account')
    expect(browser.token).not.toBe(token)
    expect((await browser.post('/account/sessions/end', {}, '/account')).statusCode).toBe(303)
  })

  test('with a second factor here does not pass round it with the first one there', async () => {
    const { person, there } = await both()
    const { browser } = await signInAs(there.sub)
    await database.raw.exec(`
      insert into people.second_factor (account, organisation, name, secret, last_step, made_at, used_at) values (${person.account}, ${organisation.id}, 'Phone', 'x', 0, now(), now());
      update people.session set second_factor_at = now() where account = ${person.account}`)
    const token = browser.token
    const proved = () => database.raw.rows(`select proved_at from people.session where account = ${person.account}`)
    const before = await proved()
    expect((await browser.get(await atProvider(await begin(browser, '/account', '&confirm=yes'), there.sub))).headers.location).toContain('trouble=not-confirmed')
    expect(browser.token).toBe(token)
    expect(await proved()).toEqual(before)
  })

  test('is confirmed by whoever has no password: with a code once there is an app, and at the provider until then, however late they add one', async () => {
    const closed = await open({ PASSWORD_SIGN_IN: 'off' })
    const { person, there } = await both({ roles: ['administrator'] })
    const browser = visitor(closed)
    const enrolment = '/account/second-factor/new'
    expect((await browser.get(await atProvider(await begin(browser, '/account'), there.sub))).headers.location).toBe(`${enrolment}?next=%2Faccount`)
    const add = async () => {
      await browser.get(enrolment)
      const secret = (/bv-secret">([^<]+)</.exec(browser.page)?.[1] ?? '').replaceAll(' ', '')
      const [, sealed = ''] = /name="sealed" value="([^"]+)"/.exec(browser.page) ?? []
      return { secret, answer: await browser.post(enrolment, { name: 'Phone', code: codeAt(secret, closed.house.now()), sealed, next: '/account' }) }
    }
    ahead = 11 * 60_000
    const late = (await add()).answer
    const [confirm = ''] = /\/sign-in\/provider\?confirm=yes&amp;next=[^"]+/.exec(late.body) ?? []
    const address = String((await browser.get(confirm.replaceAll('&amp;', '&'))).headers.location)
    expect((await browser.get(await atProvider(address, there.sub))).headers.location).toBe(enrolment)
    const { secret, answer } = await add()
    expect(answer.body).toContain('Your recovery codes')
    ahead = 22 * 60_000 + 30_000
    const asked = await browser.post('/account/sessions/end', {}, '/account')
    expect([asked.statusCode, asked.body.includes('name="_code"'), asked.body.includes('confirm=yes')]).toEqual([422, true, false])
    expect((await browser.post('/account/sessions/end', { _code: codeAt(secret, closed.house.now()) })).statusCode).toBe(303)
    await database.raw.exec(`delete from people.second_factor where account = ${person.account}; delete from people.identity where account = ${person.account}; delete from people.membership where account = ${person.account}`)
    ahead = 33 * 60_000 + 30_000
    const unlinked = await browser.post('/account/sessions/end', {}, '/account')
    expect(unlinked.body).toContain('href="/sign-in/provider?next=%2Faccount"')
    expect(unlinked.body).not.toContain('type="password"')
    expect((await browser.get(await atProvider(await begin(browser, '/account'), there.sub))).headers.location).toBe('/account')
    expect((await browser.post('/account/sessions/end', {}, '/account')).statusCode).toBe(303)
  })
})

describe('somebody who was invited and has no account', () => {
  const knownAs = (name: string) => {
    const email = `invited-${++made}@northmere.example`
    return { ...known({ name, email }), email }
  }
  const invited = async (email: string, house = workbench.house) => {
    const by = await newPerson(house, organisation, { roles: ['administrator'] })
    await house.store.change(by, 'people.invite', (trx) => invite(trx, house, { organisation, email, roles: ['performance-officer'] }, by))
    const [{ id } = { id: 0 }] = await database.raw.rows<{ id: number }>('select max(id) as id from kernel.letter')
    const { text } = await house.store.change({ kind: 'system', name: 'test' }, 'test.open', (trx) => openLetter(trx, house, id))
    return /\/invitation\?link=\S+/.exec(text)?.[0] ?? ''
  }
  /** Opens the link of the letter, presses the button of the provider and signs in there as somebody. */
  const accept = async (link: string, sub: string, where = workbench) => {
    const browser = visitor(where)
    const page = (await browser.get(link)).body
    const [, button = ''] = /href="(\/sign-in\/provider\?invitation=[^"]+)"/.exec(page) ?? []
    const away = await browser.get(button.replaceAll('&amp;', '&'), { 'sec-fetch-site': 'same-origin' })
    return { browser, page, answer: await browser.get(await atProvider(String(away.headers.location), sub)) }
  }

  test.each([{}, { PASSWORD_SIGN_IN: 'off' }, { OIDC_NEW_PEOPLE: 'northmere' }])('accepts by signing in at the provider, and gets an account with the roles of the invitation (%o)', async (settings) => {
    const where = await open(settings)
    const there = knownAs('Tom Askew')
    const link = await invited(there.email.toUpperCase(), where.house)
    const { browser, page, answer } = await accept(link, there.sub, where)
    expect(page.includes('type="password"')).toBe(!('PASSWORD_SIGN_IN' in settings))
    expect(answer.headers.location).toBe('/')
    expect((await browser.get('/account')).body).toMatch(/Tom Askew[^]*performance officer/i)
    expect((await accountsOf(there.email.toUpperCase())).length).toBe(1)
    const entries = await where.house.store.read({ kind: 'system', name: 'test' }, (db) => trailPage(db, {}, { before: null, size: 3 }))
    expect(entries.map(({ says }) => says).join()).toContain('made an account for Tom Askew, who was invited to Northmere Council as performance officer, coming from Northmere Council')
    expect((await visitor(where).get(link)).statusCode).toBe(404)
    expect((await signInAs(there.sub)).answer.headers.location).toBe('/account')
  })

  test.each([
    ['is verified to have another address', () => known()],
    ['only says to have the address', (email: string) => known({ email, email_verified: false })],
    ['has an account here under another address', async () => (await both()).there],
    ['is linked with an account here', async () => {
      const { there } = await both()
      await signInAs(there.sub)
      return there
    }],
  ])('is let in by nobody at the provider who %s', async (_who, make) => {
    const email = `invited-${++made}@northmere.example`
    const where = await open({ OIDC_NEW_PEOPLE: 'northmere' })
    const link = await invited(email, where.house)
    const there = await make(email)
    const accountsBefore = await database.raw.rows('select id from people.account')
    const { browser, answer } = await accept(link, there.sub, where)
    expect(answer.headers.location).toMatch(/trouble=(not-invited|unverified)/)
    expect(browser.token).toBeUndefined()
    expect(await database.raw.rows('select id from people.account')).toEqual(accountsBefore)
    expect((await browser.get(link)).statusCode).toBe(200)
    expect((await browser.get(String(answer.headers.location))).body).toMatch(/is not the one the invitation went to|can be relied on/)
  })

  test('makes one account when they accept twice at once, and no link of another site begins it', async () => {
    const there = knownAs('Ines Hartley')
    const link = await invited(there.email)
    const [browser, twin] = [visitor(), visitor()]
    const start = async (one: Visitor) => atProvider(String((await one.get(`/sign-in/provider?invitation=${link.split('=')[1] ?? ''}&next=%2F`)).headers.location), there.sub)
    const [first, second] = [await start(browser), await start(twin)]
    const answers = await Promise.all([browser.get(first), twin.get(second)])
    expect(answers.map(({ headers }) => headers.location)).toEqual(['/', '/'])
    expect(await accountsOf(there.email)).toHaveLength(1)
    const planted = await visitor().get(`/sign-in/provider?invitation=${link.split('=')[1] ?? ''}`, { 'sec-fetch-site': 'cross-site' })
    expect(planted.headers.location).toBe('/sign-in?next=%2F')
  })
})

describe('when passwords are switched off', () => {
  test('the right one is refused like a wrong one, except for a while from somebody the installation let in', async () => {
    const closed = await open({ PASSWORD_SIGN_IN: 'off' })
    const { person } = await both()
    const browser = visitor(closed)
    const page = await browser.get('/sign-in')
    expect(page.body).toContain('Sign in with Northmere Council')
    expect(page.body).not.toContain('type="password"')
    const tryWith = async (password: string, email = person.email) => (await browser.post('/sign-in', { email, password, next: '/account' }, '/sign-in?with=password'))
    const answers = [await tryWith(testPassword), await tryWith('wrong'), await tryWith('wrong', 'nobody@nowhere.example')]
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([422, 422, 422])
    const said: string[] = []
    const breakGlass = accessCommands.find(({ name }) => name === 'users break-glass')
    await breakGlass?.run(['--email', person.email, '--hours', '1'], closed.house, { out: (text) => said.push(text), err: () => {}, progress: () => {} })
    const password = /One-time password: (\S+)/.exec(said.join())?.[1] ?? ''
    expect(said.join()).toContain(`${baseUrl}/sign-in?with=password`)
    expect(await lastEntry()).toMatchObject({ action: 'people.break-glass', subject: `account:${person.account}` })
    expect((await tryWith(password)).headers.location).toBe('/account/password?next=%2Faccount')
    await browser.post('/account/password', { current: password, fresh: 'words of my own making', next: '/account' }, '/account/password')
    await browser.get('/account')
    await browser.post('/sign-out')
    ahead = 3_600_000
    expect((await tryWith('words of my own making')).statusCode).toBe(422)
  })
})

describe('the settings', () => {
  const settings = { OIDC_ISSUER: 'https://login.example.gov.uk', OIDC_CLIENT_ID: 'x', OIDC_CLIENT_SECRET: 'y' }
  test.each([
    [{ OIDC_ISSUER: 'http://login.example.gov.uk' }, 'Give an address that begins with https://'],
    [{ OIDC_ISSUER: 'http://127.0.0.1.evil.example' }, 'Give an address that begins with https://'],
    [{ OIDC_CLIENT_SECRET: '' }, 'OIDC_CLIENT_SECRET: is needed beside OIDC_ISSUER'],
    [{ OIDC_ISSUER: '' }, 'OIDC_ISSUER: is needed beside OIDC_CLIENT_ID'],
    [{ OIDC_EMAIL_DOMAINS: 'northmere' }, 'domains such as northmere.gov.uk'],
    [{ OIDC_SCOPES: 'email' }, 'scopes that begin with openid'],
    [{ SECOND_FACTOR: 'nobody' }, 'administrators or everyone'],
    [{ OIDC_ISSUER: '', OIDC_CLIENT_ID: '', OIDC_CLIENT_SECRET: '', PASSWORD_SIGN_IN: 'off' }, 'otherwise nobody could sign in'],
  ])('%o are refused in a sentence', (wrong, sentence) => {
    expect(() => readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', ...settings, ...wrong })).toThrow(sentence)
  })
})
