import { Writable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { lettersOf } from '#kernel/mail/index.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { createServer } from '#kernel/web/server.ts'
import { newOrganisation, newPerson, testPassword } from '../builders.ts'
import { Browser } from '../browsing.ts'
import { deactivate } from '../commands.ts'
import { identify, people } from '../index.ts'
import type { Organisation } from '../queries.ts'
import { personOf } from '../sign-in/sessions.ts'
import { sendResetLink } from './password-reset.ts'

// Passwords that were forgotten, and people who are invited: the real pages, and the letters in the outbox.

const system: Actor = { kind: 'system', name: 'test' }
const minute = 60_000

let database: TestStore
let house: House
let app: FastifyInstance
let logged: string[]
let clock = Date.parse('2026-03-02T09:00:00Z')
let organisation: Organisation
let administrator: Browser
let administratorEmail: string
let base: string

const open = () => createServer(house, { slices: [people], identify: (request) => identify(house, request) })
const browser = () => new Browser(() => app, () => clock)
const signedIn = async (email: string) => {
  const one = browser()
  expect((await one.signIn(email)).statusCode).toBe(303)
  return one
}

beforeAll(async () => {
  database = await embeddedStore()
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'on', BASE_URL: 'http://127.0.0.1:3000' })
  logged = []
  const log = pino({ level: 'debug' }, new Writable({ write: (chunk, _encoding, done) => { logged.push(String(chunk)); done() } }))
  house = completeHouse({ store: database.store, config, log, now: () => new Date(clock) })
  app = await open()
  organisation = await newOrganisation(house, { name: 'Northmere' })
  administratorEmail = (await newPerson(house, organisation, { roles: ['administrator'], name: 'Dev Rowntree' })).email
  base = `/people/organisations/${organisation.slug}`
})
afterAll(async () => {
  await app.close()
  await database.close()
})
beforeEach(async () => {
  clock += 1000
  await database.raw.exec('delete from people.attempt')
  administrator = await signedIn(administratorEmail)
})

/** Everything a closing server still does is done. */
const settled = async () => {
  await app.close()
  app = await open()
}

/** Opens the latest letter as an administrator does, and takes the link out of it. */
async function latestLink(by = administrator): Promise<string> {
  const [letter] = await house.store.read(system, (db) => lettersOf(db, 1))
  await by.get('/outbox')
  const page = await by.post(`/outbox/${letter?.id ?? 0}/open`)
  expect(page.statusCode).toBe(200)
  expect(page.headers['cache-control']).toBe('no-store')
  return /http:\/\/127\.0\.0\.1:3000(\/[\w-]+\?link=[\w-]{43})/.exec(page.body)?.[1] ?? ''
}
const linkIn = (address: string) => address.split('=')[1] ?? ''

