import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { everyone, type Actor } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { accessibilityFaults, openBrowser, screens } from '#kernel/testing/browser.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { createServer } from '#kernel/web/server.ts'
import { newOrganisation, newPerson } from '#slices/people/builders.ts'
import { people, type Organisation } from '#slices/people/index.ts'
import { buildAuthorities, buildGroup } from './builders.ts'
import { resolveGroup } from './groups.ts'
import { places } from './index.ts'

// Lists picked by hand, on pages and on the command line, for two organisations.

type Person = Extract<Actor, { kind: 'person' }>

let database: TestStore
let house: House
let app: FastifyInstance
let northmere: Organisation
let officer: Person
let reader: Person
let elsewhere: Person
const signedIn = new Map<string, Person>()
beforeAll(async () => {
  database = await embeddedStore()
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'on' })
  house = completeHouse({ store: database.store, config, log: pino({ level: 'error' }), now: () => new Date() })
  const southmere = await newOrganisation(house, { slug: 'southmere', name: 'Southmere' })
  northmere = await newOrganisation(house, { slug: 'northmere', name: 'Northmere' })
  officer = await newPerson(house, northmere, { roles: ['performance-officer'] })
  reader = await newPerson(house, northmere, { roles: ['reader'] })
  elsewhere = await newPerson(house, southmere, { roles: ['performance-officer', 'administrator'] })
  for (const person of [officer, reader, elsewhere]) signedIn.set(String(person.account), person)
  const ids = await buildAuthorities(database.store, [
    { code: 'S90000001', known_name: 'Northmere' }, { code: 'S90000002', known_name: 'Southmere' }, { code: 'S90000003', known_name: 'Easter Ling' },
    { code: 'E90000004', known_name: 'Ford', kind: 'county', nation: 'england' }, { code: 'E90000005', known_name: 'Ford', kind: 'district', nation: 'england' },
  ])
  await buildGroup(database.store, { type: 'family', source: 'test', slug: 'two', title: 'The two', members: [ids.get('S90000001') ?? 0, ids.get('S90000002') ?? 0] })
  app = await createServer(house, { slices: [people, places], identify: (request) => Promise.resolve(signedIn.get(request.cookies['bv-session'] ?? '') ?? everyone) })
})
afterAll(async () => {
  await app.close()
  await database.close()
})

const cookieOf = (person: Person | null) => (person ? `bv-session=${person.account}` : '')
const get = (person: Person | null, url: string) => app.inject({ url, headers: { cookie: cookieOf(person) } })

/** Posts a form with the token of the page of new lists. */
async function post(person: Person, url: string, fields: [string, string][]) {
  const page = await get(officer === person || elsewhere === person ? person : officer, '/groups/new')
  const token = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  const payload = new URLSearchParams([...fields, ['_csrf', token]]).toString()
  return app.inject({ method: 'POST', url, payload, headers: { cookie: cookieOf(person), 'content-type': 'application/x-www-form-urlencoded' } })
}

const form = (name: string, members: string, ...meant: string[]): [string, string][] =>
  [['name', name], ['organisation', 'northmere'], ['members', members], ...meant.map((one): [string, string] => ['meant', one])]
const membersOf = (actor: Actor, address: string, knownAt?: Date) =>
  database.store.read(actor, async (db) => (await resolveGroup(db, { address, knownAt })).members.map(({ code }) => code).sort())

