import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { House } from '#kernel/slice.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { storeOver } from '#kernel/db/store.ts'
import { answerTo, leaksIn, leaksInTables, stepsOf, tablesOf, type Leak, type Step } from './tenancy/walk.ts'
import { houseOver, privateWorld, publicWorld, signInAgain, strangers, type Asker } from './tenancy/world.ts'
import { appWithRoutes, type Walkable } from './walking.ts'

// Two organisations. Whatever A keeps to itself is marked with words and numbers nobody could guess; every route and every table is
// asked by strangers, with the names and numbers of A's things typed into every place there is. Routes added later are
// walked without a change here.

// Thousands of requests: seconds on an idle machine, minutes on one that is busy with something else.
vi.setConfig({ testTimeout: 300_000 })

let database: TestStore
let house: House
let app: FastifyInstance
let routes: Walkable[]
let all: Asker[]
let everyRole: Asker
let nobody: Asker
let owned: Awaited<ReturnType<typeof privateWorld>>
let tables: { name: string; columns: string[] }[]
/** What strangers were answered before A had anything. */
const before = new Map<string, string>()
let gets: Walkable[]

beforeAll(async () => {
  database = await embeddedStore()
  house = houseOver(database)
  const world = await publicWorld(house)
  ;({ all, everyRole, nobody } = await strangers(house, world))
  ;({ app, routes } = await appWithRoutes(house))
  gets = routes.filter(({ method }) => method === 'GET')
  for (const asker of [nobody, everyRole]) for (const step of plain()) before.set(keyOf(asker, step), steady((await answerTo(app, house, asker, step)).text))
  owned = await privateWorld(house, world, database)
  tables = await tablesOf(house)
})
afterAll(async () => {
  await app.close()
  await database.close()
})

/** Every page and answer with public things in its address. */
const plain = () => gets.flatMap((route) => stepsOf(route, { slugs: [], measures: [], lists: [], numbers: [], words: [] }))
const keyOf = (asker: Asker, { route, params, query }: Step) => JSON.stringify([asker.name, route.url, params, query])

/** An answer without what is different each time: the token of a form, a new key for an app, the reference of a request, how long it is and the fingerprint of all that. */
const steady = (text: string) =>
  text.replace(/value="[\w-]+(\.[\w-]+)+"/g, '').replace(/<div class="bv-qr">.*?<\/div>|bv-secret">[^<]+/gs, '').replace(/[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}/g, '').replace(/\["(content-length|etag)","[^\]]*"\]/g, '')

async function walk(asker: Asker, steps: Iterable<Step>, stopAtFirst = false): Promise<{ leaks: Leak[]; asked: number; faults: string[] }> {
  const leaks: Leak[] = []
  const faults: string[] = []
  let asked = 0
  for (const step of steps) {
    const { status, text } = await answerTo(app, house, asker, step)
    asked++
    if (status >= 500) faults.push(`${status} ${asker.name} ${step.route.url} ${JSON.stringify([step.params, step.query])}`)
    leaks.push(...leaksIn(owned.secrets, asker, step, text))
    if (stopAtFirst && leaks.length > 0) break
  }
  return { leaks, asked, faults }
}

const everyStep = (most?: number) => gets.flatMap((route) => stepsOf(route, owned.handles, most))

