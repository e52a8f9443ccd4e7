import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { createServer } from '#kernel/web/server.ts'
import { buildBreak, buildFigures, buildMeasure } from '#slices/indicators/builders.ts'
import { newOrganisation, newPerson } from '#slices/people/builders.ts'
import { buildAuthorities, buildGroup } from '#slices/places/builders.ts'
import { overview } from '../index.ts'

let database: TestStore
let app: FastifyInstance
let actor: Actor = { kind: 'public' }
let owner: Actor
let stranger: Actor

beforeAll(async () => {
  database = await embeddedStore()
  const { store } = database
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!' })
  const house: House = completeHouse({ store, config, log: pino({ level: 'silent' }), now: () => new Date('2026-11-21T12:00:00Z') })
  app = await createServer(house, { slices: [overview], identify: () => Promise.resolve(actor) })

  const codes = Array.from({ length: 12 }, (_, i) => `S${i}`)
  const id = await buildAuthorities(store, [
    ...codes.map((code) => ({ code, known_name: code === 'S0' ? 'Northmere' : `Place ${code}` })), { code: 'OLD', known_name: 'Oldmere', ends: '2019-03-31' },
  ])
  const of = (code: string) => id.get(code)!
  await database.raw.rows(`insert into places.succession values (${of('OLD')}, ${of('S0')}, '2019-04-01')`)
  await database.raw.rows(`insert into places.authority_key values (${of('S0')}, 'ecode', 'E0001')`)
  await buildGroup(store, { type: 'neighbours', source: 'test', slug: 'S0', title: 'Neighbours by test', of: of('S0'), members: codes.slice(1, 9).map(of) })
  const everywhere = (period: string, value: (place: number) => number) => codes.map((code, i) => ({ authority: of(code), period, value: value(i) }))

  const best = await buildMeasure(store, { code: 'rent', title: 'Rent collected', service: 'Housing', dimension: 'effectiveness', decimals: 1 })
  await buildFigures(store, best, [...everywhere('2021-22', (i) => 90 - i), ...everywhere('2022-23', (i) => 95 - i)])
  await buildFigures(store, best, [{ authority: of('S0'), period: '2022-23', value: 99.5, status: 'revised' }], { knownFrom: new Date('2024-06-01T09:00:00Z') })
  const lowest = await buildMeasure(store, {
    code: 'relet', title: 'Average re-let time', service: 'Housing', dimension: 'efficiency', polarity: 'lower', unit: 'days', suffix: ' days', unit_kind: 'days', decimals: 1,
  })
  await buildFigures(store, lowest, [...everywhere('2021-22', (i) => 30 - i), ...everywhere('2022-23', (i) => 40 - i)])
  const broken = await buildMeasure(store, { code: 'sort', title: 'Waste sorted & recycled', service: 'Waste', decimals: 1 })
  await buildFigures(store, broken, [...everywhere('2021-22', (i) => 40 + i), ...everywhere('2022-23', (i) => 50 + i)])
  await buildBreak(store, broken, '2022-04-01')
  const context = await buildMeasure(store, { code: 'people', title: 'People', polarity: 'none', unit: 'people', suffix: '', unit_kind: 'count', decimals: 0, service: null })
  await buildFigures(store, context, everywhere('2022-23', (i) => 1000 + i))
  const hidden = await buildMeasure(store, { code: 'falls', title: 'Falls', service: 'Care' })
  await buildFigures(store, hidden, [
    ...everywhere('2022-23', (i) => 10 + i).slice(1), { authority: of('S0'), period: '2022-23', value: null, status: 'absent', reason: 'suppressed' },
  ])
  const organisation = await newOrganisation(house, { slug: 'northmere', name: 'Northmere Council', authority: 'S0' })
  owner = await newPerson(house, organisation)
  stranger = await newPerson(house, await newOrganisation(house))
  const local = await buildMeasure(store, { code: 'northmere-calls', title: 'Calls answered by us', service: 'Corporate', organisation: organisation.id })
  await buildFigures(store, local, [{ authority: of('S0'), period: '2022-23', value: 80 }], { organisation: organisation.id })
})
afterAll(async () => {
  await app.close()
  await database.close()
})

