import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { everyone } from '#kernel/access/actor.ts'
import type { Reader } from '#kernel/db/index.ts'
import { bothStores, type TestStore } from '#kernel/testing/store.ts'
import { buildBreak, buildFigures, buildMeasure, type BuiltFigure } from '#slices/indicators/builders.ts'
import { breaksOf, figuresOf, kindsWithFigures, measureByCode, periodByLabel, periodsOf, valuesOf } from '#slices/indicators/index.ts'
import { authorityByCode } from '#slices/places/index.ts'
import { buildAuthorities, buildGroup } from '#slices/places/builders.ts'
import { comparison, type ComparisonQuestion } from './comparison.ts'
import { chooseGroup, membersDuring, reasonWithoutRow } from './group.ts'
import { earlierValues } from './rules/series.ts'

// A comparison reads everything at once. Here it is put together again from one small question for each part, which are the
// meaning of it.

const labels = ['2018-19', '2019-20', '2020-21', '2021-22', '2022-23']
const authorities = [
  ...['A', 'B', 'C'].map((letter) => ({ code: `S${letter}` })),
  { code: 'CO', kind: 'county', nation: 'england' },
  { code: 'D1', kind: 'district', nation: 'england' },
  { code: 'D2', kind: 'district', nation: 'england', ends: '2020-03-31' },
  { code: 'CA', kind: 'combined-authority', nation: 'england' },
  { code: 'UN', kind: 'unitary', nation: 'england', starts: '2020-04-01' },
  { code: 'SD', kind: 'district' },
]
const groups = ['all', 'nation:scotland', 'nation:england', 'kind:district', 'family:test/mixed', undefined]
const corrected = new Date('2024-05-01T00:00:00Z')

/** What stands in one cell of a publisher's table. */
const cell = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 8, arbitrary: fc.integer({ min: -50, max: 500 }).map((tenths) => ({ value: tenths / 10 })) },
  { weight: 3, arbitrary: fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 9 })).map(([few, more]) => ({ value: (100 * few) / (few + more), numerator: few, denominator: few + more })) },
  { weight: 1, arbitrary: fc.integer({ min: 10, max: 90 }).map((value) => ({ value, lower: value - 3, upper: value + 3, status: 'provisional' })) },
  { weight: 2, arbitrary: fc.constantFrom('missing', 'not-applicable').map((reason) => ({ value: null, reason })) },
)
const world = fc.record({
  cells: fc.array(fc.array(cell, { minLength: labels.length, maxLength: labels.length }), { minLength: authorities.length, maxLength: authorities.length }),
  /** Of whom nothing is published, as happens to whole kinds of authority. */
  silent: fc.subarray(['SA SB SC', 'SD', 'D1 D2', 'CO UN']),
  corrections: fc.array(fc.tuple(fc.nat(authorities.length - 1), fc.nat(labels.length - 1), fc.integer({ min: 0, max: 100 })), { maxLength: 5 }),
  breaks: fc.subarray(['2019-04-01', '2021-04-01'], { maxLength: 1 }),
  kinds: fc.constantFrom([], [], ['district', 'combined-authority']),
  small_numbers: fc.constantFrom(null, 5, 5),
})

