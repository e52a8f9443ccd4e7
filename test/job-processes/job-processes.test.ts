import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { joinStore, startStore } from '#kernel/db/start.ts'
import { handsInProcesses, isOver, startRunner, type Job, type JobKind, type Runner } from '#kernel/jobs/index.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { createServerDatabase } from '#kernel/testing/server.ts'
import { sliceNames } from '#app'
import { startProgram } from '../program.ts'
import { deadly, endless, faulty, kinds, plain, refusing } from './kinds.ts'

// Real processes on a real server, with work that does what no work should.

vi.setConfig({ testTimeout: 120_000 })
const patience = { timeout: 60_000, interval: 50 }
const officer: Actor = { kind: 'person', account: 1, name: 'Person 1', memberships: [], grants: [] }
const program = join(import.meta.dirname, 'process.ts')

let settings: Record<string, string>
let house: House
let runner: Runner
let asked = 0

beforeAll(async () => {
  const { ordinary } = await createServerDatabase()
  settings = { DATABASE_URL: ordinary, SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'off' }
  const config = readConfig(settings)
  const { store } = await startStore(config, sliceNames)
  house = completeHouse({ store, config, log: pino({ level: 'silent' }), now: () => new Date() })
  runner = startRunner(house, { kinds, atOnce: 2, lease: 30, hands: (whenFree) => handsInProcesses(house, { program, atOnce: 2, grace: 300, idle: 100 }, whenFree) })
})
afterAll(async () => {
  await runner.stop()
  await house.store.close()
})
beforeEach(() => void (asked += 1))

const ask = (kind: JobKind<object>) => house.jobs.ask(officer, kind, { key: `${asked}`, input: {}, title: kind.name, organisation: null })
async function find(id: number): Promise<Job> {
  const job = await house.jobs.find(officer, id)
  if (!job) throw new Error('The job is not to be seen.')
  return job
}
const whenOver = (id: number) => vi.waitFor(async () => {
  const job = await find(id)
  expect(isOver(job)).toBe(true)
  return job
}, patience)
const begun = (id: number) => vi.waitFor(async () => {
  const pid = Number((await find(id)).progress?.says)
  expect(pid).toBeGreaterThan(0)
  return pid
}, patience)

/** Gone, or only remembered until its parent has looked. */
function isGone(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}

test('work is done in a process of its own, with a lower priority, as whoever asked', async () => {
  const { id } = await ask(plain)
  const { outcome } = await whenOver(id)
  const [, pid, priority] = /^Person 1 (\d+) (\d+)$/.exec(outcome?.says ?? '') ?? []
  expect(Number(pid)).not.toBe(process.pid)
  expect(priority).toBe('10')
  expect(outcome?.href).toBe('/done')
})

test('what goes wrong in it is told as if it had gone wrong here', async () => {
  const [problem, fault] = await Promise.all([ask(refusing), ask(faulty)])
  expect(await whenOver(problem.id)).toMatchObject({ state: 'failed', reason: 'The file has no columns.', reference: null })
  const failed = await whenOver(fault.id)
  expect(failed).toMatchObject({ state: 'failed', reason: expect.stringContaining('This is a fault of the workbench') as string })
  expect(failed.reference).toMatch(/^\w{4}-\w{4}-\w{4}$/)
})

test('work that lets nothing else happen is stopped all the same, and holds up neither this process nor other work', async () => {
  const { id } = await ask(endless)
  const pid = await begun(id)
  const other = await ask(plain)
  expect(await whenOver(other.id)).toMatchObject({ state: 'done' })
  await house.jobs.cancel(officer, id)
  expect(await whenOver(id)).toMatchObject({ state: 'cancelled', reason: 'It was stopped. Nothing of it was kept.', attempts: 1 })
  await vi.waitFor(() => expect(isGone(pid)).toBe(true), patience)
  expect(await whenOver((await ask(plain)).id)).toMatchObject({ state: 'done' })
})

test('work whose process is killed is done again at once, without waiting for its lease to run out', async () => {
  const { id } = await ask(endless)
  const first = await begun(id)
  process.kill(first, 'SIGKILL')
  // What the first process said stands until the second says something.
  await vi.waitFor(async () => {
    const { attempts, progress } = await find(id)
    expect(attempts).toBe(2)
    expect(Number(progress?.says)).not.toBe(first)
  }, patience)
  await house.jobs.cancel(officer, id)
  await whenOver(id)
})

test('work that ends its process each time is not tried for ever', async () => {
  const { id } = await ask(deadly)
  expect(await whenOver(id)).toMatchObject({ state: 'failed', attempts: 3, reason: expect.stringContaining('3 times') as string })
})

test('the process ends with the one that started it, even in the middle of work that lets nothing else happen', async () => {
  await runner.stop()
  const starter = startProgram({ DATA_DIR: '', ...settings }, { file: 'test/job-processes/starter.ts' })
  const [, pid = '0'] = await starter.until(/It goes on in process (\d+)\./)
  expect(isGone(Number(pid))).toBe(false)
  starter.process.kill('SIGKILL')
  await vi.waitFor(() => expect(isGone(Number(pid))).toBe(true), patience)
  await starter.ended
})

test('a process does not begin on a database of another version', async () => {
  await expect(joinStore(house.config, sliceNames.slice(1), 1)).rejects.toThrow('belong to another version')
  const store = await joinStore(house.config, sliceNames, 1)
  await store.close()
})
