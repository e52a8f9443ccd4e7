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
import { identify, people } from '../index.ts'
import type { Organisation } from '../queries.ts'
import { accessCommands } from '../second-factor/command-line.ts'
import { mustHaveSecondFactor } from '../second-factor/rules.ts'
import { hashPassword } from './passwords.ts'
import { demonstrationPassword } from './rules.ts'

// What a penetration tester tries first, on an installation that people reach over HTTPS.

let database: TestStore
let house: House
let app: FastifyInstance
let organisation: Organisation
let logged: string[] = []
beforeAll(async () => {
  database = await embeddedStore()
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'off', BASE_URL: 'https://workbench.example' })
  const log = pino({ level: 'info' }, new Writable({ write: (chunk, _encoding, done) => { logged.push(String(chunk)); done() } }))
  house = completeHouse({ store: database.store, config, log, now: () => new Date() })
  app = await createServer(house, { slices: [people], identify: (request) => identify(house, request) })
  organisation = await newOrganisation(house)
})
afterAll(async () => {
  await app.close()
  await database.close()
})
beforeEach(async () => {
  await database.raw.exec('delete from people.attempt')
  logged = []
})

const visitor = () => new Visitor(() => app)

/** Somebody whose account asks for a code; nothing opens it here. */
async function withSecondFactor() {
  const person = await newPerson(house, organisation)
  await database.raw.exec(`insert into people.second_factor (account, organisation, name, secret, last_step, made_at, used_at) values (${person.account}, ${organisation.id}, 'Phone', 'x', 0, now(), now())`)
  await database.raw.exec(`insert into people.recovery_code (account, organisation, hash) values (${person.account}, ${organisation.id}, 'x')`)
  return person
}

async function signIn(email: string, password = testPassword, next = '/account', browser = visitor()) {
  return { browser, answer: await browser.post('/sign-in', { email, password, next }, '/sign-in') }
}

describe('cookies', () => {
  test('of every sort are tied to the host, kept from scripts and other sites, and sent over HTTPS alone', async () => {
    const [plain, careful] = [await newPerson(house, organisation), await withSecondFactor()]
    const page = await visitor().get('/sign-in')
    const answers = [page, (await signIn(plain.email)).answer, (await signIn(careful.email)).answer]
    const set = answers.flatMap(({ headers }) => [headers['set-cookie'] ?? []].flat()).filter((cookie) => !/=;/.test(cookie))
    expect(new Set(set.map((cookie) => cookie.split('=')[0]))).toEqual(new Set(['__Host-bv-form', '__Host-bv-session', '__Host-bv-half']))
    for (const cookie of set) for (const part of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) expect(cookie).toContain(part)
    for (const cookie of set) expect(cookie).not.toContain('Domain')
  })
})

describe('whether an account exists', () => {
  test('is told by no answer, header or cookie: unknown, known, deactivated and with a second factor are alike', async () => {
    const [one, gone, careful] = [await newPerson(house, organisation), await newPerson(house, organisation), await withSecondFactor()]
    await database.raw.exec(`update people.account set active = false where id = ${gone.account}`)
    const shapes = []
    for (const email of ['nobody@nowhere.example', one.email, gone.email, careful.email]) {
      const { answer } = await signIn(email, 'not the right words')
      const head = Object.entries(answer.headers).filter(([name]) => !['date', 'content-length'].includes(name)).map(([name, value]) => `${name}: ${name === 'set-cookie' ? String(value).replace(/=[^;]*/, '') : String(value)}`)
      shapes.push([answer.statusCode, ...head, answer.body.replaceAll(email, 'EMAIL').replace(/value="[\w-]+\.[\w-]+"/g, '')].join('\n'))
    }
    expect(new Set(shapes).size).toBe(1)
  })

  test('is told by no time an answer takes', async () => {
    const emails = { nobody: 'nobody@nowhere.example', somebody: (await newPerson(house, organisation)).email, careful: (await withSecondFactor()).email }
    const fastest: Record<string, number> = {}
    // In turns, so that whatever else the machine does slows all alike.
    for (let round = 0; round < 6; round++) {
      for (const [who, email] of Object.entries(emails)) {
        await database.raw.exec('delete from people.attempt')
        const browser = visitor()
        await browser.get('/sign-in')
        const started = performance.now()
        await browser.post('/sign-in', { email, password: 'not the right words', next: '/' })
        fastest[who] = Math.min(fastest[who] ?? Infinity, performance.now() - started)
      }
    }
    for (const who of ['somebody', 'careful']) {
      expect((fastest.nobody ?? 0) / (fastest[who] ?? 1), who).toBeGreaterThan(0.4)
      expect((fastest.nobody ?? 0) / (fastest[who] ?? 1), who).toBeLessThan(2.5)
    }
  })
})

describe('the password of the demonstration', () => {
  test('opens no account where others can reach the workbench, unless the demonstration was asked for, and nobody is told why', async () => {
    const organisation = await newOrganisation(house)
    const person = await newPerson(house, organisation)
    await database.raw.exec(`update people.credential set password = '${await hashPassword(demonstrationPassword)}' where account = ${person.account}`)
    const refused = (await signIn(person.email, demonstrationPassword)).answer
    expect([refused.statusCode, refused.body.includes('do not belong together')]).toEqual([422, true])
    const open = { ...house, config: readConfig({ SESSION_SECRET: house.config.sessionSecret, DEMO: 'on', HOST: '0.0.0.0' }) }
    const there = await createServer(open, { slices: [people], identify: (request) => identify(open, request) })
    expect((await signIn(person.email, demonstrationPassword, '/account', new Visitor(() => there))).answer.statusCode).toBe(303)
    await there.close()
    expect(mustHaveSecondFactor({ ...open.config, demo: 'on', demonstrationSignIns: false }, [{ ...person.memberships[0]!, roles: ['administrator'] }])).toBe(true)
  })
})

