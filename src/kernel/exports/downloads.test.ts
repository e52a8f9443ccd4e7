import { createHash } from 'node:crypto'
import { request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'
import XLSX from '@e965/xlsx'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { everyone, type Actor, type Role } from '../access/actor.ts'
import { readConfig } from '../config.ts'
import { notFound } from '../problems.ts'
import { completeHouse, type House, type Slice } from '../slice.ts'
import { embeddedStore, type TestStore } from '../testing/store.ts'
import { createServer } from '../web/server.ts'
import { columnFor, exportOf, exportSource } from './index.ts'

// A small slice with tables to download: as many numbers as asked for, one that breaks in the middle, and one for some people only.

interface Line {
  nth: number
  says: string
}
const column = columnFor<Line>()
const columns = [column('nth', 'whole', 'Which line it is.', (row) => row.nth), column('says', 'text', 'What it says.', (row) => row.says)]
const about = { name: 'numbers', title: 'Numbers', description: 'Lines with a number.', publisher: 'The counting house', licence: 'OGL 3.0', knownAt: null }

let isBroken = false
let isLetIn = true

async function* lines(count: number, breaksAt = Infinity): AsyncGenerator<Line> {
  for (let nth = 1; nth <= count; nth++) {
    if (nth % 5_000 === 0) await Promise.resolve()
    if (isBroken && nth > breaksAt) throw new Error('The table fell over.')
    yield { nth, says: nth % 2 === 0 ? `=${nth}` : 'plain words that make the line somewhat longer' }
  }
}

const count = z.coerce.number().int().max(1_000_000).default(3)
const counting: Slice = {
  name: 'counting',
  title: 'Counting',
  permissions: { 'counting.secret': ['administrator'] },
  exports: [
    exportSource({ path: '/numbers', access: 'public', query: z.object({ count }), open: ({ query }) => Promise.resolve(exportOf(about, columns, lines(query.count, query.count - 2_500))) }),
    exportSource({
      path: '/boxes/:box/numbers', page: '/boxes/:box', access: { may: 'counting.secret' }, params: z.object({ box: z.string() }),
      open: ({ params }) => {
        if (params.box !== 'red') throw notFound('There is no such box.')
        return Promise.resolve(exportOf({ ...about, name: 'box' }, columns, lines(2)))
      },
    }),
  ],
}

const member = (account: number, organisation: number, roles: Role[]): Actor =>
  ({ kind: 'person', account, name: `Person ${account}`, memberships: [{ organisation, slug: `o${organisation}`, name: `Organisation ${organisation}`, kind: 'authority', authority: null, roles }], grants: [] })
const people = new Map<string, Actor>([['ada', member(1, 1, ['administrator'])], ['bo', member(2, 1, ['reader'])], ['cy', member(3, 2, ['administrator'])]])

let database: TestStore
let app: FastifyInstance
let house: House
let later = 0
beforeAll(async () => {
  database = await embeddedStore()
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'off', BASE_URL: 'https://workbench.example' })
  house = completeHouse({ store: database.store, config, log: pino({ level: 'silent' }), now: () => new Date(Date.now() + later) })
  const who = (name: unknown) => people.get(String(name)) ?? everyone
  app = await createServer(house, {
    slices: [counting],
    identify: (request) => Promise.resolve(who(request.headers['x-who'])),
    actorOf: (account) => Promise.resolve(isLetIn ? ([...people.values()].find((one) => one.kind === 'person' && one.account === account) ?? null) : null),
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await app.close()
  await database.close()
})

const get = (url: string, who = '') => app.inject({ url, headers: { 'x-who': who, host: 'localhost' } })
const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest('hex')

async function post(url: string, fields: Record<string, string>, who: string) {
  const page = await get('/downloads?of=/numbers.csv', who)
  const token = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  const cookie = String(page.headers['set-cookie'] ?? '').split(';')[0] ?? ''
  return app.inject({
    method: 'POST', url, headers: { 'x-who': who, cookie, host: 'localhost', 'content-type': 'application/x-www-form-urlencoded' }, payload: new URLSearchParams({ _csrf: token, ...fields }).toString(),
  })
}

/** The name of the file that was made, once it is. */
async function made(of: string, who: string): Promise<string> {
  const answer = await post('/downloads/keep', { of }, who)
  expect([answer.statusCode, answer.body]).toEqual([303, ''])
  const at = String(answer.headers.location)
  if (at.startsWith('/downloads/kept/')) return at
  const actor = people.get(who)
  if (!actor) throw new Error('Nobody asked.')
  return vi.waitFor(async () => {
    const job = await house.jobs.find(actor, Number(at.split('/').at(-1)))
    expect(job?.outcome?.href).toMatch(/^\/downloads\/kept\//)
    return job?.outcome?.href ?? ''
  }, { timeout: 90_000 })
}

describe('a table', () => {
  test('is offered in every format under its own name, and CSV leads to its metadata', async () => {
    const csv = await get('/numbers.csv?count=2')
    expect(csv.body).toBe("\ufeffnth,says\r\n1,plain words that make the line somewhat longer\r\n2,'=2\r\n")
    expect(csv.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="numbers.csv"',
      link: '</numbers.csv-metadata.json?count=2>; rel="describedby"; type="application/csvm+json"',
    })
    for (const format of ['xlsx', 'ods']) {
      const answer = await get(`/numbers.${format}?count=2`)
      const book = XLSX.read(answer.rawPayload)
      expect(XLSX.utils.sheet_to_json(book.Sheets.Data ?? {})).toEqual([{ Nth: 1, Says: 'plain words that make the line somewhat longer' }, { Nth: 2, Says: '=2' }])
      expect(answer.headers['content-disposition']).toBe(`attachment; filename="numbers.${format}"`)
    }
  })

  test('says in its metadata how many rows it has, what they hash to, whose it is and what its columns mean', async () => {
    const csv = (await get('/numbers.csv?count=7')).rawPayload
    const answer = await get('/numbers.csv-metadata.json?count=7')
    expect(answer.headers['content-type']).toContain('application/csvm+json')
    expect(answer.json()).toMatchObject({
      url: 'numbers.csv?count=7', 'dc:publisher': 'The counting house', 'dc:license': 'OGL 3.0', 'dc:source': [{ '@id': 'https://workbench.example/numbers?count=7' }],
      notes: [{ rows: 7, bytes: csv.length, sha256: sha256(csv) }, expect.any(String), expect.any(String)],
      tableSchema: { columns: [{ name: 'nth', datatype: 'integer', 'dc:description': 'Which line it is.' }, { name: 'says', datatype: 'string' }] },
    })
  })

  test('has a page that says the same to people', async () => {
    const page = await get('/downloads?of=%2Fnumbers.csv%3Fcount%3D7')
    expect(page.body).toContain(sha256((await get('/numbers.csv?count=7')).rawPayload))
    expect(page.body).toContain('/numbers.ods?count=7')
    expect(page.body).toMatch(/Which line it is\./)
    expect(page.body).not.toContain('Make a file to keep')
    expect((await get('/downloads?of=%2Fnumbers.csv%3Fcount%3D30000')).body).toContain('more than 20,000')
  })

  test.each(['', '/nothing.csv', '/numbers', 'https://elsewhere.example/numbers.csv', '//elsewhere.example/numbers.csv', '/boxes/%E0%A4%A/numbers.csv', '/numbers.csv/more'])('is not found at %j', async (of) => {
    expect((await get(`/downloads?of=${encodeURIComponent(of)}`)).statusCode).toBe(404)
  })

  test('is refused where its question means nothing', async () => {
    expect((await get('/downloads?of=%2Fnumbers.csv%3Fcount%3Dmany')).statusCode).toBe(422)
    expect((await get('/numbers.ods?count=many')).statusCode).toBe(422)
  })

  test('for some people only is for them only, in whichever way it is asked for', async () => {
    for (const address of ['/boxes/red/numbers.csv', '/boxes/red/numbers.xlsx', '/boxes/red/numbers.ods', '/boxes/red/numbers.csv-metadata.json', '/downloads?of=/boxes/red/numbers.csv']) {
      expect([(await get(address)).statusCode, (await get(address, 'bo')).statusCode, (await get(address, 'ada')).statusCode], address).toEqual([303, 403, 200])
    }
    expect((await post('/downloads/keep', { of: '/boxes/red/numbers.csv' }, 'bo')).statusCode).toBe(403)
    expect((await get('/downloads?of=/boxes/blue/numbers.csv', 'ada')).statusCode).toBe(404)
  })
})

/** A request over the wire: what came, and whether the answer came to a proper end. */
function overTheWire(path: string, encoding = 'identity'): Promise<{ status: number; complete: boolean }> {
  const { port } = app.server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    ask({ port, path, host: '127.0.0.1', headers: { 'accept-encoding': encoding } }, (answer) => {
      answer.resume()
      answer.on('error', () => undefined)
      answer.on('close', () => resolve({ status: answer.statusCode ?? 0, complete: answer.complete }))
    }).on('error', reject).end()
  })
}

