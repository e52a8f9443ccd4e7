import type { FastifyInstance } from 'fastify'
import { setTimeout as pause } from 'node:timers/promises'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '#kernel/config.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { createServer } from '#kernel/web/server.ts'
import { newOrganisation, newPerson, newToken } from '#slices/people/builders.ts'
import { identify, people, personOf } from '#slices/people/index.ts'
import { buildAuthorities } from '#slices/places/builders.ts'
import { places } from '#slices/places/index.ts'
import { indicators, readRecipe } from '../index.ts'
import { saveRecipe } from './saved-recipes.ts'
import { largestFile } from './uploads.ts'

// Files as programs send them, with real tokens, through the real server.

let database: TestStore
let house: House
let app: FastifyInstance
const tokens = { writes: '', reads: '', reader: '', southmere: '' }

beforeAll(async () => {
  database = await embeddedStore()
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'on' })
  house = completeHouse({ store: database.store, config, log: pino({ level: 'silent' }), now: () => new Date() })
  app = await createServer(house, { slices: [people, places, indicators], identify: (request) => identify(house, request), actorOf: (account) => personOf(house, account) })
  const [northmere, southmere] = [await newOrganisation(house, { slug: 'northmere' }), await newOrganisation(house, { slug: 'southmere' })]
  const officer = await newPerson(house, northmere, { roles: ['performance-officer'] })
  const elsewhere = await newPerson(house, southmere, { roles: ['performance-officer'] })
  tokens.writes = await newToken(house, officer, 'write')
  tokens.reads = await newToken(house, officer, 'read')
  tokens.reader = await newToken(house, await newPerson(house, northmere, { roles: ['reader'] }), 'write')
  tokens.southmere = await newToken(house, elsewhere, 'write')
  await buildAuthorities(database.store, [{ code: 'S90000001', known_name: 'Northmere' }])
  const recipe = readRecipe(JSON.stringify({
    recipe: 'bins', title: 'Bins', publisher: 'Depot', source: 'https://depot.example', licence: 'OGL', produces: 'observations',
    authority: { column: 'council', by: 'name' }, period: { column: 'year', kind: 'financial-year' }, measure: { code: { column: 'code' } }, values: [{ value: 'rate' }],
    measures: { title: { column: 'code' }, unit: { fixed: '%' }, unit_kind: { fixed: 'percentage' }, polarity: { fixed: 'higher' } },
  }), 'bins.json')
  for (const one of [officer, elsewhere]) {
    const [owner] = one.memberships
    if (owner) await house.store.change(one, 'recipes.save', (trx) => saveRecipe(trx, one, owner, recipe, house.now()))
  }
})
afterAll(async () => {
  await app.close()
  await database.close()
})

const csv = (...rows: string[]) => `${['council,year,code,rate', ...rows].join('\n')}\n`
const figures = (how_many: number, first = 0) => csv(...Array.from({ length: how_many }, (_, i) => `Northmere,2022-23,bins-${first + i},${i % 90}.5`))

function send(token: string | null, question: Record<string, string>, payload: string | Buffer) {
  const url = `/api/v1/imports?${new URLSearchParams({ recipe: 'northmere/bins', ...question }).toString()}`
  return app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'text/csv', ...(token === null ? {} : { authorization: `Bearer ${token}` }) } })
}
const ask = (token: string, url: string) => app.inject({ url, headers: { authorization: `Bearer ${token}` } })

interface Answer {
  outcome: string
  import: number | null
  counts: { new: number }
  refusals: { line: number; column: string; seen: string }[]
}

/** Everything an import could leave behind. */
async function held() {
  const rows = await database.raw.rows<{ held: string }>(`
    select concat_ws(' ', (select count(*) from indicators.import), (select count(*) from indicators.observation), (select count(*) from indicators.measure),
                     (select count(*) from indicators.period), (select count(*) from indicators.upload)) as held`)
  return rows[0]?.held
}

async function whenOver(token: string, address: string): Promise<{ state: string; says: string; report: Answer }> {
  for (;;) {
    const job = (await ask(token, address)).json<{ state: string; says: string; report: Answer }>()
    if (job.state !== 'queued' && job.state !== 'running') return job
    await pause(50)
  }
}

