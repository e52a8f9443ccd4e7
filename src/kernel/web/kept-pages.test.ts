import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { everyone, type Actor } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { SharedQuestion } from '#kernel/db/version.ts'
import { bothStores, type TestStore } from '#kernel/testing/store.ts'
import { completeHouse } from '../slice.ts'
import { createServer } from './server.ts'

const system: Actor = { kind: 'system', name: 'test' }
const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!' })
let now = new Date('2026-01-01T12:00:10Z')

/** A server with one page that shows a row of the database, how often it was made and, where asked, a form. */
async function serverOver(database: TestStore, made: { pages: number }): Promise<FastifyInstance> {
  return createServer(
    completeHouse({ store: database.store, config, log: pino({ level: 'silent' }), now: () => now }),
    {
      identify: (request) => Promise.resolve(request.headers['x-person'] === undefined ? everyone : { kind: 'person', account: 1, name: 'A', memberships: [], grants: [] }),
      slices: [{
        name: 'garden', title: 'Garden',
        routes(app) {
          app.get('/flowers', { config: { access: 'public' } }, async (request, reply) => {
            made.pages += 1
            const rows = await database.store.read(request.actor, (db) => db.selectFrom('places.area').select('name').orderBy('code').execute())
            return reply.page('kernel/web/views/problem.njk', { title: rows.map(({ name }) => name).join(' and ') || 'none', lines: [], reference: '', faults: [], next: '', detail: request.url })
          })
        },
      }],
    },
  )
}

describe.each(bothStores)('pages kept over %s', (_name, open) => {
  let database: TestStore
  let app: FastifyInstance
  const made = { pages: 0 }

  beforeAll(async () => {
    database = await open()
    app = await serverOver(database, made)
  })
  afterAll(async () => {
    await app.close()
    await database.close()
  })
  beforeEach(async () => {
    await plant('first')
    made.pages = 0
  })

  const plant = (name: string) =>
    database.store.change(system, 'test.plant', async (trx) => {
      await trx.insertInto('places.area').values({ code: 'a', name, level: 'group' }).onConflict((one) => one.column('code').doUpdateSet({ name })).execute()
      return { subject: 'test', result: null }
    })
  const ask = (headers: Record<string, string> = {}, url = '/flowers') => app.inject({ url, headers })

  test('are made once for all who ask, until something changes', async () => {
    expect((await ask()).body).toContain('first')
    expect((await ask()).body).toBe((await ask()).body)
    expect(made.pages).toBe(1)
    await plant('second')
    expect((await ask()).body).toContain('second')
    expect(made.pages).toBe(2)
  })

  test('are made anew each minute, because they say when', async () => {
    await ask()
    now = new Date(now.getTime() + 60_000)
    await ask()
    expect(made.pages).toBe(2)
  })

  test('are told apart by their whole address', async () => {
    const [one, other] = [await ask({}, '/flowers?a=1'), await ask({}, '/flowers?a=2')]
    expect(one.body).not.toBe(other.body)
    expect(made.pages).toBe(2)
  })

  test.each([['somebody signed in', { 'x-person': 'yes' }], ['a visitor with a notice', { cookie: 'bv-notice=x' }], ['a program with a token', { authorization: 'Bearer x' }]])(
    'are neither shown to %s nor made of what they see', async (_who, headers) => {
      await ask(headers)
      await ask()
      await ask(headers)
      expect(made.pages).toBe(3)
    })

  test('come compressed as the browser takes them, with the same headers of security', async () => {
    const plain = await ask()
    for (const encoding of ['br', 'gzip']) {
      const { headers, statusCode } = await ask({ 'accept-encoding': `${encoding}, deflate` })
      expect(statusCode).toBe(200)
      expect(headers).toMatchObject({ 'content-encoding': encoding, vary: 'accept-encoding', 'content-security-policy': plain.headers['content-security-policy'], 'cache-control': 'private, no-cache' })
    }
    expect(made.pages).toBe(1)
  })

  test('are not sent again to a browser that has them', async () => {
    const { etag } = (await ask()).headers
    expect((await ask({ 'if-none-match': String(etag) })).statusCode).toBe(304)
    await plant('third')
    const changed = await ask({ 'if-none-match': String(etag) })
    expect([changed.statusCode, changed.body.includes('third')]).toEqual([200, true])
    expect((await ask({ 'if-none-match': String(changed.headers.etag) })).statusCode).toBe(304)
  })

  test('show every change to whoever asks after it was acknowledged, while many ask', async () => {
    for (let round = 0; round < 20; round += 1) {
      const noise = Array.from({ length: 5 }, () => ask())
      await plant(`flower ${round}`)
      const answers = await Promise.all(Array.from({ length: 5 }, () => ask()))
      for (const { body } of answers) expect(body).toContain(`flower ${round}`)
      await Promise.all(noise)
    }
  })
})

test('a change made by another process is seen at once', async () => {
  const [, open] = bothStores[1]
  const database = await open()
  const made = { pages: 0 }
  const [one, other] = [await serverOver(database, made), await serverOver(database, made)]
  await one.inject('/flowers')
  await one.inject('/flowers')
  await other.inject('/flowers')
  expect(made.pages).toBe(2)
  // Straight into the database, as a process this one knows nothing of would.
  await database.raw.rows(`update kernel.trail_head set entry = entry + 1`)
  await one.inject('/flowers')
  await other.inject('/flowers')
  expect(made.pages).toBe(4)
  await one.close()
  await other.close()
  await database.close()
})

test('a question shared by many is never answered from before it was asked', async () => {
  let value = 0
  const begun: (() => void)[] = []
  const question = new SharedQuestion(() => {
    const seen = value
    return new Promise<number>((resolve) => begun.push(() => resolve(seen)))
  })
  const first = question.answer()
  value = 1
  const second = question.answer()
  const third = question.answer()
  expect(begun).toHaveLength(1)
  begun[0]?.()
  expect(await first).toBe(0)
  await Promise.resolve()
  expect(begun).toHaveLength(2)
  begun[1]?.()
  expect([await second, await third]).toEqual([1, 1])
})
