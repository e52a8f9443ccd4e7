import { setImmediate as turn } from 'node:timers/promises'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { Actor } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { refused } from '#kernel/problems.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { bothStores, type TestStore } from '#kernel/testing/store.ts'
import { handsHere, isOver, jobCommands, jobKind, startRunner, type JobKind, type JobOutcome, type JobWork, type Runner } from './index.ts'

// Jobs that the test lets go on and end. Two houses over one store stand for two processes.

const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'off' })
const council = { organisation: 1, slug: 'a', name: 'A Council', kind: 'authority', authority: null } as const
const person = (account: number, organisation = 1, roles: ('performance-officer' | 'administrator')[] = ['performance-officer']): Actor =>
  ({ kind: 'person', account, name: `Person ${account}`, memberships: [{ ...council, organisation, roles }], grants: [] })
const officer = person(1)

/** Work that hangs in the air until the test decides. */
interface Hanging extends JobWork<{ what: string }> {
  finish: (outcome: JobOutcome) => void
  fail: (cause: unknown) => void
}

describe.each(bothStores)('jobs on %s', (_name, open) => {
  let database: TestStore
  let house: House
  let begun: Hanging[]
  let runners: Runner[]
  let mayWork: boolean

  const kind = jobKind({
    name: 'test.hang',
    input: z.object({ what: z.string() }),
    repeatable: true,
    may: 'hang',
    run: (work) => {
      const { promise, resolve, reject } = Promise.withResolvers<JobOutcome>()
      work.signal.addEventListener('abort', () => reject(work.signal.reason as Error))
      begun.push({ ...work, finish: resolve, fail: reject })
      return promise
    },
  })
  const delicate: JobKind<{ what: string }> = { ...kind, name: 'test.delicate', repeatable: false }

  const houseOver = (later = 0) => completeHouse({ store: database.store, config, log: pino({ level: 'silent' }), now: () => new Date(Date.now() + later) })
  const run = (over: House = house, kinds: readonly JobKind[] = [kind, delicate], lease = 30) => {
    const permissions = { hang: ['performance-officer'], fly: ['administrator'] } as const
    const actorOf = (account: number) => Promise.resolve(mayWork ? person(account) : null)
    const runner = startRunner(over, { kinds, atOnce: 2, lease, hands: () => handsHere({ house: over, kinds, permissions, actorOf }) })
    runners.push(runner)
    return runner
  }
  const about = (key: string) => ({ key, input: { what: key }, title: `Hanging ${key}`, organisation: 1 })
  const find = async (id: number) => {
    const job = await house.jobs.find(officer, id)
    if (!job) throw new Error('The job is not to be seen.')
    return job
  }
  const whenBegun = (how_many: number) => vi.waitFor(() => expect(begun).toHaveLength(how_many), { timeout: 10_000 })
  const whenOver = (id: number) => vi.waitFor(async () => {
    const job = await find(id)
    expect(isOver(job)).toBe(true)
    return job
  }, { timeout: 10_000 })
  const trail = async () => (await database.raw.rows<{ action: string; says: string }>('select action, says from kernel.trail order by entry')).map(({ action, says }) => `${action}: ${says}`)

  beforeAll(async () => void (database = await open()))
  afterAll(() => database.close())
  beforeEach(() => {
    house = houseOver()
    begun = []
    runners = []
    mayWork = true
  })
  afterEach(async () => {
    for (const one of begun) one.finish({ says: 'Let go.', href: null })
    for (const runner of runners) await runner.stop()
    await database.raw.exec('delete from kernel.job')
  })

  test('are done as the person who asked, say how far they have come, and end with something to show', async () => {
    const asked = await house.jobs.ask(officer, kind, { ...about('bins'), back: '/bins' })
    expect(asked).toMatchObject({ state: 'queued', askedBy: 'Person 1', back: '/bins', attempts: 0 })
    run()
    await whenBegun(1)
    expect(begun[0]).toMatchObject({ input: { what: 'bins' }, actor: { account: 1 }, attempt: 1 })
    begun[0]?.progress({ done: 5, of: 10, says: 'Half way.' })
    await vi.waitFor(async () => expect((await find(asked.id)).progress).toEqual({ done: 5, of: 10, says: 'Half way.' }), { timeout: 5_000 })
    begun[0]?.finish({ says: 'It hung.', href: '/done' })
    expect(await whenOver(asked.id)).toMatchObject({ state: 'done', outcome: { says: 'It hung.', href: '/done' }, reason: null })
    expect((await trail()).slice(-2)).toEqual([
      'jobs.ask: asked for the job “Hanging bins”', 'jobs.end: finished the job “Hanging bins” that Person 1 asked for: It hung.',
    ])
  })

  test('that are about the same are one, until it has ended; for another organisation it is another', async () => {
    const [one, other] = await Promise.all([house.jobs.ask(officer, kind, about('same')), house.jobs.ask(officer, kind, about('same'))])
    expect(other.id).toBe(one.id)
    run()
    await whenBegun(1)
    expect((await house.jobs.ask(officer, kind, about('same'))).id).toBe(one.id)
    expect((await house.jobs.ask(person(2, 2), kind, { ...about('same'), organisation: 2 })).id).not.toBe(one.id)
    begun[0]?.finish({ says: 'Done.', href: null })
    await whenOver(one.id)
    expect((await house.jobs.ask(officer, kind, about('same'))).id).not.toBe(one.id)
  })

  test('that somebody else in the organisation may not see are refused rather than begun twice', async () => {
    await house.jobs.ask(officer, kind, about('mine'))
    await expect(house.jobs.ask(person(7), kind, about('mine'))).rejects.toThrow('This is being done already')
  })

  test('are waited for when they are quick, and not for longer than the patience when they are not', async () => {
    run()
    const quick = house.jobs.askAndWait(officer, kind, about('quick'), 10_000)
    await whenBegun(1)
    begun[0]?.finish({ says: 'Done.', href: null })
    expect(await quick).toMatchObject({ state: 'done' })
    expect(isOver(await house.jobs.askAndWait(officer, kind, about('slow'), 1))).toBe(false)
  })

  test('that go wrong say why: a problem in its own words, a fault of ours with where the log says more', async () => {
    run()
    const first = await house.jobs.ask(officer, kind, about('first'))
    await whenBegun(1)
    begun[0]?.fail(refused('The file has no columns.'))
    expect(await whenOver(first.id)).toMatchObject({ state: 'failed', reason: 'The file has no columns.', reference: null })
    const second = await house.jobs.ask(officer, kind, about('second'))
    await whenBegun(2)
    begun[1]?.fail(new TypeError('x is not a function'))
    const ended = await whenOver(second.id)
    expect(ended.reason).toContain(`beside the reference ${ended.reference}`)
    expect(ended.reason).not.toContain('x is not')
  })

  test('of somebody who may no longer sign in, or lost the role for it, are not done', async () => {
    const job = await house.jobs.ask(officer, kind, about('gone'))
    mayWork = false
    run()
    expect(await whenOver(job.id)).toMatchObject({ state: 'failed', reason: 'Person 1 may no longer sign in, so this was not done.' })
    mayWork = true
    const high: typeof kind = { ...kind, name: 'test.high', may: 'fly' }
    const other = await house.jobs.ask(officer, high, about('role'))
    run(house, [high])
    expect(await whenOver(other.id)).toMatchObject({ state: 'failed', reason: 'The roles of Person 1 no longer include this, so it was not done.' })
    expect(begun).toHaveLength(0)
  })

  test('can be stopped before they begin, while they are being done, and only by those who may', async () => {
    const waiting = await house.jobs.ask(officer, kind, about('waiting'))
    expect(await house.jobs.cancel(officer, waiting.id)).toMatchObject({ state: 'cancelled' })
    await expect(house.jobs.cancel(officer, waiting.id)).rejects.toThrow('has ended already')
    run()
    const working = await house.jobs.ask(officer, kind, about('working'))
    await whenBegun(1)
    await expect(house.jobs.cancel(person(9), working.id)).rejects.toThrow('no such job')
    await expect(house.jobs.cancel(person(9, 2, ['administrator']), working.id)).rejects.toThrow('no such job')
    await house.jobs.cancel(person(9, 1, ['administrator']), working.id)
    expect(await whenOver(working.id)).toMatchObject({ state: 'cancelled', reason: 'It was stopped. Nothing of it was kept.' })
    expect(() => begun[0]?.progress({ done: 1, of: null, says: '' })).toThrow('is to stop')
  })

  test('keep their outcome with their change or not at all', async () => {
    run()
    const job = await house.jobs.ask(officer, kind, about('kept'))
    await whenBegun(1)
    const change = (actor: Actor) => house.store.change(actor, 'test.change', async (trx) => {
      await begun[0]?.keep(trx, { says: 'Kept.', href: '/kept' })
      return { subject: 'test:1', result: null }
    })
    await change(officer)
    expect(await find(job.id)).toMatchObject({ state: 'done', outcome: { says: 'Kept.' } })
    await expect(change(officer)).rejects.toThrow('is to stop: lost')
    begun[0]?.finish({ says: 'Kept.', href: '/kept' })
    await vi.waitFor(async () => expect((await trail()).at(-1)).toContain('finished the job “Hanging kept”'), { timeout: 5_000 })
  })

  test('wait for their time, and no longer than somebody asks', async () => {
    run()
    const later = await house.jobs.ask(officer, kind, { ...about('later'), runAfter: new Date(Date.now() + 3_600_000) })
    await turn()
    expect((await house.jobs.ask(officer, kind, { ...about('later'), runAfter: new Date(Date.now() + 7_200_000) })).runAfter).toEqual(later.runAfter)
    expect(begun).toHaveLength(0)
    expect((await house.jobs.ask(officer, kind, about('later'))).id).toBe(later.id)
    await whenBegun(1)
  })

  test('that recur come back after they end, and standing ones are there by themselves', async () => {
    const recurring: JobKind<{ what: string }> = { ...kind, name: 'test.recurring', next: ({ state }) => (state === 'done' ? new Date(Date.now() + 60_000) : null), standing: { title: 'Tidying', input: { what: 'all' } } }
    run(house, [recurring])
    await whenBegun(1)
    expect(begun[0]?.actor).toEqual({ kind: 'system', name: 'the workbench' })
    const before = await trail()
    begun[0]?.finish({ says: 'Tidy.', href: null })
    await vi.waitFor(async () => {
      const rows = await database.raw.rows<{ state: string; soon: boolean }>(`select state, run_after > now() + interval '50 seconds' as soon from kernel.job order by id`)
      expect(rows).toEqual([{ state: 'done', soon: false }, { state: 'queued', soon: true }])
    }, { timeout: 5_000 })
    expect(await trail()).toEqual(before)
  })

  test('are handed back when a process stops, and done by the next one', async () => {
    const runner = run()
    const job = await house.jobs.ask(officer, kind, about('handed'))
    await whenBegun(1)
    await runner.stop()
    expect(await find(job.id)).toMatchObject({ state: 'queued', attempts: 0 })
    run(houseOver())
    await whenBegun(2)
    begun[1]?.finish({ says: 'Done by another.', href: null })
    expect(await whenOver(job.id)).toMatchObject({ state: 'done', attempts: 1 })
  })

  test('are listed and stopped on the command line', async () => {
    const said: string[] = []
    const terminal = { out: (text: string) => void said.push(text), err: () => {}, progress: () => {} }
    const command = (name: string, ...args: string[]) => jobCommands.find((one) => one.name === name)?.run(args, house, terminal)
    const job = await house.jobs.ask(officer, kind, about('command'))
    expect(await command('jobs', '--state', 'queued')).toBe(0)
    expect(said.pop()).toMatch(new RegExp(`^ *${job.id}  Waiting      Hanging command, asked for by Person 1 .*\\n +It waits for its turn\\.$`))
    expect(await command('jobs cancel', String(job.id), '--json')).toBe(0)
    expect(JSON.parse(said.pop() ?? '')).toMatchObject({ id: job.id, state: 'cancelled', asked_by: 'Person 1', reason: 'It was stopped before it began.' })
    expect(await command('jobs', '--state', 'running')).toBe(0)
    expect(said.pop()).toBe('There are no such jobs.')
    await expect(command('jobs', '--state', 'odd')).rejects.toThrow('"odd" is no state of a job.')
    await expect(command('jobs cancel', '0')).rejects.toThrow('"0" is no such number.')
  })

  /** What a process that was killed leaves behind. */
  async function orphan(which: JobKind<{ what: string }>, key: string, attempts: number) {
    const job = await house.jobs.ask(officer, which, about(key))
    await database.raw.exec(`update kernel.job set state = 'running', holder = 'gone', attempts = ${attempts}, lease_until = now() - interval '1 second' where id = ${job.id}`)
    return job
  }

  test('of a process that is gone are done again where that is safe, and not for ever', async () => {
    const safe = await orphan(kind, 'safe', 1)
    const unsafe = await orphan(delicate, 'unsafe', 1)
    const deadly = await orphan(kind, 'deadly', 3)
    run()
    await whenBegun(1)
    expect(begun[0]).toMatchObject({ id: safe.id, attempt: 2 })
    expect(await whenOver(unsafe.id)).toMatchObject({ state: 'failed', reason: expect.stringContaining('cannot safely be done twice') as string })
    expect(await whenOver(deadly.id)).toMatchObject({ state: 'failed', reason: expect.stringContaining('3 times') as string })
  })
})
