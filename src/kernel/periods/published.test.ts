import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describePublished } from '../testing/published.ts'
import { isRefusedPeriod, parsePeriod } from './index.ts'

describePublished('the periods of published files', (path) => {
  /** Every different text in the file that looks like the pattern. */
  const spellings = (file: string, pattern: RegExp) => [...new Set(readFileSync(path(file), 'utf8').match(pattern) ?? [])]

  test.each([
    ['lgbf/raw-cash-annual-2024-03.csv', /(?<=,)20\d\d-\d\d(?=,)/g, ['financial-year', 'multi-year'], 40],
    ['lgbf/family-averages-part-a.csv', /(?<=,)20\d\d;[A-Z][a-z]+(?=,)/g, ['month'], 100],
    ['lgbf/numerator-denominator-mismatches-part-a.csv', /(?<=,)20\d\d;\d\d(?=,)/g, ['month'], 100],
    ['lgbf/quarterly-ranked-part-a.csv', /(?<=,)20\d\d-\d\d;Q\d(?=,)/g, ['financial-quarter'], 20],
    ['oflog/adult-social-care.csv', /(?<=\n)20\d\d-\d\d(?=,)/g, ['financial-year'], 8],
    ['trafford-comparators/planning-applications-major.csv', /(?<=,)20\d\d\/\d\d Q\d(?=,)/g, ['financial-quarter'], 13],
    ['trafford-comparators/care-homes-rating.csv', /(?<=,)[A-Z][a-z]{2} 20\d\d(?=,)/g, ['month'], 30],
    ['trafford-comparators/neet.csv', /(?<=,)20\d\d(?=,)/g, ['calendar-year'], 7],
    ['ons-local-statistics/adult-obesity-prevalence.csv', /(?<=,)\d{4}-\d\d-\d\d\/P\dY(?=,)/g, ['survey-year'], 10],
    ['ons-local-statistics/homicide-offences.csv', /(?<=,)\d{4}-\d\d-\d\d\/P\dY(?=,)/g, ['multi-year'], 9],
    ['ons-local-statistics/early-years.csv', /(?<=,)\d{4}-\d\d-\d\d\/P\dY(?=,)/g, ['academic-year'], 4],
    ['ons-local-statistics/persistent-absences-for-all-pupils.csv', /(?<=,)\d{4}-\d\d-\d\d\/P\dY(?=,)/g, ['academic-year'], 18],
    ['ons-local-statistics/museums.csv', /(?<=,)\d{4}-\d\d-\d\d(?=,)/g, ['day'], 1],
    ['inspections/ofsted-ilacs-judgements.csv', /(?<=,)\d\d\/\d\d\/\d\d(\d\d)?(?=,)/g, ['day'], 100],
  ])('%s', (file, pattern, kinds, atLeast) => {
    const found = spellings(file, pattern)
    expect(found.length).toBeGreaterThanOrEqual(atLeast)
    const read = found.map((text) => parsePeriod(text))
    expect(read.filter(isRefusedPeriod)).toEqual([])
    expect([...new Set(read.map((period) => (isRefusedPeriod(period) ? 'refused' : period.kind)))].sort()).toEqual(kinds)
  })
})