describe('what A keeps to itself', () => {
  test('is seen by A, so that looking for it means something', async () => {
    const seen = new Set<string>()
    for (const step of everyStep(1)) {
      const { text } = await answerTo(app, house, owned.insider, step)
      for (const about of owned.secrets.in(text)) seen.add(about)
    }
    expect([...seen]).toEqual(expect.arrayContaining([
      "name of A's officer".replace('officer', 'performance-officer'), "name of A's administrator", 'reason for a grant for a measure', 'sentence in the trail of A', 'reason in the trail of A',
    ]))
    expect(owned.secrets.size).toBeGreaterThan(60)
  })

  test('is in no answer to the public or to somebody with every role in B, wherever the names of its things are typed', async () => {
    let asked = 0
    for (const asker of [nobody, everyRole]) {
      const found = await walk(asker, everyStep())
      expect(found.leaks).toEqual([])
      expect(found.faults).toEqual([])
      asked += found.asked
    }
    expect(gets.length).toBeGreaterThan(20)
    expect(asked).toBeGreaterThan(300)
  })

  test('is in no answer to any single role of B or of the department, the auditors, the inspectors and partners', async () => {
    for (const asker of all) {
      const found = await walk(asker, everyStep(0))
      expect(found.leaks).toEqual([])
      expect(found.faults).toEqual([])
    }
    expect(all.length).toBeGreaterThan(12)
  })

  test('is in answers to somebody it was granted to as far as the grant goes, and no further', async () => {
    const seen = new Map<string, Set<string>>()
    for (const guest of owned.guests) {
      const about = new Set<string>()
      seen.set(guest.name, about)
      for (const step of everyStep(1)) {
        const { text } = await answerTo(app, house, guest, step)
        expect(leaksIn(owned.secrets, guest, step, text)).toEqual([])
        for (const one of owned.secrets.in(text)) about.add(one)
      }
    }
    expect(owned.guests).toHaveLength(4)
    expect([...(seen.get('somebody with a grant for a measure') ?? [])].some((about) => about.endsWith('of the granted measure'))).toBe(true)
  })

  test('is in no table for any of them, even if a page forgot to ask for less', async () => {
    for (const asker of [...all, ...owned.guests]) expect(await leaksInTables(house, owned.secrets, asker, tables)).toEqual([])
    expect(tables.length).toBeGreaterThan(20)
  })

  test('makes no difference to what strangers are answered: no count, no average, no name in a list', async () => {
    const different: string[] = []
    for (const asker of [nobody, everyRole]) {
      for (const step of plain()) {
        const now = steady((await answerTo(app, house, asker, step)).text)
        if (now !== before.get(keyOf(asker, step))) different.push(`${asker.name}: ${step.route.url} ${JSON.stringify(step.query)}`)
      }
    }
    expect(different).toEqual([])
    expect(before.size).toBeGreaterThan(40)
  })

  test('cannot be told from what does not exist: the answers are alike but for what was typed', async () => {
    const { slugs, measures, lists, words } = owned.handles
    const different: string[] = []
    let compared = 0
    for (const asker of [nobody, everyRole]) {
      for (const step of gets.flatMap((route) => stepsOf(route, { slugs, measures, lists, words, numbers: [] }, 1))) {
        const typed = [...Object.values(step.params), ...Object.values(step.query)].find((value) => [slugs, measures, lists, words].flat().includes(value))
        if (typed === undefined) continue
        const [real, invented] = [typed, typed.replace(/[a-z]{4}(?=@|$)/, 'none')]
        const answer = async (value: string) => {
          const swap = (given: Record<string, string>) => Object.fromEntries(Object.entries(given).map(([name, one]) => [name, one === typed ? value : one]))
          const { text } = await answerTo(app, house, asker, { ...step, params: swap(step.params), query: swap(step.query) })
          return steady(text).replaceAll(value, 'TYPED').replaceAll(encodeURIComponent(value), 'TYPED').replaceAll(encodeURIComponent(encodeURIComponent(value)), 'TYPED')
        }
        if ((await answer(real)) !== (await answer(invented))) different.push(`${asker.name}: ${step.route.url} ${JSON.stringify([step.params, step.query])}${await answer(real)} ${await answer(invented)}`)
        compared++
      }
    }
    expect(different).toEqual([])
    expect(compared).toBeGreaterThan(50)
  })

  test('holds for any route, any asker and anything of A’s typed anywhere', async () => {
    const typed = [...new Set(Object.values(owned.handles).flat())]
    const anything = fc.constantFrom(...typed, 'national-one', 'S12000001', 'b-council', 'all', '2023-24', '1')
    const some = fc.constantFrom(...gets.filter(({ params, query }) => params.length + query.length > 0)).chain((route) => fc.record({
      route: fc.constant(route),
      params: fc.record(Object.fromEntries(route.params.map((name) => [name, anything]))),
      query: fc.array(fc.tuple(fc.constantFrom(...route.query, ''), anything), { maxLength: 3 }).map((typed) => Object.fromEntries(typed.filter(([name]) => name !== ''))),
    }))
    await fc.assert(fc.asyncProperty(fc.constantFrom(...all), some, async (asker, step) => {
      const { status, text } = await answerTo(app, house, asker, step)
      expect(leaksIn(owned.secrets, asker, step, text)).toEqual([])
      expect(status).toBeLessThan(500)
    }), { numRuns: 300 })
  })
})

/** Signing out ends the walk; anybody may ask for a link to be sent to somebody else, which is a row of theirs and told of nowhere. */
const mayTouch = new Set(['/sign-out', '/forgotten-password'])