describe.each(bothStores)('a comparison on %s', (_name, open) => {
  let database: TestStore
  let id: Map<string, number>

  beforeAll(async () => {
    database = await open()
    id = await buildAuthorities(database.store, authorities)
    await buildGroup(database.store, { type: 'family', source: 'test', slug: 'mixed', members: ['SA', 'SB', 'D2', 'UN', 'CA'].map((code) => id.get(code)!) })
  })
  afterAll(() => database.close())

  test('is what its parts say, whatever was published, corrected or kept back', async () => {
    let count = 0
    await fc.assert(
      fc.asyncProperty(fc.noBias(world), async ({ cells, silent, corrections, breaks, kinds, small_numbers }) => {
        const { store } = database
        const code = `whole-${count++}`
        const measure = await buildMeasure(store, { code, kinds: [...kinds], small_numbers, aliases: [`other ${code}`] })
        const figure = (who: number, when: number, what: Omit<BuiltFigure, 'authority' | 'period'>) => ({ authority: id.get(authorities[who]!.code)!, period: labels[when]!, ...what })
        const isSilent = (who: number) => silent.some((codes) => codes.split(' ').includes(authorities[who]!.code))
        await buildFigures(store, measure, cells.flatMap((row, who) => (isSilent(who) ? [] : row.flatMap((what, when) => (what ? [figure(who, when, what)] : [])))))
        const changed = new Map(corrections.map(([who, when, value]) => [`${who} ${when}`, figure(who, when, { value })]))
        await buildFigures(store, measure, [...changed.values()], { knownFrom: corrected })
        for (const starts of breaks) await buildBreak(store, measure, starts)
        await store.read(everyone, async (db) => {
          for (const group of groups) {
            for (const rest of [{}, { period: '2021-22' }, { authority: 'SB' }, { authority: 'D2', knownAt: new Date('2024-04-01') }]) {
              const question = { measure: code, group, ...rest }
              expect(await outcome(() => answered(db, question))).toEqual(await outcome(() => fromParts(db, question)))
            }
          }
          expect(await outcome(() => answered(db, { measure: `OTHER ${code}`, group: 'all' }))).toEqual(await outcome(() => fromParts(db, { measure: code, group: 'all' })))
        })
      }),
      { numRuns: 4 },
    )
  })
})

/** The answer, or the reason there is none. */
async function outcome<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof Error) return cause.message
    throw cause
  }
}

async function answered(db: Reader, question: ComparisonQuestion) {
  const answer = await comparison(db, question)
  return {
    period: answer.period.label,
    rows: answer.authorities.map(({ code, value, numerator, denominator, status, reason, previous_period, previous_value, first_period, first_value, interval }) => ({
      code, value, numerator, denominator, status, reason, previous_period, previous_value, first_period, first_value, limits: interval && [interval.lower, interval.upper],
    })),
  }
}

/** The same, asked bit by bit. */
async function fromParts(db: Reader, question: ComparisonQuestion) {
  const { knownAt } = question
  const measure = await measureByCode(db, question.measure, knownAt)
  const authority = question.authority === undefined ? undefined : await authorityByCode(db, question.authority)
  const group = await chooseGroup(db, { group: question.group, authority, measure, knownAt })
  const held = await periodsOf(db, measure.id, knownAt)
  const starts = (await breaksOf(db, measure.id, knownAt)).map((one) => one.starts)
  const latestOf = async (members: readonly number[]) => {
    const values = await valuesOf(db, measure, { authorities: members, periods: held.map((one) => one.id), knownAt })
    return held.findLast((one) => values.some((value) => value.period === one.id))
  }
  const latest = async () => (authority && (await latestOf([authority.id]))) ?? (await latestOf(group.members.map((one) => one.id))) ?? held.at(-1)
  const period = question.period === undefined ? await latest() : periodByLabel(measure, held, question.period)
  if (!period) throw new Error(`${measure.code} has no figures${knownAt ? ' as known then' : ' yet'}, so there is nothing to compare.`)
  const kinds = !group.computed ? [] : measure.kinds.length > 0 ? measure.kinds : await kindsWithFigures(db, measure.id, period.id, knownAt)
  const members = membersDuring(group, period, kinds)
  const rows = []
  for (const { id, code, ...member } of members) {
    const [figure] = await figuresOf(db, measure, { authorities: [id], periods: [period.id], knownAt })
    const values = await valuesOf(db, measure, { authorities: [id], periods: held.map((one) => one.id), knownAt })
    const dated = values.map((one) => ({ value: one.value, period: held.find((other) => other.id === one.period)! }))
    const { previous, first } = figure && figure.value !== null ? earlierValues(dated, period, starts) : { previous: null, first: null }
    rows.push({
      code,
      value: figure?.value ?? null,
      numerator: figure?.numerator ?? null,
      denominator: figure?.denominator ?? null,
      status: figure?.status ?? 'absent',
      reason: figure ? figure.reason : reasonWithoutRow({ id, code, ...member }, period),
      previous_period: previous?.period.label ?? null,
      previous_value: previous?.value ?? null,
      first_period: first?.period.label ?? null,
      first_value: first?.value ?? null,
      limits: figure && figure.lower !== null ? [figure.lower, figure.upper] : null,
    })
  }
  return { period: period.label, rows }
}
