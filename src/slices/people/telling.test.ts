import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '#kernel/config.ts'
import { openLetter } from '#kernel/mail/index.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { createServer } from '#kernel/web/server.ts'
import { newOrganisation, newPerson, testPassword } from './builders.ts'
import { Browser } from './browsing.ts'
import { identify, people } from './index.ts'
import type { Organisation } from './queries.ts'
import { codeAt } from './second-factor/rules.ts'

// Whoever's password, second factor or token is changed learns of it by a letter, because it may have been somebody else.

let database: TestStore
let house: House
let app: FastifyInstance
let organisation: Organisation
const clock = Date.parse('2026-03-02T09:00:00Z')
beforeAll(async () => {
  database = await embeddedStore()
  const mail = { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'workbench@northmere.example' }
  house = houseWith(mail)
  app = await createServer(house, { slices: [people], identify: (request) => identify(house, request) })
  organisation = await newOrganisation(house, { name: 'Northmere Council' })
})
afterAll(async () => {
  await app.close()
  await database.close()
})

const houseWith = (settings: Record<string, string>) =>
  completeHouse({ store: database.store, config: readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'on', ...settings }), log: pino({ level: 'silent' }), now: () => new Date(clock) })
const browser = () => new Browser(() => app, () => clock)
const lettersTo = (email: string) => database.raw.rows<{ id: number; subject: string }>(`select id, subject from kernel.letter where recipient = '${email}' order by id`)
const subjectsTo = async (email: string) => (await lettersTo(email)).map(({ subject }) => subject.replace('Best Value Workbench: ', ''))

test('each change to how somebody signs in is told to them, whoever made it', async () => {
  const person = await newPerson(house, organisation, { name: 'Mara Fell' })
  const own = browser()
  await own.signIn(person.email)
  await own.post('/account/password', { current: testPassword, fresh: 'words of my own making', next: '/account' }, '/account/password')
  await own.get('/account/second-factor/new')
  const key = (/bv-secret">([^<]+)</.exec(own.page)?.[1] ?? '').replaceAll(' ', '')
  const sealed = /name="sealed" value="([^"]+)"/.exec(own.page)?.[1] ?? ''
  await own.post('/account/second-factor/new', { name: 'Phone', code: codeAt(key, house.now()), sealed, next: '/account' })
  await own.post('/account/second-factor/codes', {}, '/account/second-factor')
  await own.post('/account/tokens/new', { name: 'Warehouse', scope: 'read', organisation: 'all', days: '30' }, '/account/tokens/new')
  const administrator = browser()
  await administrator.signIn((await newPerson(house, organisation, { roles: ['administrator'] })).email)
  const address = `/people/organisations/${organisation.slug}/people/${person.account}`
  expect((await administrator.post(`${address}/second-factor`, {}, address)).statusCode).toBe(303)
  expect(await subjectsTo(person.email)).toEqual([
    'your password was changed', 'an authenticator app was added to your account', 'new recovery codes were made for your account', 'a token for programs was made in your name',
    'an administrator took the second factor away from your account',
  ])
  const [first] = await lettersTo(person.email)
  const { text } = await house.store.change({ kind: 'system', name: 'test' }, 'test.open', (trx) => openLetter(trx, house, first?.id ?? 0))
  expect(text).toContain('Hello Mara Fell,\n\nYour password was changed. This was on 2 Mar 2026 09:00.')
  expect(text).toContain('tell an administrator of Northmere Council at once')
  expect((await administrator.get('/outbox')).body).not.toContain('your password was changed')
})

test('what is refused is told to nobody, and where the installation sends no mail nobody is written to', async () => {
  const person = await newPerson(house, organisation)
  const own = browser()
  await own.signIn(person.email)
  expect((await own.post('/account/password', { current: 'not my password', fresh: 'words of my own making', next: '' }, '/account/password')).statusCode).toBe(422)
  expect(await subjectsTo(person.email)).toEqual([])
  const silent = houseWith({})
  const quiet = await createServer(silent, { slices: [people], identify: (request) => identify(silent, request) })
  const there = new Browser(() => quiet, () => clock)
  await there.signIn(person.email)
  expect((await there.post('/account/password', { current: testPassword, fresh: 'words of my own making', next: '' }, '/account/password')).statusCode).toBe(303)
  await quiet.close()
  expect(await subjectsTo(person.email)).toEqual([])
})

test('a letter that waits is sealed anew with a new session secret, and can then be read without the one before', async () => {
  const person = await newPerson(house, organisation)
  const own = browser()
  await own.signIn(person.email)
  await own.post('/account/tokens/new', { name: 'Warehouse', scope: 'read', organisation: 'all', days: '30' }, '/account/tokens/new')
  const [letter] = await lettersTo(person.email)
  const fresh = 'another secret of thirty-two letters'
  const said: string[] = []
  const reseal = people.commands?.find(({ name }) => name === 'users reseal')
  const after = houseWith({ SESSION_SECRET: fresh })
  const terminal = { out: (text: string) => said.push(text), err: () => {}, progress: () => {} }
  expect(await reseal?.run(['--json'], after, terminal)).toBe(1)
  expect(await reseal?.run(['--json'], houseWith({ SESSION_SECRET: fresh, SESSION_SECRET_BEFORE: house.config.sessionSecret }), terminal)).toBe(0)
  expect(JSON.parse(said[1] ?? '')).toMatchObject({ unreadable: 0, letters: { unreadable: 0 } })
  const { text } = await after.store.change({ kind: 'system', name: 'test' }, 'test.open', (trx) => openLetter(trx, after, letter?.id ?? 0))
  expect(text).toContain('A token for programs was made in your name')
})