async function get(path: string, as: Actor = { kind: 'public' }) {
  actor = as
  return app.inject(path)
}

/** The text of the page as one line, with the addresses of its links in brackets and without its drawings. */
async function read(path: string, as?: Actor): Promise<string> {
  const { body, statusCode } = await get(path, as)
  expect(statusCode).toBe(200)
  return body
    .replace(/^.*<\/header>|<footer.*$/gs, '').replace(/<svg.*?<\/svg>/gs, '')
    .replace(/<a [^>]*href="([^"]*)"[^>]*>/g, '[$1] ').replace(/<[^>]+>/g, ' ')
    .replaceAll('&amp;', '&').replace(/[\s\u00a0]+/g, ' ').trim()
}

const titles = (body: string) => [...body.matchAll(/rowheader"><a[^>]*>([^<]*)</g)].map((match) => match[1]!.replace('&amp;', '&'))
const shown = async (query: string, as?: Actor) => titles((await get(`/authorities/S0${query}`, as)).body)

describe('the profile of an authority', () => {
  test('opens with one sentence that counts its measures', async () => {
    expect(await read('/authorities/S0')).toContain(
      'In the latest figures Northmere is in the best quarter of its 8 nearest neighbours on 1 of 5 measures and in the lowest quarter on 2; 1 has no figure and 1 is not compared.',
    )
  })

  test('says of each measure what there is to know at a glance', async () => {
    const page = await read('/authorities/S0')
    expect(page).toContain('Average re-let time 40.0 days 2022-23 36.0 days in the lowest quarter ▲ up 10.0 days: worse since 2021-22')
    expect(page).toContain('Rent collected 99.5% corrected 2022-23 91.0% in the best quarter ▲ up 9.5 points: better since 2021-22')
    expect(page).toContain('People people 1,000 2022-23 1,004 not compared: no better direction')
    expect(page).toContain('Falls no figure: suppressed 2022-23')
    expect(page).toContain('Waste sorted & recycled 50.0% 2022-23 54.0% in the lowest quarter nothing earlier to compare')
  })

  test('groups measures by service, with counts', async () => {
    const page = await read('/authorities/S0')
    expect(page).toContain('Housing 2 measures · 1 in the best quarter · 1 in the lowest quarter')
    expect(page).toContain('Care 1 measure · 1 without a figure')
    expect(page).toContain('No service stated 1 measure')
  })

  test.each([
    ['', ['Falls', 'Average re-let time', 'Rent collected', 'Waste sorted & recycled', 'People']],
    ['?service=Housing&position=&change=', ['Average re-let time', 'Rent collected']],
    ['?service=not-stated', ['People']],
    ['?dimension=efficiency', ['Average re-let time']],
    ['?position=best', ['Rent collected']],
    ['?change=worse', ['Average re-let time']],
    ['?absence=none', ['Falls']],
    ['?sort=title', ['Average re-let time', 'Falls', 'People', 'Rent collected', 'Waste sorted & recycled']],
    ['?sort=position', ['Average re-let time', 'Waste sorted & recycled', 'Rent collected', 'People', 'Falls']],
    ['?page=99', ['Falls', 'Average re-let time', 'Rent collected', 'Waste sorted & recycled', 'People']],
  ])('narrowed and ordered by “%s” shows exactly that', async (query, expected) => {
    expect(await shown(query)).toEqual(expected)
  })

  test('keeps the opening sentence whole when the list is narrowed, and says how much of it is shown', async () => {
    const page = await read('/authorities/S0?service=Housing')
    expect(page).toContain('on 1 of 5 measures')
    expect(page).toContain('2 of 5 measures , compared with its 8 nearest neighbours (Test). [/authorities/S0?group=neighbours%3Atest] Show all measures')
  })

  test('keeps the group and the day in every address that leads on', async () => {
    const page = await read('/authorities/S0?group=all&as-known-at=2024-03-01&service=Housing')
    expect(page).toContain('[/authorities/S0/measures/rent?group=all&as-known-at=2024-03-01] Rent collected')
    expect(page).toContain('[/authorities/S0/profile.csv?group=all&service=Housing&as-known-at=2024-03-01]')
    expect(page).toContain('was in the best quarter of all authorities')
  })

  test('as known at a day says so in a banner, and shows what was known then', async () => {
    const page = await read('/authorities/S0?as-known-at=2024-03-01')
    expect(page).toContain('As known at the end of 1 Mar 2024.')
    expect(page).toContain('Rent collected 95.0% 2022-23')
    expect(await read('/authorities/S0')).not.toContain('As known at the end')
    expect((await get('/authorities/S0?as-known-at=soon')).statusCode).toBe(422)
  })

  test('of a group it is not in claims no position', async () => {
    await buildGroup(database.store, { type: 'family', source: 'test', slug: 'others', title: 'Others', members: [3, 4, 5, 6, 7, 8, 9, 10] })
    expect(await read('/authorities/S0?group=family:test/others')).toContain('Northmere is not one of the group “Others”')
  })

  test('names predecessors and successors', async () => {
    expect(await read('/authorities/S0')).toContain('Took over on 1 Apr 2019 from [/authorities/OLD] Oldmere Council .')
    expect(await read('/authorities/OLD')).toContain('Ended on 31 Mar 2019. Its work passed to [/authorities/S0] Northmere Council .')
  })

  test('without any figures says how they would come', async () => {
    expect(await read('/authorities/OLD')).toContain('There are no figures for Oldmere yet. Figures appear here when')
    expect(await read('/authorities/S0?as-known-at=2001-01-01')).toContain('[/authorities/S0] Show what is known today')
  })

  test('is found by another code, and sent to its one address', async () => {
    const answer = await get('/authorities/E0001?group=all')
    expect([answer.statusCode, answer.headers.location]).toEqual([301, '/authorities/S0?group=all'])
  })

  test('of an authority or a group that does not exist is a page that says what to do', async () => {
    const unknown = await get('/authorities/S99')
    expect([unknown.statusCode, unknown.body.includes('There is no authority with the code S99')]).toEqual([404, true])
    expect((await get('/authorities/S0?group=nation:atlantis')).statusCode).toBe(422)
    expect((await get('/authorities/S0?position=top')).statusCode).toBe(422)
  })

  test('shows a local measure to its organisation and to nobody else', async () => {
    const title = 'Calls answered by us'
    expect(await shown('', owner)).toContain(title)
    for (const other of [stranger, { kind: 'public' } as const]) {
      expect(await shown('', other)).not.toContain(title)
      for (const file of ['csv', 'json']) {
        const answer = await get(`/authorities/S0/profile.${file}`, other)
        expect([answer.statusCode, answer.body.includes('northmere-calls')]).toEqual([200, false])
      }
      expect((await get('/authorities/S0', other)).body).not.toContain('Corporate')
    }
    expect((await get('/authorities/S0/profile.csv', owner)).body).toContain('northmere-calls')
  })

  test('gives as files exactly what is shown, in the same order', async () => {
    const query = '?sort=position&service=Housing'
    const csv = (await get(`/authorities/S0/profile.csv${query}`)).body.trim().split('\r\n')
    expect(csv.map((line) => line.split(',')[3])).toEqual(['measure', 'relet', 'rent'])
    const json = (await get(`/authorities/S0/profile.json${query}`)).json<{ measures: { measure: { code: string }; value: number }[] }>()
    expect(json.measures.map(({ measure, value }) => [measure.code, value])).toEqual([['relet', 40], ['rent', 99.5]])
  })
})