describe('a list made on the page', () => {
  const address = 'list:northmere-learning-set'
  const page = '/groups/list%3Anorthmere-learning-set'

  test('takes codes and names, one on each line, and says so in the trail', async () => {
    const answer = await post(officer, '/groups/new', form('Learning set', 'S90000001\n\neaster ling\r\nSouthmere Council'))
    expect([answer.statusCode, answer.headers.location], answer.body).toEqual([303, page])
    expect(await membersOf(officer, address)).toEqual(['S90000001', 'S90000002', 'S90000003'])
    const trail = await database.store.read({ kind: 'system', name: 'test' }, (db) => db.selectFrom('kernel.trail').select(['action', 'organisation', 'says']).orderBy('entry', 'desc').limit(1).execute())
    expect(trail).toEqual([{ action: 'places.add-list', organisation: northmere.id, says: 'picked 3 authorities for the list "Learning set"' }])
  })

  test('is there for its organisation and does not exist for another or for the public', async () => {
    for (const person of [officer, reader]) {
      expect((await get(person, page)).statusCode).toBe(200)
      expect((await get(person, '/groups')).body).toContain('Learning set')
    }
    for (const person of [elsewhere, null]) {
      const [theirs, none] = [await get(person, page), await get(person, '/groups/list%3Anorthmere-learning-sot')]
      expect([theirs.statusCode, none.statusCode]).toEqual([404, 404])
      expect((await get(person, '/groups')).body).not.toContain('Learning set')
      await expect(membersOf(person ?? everyone, address)).rejects.toThrow('There is no group')
    }
    expect((await get(elsewhere, `${page}/change`)).statusCode).toBe(404)
    expect((await post(elsewhere, `${page}/change`, form('Ours now', 'S90000001\nS90000002'))).statusCode).toBe(404)
    expect((await post(elsewhere, '/groups/new', form('Ours', 'S90000001\nS90000002'))).body).toContain('Choose the organisation whose list it is')
  })

  test('is offered for change to those who may, and to nobody else', async () => {
    expect((await get(officer, page)).body).toContain('Change this list')
    expect((await get(reader, page)).body).not.toContain('Change this list')
    expect((await get(reader, '/groups')).body).not.toContain('/groups/new')
    expect((await get(reader, '/groups/new')).statusCode).toBe(403)
    expect((await get(reader, `${page}/change`)).statusCode).toBe(403)
    expect((await get(null, '/groups/new')).statusCode).toBe(303)
  })

  test('is changed from what it holds, under the same address and number, and stands as it was for questions as known before', async () => {
    const shown = await get(officer, `${page}/change`)
    expect(shown.body).toContain('Easter Ling (S90000003)\nNorthmere (S90000001)\nSouthmere (S90000002)')
    const before = new Date()
    const idOf = async () => (await database.raw.rows<{ id: number }>(`select id from places.comparator_group where slug = 'northmere-learning-set' and known_to = 'infinity'`))[0]?.id
    const id = await idOf()
    await new Promise((done) => setTimeout(done, 5))
    const answer = await post(officer, `${page}/change`, form('Learning circle', 'Easter Ling (S90000003)\nNorthmere (S90000001)'))
    expect([answer.statusCode, answer.headers.location], answer.body).toEqual([303, page])
    expect(await membersOf(officer, address)).toEqual(['S90000001', 'S90000003'])
    expect(await membersOf(officer, address, before)).toEqual(['S90000001', 'S90000002', 'S90000003'])
    expect(await idOf()).toBe(id)
    await expect(membersOf(elsewhere, address, before)).rejects.toThrow('There is no group')
  })

  test('asks who is meant by a name of two, offers both, and takes the answer', async () => {
    const asked = await post(officer, '/groups/new', form('Fords', 'Ford\nS90000001\nZzyzx'))
    expect(asked.statusCode).toBe(422)
    expect(asked.body).toContain('Say who is meant by “Ford”, “Zzyzx”')
    expect(asked.body).toContain('<option value="E90000004 Ford">')
    expect(asked.body).toContain('<option value="E90000005 Ford">')
    expect(asked.body).toContain('“Zzyzx” is neither a code nor a name in the register.')
    const answer = await post(officer, '/groups/new', form('Fords', 'Ford\nS90000001', 'E90000005 Ford'))
    expect(answer.statusCode, answer.body).toBe(303)
    expect(await membersOf(officer, 'list:northmere-fords')).toEqual(['E90000005', 'S90000001'])
  })

  test.each([
    ['Fords', 'S90000001\nS90000002', 'Northmere has the list &quot;Fords&quot; already'],
    ['Alone', 'S90000001', 'Name at least two authorities'],
    ['?!', 'S90000001\nS90000002', 'Give the list a name with a letter or digit in it'],
    ['', 'S90000001\nS90000002', 'Give the list a name'],
  ])('is refused when it is called "%s" with "%s"', async (name, members, says) => {
    const answer = await post(officer, '/groups/new', form(name, members))
    expect([answer.statusCode, answer.body.includes(says)], answer.body).toEqual([422, true])
  })
})