describe('a table that breaks in the middle', () => {
  test.each([['csv', 'identity'], ['csv', 'gzip'], ['csv', 'br'], ['xlsx', 'identity'], ['ods', 'identity']])('cuts the connection of whoever reads it as %s (%s), so that it cannot be taken for whole', async (format, encoding) => {
    const path = `/numbers.${format}?count=100000`
    isBroken = true
    const broken = await overTheWire(path, encoding).finally(() => (isBroken = false))
    expect(broken).not.toEqual({ status: 200, complete: true })
    expect(await overTheWire(path.replace('100000', '5000'), encoding)).toEqual({ status: 200, complete: true })
  })

  test('right at its beginning is answered with an error page', async () => {
    isBroken = true
    const broken = await overTheWire('/numbers.csv?count=2500', 'gzip').finally(() => (isBroken = false))
    expect(broken).toEqual({ status: 500, complete: true })
  })

  test('is never kept: the job says that it failed, and nothing of it is there', async () => {
    isBroken = true
    const address = '/numbers.csv?count=10000'
    // It opens, and breaks only when its rows are read.
    const answer = await post('/downloads/keep', { of: address }, 'ada').finally(() => undefined)
    const id = Number(String(answer.headers.location).split('/').at(-1))
    const ada = people.get('ada') ?? everyone
    await vi.waitFor(async () => expect((await house.jobs.find(ada, id))?.state).toBe('failed'), { timeout: 10_000 })
    isBroken = false
    expect((await house.jobs.find(ada, id))?.reason).toMatch(/fault of the workbench. Nothing was half done/)
    expect((await get('/downloads/kept', 'ada')).body).not.toContain('/downloads/kept/')
  })
})

