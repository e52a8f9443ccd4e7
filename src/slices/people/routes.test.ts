import { Writable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '#kernel/config.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { createServer } from '#kernel/web/server.ts'
import { Browser } from './browsing.ts'
import { newOrganisation, newPerson, testPassword } from './builders.ts'
import { identify, people } from './index.ts'
import type { Organisation } from './queries.ts'

// The real pages asked through `inject`, with a browser's cookies and forms.

let database: TestStore
let house: House
let app: FastifyInstance
let logged: string[]
let clock = Date.now()
beforeAll(async () => {
  database = await embeddedStore()
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'on' })
  logged = []
  const log = pino({ level: 'info' }, new Writable({ write: (chunk, _encoding, done) => { logged.push(String(chunk)); done() } }))
  house = completeHouse({ store: database.store, config, log, now: () => new Date(clock) })
  app = await createServer(house, { slices: [people], identify: (request) => identify(house, request) })
})
afterAll(async () => {
  await app.close()
  await database.close()
})
beforeEach(() => database.raw.exec('delete from people.attempt'))

const newBrowser = () => new Browser(() => app, () => clock)
const signedInAs = async (email: string) => {
  const browser = newBrowser()
  expect((await browser.signIn(email)).statusCode).toBe(303)
  return browser
}

describe('signing in', () => {
  test('leads to the page that was asked for, and then the page is there', async () => {
    const person = await newPerson(house, await newOrganisation(house), { name: 'Mara Fell' })
    const browser = newBrowser()
    const asked = await browser.get('/account')
    expect([asked.statusCode, asked.headers.location]).toEqual([303, '/sign-in?next=%2Faccount'])
    const answer = await browser.signIn(person.email, testPassword, '/account')
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/account'])
    const account = await browser.get('/account')
    expect(account.body).toContain('Mara Fell')
    expect(account.body).toContain('This session')
    expect((await browser.get('/sign-in')).headers.location).toBe('/')
  })

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/\t/evil.example', 'evil'])('never leads to another site (%s)', async (next) => {
    const person = await newPerson(house, await newOrganisation(house))
    const browser = newBrowser()
    await browser.get('/sign-in')
    const answer = await browser.post('/sign-in', { email: person.email, password: testPassword, next })
    expect(answer.headers.location).toBe('/')
  })

  test('shows the form again with the address typed and never the password, and says the same whoever does not exist', async () => {
    const person = await newPerson(house, await newOrganisation(house))
    const pages = []
    for (const email of [person.email, 'nobody@nowhere.example']) {
      const browser = newBrowser()
      const answer = await browser.signIn(email, 'not the right words')
      expect(answer.statusCode).toBe(422)
      expect(answer.body).toContain(`value="${email}"`)
      expect(answer.body).not.toContain('not the right words')
      pages.push(answer.body.replaceAll(email, 'EMAIL').replace(/value="[\w-]+\.[\w-]+"/g, ''))
    }
    expect(pages[0]).toBe(pages[1])
    expect(logged.join()).not.toContain('not the right words')
  })

  test('asks for what is missing', async () => {
    const browser = newBrowser()
    const answer = await browser.signIn('', '')
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain('href="#email"')
    expect(answer.body).toContain('href="#password"')
    expect(answer.body).toContain('<title>Error: Sign in')
  })

  test('after too many failures says how long to wait', async () => {
    const browser = newBrowser()
    for (let failure = 0; failure < 3; failure++) await browser.signIn('nobody@nowhere.example', 'wrong')
    const answer = await browser.signIn('nobody@nowhere.example', 'wrong')
    expect(answer.statusCode).toBe(429)
    expect(answer.body).toContain('Wait 1 second')
  })

  test('gives a new session each time: one planted before is worth nothing, and the earlier one ends', async () => {
    const person = await newPerson(house, await newOrganisation(house))
    const victim = newBrowser()
    victim.cookies.set('bv-session', 'planted-by-somebody-else')
    await victim.signIn(person.email)
    const first = victim.token
    expect(first).toMatch(/^[\w-]{43}$/)
    const again = newBrowser()
    await again.get('/sign-in')
    again.cookies.set('bv-session', first!)
    await again.get('/account')
    await again.post('/sign-in', { email: person.email, password: testPassword, next: '' })
    expect(again.token).not.toBe(first)
    const thief = newBrowser()
    thief.cookies.set('bv-session', first!)
    expect((await thief.get('/account')).statusCode).toBe(303)
  })

  test('needs the token of the form, as does signing out', async () => {
    const person = await newPerson(house, await newOrganisation(house))
    const browser = newBrowser()
    expect((await browser.post('/sign-in', { email: person.email, password: testPassword, next: '' })).statusCode).toBe(403)
    const signedIn = await signedInAs(person.email)
    signedIn.page = ''
    expect((await signedIn.post('/sign-out')).statusCode).toBe(403)
    expect((await signedIn.get('/account')).statusCode).toBe(200)
    expect((await signedIn.post('/sign-out')).headers.location).toBe('/sign-in')
    expect(signedIn.token).toBeUndefined()
    expect((await signedIn.get('/account')).statusCode).toBe(303)
  })

  test('with a one-time password opens nothing until it is replaced', async () => {
    const person = await newPerson(house, await newOrganisation(house), { mustChange: true, roles: ['administrator'] })
    const browser = newBrowser()
    const answer = await browser.signIn(person.email, testPassword, '/trail')
    expect(answer.headers.location).toBe('/account/password?next=%2Ftrail')
    for (const page of ['/account', '/people', '/trail']) expect((await browser.get(page)).statusCode).toBe(303)
    expect((await browser.get('/sign-in')).headers.location).toBe('/account/password?next=%2F')
    const form = await browser.get('/account/password?next=%2Ftrail')
    expect(form.body).toContain('Choose your own password')
    const changed = await browser.post('/account/password', { current: testPassword, fresh: 'words of my own making', next: '/trail' })
    expect(changed.headers.location).toBe('/trail')
    expect((await browser.get('/trail')).statusCode).toBe(200)
  })
})