describe('what is typed', () => {
  test('never ends up as a header: wherever one is sent next is a path of this site on one line', async () => {
    const person = await newPerson(house, organisation)
    const nasty = fc.oneof(fc.string(), fc.constantFrom('\r\nSet-Cookie: bv-session=planted', '/\r\nLocation: https://evil.example', '/%0d%0aX: y', '/\u2028evil', '//evil.example', '/\\/evil.example', 'https:evil.example', '/a\tb', '/é?ü=✓#☃'))
    await fc.assert(fc.asyncProperty(nasty, async (next) => {
      const { browser, answer } = await signIn(person.email, testPassword, next)
      expect(answer.statusCode).toBe(303)
      expect(answer.headers.location).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/)
      expect(browser.cookies.get('__Host-bv-session')).toMatch(/^[\w-]{43}$/)
      const page = await visitor().get(`/sign-in?next=${encodeURIComponent(next)}&trouble=${encodeURIComponent(next)}`)
      expect([200, 404]).toContain(page.statusCode)
    }), { numRuns: 15 })
  })

  test('never makes a line of the log: each is one line of JSON, with nothing of what was typed in failed sign-ins', async () => {
    const forged = '{"level":30,"event":"sign-in.done","account":1}'
    const nasty = `x\n${forged}\r\n\u2028${forged}\u0085`
    const browser = visitor()
    await browser.post('/sign-in', { email: nasty, password: nasty, next: nasty }, '/sign-in')
    await browser.get(`/sign-in?next=${encodeURIComponent(nasty)}&trouble=${encodeURIComponent(nasty)}`)
    await browser.get(`/people/organisations/${encodeURIComponent(nasty)}`)
    await browser.get(`/nowhere/${encodeURIComponent(nasty)}`, { 'user-agent': 'x\u0009{"event":"sign-in.done"}' })
    expect(logged.length).toBeGreaterThan(6)
    for (const chunk of logged) {
      expect(chunk.trimEnd().split(/\r|\n|\u2028|\u0085/)).toHaveLength(1)
      const line = JSON.parse(chunk) as { event?: string }
      expect(line.event).not.toBe('sign-in.done')
    }
    const failed = logged.filter((line) => line.includes('sign-in.failed'))
    expect(failed).toHaveLength(1)
    expect(failed.join()).not.toContain('forged')
  })
})

describe('the log', () => {
  test('tells of access that was refused: who by number, which route, and nothing else about them', async () => {
    const person = await newPerson(house, organisation, { name: 'Mara Fell' })
    const { browser } = await signIn(person.email)
    const secured = visitor()
    for (const [name, value] of browser.cookies) secured.cookies.set(name, value)
    expect((await secured.get('/people/organisations/somewhere?email=mara%40fell.example')).statusCode).toBe(403)
    expect((await secured.post('/sign-out', { _csrf: 'forged' })).statusCode).toBe(403)
    const lines = logged.filter((line) => line.includes('access.refused')).map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toMatchObject([
      { event: 'access.refused', account: person.account, status: 403, method: 'GET', route: '/people/organisations/:slug' },
      { event: 'access.refused', account: person.account, status: 403, method: 'POST', route: '/sign-out' },
    ])
    expect(logged.join()).not.toMatch(/Mara|fell\.example|northmere/)
  })
})

describe('whoever runs the installation', () => {
  const run = async (command: string, ...args: string[]) => {
    const said: string[] = []
    const found = accessCommands.find(({ name }) => name === command)
    const code = await found?.run(args, house, { out: (text) => said.push(text), err: () => {}, progress: () => {} })
    return { code, said: said.join('\n') }
  }

  test('resets a second factor, ends a link, seals anew and signs everybody out, each with an entry in the trail', async () => {
    await database.raw.exec('delete from people.second_factor')
    const person = await withSecondFactor()
    await database.raw.exec(`insert into people.identity (account, organisation, issuer, subject, made_at) values (${person.account}, ${organisation.id}, 'https://login.example', 'x', now())`)
    expect((await run('users reseal')).code).toBe(1)
    expect((await run('users reset-second-factor', '--email', person.email)).said).toContain('was reset')
    expect((await run('users reseal', '--json')).said).toContain('{"resealed":0,"unreadable":0,')
    expect((await run('users unlink', '--email', person.email, '--json')).said).toContain('"unlinked":true')
    const { browser } = await signIn(person.email)
    expect((await browser.get('/account')).statusCode).toBe(200)
    expect((await run('sessions end', '--json')).said).toMatch(/^\{"ended":[1-9]\d*\}$/)
    expect((await browser.get('/account')).statusCode).toBe(303)
    const actions = await database.raw.rows<{ action: string }>(`select action from kernel.trail where actor_kind = 'system' and actor_name = 'command line' order by entry`)
    expect(actions.map(({ action }) => action)).toEqual(['people.reseal', 'people.reset-second-factor', 'people.reseal', 'people.unlink-identity', 'people.end-sessions'])
  })

  test.each([
    [['users reset-second-factor'], 'Give the email address'],
    [['users reset-second-factor', '--email', 'nobody@nowhere.example'], 'Nobody has an account'],
    [['users unlink', '--email', 'nobody@nowhere.example'], 'Nobody has an account'],
    [['users break-glass', '--email', 'nobody@nowhere.example', '--hours', '48'], 'from 1 to 24'],
  ])('is told what is wrong with %o', async ([command = '', ...args], sentence) => {
    await expect(run(command, ...args)).rejects.toMatchObject({ code: 'refused', faults: [{ message: expect.stringContaining(sentence) as string }] })
  })
})