describe('a file made to keep', () => {
  test('is the same file every time, with the count and the hash it was made with', async () => {
    const at = await made('/numbers.csv?count=2500', 'ada')
    const direct = (await get('/numbers.csv?count=2500')).rawPayload
    const kept = await get(`${at}.csv`, 'ada')
    expect(kept.rawPayload.equals(direct)).toBe(true)
    expect(kept.headers.link).toBe(`<${at}.csv-metadata.json>; rel="describedby"; type="application/csvm+json"`)
    expect((await get(`${at}.csv-metadata.json`, 'ada')).json()).toMatchObject({ notes: [{ rows: 2500, sha256: sha256(direct) }, expect.any(String), expect.any(String)], 'dc:source': [{ '@id': 'https://workbench.example/numbers?count=2500' }] })
    expect((await get(at, 'ada')).body).toContain(sha256(direct))
    for (const format of ['xlsx', 'ods']) {
      const book = XLSX.read((await get(`${at}.${format}`, 'ada')).rawPayload)
      expect(XLSX.utils.sheet_to_json<{ Nth: number }>(book.Sheets.Data ?? {}).map(({ Nth }) => Nth)).toEqual(Array.from({ length: 2500 }, (_row, place) => place + 1))
    }
    const { rows } = { rows: await database.raw.rows<{ says: string }>("select says from kernel.trail where action = 'exports.keep'") }
    expect(rows).toEqual([{ says: 'had “Numbers” made as a file to keep, with 2,500 rows' }])
  })

  test('is for the person who had it made, and for nobody else', async () => {
    const at = await made('/numbers.csv?count=4', 'ada')
    for (const who of ['bo', 'cy']) {
      for (const ending of ['', '.csv', '.xlsx', '.ods', '.csv-metadata.json']) expect((await get(at + ending, who)).statusCode, who + ending).toBe(404)
      expect((await post(`${at}/drop`, {}, who)).statusCode).toBe(404)
      expect((await get('/downloads/kept', who)).body).not.toContain(at)
    }
    expect((await get(at)).statusCode).toBe(303)
    expect((await get('/downloads/kept', 'ada')).body).toContain(at)
  })

  test('is not shown any more to a person who may no longer see all that was in it', async () => {
    const at = await made('/boxes/red/numbers.csv', 'ada')
    people.set('ada', member(1, 1, ['reader']))
    const asReader = await get(`${at}.csv`, 'ada')
    people.set('ada', member(1, 2, ['administrator']))
    const elsewhere = await get(`${at}.csv`, 'ada')
    people.set('ada', member(1, 1, ['administrator']))
    expect([asReader.statusCode, elsewhere.statusCode, (await get(`${at}.csv`, 'ada')).statusCode]).toEqual([404, 404, 200])
  })

  test('is not made for a person who may no longer sign in', async () => {
    isLetIn = false
    const answer = await post('/downloads/keep', { of: '/numbers.csv?count=9' }, 'ada')
    isLetIn = true
    const job = await house.jobs.find(people.get('ada') ?? everyone, Number(String(answer.headers.location).split('/').at(-1)))
    expect(job).toMatchObject({ state: 'failed', reason: expect.stringMatching(/may no longer sign in/) as unknown })
  })

  test('is let go by its owner, or when its week is over', async () => {
    const first = await made('/numbers.csv?count=5', 'ada')
    expect((await post(`${first}/drop`, {}, 'ada')).headers.location).toBe('/downloads/kept')
    expect((await get(first, 'ada')).statusCode).toBe(404)
    const second = await made('/numbers.csv?count=6', 'ada')
    later = 7 * 24 * 60 * 60 * 1000 + 1000
    const gone = await get(second, 'ada')
    later = 0
    expect(gone.statusCode).toBe(404)
  })
})

test('300,000 rows are made, counted, kept and read again without memory growing with them', async () => {
  const everything = (rows: number) => peakWhile(async () => {
    const at = await made(`/numbers.csv?count=${rows}`, 'ada')
    const hash = createHash('sha256')
    const { port } = app.server.address() as AddressInfo
    const answer = await fetch(`http://127.0.0.1:${port}${at}.csv`, { headers: { 'x-who': 'ada' } })
    for await (const piece of answer.body as AsyncIterable<Uint8Array>) hash.update(piece)
    expect((await get(at, 'ada')).body).toContain(hash.digest('hex'))
    for (const format of ['xlsx', 'ods']) expect((await overTheWire(`/numbers.${format}?count=${rows}`)).complete).toBe(true)
  })
  const before = await everything(20_000)
  expect((await everything(300_000)) - before).toBeLessThan(250)
}, 200_000)

/** Most memory of the process while something is done, in MB. */
async function peakWhile(work: () => Promise<unknown>): Promise<number> {
  let peak = 0
  const looking = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss / 1e6)), 20)
  try {
    await work()
  } finally {
    clearInterval(looking)
  }
  return peak
}