describe('one’s own account', () => {
  test('a new password is refused with a reason beside its field, and never shown', async () => {
    const person = await newPerson(house, await newOrganisation(house), { email: 'mara@fell.example' })
    const browser = await signedInAs(person.email)
    const tries: [string, string, string][] = [
      [testPassword, 'short', 'fresh'], [testPassword, 'mara likes long words', 'fresh'], [testPassword, testPassword, 'fresh'], ['not the old words', 'words of my own making', 'current'], ['', '', 'current'],
    ]
    for (const [current, fresh, field] of tries) {
      const answer = await browser.post('/account/password', { current, fresh, next: '' }, '/account/password')
      expect(answer.statusCode).toBe(422)
      expect(answer.body).toContain(`href="#${field}"`)
      if (fresh) expect(answer.body).not.toContain(fresh)
    }
    expect(logged.join()).not.toContain('words of my own making')
  })

  test('ends a session elsewhere', async () => {
    const person = await newPerson(house, await newOrganisation(house))
    const [here, there] = [await signedInAs(person.email), await signedInAs(person.email)]
    await here.get('/account')
    const end = /\/account\/sessions\/\d+\/end/.exec(here.page)?.[0]
    expect((await here.post(end!)).statusCode).toBe(303)
    expect((await there.get('/account')).statusCode).toBe(303)
    expect((await here.get('/account')).body).toContain('The session has ended.')
  })
})