describe('a forgotten password', () => {
  const ask = async (email: string) => {
    const visitor = browser()
    const answer = await visitor.post('/forgotten-password', { email }, '/forgotten-password')
    await settled()
    return answer
  }
  const letters = async () => (await house.store.read(system, (db) => lettersOf(db, 100))).length

  test('is answered alike whoever asks and whether or not there is such an account', async () => {
    const person = await newPerson(house, organisation)
    const gone = await newPerson(house, organisation)
    await house.store.change(system, 'test.gone', (trx) => deactivate(trx, organisation, gone.account, null, house.now()))
    const before = await letters()
    const pages: string[] = []
    for (const email of [person.email, gone.email, 'nobody@nowhere.example']) {
      const answer = await ask(email)
      expect(answer.statusCode).toBe(200)
      pages.push(answer.body.replaceAll(email, 'EMAIL'))
    }
    expect(new Set(pages).size).toBe(1)
    expect(await letters()).toBe(before + 1)
  })

  test('is replaced by a link: looking does not use it up, using it ends every session, and it works once', async () => {
    const person = await newPerson(house, organisation, { name: 'Mara Fell' })
    const elsewhere = await signedIn(person.email)
    clock += minute
    await ask(person.email)
    const address = await latestLink()
    const visitor = browser()
    for (let look = 0; look < 3; look++) expect((await visitor.get(address)).statusCode).toBe(200)
    const page = await visitor.get(address)
    expect(page.body).toContain('Mara Fell')
    expect(page.headers['referrer-policy']).toBe('strict-origin')
    expect(page.headers['cache-control']).toBe('no-store')
    expect(page.body.replace(`value="${linkIn(address)}"`, '')).not.toContain(linkIn(address))
    const short = await visitor.post('/new-password', { link: linkIn(address), fresh: 'short' })
    expect([short.statusCode, short.body.includes('href="#fresh"')]).toEqual([422, true])
    const changed = await visitor.post('/new-password', { link: linkIn(address), fresh: 'words of my own making' })
    expect([changed.statusCode, changed.headers.location]).toEqual([303, '/sign-in'])
    expect((await elsewhere.get('/account')).statusCode).toBe(303)
    expect((await visitor.get(address)).statusCode).toBe(404)
    expect((await visitor.post('/new-password', { link: linkIn(address), fresh: 'other words than these' }, '/forgotten-password')).statusCode).toBe(404)
    clock += 1000
    expect((await browser().signIn(person.email, testPassword)).statusCode).toBe(422)
    expect((await browser().signIn(person.email, 'words of my own making')).statusCode).toBe(303)
  })

  test('is not opened by a link that ran out, that a later one replaced, or from before the password changed', async () => {
    const person = await newPerson(house, organisation)
    await ask(person.email)
    const first = await latestLink()
    clock += minute
    await ask(person.email)
    const second = await latestLink()
    expect((await browser().get(first)).statusCode).toBe(404)
    expect((await browser().get(second)).statusCode).toBe(200)
    const own = await signedIn(person.email)
    clock += minute
    await own.post('/account/password', { current: testPassword, fresh: 'words of my own making', next: '' }, '/account/password')
    expect((await browser().get(second)).statusCode).toBe(404)
    clock += minute
    await ask(person.email)
    const third = await latestLink()
    clock += 60 * minute
    expect((await browser().get(third)).statusCode).toBe(404)
    expect((await browser().get('/new-password?link=made-up')).statusCode).toBe(404)
  })

  test('cannot be used twice at the same moment', async () => {
    const person = await newPerson(house, organisation)
    await ask(person.email)
    const link = linkIn(await latestLink())
    const visitors = [browser(), browser()]
    for (const visitor of visitors) await visitor.get(`/new-password?link=${link}`)
    const answers = await Promise.all(visitors.map((visitor, place) => visitor.post('/new-password', { link, fresh: `words of maker ${place} and more` })))
    expect(answers.map(({ statusCode }) => statusCode).toSorted()[0]).toBe(303)
    expect([404, 409]).toContain(answers.map(({ statusCode }) => statusCode).toSorted()[1])
  })

  test('brings at most three letters an hour to one address, and from one network at most thirty', async () => {
    const person = await newPerson(house, organisation)
    const before = await letters()
    for (let time = 0; time < 5; time++) await sendResetLink(house, person.email.toUpperCase())
    expect(await letters()).toBe(before + 3)
    clock += 61 * minute
    await sendResetLink(house, person.email)
    expect(await letters()).toBe(before + 4)
    const visitor = browser()
    const answers: number[] = []
    for (let time = 0; time < 31; time++) answers.push((await visitor.post('/forgotten-password', { email: 'nobody@nowhere.example' }, '/forgotten-password')).statusCode)
    expect(answers.filter((status) => status === 200)).toHaveLength(30)
    expect(answers.at(-1)).toBe(429)
  })

  test('can be helped along by an administrator, and the trail says who had the link sent', async () => {
    const person = await newPerson(house, organisation, { name: 'Pat Lowther' })
    const page = `${base}/people/${person.account}`
    expect((await administrator.post(`${page}/reset-link`, {}, page)).statusCode).toBe(303)
    expect((await administrator.get(page)).body).toContain('is in the outbox')
    expect((await browser().get(await latestLink())).statusCode).toBe(200)
    const trail = (await administrator.get('/trail')).body.replace(/\s+/g, ' ')
    expect(trail).toContain('sent Pat Lowther a link for choosing a new password')
    expect(trail).toMatch(/opened the letter to \S+ \(Best Value Workbench: choose a new password\) to pass it on/)
  })
})