describe('the command line', () => {
  async function run(name: string, ...args: string[]): Promise<string> {
    const lines: string[] = []
    const write = (text: string) => void lines.push(text)
    expect(await places.commands?.find((one) => one.name === name)?.run(args, house, { out: write, err: write, progress: () => {} })).toBe(0)
    return lines.join('\n')
  }

  test('lists every group that can be asked for, and those of an authority', async () => {
    const all = await run('groups')
    expect(all).toMatch(/^all +\S/)
    expect(all).toMatch(/^family:test\/two +The two \(2\)$/m)
    expect(await run('groups', '--authority', 'E90000004')).not.toContain('The two')
    expect(JSON.parse(await run('groups', '--json'))).toContainEqual({ address: 'kind:county', title: expect.any(String) as string, type: 'kind', members: 1 })
  })

  test('makes a list of an organisation, which it alone sees', async () => {
    expect(await run('groups add-list', '--organisation', 'northmere', '--name', 'Coast', 'S90000001', 'Easter Ling'))
      .toBe('Made the list "Coast" of Northmere with 2 authorities. Compare within it: --group list:northmere-coast')
    expect(await membersOf(reader, 'list:northmere-coast')).toEqual(['S90000001', 'S90000003'])
    await expect(membersOf(elsewhere, 'list:northmere-coast')).rejects.toThrow('There is no group')
    expect(await run('groups')).toMatch(/^list:northmere-coast +Coast \(2\)$/m)
  })

  test.each([
    [['--name', 'X', 'S90000001', 'S90000002'], 'Say whose list it is'],
    [['--organisation', 'northmere', 'S90000001', 'S90000002'], 'Give the list a name'],
    [['--organisation', 'nowhere', '--name', 'X', 'S90000001', 'S90000002'], 'There is no organisation "nowhere"'],
    [['--organisation', 'northmere', '--name', 'X', 'S90000001', 'Ford'], 'The list was not kept'],
    [['--organisation', 'northmere', '--name', 'X'], 'The list was not kept'],
  ])('refuses %j', async (args, says) => {
    await expect(run('groups add-list', ...args)).rejects.toThrow(says)
  })
})

test('the pages of groups have no fault axe can find and fit every screen', async () => {
  const address = await app.listen({ port: 0 })
  const browser = await openBrowser()
  const context = await browser.newContext({ javaScriptEnabled: true })
  await context.addCookies([{ name: 'bv-session', value: String(officer.account), url: address }])
  const page = await context.newPage()
  const look = async (what: string) => {
    for (const viewport of Object.values(screens)) {
      await page.setViewportSize(viewport)
      const { faults, rulesApplied } = await accessibilityFaults(page)
      expect(faults, what).toEqual([])
      expect(rulesApplied).toBeGreaterThan(15)
      expect(await page.evaluate('document.documentElement.scrollWidth'), what).toBeLessThanOrEqual(viewport.width)
    }
  }
  for (const path of ['/groups', '/groups/all', '/groups/list%3Anorthmere-fords', '/groups/list%3Anorthmere-fords/change', '/groups/new']) {
    await page.goto(address + path)
    await look(path)
  }
  await page.getByLabel('Name of the list').fill('Asked')
  await page.getByLabel('Authorities').fill('Ford\nNorthmare\nZzyzx')
  await page.getByRole('button', { name: 'Make the list' }).click()
  await page.getByRole('combobox', { name: 'Who is “Ford”?' }).waitFor()
  await look('what is asked back')
  await browser.close()
}, 120_000)