describe('an administrator', () => {
  let organisation: Organisation
  let browser: Browser
  let stranger: Browser
  let reader: Awaited<ReturnType<typeof newPerson>>
  let base: string
  beforeAll(async () => {
    organisation = await newOrganisation(house, { name: 'Northmere' })
    reader = await newPerson(house, organisation, { name: 'Pat Lowther' })
    browser = await signedInAs((await newPerson(house, organisation, { roles: ['administrator'], name: 'Dev Rowntree' })).email)
    stranger = await signedInAs((await newPerson(house, await newOrganisation(house), { roles: ['administrator', 'auditor'] })).email)
    base = `/people/organisations/${organisation.slug}`
  })

  test('gets a refused invitation back with everything typed', async () => {
    const page = await browser.post(`${base}/invite`, { email: 'not an <b>address</b>', roles: 'reader' }, `${base}/invite`)
    expect(page.statusCode).toBe(422)
    expect(page.body).toContain('not an &lt;b&gt;address')
    expect(page.body).toContain('Enter an email address like name@example.gov.uk')
    expect(page.body).toMatch(/value="reader" checked/)
    const taken = await browser.post(`${base}/invite`, { email: reader.email.toUpperCase(), roles: 'reader' }, `${base}/invite`)
    expect([taken.statusCode, taken.body.includes('Pat Lowther has this address and belongs to Northmere already')]).toEqual([422, true])
  })

  test('changes roles, deactivates and reactivates', async () => {
    const address = `${base}/people/${reader.account}`
    await browser.post(`${address}/roles`, { roles: ['auditor', 'reader'] }, address)
    expect((await browser.get(address)).body).toContain('The roles are now: auditor and reader.')
    expect((await browser.post(`${address}/roles`, {}, address)).statusCode).toBe(422)
    await browser.post(`${address}/deactivate`, {}, `${address}/leaving`)
    expect((await browser.get(address)).body).toContain('deactivated')
    expect((await browser.post(`${address}/deactivate`, {})).statusCode).toBe(409)
    await browser.post(`${address}/reactivate`, {}, address)
    expect((await browser.get(address)).body).toContain('Pat Lowther leaves')
  })

  test('lets somebody locked out try again', async () => {
    const victim = await newPerson(house, organisation)
    for (let failure = 0; failure < 10; failure++) {
      await newBrowser().signIn(victim.email, 'wrong')
      clock += 61_000
    }
    const address = `${base}/people/${victim.account}`
    expect((await browser.get(address)).body).toContain('Locked after too many attempts')
    await browser.post(`${address}/unlock`)
    expect((await newBrowser().signIn(victim.email)).statusCode).toBe(303)
  })

  test('lets somebody of another organisation see something, and ends it', async () => {
    const auditor = await newPerson(house, await newOrganisation(house, { kind: 'audit-firm' }), { name: 'Gil Larch' })
    const form = `${base}/grants/new`
    const faulty = await browser.post(form, { email: auditor.email, subject: 'measure', number: 'x', why: 'audit' }, form)
    expect(faulty.statusCode).toBe(422)
    expect(faulty.body).toContain('Enter the number of the measure, such as 12')
    expect((await browser.post(form, { email: 'no@body.example', subject: 'organisation', why: 'audit' }, form)).body).toContain('Nobody has an account with this email address')
    expect((await browser.post(form, { email: auditor.email, subject: 'measure', number: '12', why: 'audit' }, form)).statusCode).toBe(303)
    const page = await browser.get(base)
    expect(page.body).toContain('Gil Larch')
    expect(page.body).toContain('measure 12')
    const end = /[\w/-]+\/grants\/\d+\/end/.exec(page.body)?.[0]
    expect((await browser.post(end!)).statusCode).toBe(303)
    expect((await browser.get(base)).body).toContain('could see measure 12')
  })

  test('of another organisation finds nothing here, whatever they ask or send', async () => {
    const pages = [base, `${base}/invite`, `${base}/review`, `${base}/review.csv`, `${base}/people/${reader.account}`, `${base}/people/${reader.account}/leaving`, `${base}/grants/new`]
    for (const page of pages) expect((await stranger.get(page)).statusCode).toBe(404)
    await stranger.get('/people')
    const sent = ['invite', 'review', 'grants/new', 'grants/1/end', 'invitations/1/again', 'invitations/1/withdraw', ...['roles', 'reset-link', 'deactivate', 'reactivate', 'unlock', 'leaving/recipes', 'tokens/1/revoke'].map((what) => `people/${reader.account}/${what}`)]
    const body = { name: 'x', email: 'x@y.example', roles: 'reader', subject: 'organisation', why: 'x' }
    for (const what of sent) expect((await stranger.post(`${base}/${what}`, body)).statusCode, what).toBe(404)
    expect((await stranger.get('/trail')).body).not.toContain('Northmere')
    expect((await stranger.get('/trail.csv')).body).not.toContain('Northmere')
  })

  test('alone opens these pages: others are told that their roles do not include them', async () => {
    const plain = await signedInAs((await newPerson(house, organisation, { roles: ['member'] })).email)
    for (const page of ['/people', base, '/trail', '/trail.csv']) expect((await plain.get(page)).statusCode).toBe(403)
    const auditor = await signedInAs((await newPerson(house, organisation, { roles: ['auditor'] })).email)
    expect((await auditor.get('/trail')).statusCode).toBe(200)
    expect((await auditor.get('/people')).statusCode).toBe(403)
  })
})

describe('the trail', () => {
  test('is told in sentences, says that it was verified, narrows, and is there as a file', async () => {
    const organisation = await newOrganisation(house, { name: 'Steelhaven' })
    const browser = await signedInAs((await newPerson(house, organisation, { roles: ['administrator'], name: 'Lena Crowther' })).email)
    const base = `/people/organisations/${organisation.slug}`
    await browser.post(`${base}/invite`, { email: '=omar@steelhaven.example', roles: 'performance-officer' }, `${base}/invite`)
    const page = await browser.get('/trail')
    expect(page.body.replace(/\s+/g, ' ')).toMatch(/<strong>Lena Crowther \(Steelhaven\)<\/strong> invited =omar@steelhaven.example to Steelhaven as performance officer .* · verified/)
    expect(page.body).toMatch(/Verified to entry \d/)
    expect((await browser.get('/trail?person=nobody')).body).toContain('No entry fits')
    expect((await browser.get('/trail?from=yesterday&before=x')).statusCode).toBe(200)
    const csv = await browser.get('/trail.csv?action=people.invite')
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(csv.body.split('\r\n')[0]).toBe('\ufeffentry,at,who,organisation,what,why,action,subject,before,after,request,hash')
    expect(csv.body).toContain('Lena Crowther,Steelhaven,invited =omar')
  })

  test('names an entry that was altered', async () => {
    const organisation = await newOrganisation(house)
    const browser = await signedInAs((await newPerson(house, organisation, { roles: ['auditor'] })).email)
    const [row] = await database.raw.rows<{ entry: number }>(`select max(entry) as entry from kernel.trail`)
    await database.raw.exec(`update kernel.trail set actor_name = 'Somebody else' where entry = ${row!.entry}`)
    const page = await browser.get('/trail')
    expect(page.body).toContain('its content was altered after it was written')
    expect(page.body).toContain('One entry on this page cannot be relied on')
  })
})