describe('a file sent by a program', () => {
  test('is imported, all of it, and found under the number that is answered', async () => {
    const answer = await send(tokens.writes, { file_name: 'bins.csv' }, figures(3))
    expect(answer.statusCode, answer.body).toBe(201)
    const { outcome, import: id, counts } = answer.json<Answer>()
    expect([outcome, counts.new]).toEqual(['imported', 3])
    expect((await ask(tokens.reads, `/api/v1/imports/${id}`)).json()).toMatchObject({ organisation: null, file: { name: 'bins.csv' }, counts: { new: 3 } })
    const again = await send(tokens.writes, {}, figures(3))
    expect([again.statusCode, again.json<Answer>().outcome]).toEqual([200, 'nothing-new'])
    expect((await database.raw.rows('select 1 from indicators.upload')).length).toBe(0)
  })

  test('is not even read when nobody is known to send it, or their token or roles do not allow it', async () => {
    const before = await held()
    for (const [token, status] of [[null, 401], [tokens.reads, 403], [tokens.reader, 403], ['bvw_made_up', 401]] as const) {
      const answer = await send(token, {}, figures(2, 100))
      expect(answer.statusCode, answer.body).toBe(status)
    }
    expect(await held()).toBe(before)
  })

  test('is of an organisation that the token reaches, or refused with those it could be of', async () => {
    const before = await held()
    const refused = await send(tokens.southmere, { recipe: 'southmere/bins', organisation: 'northmere' }, figures(2, 100))
    expect(refused.statusCode).toBe(422)
    expect(refused.json()).toMatchObject({ code: 'refused', faults: [{ field: 'organisation', message: 'Use one of: southmere' }] })
    expect((await send(tokens.southmere, { recipe: 'northmere/bins' }, figures(2, 100))).json()).toMatchObject({ faults: [{ field: 'recipe' }] })
    expect(await held()).toBe(before)
    const own = await send(tokens.southmere, { recipe: 'southmere/bins', organisation: 'southmere' }, figures(2, 100))
    expect(own.statusCode, own.body).toBe(201)
    const address = `/api/v1/imports/${own.json<Answer>().import}`
    expect((await ask(tokens.southmere, address)).json()).toMatchObject({ organisation: 'southmere' })
    expect((await ask(tokens.writes, address)).statusCode).toBe(404)
  })

  test('that is only tried is told all the same and leaves nothing', async () => {
    const before = await held()
    const answer = await send(tokens.writes, { dry_run: 'true' }, figures(4, 200))
    expect([answer.statusCode, answer.json<Answer>().outcome, answer.json<Answer>().counts.new]).toEqual([200, 'would-import', 4])
    expect(await held()).toBe(before)
  })

  test('with one place that cannot be read is refused with that place, and leaves nothing', async () => {
    const before = await held()
    const answer = await send(tokens.writes, {}, csv('Northmere,2022-23,bins-300,1', 'Northmere,2022-23,bins-301,many'))
    expect(answer.statusCode).toBe(422)
    expect(answer.json()).toMatchObject({ outcome: 'refused', import: null, refusals: [{ line: 3, column: 'rate', seen: 'many', rows: 1 }] })
    expect(await held()).toBe(before)
  })

  test('that is empty, asked for wrongly or too large is refused before any of it is kept', async () => {
    const before = await held()
    expect((await send(tokens.writes, {}, '')).json()).toMatchObject({ faults: [{ field: 'body' }] })
    expect((await send(tokens.writes, { dryrun: 'true' }, figures(1))).statusCode).toBe(422)
    expect((await send(tokens.writes, { wait: '10000' }, figures(1))).json()).toMatchObject({ faults: [{ field: 'wait', message: 'Use 540 at most' }] })
    const large = await send(tokens.writes, {}, Buffer.alloc(largestFile + 1, 'x'))
    expect([large.statusCode, large.json<{ code: string }>().code]).toEqual([413, 'too-large'])
    expect(await held()).toBe(before)
  })

  test('that is not waited for goes on as a job, which says how it ended to who asked and to nobody elsewhere', async () => {
    const rows = Array.from({ length: 3_000 }, (_, i) => `Northmere,${1960 + (i % 60)}-${String((1961 + (i % 60)) % 100).padStart(2, '0')},bins-${Math.floor(i / 60) + 1_000},${i % 90}.5,${'x'.repeat(1_000)}`)
    const large = ['council,year,code,rate,note', ...rows, ''].join('\n')
    // Other forms end at one megabyte.
    expect(large.length).toBeGreaterThan(3_000_000)
    const answer = await send(tokens.writes, { wait: '0', file_name: 'large.csv' }, large)
    expect(answer.statusCode, answer.body).toBe(202)
    const address = String(answer.headers.location)
    expect(address).toMatch(/^\/api\/v1\/jobs\/\d+$/)
    expect(answer.json()).toMatchObject({ title: 'Importing large.csv', report: null })
    expect((await ask(tokens.southmere, address)).statusCode).toBe(404)
    expect((await app.inject({ url: address })).statusCode).toBe(401)
    const { state, report } = await whenOver(tokens.reads, address)
    expect([state, report.outcome, report.counts.new]).toEqual(['done', 'imported', 3_000])
    expect((await ask(tokens.reads, `/api/v1/imports/${report.import}`)).statusCode).toBe(200)
  })

  test('that is refused while nobody waits has its report with the job', async () => {
    const before = await held()
    const answer = await send(tokens.writes, { wait: '0' }, csv('Nowhere,2022-23,bins-300,1'))
    const { state, report } = await whenOver(tokens.writes, String(answer.headers.location))
    expect([state, report.outcome, report.refusals[0]?.seen]).toEqual(['done', 'refused', 'Nowhere'])
    expect(await held()).toBe(before)
  })

  test('is described with every answer it may get', async () => {
    const { paths } = (await app.inject({ url: '/api/openapi.json' })).json<{ paths: Record<string, Record<string, { responses: object }>> }>()
    expect(Object.keys(paths['/api/v1/imports']?.['post']?.responses ?? {})).toEqual(['200', '201', '202', 'default'])
    expect(paths['/api/v1/jobs/{job}']).toBeDefined()
  })
})
