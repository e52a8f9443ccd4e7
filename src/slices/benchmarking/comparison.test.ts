import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { everyone, type Actor } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { momentGiven } from '#kernel/db/known-at.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { bothStores, type TestStore } from '#kernel/testing/store.ts'
import { buildBreak, buildFigures, buildMeasure } from '#slices/indicators/builders.ts'
import { buildAuthorities, buildGroup } from '#slices/places/builders.ts'
import { compareCommand } from './command-line.ts'
import { comparison, type ComparisonQuestion } from './comparison.ts'

const letters = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']

describe.each(bothStores)('a comparison on %s', (_name, open) => {
  let test_: TestStore
  let id: Map<string, number>

  beforeAll(async () => {
    test_ = await open()
    const { store } = test_
    id = await buildAuthorities(store, [
      ...letters.map((letter) => ({ code: `S${letter}`, known_name: `${letter}-shire` })),
      { code: 'OLD', known_name: 'Old-shire', ends: '2021-03-31' },
      { code: 'NEW', known_name: 'New-shire', starts: '2021-04-01' },
      { code: 'ENG', known_name: 'England-shire', kind: 'county', nation: 'england' },
    ])
    const lettersOnly = letters.map((letter) => id.get(`S${letter}`)!)
    await buildGroup(store, { type: 'family', source: 'test', slug: 'first-four', members: lettersOnly.slice(0, 4) })
    await buildGroup(store, { type: 'neighbours', source: 'test', slug: 'SA', of: lettersOnly[0]!, members: lettersOnly.slice(2, 5) })
    const paid = await buildMeasure(store, { code: 'paid-on-time', aliases: ['PAID 1'], title: 'Paid on time', decimals: 0 })
    await buildFigures(store, paid, [
      ...lettersOnly.map((authority, i) => ({ authority, period: '2021-22', value: 10 * (i + 1) })),
      ...lettersOnly.map((authority, i) => ({ authority, period: '2020-21', value: 10 * (i + 1) - 2 })),
      ...lettersOnly.map((authority, i) => ({ authority, period: '2018-19', value: 10 * (i + 1) - 5 })),
      { authority: id.get('OLD')!, period: '2020-21', value: 99 },
    ])
    await buildFigures(store, paid, [{ authority: id.get('SA')!, period: '2021-22', value: 85 }], { knownFrom: new Date('2023-03-01T10:00:00Z') })
  })
  afterAll(() => test_.close())

  const ask = (question: Partial<ComparisonQuestion>, actor: Actor = { kind: 'system', name: 'test' }) =>
    test_.store.read(actor, (db) => comparison(db, { measure: 'paid-on-time', period: '2021-22', group: 'nation:scotland', ...question }))
  /** What the command prints. */
  async function printed(...args: string[]): Promise<string> {
    const lines: string[] = []
    const write = (text: string) => void lines.push(text)
    const house: House = completeHouse({ store: test_.store, config: readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!' }), log: pino({ level: 'silent' }), now: () => new Date() })
    expect(await compareCommand.run(args, house, { out: write, err: write, progress: () => {} })).toBe(0)
    return lines.join('\n')
  }
  const rowOf = (answer: Awaited<ReturnType<typeof ask>>, code: string) => answer.authorities.find((row) => row.code === code)

  test('ranks those with a value and says who has none and why', async () => {
    const answer = await ask({})
    expect(answer.authorities.map((row) => row.known_name)).toEqual([...letters.map((letter) => `${letter}-shire`), 'New-shire'])
    expect(rowOf(answer, 'SA')).toMatchObject({ value: 85, rank: 1, compared: 8, rank_share: 0.125, quartile: 1, position: 'in the best quarter' })
    expect(answer.group).toMatchObject({ expected: 9, compared: 8, median: 55, minimum: 20, maximum: 85 })
    expect(answer.group.missing).toEqual([{ code: 'NEW', name: 'New-shire Council', known_name: 'New-shire', status: 'absent', reason: 'missing' }])
    expect(answer.sentence).toContain('Paid on time (%), 2021-22: the median of all authorities in Scotland is 55%; 8 of 9 have a figure.')
  })

  test('as known before a correction gives the figure as it was then', async () => {
    const answer = await ask({ knownAt: momentGiven('2023-02-28', 'as-known-at') })
    expect(rowOf(answer, 'SA')).toMatchObject({ value: 10, rank: 8, change: 2, change_since_previous: 2, previous_period: '2020-21', first_period: '2018-19' })
    expect(rowOf(answer, 'SA')?.reach).toMatchObject({ quartile: 3, bound: 27.5, difference: 17.5 })
    expect(answer.known_at).toBe('2023-02-28T23:59:59.999Z')
    expect(answer.caveats).toContain('As known here at the end of 28 Feb 2023; later corrections are left out.')
    expect(rowOf(await ask({ knownAt: momentGiven('2023-03-01', 'as-known-at') }), 'SA')?.value).toBe(85)
  })

  test('expects a kind whose only authority is listed without a figure, and not one to which the measure does not apply', async () => {
    const { store } = test_
    const isles = await buildAuthorities(store, [
      { code: 'ISL', known_name: 'Isles', kind: 'sui-generis', nation: 'islands' },
      { code: 'DIS', known_name: 'Dis-shire', kind: 'district', nation: 'islands' },
      { code: 'UNI', known_name: 'Uni-shire', kind: 'unitary', nation: 'islands' },
    ])
    const islands = await buildMeasure(store, { code: 'islands', title: 'Islands', decimals: 0 })
    await buildFigures(store, islands, [
      { authority: isles.get('UNI')!, period: '2021-22', value: 3 },
      { authority: isles.get('ISL')!, period: '2021-22', value: null, reason: 'missing' },
      { authority: isles.get('DIS')!, period: '2021-22', value: null, reason: 'not-applicable' },
    ])
    const { group } = await ask({ measure: 'islands', group: 'nation:islands' })
    expect(group).toMatchObject({ expected: 2, compared: 1, missing: [{ code: 'ISL', reason: 'missing' }] })
  })

  test('leaves combined authorities out unless they are asked for or stated, and says where both tiers are counted', async () => {
    const { store } = test_
    const vale = await buildAuthorities(store, ['county', 'district', 'combined-authority'].map((kind) => ({ code: `V-${kind}`, kind, nation: 'vale' })))
    const figures = [...vale.values()].map((authority) => ({ authority, period: '2021-22', value: 3 }))
    await buildFigures(store, await buildMeasure(store, { code: 'vale' }), figures)
    await buildFigures(store, await buildMeasure(store, { code: 'vale-stated', kinds: ['district', 'combined-authority'] }), figures)
    const codes = async (measure: string, group: string) => (await ask({ measure, group })).authorities.map(({ code }) => code)
    for (const group of ['all', 'nation:vale']) expect(await codes('vale', group)).not.toContain('V-combined-authority')
    for (const group of ['kind:combined-authority', 'tier:combined']) expect(await codes('vale', group)).toEqual(['V-combined-authority'])
    expect(await codes('vale-stated', 'nation:vale')).toEqual(['V-combined-authority', 'V-district'])
    const both = 'Counties and districts cover the same places; both are counted.'
    expect((await ask({ measure: 'vale', group: 'nation:vale' })).caveats).toContain(both)
    expect((await ask({ measure: 'vale', group: 'tier:upper' })).caveats).not.toContain(both)
  })

  test('keeps fictional and real authorities apart, by the authority in question, else by the measure', async () => {
    const { store } = test_
    const mixed = await buildAuthorities(store, [true, false].map((fictional) => ({ code: fictional ? 'FIC' : 'REAL', kind: 'welsh-council', nation: 'wales', fictional })))
    const figures = [...mixed.values()].map((authority) => ({ authority, period: '2021-22', value: 3 }))
    await buildFigures(store, await buildMeasure(store, { code: 'mixed' }), figures)
    for (const group of ['all', 'nation:wales', 'kind:welsh-council', 'tier:single']) {
      const codes = async (authority?: string) => (await ask({ measure: 'mixed', group, authority })).authorities.map(({ code }) => code)
      expect([await codes('FIC'), await codes('REAL'), await codes()]).toEqual([['FIC'], ['REAL'], ['REAL']])
    }
  })

  test('counts the authorities that were in being in the period, each for itself', async () => {
    const answer = await ask({ period: '2020/21' })
    expect(rowOf(answer, 'OLD')).toMatchObject({ value: 99, rank: 1 })
    expect(rowOf(answer, 'NEW')).toBeUndefined()
  })

  test('takes a family as it is, and the neighbours of an authority together with it', async () => {
    expect((await ask({ group: 'family:test/first-four' })).authorities.map((row) => row.code)).toEqual(['SA', 'SB', 'SC', 'SD'])
    const neighbours = await ask({ group: 'neighbours:test', authority: 'SA' })
    expect(neighbours.authorities.map((row) => row.code)).toEqual(['SA', 'SC', 'SD', 'SE'])
    expect(neighbours.authority).toMatchObject({ code: 'SA', in_group: true })
    expect(rowOf(neighbours, 'SA')).toMatchObject({ rank: 1, quartile: null, position: 'too few to compare (4 have a figure)' })
    await expect(ask({ group: 'neighbours:test' })).rejects.toThrow('Say whose')
  })

  test('says which period and group it took when none was asked for', async () => {
    const answer = await ask({ period: undefined, group: undefined, authority: 'SB' })
    expect([answer.period.label, answer.period.asked, answer.group.address, answer.group.asked]).toEqual(['2021-22', false, 'kind:scottish-council', false])
    const usual = await ask({ period: undefined, group: undefined, authority: 'SA' })
    expect(usual.group.address).toBe('neighbours:test')
    expect((await ask({ period: undefined, authority: 'OLD' })).period.label).toBe('2020-21')
    expect((await ask({ authority: 'OLD' })).sentence).toContain('Old-shire was not in this group then.')
  })

  test('finds a measure by another of its codes, and says what to ask instead of what is not there', async () => {
    expect((await ask({ measure: 'paid1' })).measure.code).toBe('paid-on-time')
    await expect(ask({ measure: 'paid-in-time' })).rejects.toThrow('Perhaps paid-on-time is meant.')
    await expect(ask({ period: '2030-31' })).rejects.toThrow('paid-on-time has no figures for 2030-31. The latest it has are 2021-22, 2020-21, 2018-19.')
    await expect(ask({ group: 'nation:atlantis' })).rejects.toThrow('There is no group "nation:atlantis"')
    await buildMeasure(test_.store, { code: 'other-paid', aliases: ['PAID-1'] })
    await expect(ask({ measure: 'paid 1' })).rejects.toThrow('Several measures are called "paid 1": other-paid, paid-on-time.')
  })

  test('gives published figures of wider areas for reference, and ranks none of them', async () => {
    await test_.store.change({ kind: 'system', name: 'test' }, 'test.areas', async (trx) => {
      const areas = await trx.insertInto('places.area')
        .values([{ code: 'S92000003', name: 'Scotland', level: 'country' }, { code: 'S99000001', name: 'The North', level: 'region' }]).returning(['id', 'name']).execute()
      const like = await trx.selectFrom('indicators.observation as o').innerJoin('indicators.period as p', 'p.id', 'o.period').innerJoin('indicators.measure as m', 'm.id', 'o.measure')
        .select(['o.measure', 'o.period', 'o.import', 'o.known_from']).where('p.label', '=', '2021-22').where('m.code', '=', 'paid-on-time').executeTakeFirstOrThrow()
      await trx.insertInto('indicators.observation')
        .values(areas.map(({ id: area, name }) => ({ ...like, area, value: name === 'Scotland' ? '91' : null, reason: name === 'Scotland' ? null : 'missing', status: name === 'Scotland' ? 'published' : 'absent' }))).execute()
      return { subject: 'test', result: null }
    })
    const answer = await ask({})
    expect(answer.reference).toMatchObject([{ code: 'S92000003', name: 'Scotland', level: 'country', value: 91 }, { name: 'The North', value: null, reason: 'missing' }])
    expect(answer.authorities.map(({ code }) => code)).not.toContain('S92000003')
    expect(answer.group).toMatchObject({ compared: 8, maximum: 85 })
    expect(await printed('--measure', 'paid-on-time', '--period', '2021-22', '--group', 'nation:scotland')).toContain('\nFor reference: Scotland 91%.\n')
    expect(await printed('--measure', 'paid-on-time', '--period', '2018-19', '--group', 'nation:scotland')).not.toContain('For reference')
  })

  test('says which kinds are counted where a group holds others, and nothing where it does not', async () => {
    const few = await buildMeasure(test_.store, { code: 'english-only' })
    await buildFigures(test_.store, few, [{ authority: id.get('ENG')!, period: '2021-22', value: 3 }])
    const answer = await ask({ measure: 'english-only', group: 'all' })
    expect(answer.caveats).toContain('Only kinds of authority listed for this measure and period are counted: counties.')
    expect(await printed('--measure', 'english-only', '--group', 'all')).toContain('are counted: counties.')
    for (const group of ['nation:england', 'kind:county']) expect((await ask({ measure: 'english-only', group })).caveats.join()).not.toContain('Only kinds')
    await buildMeasure(test_.store, { code: 'stated', kinds: ['county'] }).then((stated) => buildFigures(test_.store, stated, [{ authority: id.get('ENG')!, period: '2021-22', value: 3 }]))
    expect((await ask({ measure: 'stated', group: 'all' })).caveats).toContain('Only kinds of authority that the measure applies to are counted: counties.')
  })

  test('never compares across a break in series', async () => {
    const broken = await buildMeasure(test_.store, { code: 'broken' })
    await buildFigures(test_.store, broken, ['2018-19', '2019-20', '2020-21', '2021-22'].map((period, i) => ({ authority: id.get('SA')!, period, value: i })))
    await buildBreak(test_.store, broken, '2020-04-01')
    const after = await ask({ measure: 'broken' })
    expect(rowOf(after, 'SA')).toMatchObject({ previous_period: '2020-21', first_period: '2020-21', change_since_first: 1 })
    expect(after.caveats.join()).toContain('breaks on 1 Apr 2020 (new method)')
    expect(rowOf(await ask({ measure: 'broken', period: '2020-21' }), 'SA')).toMatchObject({ change_since_previous: null, previous_period: null })
    expect(rowOf(await ask({ measure: 'broken', period: '2019-20' }), 'SA')).toMatchObject({ previous_period: '2018-19' })
  })

  test('keeps back figures that rest on small numbers, and lets nothing be worked out from the rest', async () => {
    const small = await buildMeasure(test_.store, { code: 'small', small_numbers: 5 })
    const figure = (letter: string, numerator: number, denominator = 50) => ({
      authority: id.get(`S${letter}`)!, period: '2021-22', numerator, denominator, value: (100 * numerator) / denominator,
    })
    await buildFigures(test_.store, small, [figure('A', 4), figure('B', 0), figure('C', 5), figure('D', 47), figure('E', 3, 3), figure('F', 20)])
    const answer = await ask({ measure: 'small' })
    for (const code of ['SA', 'SD', 'SE']) {
      expect(rowOf(answer, code)).toMatchObject({ value: null, numerator: null, rank: null, reason: 'suppressed', position: 'no figure: suppressed' })
    }
    expect(answer.group).toMatchObject({ compared: 3, maximum: 40, mean: 50 / 3, weighted_over: 3 })
    expect(rowOf(answer, 'SB')).toMatchObject({ value: 0, rank: 3 })
  })

  test('knows nothing of another organisation’s local measure', async () => {
    const [row] = await test_.raw.rows<{ id: number }>(`insert into people.organisation (slug, name, kind) values ('northmere', 'Northmere', 'authority') returning id`)
    const organisation = row!.id
    const local = await buildMeasure(test_.store, { code: 'local-one', organisation })
    await buildFigures(test_.store, local, [{ authority: id.get('SA')!, period: '2021-22', value: 1 }], { organisation })
    const member = (of: number): Actor => ({
      kind: 'person', account: 1, name: 'Sam', grants: [],
      memberships: [{ organisation: of, slug: 'x', name: 'X', kind: 'authority', authority: null, roles: ['reader'] }],
    })
    expect(rowOf(await ask({ measure: 'local-one' }, member(organisation)), 'SA')?.value).toBe(1)
    for (const stranger of [member(organisation + 1), everyone]) {
      await expect(ask({ measure: 'local-one' }, stranger)).rejects.toThrow('There is no measure with the code "local-one".')
    }
  })
})
