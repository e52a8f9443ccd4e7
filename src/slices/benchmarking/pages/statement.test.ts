import { describe, expect, test } from 'vitest'
import type { ComparisonRowAnswer, MeasureAnswer } from '../answer.ts'
import { variationOf } from '../rules/variation.ts'
import { reachWords, statementOf, type StatementFacts } from './statement.ts'
import { changeWords, figureInParts, ordinal, wholeFigure } from './wording.ts'

const relet: MeasureAnswer = {
  code: 'relet', title: 'Average time to re-let a home', version: 1, dimension: 'efficiency', service: 'Housing', unit: 'days',
  unit_kind: 'days', prefix: '', suffix: ' days', scale: null, display_factor: 1, decimals: 1, polarity: 'lower', midpoint: null,
  numerator_name: 'Days homes stood empty', denominator_name: 'Homes re-let', change_as: 'relative', publisher: 'Office of an Example',
  source_link: null, licence: null, fictional: true, local: false,
}

const row: ComparisonRowAnswer = {
  code: 'X1', name: 'Northmere District Council', known_name: 'Northmere', value: 31.2, word: null, numerator: 12854, denominator: 412,
  status: 'published', reason: null, rank: 13, compared: 16, rank_share: 13 / 16, quartile: 4, deviation: 1, deviation_scaled: -1,
  change: -0.151, change_since_previous: -0.151, previous_period: '2022-23', previous_value: 27.1, change_since_first: null, first_period: null,
  first_value: null, interval: null, clearly_different: null, against_median: null,
  reach: { quartile: 3, bound: 28, difference: -3.2, numerator_change: -1319, numerator_factor: 1, words: '' },
  position: 'in the lowest quarter',
}

const group = { title: 'Northmere and its 15 nearest neighbours', expected: 16, compared: 16, median: 26 }

const say = (changed: Partial<StatementFacts>) =>
  statementOf({
    authority: 'Northmere', measure: relet, period: '2023-24', group, row, shared: false, variation: null, breakNote: null, knownAt: null,
    ...changed,
  }).join(' ').replaceAll('\u00a0', ' ')

describe('the statement', () => {
  test('says the figure, the rank of how many, the median, the change, what the next quarter would mean, and the source', () => {
    expect(say({ variation: 'larger' })).toBe(
      'Average time to re-let a home: 31.2 days in Northmere in 2023-24. ' +
        'That is 13th of 16 among Northmere and its 15 nearest neighbours, best first: in the lowest quarter; the median is 26.0 days. ' +
        'It was 27.1 days in 2022-23 (worse by 15.1%); the change is larger than this series usually shows. ' +
        'Reaching the middle half (28.0 days or fewer) would mean about 3.2 days fewer, that is 1,319 fewer days homes stood empty ' +
        '(over 412 homes re-let), all others staying as they are. Source: Office of an Example.',
    )
  })

  test('says when the figure is not clearly different from the median, and how that is known', () => {
    const unsure = { ...row, against_median: 'not clearly different from the median', interval: { lower: 24, upper: 38.4, method: 'published' as const } }
    expect(say({ row: unsure })).toContain('It is not clearly different from the median (95% confidence interval 24.0 days to 38.4 days, published).')
  })

  test('says a shared rank, and how many have no figure', () => {
    expect(say({ shared: true, group: { ...group, expected: 17 } })).toContain('joint 13th of 16 among Northmere and its 15 nearest neighbours (1 has no figure)')
  })

  test('of a measure without a better direction claims neither rank nor better', () => {
    const words = say({ measure: { ...relet, polarity: 'none' }, row: { ...row, rank: null, reach: null, change_since_previous: 0.151 } })
    expect(words).toContain('above the median of Northmere and its 15 nearest neighbours, 26.0 days. Neither direction is better, so it is not ranked.')
    expect(words).toContain('(higher by 15.1%)')
    expect(words).not.toMatch(/better by|worse by|13th/)
  })

  test('says when too few can be compared, why there is no figure, and that a break lies before', () => {
    expect(say({ group: { ...group, expected: 7, compared: 5 }, row: { ...row, reach: null } })).toContain('5 of 7 have a figure, too few to speak of quarters')
    expect(say({ row: { ...row, value: null, reason: 'suppressed' } })).toMatch(/^Average time to re-let a home: Northmere has no figure in 2023-24 \(suppressed\)\./)
    const first = { ...row, previous_value: null, previous_period: null, change_since_previous: null }
    expect(say({ row: first, breakNote: 'new method.' })).toContain('It cannot be compared with figures before 2023-24: new method.')
  })

  test('says pounds where the numerator is in thousands of pounds, and nothing in numbers where it is not known', () => {
    const cost: MeasureAnswer = {
      ...relet, unit: '£ per home', prefix: '£', suffix: '', decimals: 2, numerator_name: 'Spending on management (£000)', denominator_name: 'Homes',
    }
    const reach = { quartile: 1, bound: 650, difference: -90, numerator_change: -212_400, numerator_factor: 1000, words: '' }
    expect(reachWords(cost, reach, 2360)).toBe(
      'Reaching the best quarter (£650.00 or less) would mean about £90.00 less, that is £212,400 less on spending on management (over 2,360 homes), all others staying as they are.',
    )
    expect(reachWords(cost, { ...reach, numerator_change: null }, null)).toBe(
      'Reaching the best quarter (£650.00 or less) would mean about £90.00 less, all others staying as they are.',
    )
  })
})

test('a figure that stands alone carries its unit', () => {
  expect(wholeFigure({ ...relet, unit: 'per 1,000 households', suffix: '' }, 4.4)).toBe('4.4 per 1,000 households')
  expect(wholeFigure({ ...relet, unit: '£ per home', prefix: '£', suffix: '', decimals: 2 }, 740)).toBe('£740.00 per home')
  expect(figureInParts({ ...relet, unit: 'score out of 10', suffix: '' }, 7.4)).toEqual({ figure: '7.4', unit: 'out of 10' })
})

test('a change says its size and direction, and a change too small to show is hardly any', () => {
  const share = { ...relet, unit: '%', suffix: '%', display_factor: 100, change_as: 'difference' as const, polarity: 'higher' as const }
  expect(changeWords(share, 0.041)).toBe('better by 4.1\u00a0percentage points')
  expect(changeWords(share, -0.00001)).toBe('hardly any change')
  expect(changeWords(share, 0)).toBe('no change')
  expect(changeWords(share, null)).toBe('no earlier figure to compare')
})

test('ordinals', () => {
  expect([1, 2, 3, 4, 11, 12, 13, 21, 22, 111, 112, 101].map(ordinal).join(' ')).toBe('1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 111th 112th 101st')
})

test('a change stands out when it is more than twice the middle size of at least four earlier ones, and is usual only when one of them was as large', () => {
  expect(variationOf([1, 2, 3, 2, 1, 5])).toBe('larger')
  expect(variationOf([1, 2, 3, 2, 1, 2])).toBe('usual')
  expect(variationOf([1, 2, 3, 2, 1, 2.5])).toBeNull()
  expect(variationOf([1, 2, 3, 2, 1, 3])).toBeNull()
  expect(variationOf([1, 2, 3, 2, 9])).toBeNull()
})
