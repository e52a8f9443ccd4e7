import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changeFilters, positionFilters, profileSorts, shownEntries, tallyOf, type Entry, type ProfileFilter } from './rules.ts'
import { changeInWords, groupInWords, openingSentence } from './words.ts'

const everything: ProfileFilter = { service: '', dimension: '', position: '', change: '', absence: '', sort: 'service' }

function entry(code: string, more: Partial<Omit<Entry, 'measure'>> & Partial<Entry['measure']> = {}): Entry {
  const { title = code, service = 'Housing', dimension = null, ...figure } = more
  return { value: 1, reason: null, quartile: null, rank: null, compared: 16, direction: null, ...figure, measure: { code, title, service, dimension } }
}

const codes = (entries: readonly Entry[]) => entries.map(({ measure }) => measure.code)

describe('narrowing and ordering a profile', () => {
  const absent = entry('absent', { value: null, reason: 'suppressed', service: 'Waste' })
  const last = entry('last', { quartile: 4, rank: 16, direction: 'worse' })
  const fourth = entry('fourth', { quartile: 4, rank: 13, direction: 'better', dimension: 'economy' })
  const first = entry('first', { quartile: 1, rank: 1, direction: 'same', service: 'Waste' })
  const context = entry('context', { direction: 'higher', service: null })
  const all = [absent, first, context, fourth, last]

  test('the lowest position comes first, what is not compared later, what has no figure last', () => {
    expect(codes(shownEntries(all, { ...everything, sort: 'position' }))).toEqual(['last', 'fourth', 'first', 'context', 'absent'])
  })

  test('what got worse comes first, without pretending that changes in different units can be compared', () => {
    expect(codes(shownEntries(all, { ...everything, sort: 'change' }))).toEqual(['last', 'first', 'fourth', 'context', 'absent'])
  })

  test('services come in alphabetical order, and measures without one last', () => {
    expect(codes(shownEntries(all, everything))).toEqual(['fourth', 'last', 'absent', 'first', 'context'])
  })

  test.each<[Partial<ProfileFilter>, string[]]>([
    [{ service: 'Waste' }, ['absent', 'first']],
    [{ service: 'not-stated' }, ['context']],
    [{ dimension: 'economy' }, ['fourth']],
    [{ position: 'lowest' }, ['fourth', 'last']],
    [{ position: 'not-compared' }, ['context']],
    [{ change: 'worse' }, ['last']],
    [{ change: 'other' }, ['context']],
    [{ absence: 'none' }, ['absent']],
    [{ absence: 'suppressed' }, ['absent']],
    [{ absence: 'not-collected' }, []],
    [{ absence: 'figure', service: 'Waste' }, ['first']],
  ])('%o leaves what answers to all of it', (filter, expected) => {
    expect(codes(shownEntries(all, { ...everything, ...filter }))).toEqual(expected)
  })

  test('every measure stands in exactly one place of each choice, and no order loses any', () => {
    const anyEntry = fc.record({
      value: fc.option(fc.integer()), reason: fc.constantFrom(null, 'suppressed'), quartile: fc.constantFrom(null, 1, 2, 3, 4),
      direction: fc.constantFrom(null, 'better', 'worse', 'higher', 'lower', 'same'), rank: fc.integer({ min: 1, max: 16 }),
    }).map((figure) => entry('any', { ...figure, direction: figure.direction }))
    fc.assert(fc.property(fc.array(anyEntry), (entries) => {
      const left = (filter: Partial<ProfileFilter>) => shownEntries(entries, { ...everything, ...filter }).length
      const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)
      expect(sum(positionFilters.map((position) => left({ position }))) + left({ absence: 'none' })).toBe(entries.length)
      expect(sum(changeFilters.map((change) => left({ change })))).toBe(entries.length)
      for (const sort of profileSorts) expect(left({ sort })).toBe(entries.length)
      const { measures, best, lowest, notCompared, absent } = tallyOf(entries)
      expect(best + lowest + notCompared + absent).toBeLessThanOrEqual(measures)
    }))
  })
})

describe('the sentences of a profile', () => {
  const tally = { measures: 61, best: 14, lowest: 9, notCompared: 0, absent: 6 }
  const now = { isPast: false, inGroup: true }

  test('the opening says on how many measures an authority stands at either end of its group', () => {
    expect(openingSentence('Northmere', 'its 16 nearest neighbours', tally, now)).toBe(
      'In the latest figures Northmere is in the best quarter of its 16 nearest neighbours on 14 of 61 measures and in the lowest quarter on 9; 6 have no figure.',
    )
    expect(openingSentence('Northmere', 'all districts', { ...tally, notCompared: 1, absent: 1 }, { ...now, isPast: true })).toBe(
      'In the figures known then Northmere was in the best quarter of all districts on 14 of 61 measures and in the lowest quarter on 9; 1 has no figure and 1 is not compared.',
    )
  })

  test('it claims no position where there is none', () => {
    const none = { measures: 3, best: 0, lowest: 0, notCompared: 2, absent: 1 }
    expect(openingSentence('Northmere', 'all', none, now)).toBe('Northmere cannot be compared with all on any of 3 measures; 1 has no figure and 2 are not compared.')
    expect(openingSentence('Northmere', 'all counties', tally, { ...now, inGroup: false })).toContain('is not one of all counties')
    expect(openingSentence('Northmere', 'all', { ...none, measures: 0 }, now)).toBe('There are no figures for Northmere yet.')
  })

  test('a group is named as it stands in a sentence', () => {
    expect(groupInWords({ address: 'neighbours:oflog', title: 'Nearest neighbours', members: 16 })).toBe('its 15 nearest neighbours')
    expect(groupInWords({ address: 'family:lgbf/urban', title: 'Urban', members: 8 })).toBe('the group “Urban”')
    expect(groupInWords({ address: 'all', title: 'All authorities', members: 40 })).toBe('all authorities')
  })

  test.each([
    [{ value: 31.2, previous_value: 27.1, direction: 'worse' }, '▲ up 4.1 days: worse'],
    [{ value: 27.1, previous_value: 31.2, direction: 'better' }, '▼ down 4.1 days: better'],
    [{ value: 31.2, previous_value: 27.1, direction: 'higher' }, '▲ up 4.1 days'],
    [{ value: 27.13, previous_value: 27.1, direction: 'worse' }, ' hardly any change'],
    [{ value: 27.1, previous_value: 27.1, direction: 'same' }, ' no change'],
    [{ value: 27.1, previous_value: null, direction: null }, ' nothing earlier to compare'],
    [{ value: null, previous_value: 27.1, direction: null }, ' '],
  ] as const)('%o is said as “%s”', (row, words) => {
    const { arrow, text } = changeInWords({ ...row, previous_period: '2022-23' }, { suffix: ' days', decimals: 1 })
    expect(`${arrow} ${text}`.replaceAll('\u00a0', ' ')).toBe(words)
  })

  test('a percentage moves by points', () => {
    const row = { value: 0.953, previous_value: 0.95, previous_period: '2022-23', direction: 'better' } as const
    expect(changeInWords(row, { suffix: '%', displayFactor: 100, decimals: 1 })).toEqual({ arrow: '▲', text: 'up 0.3\u00a0points: better', since: 'since 2022-23' })
  })
})
