import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { bothStores, type TestStore } from '#kernel/testing/store.ts'
import { buildBreak, buildFigures, buildMeasure } from '#slices/indicators/builders.ts'
import { buildAuthorities, buildGroup } from '#slices/places/builders.ts'
import { comparison } from './comparison.ts'
import { profile } from './profile.ts'
import { compare } from './rules/compare.ts'
import { placeAmong } from './rules/place.ts'
import { trend } from './trend.ts'

const asked: Actor = { kind: 'system', name: 'test' }

describe.each(bothStores)('the profile and the series of an authority on %s', (_name, open) => {
  let database: TestStore
  let id: Map<string, number>

  beforeAll(async () => {
    database = await open()
    const { store } = database
    const codes = Array.from({ length: 10 }, (_, i) => `S${i}`)
    id = await buildAuthorities(store, [...codes.map((code) => ({ code })), { code: 'OLD', ends: '2020-03-31' }])
    const of = (code: string) => id.get(code)!
    await buildGroup(store, { type: 'neighbours', source: 'test', slug: 'S0', of: of('S0'), members: codes.slice(1, 9).map(of) })
    const everywhere = (period: string, add: number) => codes.map((code, i) => ({ authority: of(code), period, value: i * 10 + add }))
    const higher = await buildMeasure(store, { code: 'higher', service: 'Housing', period_kind: 'financial-year' })
    await buildFigures(store, higher, [...everywhere('2019-20', 0), ...everywhere('2020-21', 3), { authority: of('OLD'), period: '2019-20', value: 500 }])
    await buildFigures(store, higher, [{ authority: of('S0'), period: '2021-22', value: null, reason: 'not-collected' }])
    const lower = await buildMeasure(store, { code: 'lower', polarity: 'lower', service: 'Roads' })
    await buildFigures(store, lower, [...everywhere('2019-20', 0), ...everywhere('2020-21', -1), ...everywhere('2021-22', -5)])
    await buildBreak(store, lower, '2021-04-01', 'new survey')
    await buildBreak(store, lower, '2015-04-01', 'long ago')
    const small = await buildMeasure(store, { code: 'small', small_numbers: 5, unit_kind: 'rate' })
    await buildFigures(store, small, codes.map((code, i) => ({ authority: of(code), period: '2020-21', value: i, numerator: i, denominator: 100 })))
    await buildMeasure(store, { code: 'unmeasured', kinds: ['scottish-council'] })
    await buildMeasure(store, { code: 'for-counties', kinds: ['county'] })
  })
  afterAll(() => database.close())

  const profileOf = (authority: string, more = {}) => database.store.read(asked, (db) => profile(db, { authority, ...more }))

  test('lists every measure that concerns it, with what is missing', async () => {
    const answer = await profileOf('S0')
    expect(answer.group.address).toBe('neighbours:test')
    expect(answer.measures.map((row) => [row.measure.code, row.period?.label, row.position])).toEqual([
      ['higher', '2020-21', 'in the lowest quarter'],
      ['lower', '2021-22', 'in the best quarter'],
      ['small', '2020-21', 'too few to compare (5 have a figure)'],
      ['unmeasured', undefined, 'no figure: missing'],
    ])
    expect(answer.measures[0]).toMatchObject({
      value: 3, rank: 9, compared: 9, median: 43, change_since_previous: 3, direction: 'better',
      later_absence: { period: '2021-22', reason: 'not-collected' },
    })
    expect(answer.counts).toMatchObject({ measures: 4, best_quarter: 1, lowest_quarter: 1, no_figure: 1, not_compared: 1 })
    expect((await profileOf('S0', { service: 'Roads' })).measures.map((row) => row.measure.code)).toEqual(['lower'])
  })

  test('says of each measure what a comparison says', async () => {
    for (const [code, group] of [['S0', undefined], ['S7', 'nation:scotland'], ['S3', 'all'], ['OLD', 'kind:scottish-council'], ['S9', 'neighbours:none']] as const) {
      if (group === 'neighbours:none') {
        await expect(profileOf(code, { group })).rejects.toThrow('has no neighbours in the list')
        continue
      }
      const { measures } = await profileOf(code, { group })
      for (const row of measures.filter(({ period }) => period !== null)) {
        const whole = await database.store.read(asked, (db) =>
          comparison(db, { measure: row.measure.code, period: row.period!.label, group, authority: code }))
        const own = whole.authorities.find((one) => one.code === code)!
        for (const field of ['value', 'rank', 'compared', 'quartile', 'position', 'change_since_previous', 'previous_period', 'change_since_first'] as const) {
          expect([field, row[field]]).toEqual([field, own[field]])
        }
        for (const field of ['median', 'quartile_lower', 'quartile_upper', 'minimum', 'maximum'] as const) {
          expect([field, row[field]]).toEqual([field, whole.group[field]])
        }
      }
      expect(measures.length).toBeGreaterThan(code === 'OLD' ? 0 : 3)
    }
  })

  test('a series shows its gaps and breaks, and who was in the group then', async () => {
    const ask = (measure: string) => database.store.read(asked, (db) => trend(db, { measure, authority: 'S0', group: 'nation:scotland' }))
    const higher = await ask('higher')
    expect(higher.points.map((point) => [point.label, point.value, point.reason, point.compared])).toEqual([
      ['2019-20', 0, null, 11], ['2020-21', 3, null, 10], ['2021-22', null, 'not-collected', 0],
    ])
    const lower = await ask('lower')
    expect(lower.points.map((point) => [point.after_break, point.median])).toEqual([[false, 45], [false, 44], [true, 40]])
    expect(lower.breaks).toHaveLength(2)
  })
})

test('the place worked out for a profile is the one a comparison gives', () => {
  const figures = fc.array(fc.integer({ min: -20, max: 20 }).map((n) => n / 4), { minLength: 1, maxLength: 30 })
  const polarity = fc.constantFrom('higher', 'lower', 'midpoint', 'none')
  fc.assert(
    fc.property(figures, polarity, (values, direction) => {
      const rules = { polarity: direction, midpoint: direction === 'midpoint' ? 1.5 : null } as const
      const members = values.map((value, i) => ({
        authority: i, value, numerator: null, denominator: null, lower: null, upper: null, status: 'published', reason: null,
      }))
      const whole = compare({ ...rules, change_as: 'difference', multipliers: { numerator: 1, denominator: 1, scale: 1 }, members })
      const [first] = whole.rows
      const { rank, quartile, position } = first!
      const { compared, minimum, quartile_lower, median, quartile_upper, maximum } = whole.group
      expect(placeAmong(values, { value: values[0]!, reason: null, ...rules })).toEqual({
        compared, minimum, quartile_lower, median, quartile_upper, maximum, rank, quartile, position,
      })
    }),
  )
})
