import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { everyone, type Actor } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { jobKind } from '#kernel/jobs/index.ts'
import { completeHouse, type House, type Slice } from '#kernel/slice.ts'
import { embeddedStore, serverStore, type TestStore } from '#kernel/testing/store.ts'
import { createServer } from '#kernel/web/server.ts'

const token = 'a token of thirty-two characters!!'
const system: Actor = { kind: 'system', name: 'test' }
const quick = jobKind({ name: 'works.quick', input: z.object({}), repeatable: true, run: () => Promise.resolve({ says: 'Done.', href: null }) })

const works: Slice = {
  name: 'works', title: 'Works', jobs: [quick],
  readings: [{ name: 'bv_lawns', help: 'Lawns', read: () => Promise.resolve(7) }],
  routes: (app) => void app.get('/lawns/:owner', { config: { access: 'public' } }, () => 'green'),
}

const houseOver = ({ store }: TestStore, METRICS_TOKEN: string) =>
  completeHouse({ store, config: readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'off', METRICS_TOKEN }), log: pino({ level: 'silent' }), now: () => new Date() })
const serverFor = (house: House) => createServer(house, { slices: [works], identify: () => Promise.resolve(everyone), actorOf: () => Promise.resolve(null) })
const ask = (app: FastifyInstance, authorization?: string) => app.inject({ url: '/metrics', headers: authorization ? { authorization } : {} })

describe('/metrics', () => {
  let database: TestStore
  let house: House
  let app: FastifyInstance
  beforeAll(async () => {
    database = await serverStore()
    house = houseOver(database, token)
    app = await serverFor(house)
  })
  afterAll(async () => {
    await app.close()
    await database.close()
  })

  test('does not exist for the public, for a wrong token, or where the settings name none', async () => {
    const missing = await app.inject('/nowhere')
    for (const authorization of [undefined, 'Bearer', `Bearer ${token}x`, `Basic ${token}`, token]) {
      const answer = await ask(app, authorization)
      expect(answer.statusCode).toBe(404)
      expect(answer.body).not.toContain('process_')
    }
    expect(missing.statusCode).toBe(404)
    const embedded = await embeddedStore()
    const closed = await serverFor(houseOver(embedded, ''))
    expect((await ask(closed, 'Bearer ')).statusCode).toBe(404)
    expect((await ask(closed, `Bearer ${token}`)).statusCode).toBe(404)
    await closed.close()
    await embedded.close()
  })

  test('counts answers by route and never by what was asked, jobs by kind and end, connections, memory and delay', async () => {
    await app.inject('/lawns/mrs-secret?of=garden')
    const job = await house.jobs.askAndWait(system, quick, { key: 'one', input: {}, title: 'Mowing for Mrs Secret', organisation: null }, 10_000)
    expect(job.state).toBe('done')
    const answer = await ask(app, `Bearer ${token}`)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toContain('text/plain')
    expect(answer.body).toContain('bv_http_request_seconds_count{method="GET",route="/lawns/:owner",status="200"} 1')
    expect(answer.body).toContain('bv_jobs_ended_total{kind="works.quick",state="done"} 1')
    expect(answer.body).toContain('bv_job_seconds_count{kind="works.quick",state="done"} 1')
    expect(answer.body).toContain('bv_jobs{state="queued"} 0')
    expect(answer.body).toMatch(/bv_database_connections\{state="idle"\} \d/)
    expect(answer.body).toMatch(/process_resident_memory_bytes \d/)
    expect(answer.body).toMatch(/nodejs_eventloop_lag_p99_seconds \d/)
    expect(answer.body).toContain('bv_lawns 7')
    expect(answer.body.toLowerCase()).not.toContain('secret')
  })
})
