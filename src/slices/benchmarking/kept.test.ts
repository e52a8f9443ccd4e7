import { once } from 'node:events'
import fc from 'fast-check'
import { sql } from 'kysely'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { everyone, type Actor } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import type { Trx } from '#kernel/db/index.ts'
import { handsHere, startRunner } from '#kernel/jobs/index.ts'
import { completeHouse } from '#kernel/slice.ts'
import { bothStores, type TestStore } from '#kernel/testing/store.ts'
import { buildBreak, buildFigures, buildMeasure } from '#slices/indicators/builders.ts'
import { newOrganisation } from '#slices/people/builders.ts'
import { buildAuthorities, buildGroup } from '#slices/places/builders.ts'
import { unpacked } from './packing.ts'
import { answerAndKeep, keptGlance, profile } from './profile.ts'
import { profileAndKeep, recomputing } from './recomputing.ts'

const system: Actor = { kind: 'system', name: 'test' }
const codes = Array.from({ length: 9 }, (_, i) => `K${i}`)
const measureCodes = ['up', 'down', 'small', 'own']
/** Everything known now is known then too, and what is asked as known at a moment is always worked out. */
const farAhead = new Date('2999-01-01T00:00:00Z')

describe.each(bothStores)('a kept profile on %s', (_name, open) => {
  let database: TestStore
  let id: Map<string, number>
  let measure: Map<string, number>
  let organisation: number
  let member: Actor
  let moment = Date.parse('2024-01-01T00:00:00Z')

  beforeAll(async () => {
    database = await open()
    const { store } = database
    id = await buildAuthorities(store, codes.map((code) => ({ code })))
    ;({ id: organisation } = await newOrganisation({ store, now: () => new Date() }, { slug: 'keepers' }))
    member = { kind: 'person', account: 1, name: 'A member', memberships: [{ organisation, slug: 'keepers', name: 'Keepers', kind: 'authority', authority: null, roles: ['reader'] }], grants: [] }
    await buildGroup(store, { type: 'neighbours', source: 'test', slug: 'K0', of: id.get('K0')!, members: codes.slice(1, 8).map((code) => id.get(code)!) })
    measure = new Map([
      ['up', await buildMeasure(store, { code: 'up', kinds: ['scottish-council'] })],
      ['down', await buildMeasure(store, { code: 'down', polarity: 'lower' })],
      ['small', await buildMeasure(store, { code: 'small', small_numbers: 5, unit_kind: 'rate' })],
      ['own', await buildMeasure(store, { code: 'own', organisation })],
    ])
    for (const code of ['up', 'down', 'small']) await figures(code, codes.map((_, i) => i * 3), '2022-23', null)
    await figures('own', codes.map((_, i) => i), '2022-23', organisation)
  })
  afterAll(() => database.close())

  async function figures(code: string, values: readonly (number | null)[], period: string, whose: number | null): Promise<void> {
    moment += 1000
    const built = values.map((value, i) => ({ authority: id.get(codes[i]!)!, period, value, ...(value === null ? {} : { numerator: Math.abs(value), denominator: 40 }) }))
    await buildFigures(database.store, measure.get(code)!, built, { knownFrom: new Date(moment), organisation: whose })
  }

  const change = (work: (trx: Trx) => Promise<unknown>) =>
    database.store.change(system, 'test.change', async (trx) => {
      await work(trx)
      return { subject: 'test', result: null }
    })

  async function expectTruth(authority: string, group: string | undefined, actor: Actor): Promise<void> {
    const { answer: kept } = await answerAndKeep(database.store, actor, { authority, group })
    const { answer: again } = await answerAndKeep(database.store, actor, { authority, group })
    const worked = await database.store.read(actor, (db) => profile(db, { authority, group, knownAt: farAhead }))
    expect(kept).toEqual({ ...worked, known_at: null })
    expect(again).toEqual(kept)
    const glance = await database.store.read(actor, (db) => keptGlance(db, { authority, group }, (entries) => ({ shown: [...entries], onPage: entries.filter((_, i) => i % 2 === 1) })))
    expect(glance).not.toBeNull()
    const byCode = new Map(kept.measures.map((row) => [row.measure.code, row]))
    expect(glance?.counts).toEqual(kept.counts)
    expect(glance?.entries.map(({ measure: { code } }) => code).sort()).toEqual([...byCode.keys()].sort())
    for (const row of glance?.rows ?? []) expect(row).toEqual(byCode.get(row.measure.code))
    for (const { measure: { code }, direction, quartile } of glance?.entries ?? []) expect([direction, quartile]).toEqual([byCode.get(code)?.direction, byCode.get(code)?.quartile])
  }

  const value = fc.option(fc.integer({ min: -3, max: 40 }), { freq: 6 })
  const isNational = fc.boolean()
  const aMeasure = fc.constantFrom('up', 'down', 'small')
  /** Everything that happens to what a profile rests on. */
  const step = fc.oneof(
    fc.record({ kind: fc.constant('figures' as const), code: aMeasure, period: fc.constantFrom('2021-22', '2022-23', '2023-24'), values: fc.array(value, { minLength: 1, maxLength: 9 }), isNational }),
    fc.record({ kind: fc.constant('withdrawal' as const), code: fc.constantFrom(...measureCodes), period: fc.constantFrom('2021-22', '2023-24') }),
    fc.record({ kind: fc.constant('definition' as const), code: aMeasure, polarity: fc.constantFrom('higher', 'lower', 'none'), small: fc.option(fc.integer({ min: 2, max: 9 })) }),
    fc.record({ kind: fc.constant('break' as const), code: aMeasure, starts: fc.constantFrom('2022-04-01', '2023-04-01') }),
    fc.record({ kind: fc.constant('authority' as const), code: fc.constantFrom(...codes), ends: fc.constantFrom(null, '2022-09-30') }),
    fc.record({ kind: fc.constant('neighbours' as const), code: fc.constantFrom(...codes) }),
  )

  type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

  async function take(one: Step): Promise<void> {
    moment += 1000
    const known = new Date(moment)
    switch (one.kind) {
      case 'figures':
        return figures(one.code, one.values, one.period, one.isNational ? null : organisation)
      case 'withdrawal':
        return void (await change((trx) => sql`
          update indicators.observation o set known_to = ${known} from indicators.period p
           where p.id = o.period and p.label = ${one.period} and o.measure = ${measure.get(one.code)} and known_to = 'infinity'`.execute(trx)))
      case 'definition':
        return void (await change((trx) =>
          trx.updateTable('indicators.measure_version').set({ polarity: one.polarity, small_numbers: one.small }).where('measure', '=', measure.get(one.code)!).execute()))
      case 'break':
        return void (await buildBreak(database.store, measure.get(one.code)!, one.starts).catch((cause: unknown) => {
          if (!String(cause).includes('series_break_current')) throw cause
        }))
      case 'authority':
        return void (await change((trx) => trx.updateTable('places.authority').set({ ends: one.ends }).where('code', '=', one.code).execute()))
      case 'neighbours':
        return void (await change(async (trx) => {
          const authority = id.get(one.code)!
          const gone = await trx.deleteFrom('places.group_member').where('authority', '=', authority).executeTakeFirst()
          if (gone.numDeletedRows === 0n) await sql`insert into places.group_member (comparator_group, authority) select id, ${authority} from places.comparator_group`.execute(trx)
        }))
    }
  }

  test('is what working it out gives, whatever happens and whoever asks', async () => {
    const asked = fc.record({ authority: fc.constantFrom('K0', 'K3'), group: fc.constantFrom('kind:scottish-council', 'all'), whoFirst: fc.constantFrom(0, 1, 2) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), asked, async (steps, { authority, group, whoFirst }) => {
        for (const one of steps) await take(one)
        const actors = [everyone, member, system]
        for (const actor of [...actors.slice(whoFirst), ...actors.slice(0, whoFirst)]) {
          await expectTruth(authority, group, actor)
          await expectTruth('K0', undefined, actor)
        }
      }),
      { numRuns: _name === 'PGlite' ? 12 : 8, endOnFailure: true },
    )
  })

  test('is used while nothing changes, and only the measure that changed is worked out again', async () => {
    for (const code of ['calm', 'calmer']) {
      measure.set(code, await buildMeasure(database.store, { code }))
      await figures(code, codes.map((_, i) => i), '2022-23', null)
    }
    const question = { authority: 'K1', group: 'kind:scottish-council' }
    await answerAndKeep(database.store, everyone, question)
    // A mark that working it out would never give shows which rows are read and which are made.
    await database.raw.rows(`update benchmarking.kept_profile set positions = replace(positions, '"published"', '"kept"')`)
    const statuses = async () => new Map((await answerAndKeep(database.store, everyone, question)).answer.measures.map((row) => [row.measure.code, row.status]))
    const before = await statuses()
    expect([before.get('calm'), before.get('calmer')]).toEqual(['kept', 'kept'])
    await figures('calm', codes.map((_, i) => i + 50), '2023-24', null)
    const after = await statuses()
    expect([after.get('calm'), after.get('calmer')]).toEqual(['published', 'kept'])
  })

  test('is brought up to date by a job, which the first asks for who meets one that fell behind', async () => {
    const { store, raw } = database
    const house = completeHouse({ store, config: readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'off' }), log: pino({ level: 'silent' }), now: () => new Date() })
    measure.set('brought', await buildMeasure(store, { code: 'brought' }))
    await figures('brought', codes.map((_, i) => i), '2022-23', null)
    const questions = ['K2', 'K4', 'K5'].map((authority) => ({ authority, group: 'kind:scottish-council' }))
    const asked = () => raw.rows<{ state: string; asked_by: string }>(`select state, asked_by from kernel.job where kind = 'benchmarking.recompute'`)
    await raw.exec('delete from benchmarking.kept_profile; delete from kernel.job')
    for (const question of questions) await profileAndKeep(house, everyone, question)
    expect(await asked()).toEqual([])
    await figures('brought', codes.map((_, i) => i * 7), '2023-24', null)
    for (const question of questions.slice(0, 2)) await profileAndKeep(house, everyone, question)
    expect(await asked()).toEqual([{ state: 'queued', asked_by: 'the workbench' }])

    await raw.exec(`insert into benchmarking.kept_profile (authority, comparator_group, members, positions, details) values (${id.get('K6')}, 'family:gone:1', '', '[]', '[]')`)
    const ended = once(house.jobs.happenings, 'ended')
    const kinds = [recomputing]
    const runner = startRunner(house, { kinds, atOnce: 1, lease: 30, hands: () => handsHere({ house, kinds, permissions: {}, actorOf: () => Promise.resolve(null) }) })
    await ended
    await runner.stop()
    const [{ outcome } = {}] = await raw.rows<{ outcome: { says: string } }>(`select outcome from kernel.job where kind = 'benchmarking.recompute'`)
    expect(outcome?.says).toBe('1 kept profile was brought up to date. 1 was left, because the group or the authority is no longer there.')
    // A mark in what was kept shows that reading needs nothing else.
    await raw.exec(`update benchmarking.kept_profile set positions = replace(positions, '"published"', '"kept"')`)
    const read = await profileAndKeep(house, everyone, questions[2]!)
    expect(read.measures.find((row) => row.measure.code === 'brought')?.status).toBe('kept')
  })

  test('holds nothing of an organisation’s own', async () => {
    const rows = await database.raw.rows<{ positions: string }>(`select positions from benchmarking.kept_profile`)
    expect(rows.length).toBeGreaterThan(0)
    const measures = new Set(rows.filter(({ positions }) => positions !== '[]').flatMap(({ positions }) => [...unpacked(positions, () => true).positions.keys()]))
    expect(measures.size).toBeGreaterThan(1)
    expect(measures.has(measure.get('own')!)).toBe(false)
  })
})