describe('an invitation', () => {
  const invite = (email: string, roles: string[] = ['reader']) => administrator.post(`${base}/invite`, { email, roles }, `${base}/invite`)

  test('leads to an account with the roles that were chosen, and works once', async () => {
    const answer = await invite('tom@northmere.example', ['service-head', 'member'])
    expect([answer.statusCode, answer.headers.location]).toEqual([303, base])
    expect((await administrator.get(base)).body).toContain('tom@northmere.example')
    const address = await latestLink()
    const visitor = browser()
    for (let look = 0; look < 3; look++) expect((await visitor.get(address)).body).toContain('head of service and member')
    const blank = await visitor.post('/invitation', { link: linkIn(address), name: '', fresh: '' })
    expect([blank.statusCode, blank.body.includes('Enter your name'), blank.body.includes('href="#fresh"')]).toEqual([422, true, true])
    const made = await visitor.post('/invitation', { link: linkIn(address), name: 'Tom Askew', fresh: 'words of my own making' })
    expect([made.statusCode, made.headers.location]).toEqual([303, '/sign-in'])
    expect((await visitor.get(address)).statusCode).toBe(404)
    clock += 1000
    expect((await visitor.signIn('tom@northmere.example', 'words of my own making')).statusCode).toBe(303)
    expect((await visitor.get('/account')).body).toContain('head of service and member')
    expect((await administrator.get(base)).body).not.toContain('Invited, not joined yet')
    expect((await administrator.get('/trail')).body).toContain('made an account for Tom Askew, who was invited to Northmere as head of service and member')
  })

  test('to somebody with an account elsewhere is accepted with that account alone, and says nothing of it to who invites', async () => {
    const elsewhere = await newPerson(house, await newOrganisation(house), { name: 'Omar Sykes' })
    await invite(elsewhere.email, ['performance-officer'])
    expect((await administrator.get(base)).body).not.toContain('Omar Sykes')
    const address = await latestLink()
    const stranger = browser()
    const asked = await stranger.get(address)
    expect(asked.body).toContain('This address has an account already')
    expect(asked.body).not.toContain('Omar Sykes')
    expect((await stranger.post('/invitation', { link: linkIn(address), name: 'Thief', fresh: 'words of my own making' })).statusCode).toBe(403)
    const other = await signedIn((await newPerson(house, await newOrganisation(house))).email)
    expect((await other.get(address)).body).toContain('signed in as somebody else')
    expect((await other.post('/invitation', { link: linkIn(address) })).statusCode).toBe(403)
    const them = await signedIn(elsewhere.email)
    expect((await them.get(address)).body).toContain('You are signed in with this address')
    expect((await them.post('/invitation', { link: linkIn(address) })).headers.location).toBe('/account')
    expect((await personOf(house, elsewhere.account))?.memberships.map(({ organisation: id, roles }) => [id, roles])).toContainEqual([organisation.id, ['performance-officer']])
    expect((await them.get(address)).statusCode).toBe(404)
  })

  test('sent again works by the latest letter, withdrawn by none, and after seven days not at all', async () => {
    await invite('ann@northmere.example')
    const first = await latestLink()
    const again = await invite('ANN@northmere.example')
    expect([again.statusCode, again.body.includes('has been invited already')]).toEqual([422, true])
    const number = /invitations\/(\d+)\/again/.exec((await administrator.get(base)).body)?.[1] ?? ''
    expect((await administrator.post(`${base}/invitations/${number}/again`)).statusCode).toBe(303)
    const second = await latestLink()
    expect((await browser().get(first)).statusCode).toBe(404)
    expect((await browser().get(second)).statusCode).toBe(200)
    clock += 7 * 24 * 60 * minute - 1
    expect((await browser().get(second)).statusCode).toBe(200)
    clock += 1
    expect((await browser().get(second)).statusCode).toBe(404)
    administrator = await signedIn(administratorEmail)
    expect((await administrator.get(base)).body).toContain('ran out on')
    await administrator.post(`${base}/invitations/${number}/again`)
    const third = await latestLink()
    expect((await browser().get(third)).statusCode).toBe(200)
    expect((await administrator.post(`${base}/invitations/${number}/withdraw`)).statusCode).toBe(303)
    expect((await browser().get(third)).statusCode).toBe(404)
    expect((await administrator.post(`${base}/invitations/${number}/withdraw`, {}, '/outbox')).statusCode).toBe(409)
  })

  test('that was withdrawn before its letter left takes the letter with it', async () => {
    await invite('eve@northmere.example')
    const number = /invitations\/(\d+)\/withdraw/.exec((await administrator.get(base)).body)?.[1] ?? ''
    await administrator.post(`${base}/invitations/${number}/withdraw`)
    expect((await house.store.read(system, (db) => lettersOf(db, 1)))[0]).toMatchObject({ recipient: 'eve@northmere.example', state: 'withdrawn' })
    expect((await administrator.get('/outbox')).body).toContain('withdrawn before it was sent')
  })
})

describe('letters', () => {
  test('are opened once, and by administrators of the organisation alone', async () => {
    await administrator.post(`${base}/invite`, { email: 'one@northmere.example', roles: 'reader' }, `${base}/invite`)
    const [letter] = await house.store.read(system, (db) => lettersOf(db, 1))
    const stranger = await signedIn((await newPerson(house, await newOrganisation(house), { roles: ['administrator'] })).email)
    expect((await stranger.get('/outbox')).body).not.toContain('one@northmere.example')
    expect((await stranger.post(`/outbox/${letter?.id ?? 0}/open`)).statusCode).toBe(404)
    expect((await stranger.post(`/outbox/${letter?.id ?? 0}/again`)).statusCode).toBe(404)
    const reader = await signedIn((await newPerson(house, organisation)).email)
    expect((await reader.get('/outbox')).statusCode).toBe(403)
    await latestLink()
    expect((await administrator.post(`/outbox/${letter?.id ?? 0}/open`)).statusCode).toBe(409)
  })

  test('and their links leave no trace in the log', () => {
    expect(logged.length).toBeGreaterThan(50)
    expect(logged.filter((line) => /[\w-]{43}/.test(line.replace(/\S+@\S+/g, '')))).toEqual([])
  })
})