describe('what A keeps to itself, when strangers send forms', () => {
  test('stays as it was, and no refusal tells of it', async () => {
    const posts = routes.filter(({ method }) => method === 'POST')
    const names = await fieldNames()
    const kept = await everythingOfA()
    let sent = 0
    for (const asker of [nobody, everyRole]) {
      for (const route of posts.filter(({ url }) => !mayTouch.has(url))) {
        for (const step of stepsOf(route, owned.handles, 4).filter(({ params }) => !Object.values(params).includes('b-council'))) {
          const handle = Object.values(step.params)[0] ?? owned.handles.words[sent % owned.handles.words.length] ?? ''
          const { status, text } = await answerTo(app, house, asker, step, Object.fromEntries(names.map((name) => [name, handle])))
          expect(leaksIn(owned.secrets, asker, step, text, handle)).toEqual([])
          expect(status, `${asker.name}: POST ${route.url} ${text.slice(0, 300)}`).toBeLessThan(500)
          sent++
        }
      }
    }
    expect(await everythingOfA()).toEqual(kept)
    // A number of A's may also be that of one's own session, which one may end.
    await signInAgain(house, everyRole)
    expect(posts.length).toBeGreaterThan(8)
    expect(sent).toBeGreaterThan(40)
    expect(names.length).toBeGreaterThan(5)
  })
})

/** Names of every field of every form that somebody with every role is shown. */
async function fieldNames(): Promise<string[]> {
  const names = new Set<string>()
  for (const step of plain()) {
    const { body } = await answerTo(app, house, everyRole, step)
    for (const [, name = ''] of body.matchAll(/<(?:input|select|textarea|button)\b[^>]*\bname="([^"]+)"/g)) if (name !== '_csrf') names.add(name)
  }
  return [...names]
}

/** Every row with a secret in it, as the superuser sees it. */
async function everythingOfA(): Promise<string[]> {
  const rows = await Promise.all(tables.map(({ name }) => database.raw.rows<{ row: string }>(`select t::text as row from ${name} t`)))
  return rows.flat().map(({ row }) => row).filter((row) => owned.secrets.in(row).length > 0).sort()
}

describe('each policy on its own', () => {
  /** Tables with something of A's in them. */
  const kept = async () => {
    const found: string[] = []
    for (const { name } of tables) {
      const rows = await database.raw.rows<{ row: string }>(`select t::text as row from ${name} t`)
      if (owned.secrets.in(rows.map(({ row }) => row).join('\n')).length > 0) found.push(name)
    }
    return found
  }

  test('is what keeps A’s rows in: without it, strangers find them in the table', async () => {
    const open = await kept()
    for (const name of open) {
      for (const [take, give] of [
        [`alter table ${name} disable row level security`, `alter table ${name} enable row level security`],
        [`create policy hole on ${name} for select using (true)`, `drop policy hole on ${name}`],
      ] as const) {
        await database.raw.exec(take)
        const leaks = await leaksInTables(house, owned.secrets, everyRole, [{ name }])
        await database.raw.exec(give)
        expect(leaks.length, `${take} was not noticed`).toBe(1)
      }
      expect(await leaksInTables(house, owned.secrets, everyRole, [{ name }])).toEqual([])
    }
    expect(open.length).toBeGreaterThanOrEqual(14)
  })

  test.each([
    ['places.comparator_group'],
    ['indicators.observation'],
    ['indicators.measure', 'indicators.measure_version'],
    ['kernel.job'],
  ])('is missed by the pages too, which rely on nothing else: %s', async (...open) => {
    await database.raw.exec(open.map((name) => `alter table ${name} disable row level security;`).join(' '))
    const { leaks } = await walk(everyRole, everyStep(3), true)
    await database.raw.exec(open.map((name) => `alter table ${name} enable row level security;`).join(' '))
    expect(leaks).toHaveLength(1)
  })

  test('must stand and be forced, or the workbench does not start', async () => {
    for (const name of await kept()) {
      for (const [take, give] of [['no force', 'force'], ['disable', 'enable']] as const) {
        await database.raw.exec(`alter table ${name} ${take} row level security`)
        await expect(storeOver(database.raw)).rejects.toMatchObject({ faults: [`The table ${name} has no forced row-level security. Add it in the migration that makes the table.`] })
        await database.raw.exec(`alter table ${name} ${give} row level security`)
      }
    }
  })
})
