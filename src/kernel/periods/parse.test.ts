import { describe, expect, test } from 'vitest'
import { isRefusedPeriod, parsePeriod, type PeriodHint } from './index.ts'

/** What a spelling means, in one line: kind, label and dates; or the refusal. */
function meaning(text: string, hint?: PeriodHint): string {
  const read = parsePeriod(text, hint)
  return isRefusedPeriod(read) ? read.refused : `${read.kind} | ${read.label} | ${read.starts} to ${read.ends}`
}

const year2013 = 'financial-year | 2013-14 | 2013-04-01 to 2014-03-31'
const q3 = 'financial-quarter | 2022-23 Q3 | 2022-10-01 to 2022-12-31'
const april = 'month | April 2010 | 2010-04-01 to 2010-04-30'
const academic = 'academic-year | academic year 2023/24 | 2023-09-01 to 2024-08-31'
const may = 'day | 15 May 2024 | 2024-05-15 to 2024-05-15'

describe('a label that can mean one thing only needs no hint', () => {
  test.each([
    ['2013-14', year2013],
    ['2013/14', year2013],
    ['2013/2014', year2013],
    ['2013–14', year2013],
    [' 2013 - 14 ', year2013],
    ['FY2013/14', year2013],
    ['financial year 2013-14', year2013],
    ['2013/14 financial year', year2013],
    ['1 Apr 2013 to 31 Mar 2014', year2013],
    ['2013-04-01/P1Y', year2013],
    ['2013-04-01/P12M', year2013],
    ['1999-00', 'financial-year | 1999-00 | 1999-04-01 to 2000-03-31'],
    ['1999-2000', 'financial-year | 1999-00 | 1999-04-01 to 2000-03-31'],
    ['2000-01', 'financial-year | 2000-01 | 2000-04-01 to 2001-03-31'],
    ['2010-11', 'financial-year | 2010-11 | 2010-04-01 to 2011-03-31'],
    ['2018-21', 'multi-year | 2018-21 | 2018-04-01 to 2021-03-31'],
    ['2007-11', 'multi-year | 2007-11 | 2007-04-01 to 2011-03-31'],
    ['2009-11', 'multi-year | 2009-11 | 2009-04-01 to 2011-03-31'],
    ['2014-04-01/P3Y', 'multi-year | 2014-17 | 2014-04-01 to 2017-03-31'],
    ['2020-01-01/P5Y', 'multi-year | 2020 to 2024 | 2020-01-01 to 2024-12-31'],
    ['2005-04-01/P6Y', 'multi-year | 2005-2011 | 2005-04-01 to 2011-03-31'],
    ['2018-09-01/P3Y', 'multi-year | academic years 2018/19 to 2020/21 | 2018-09-01 to 2021-08-31'],
    ['2018-19;Q1', 'financial-quarter | 2018-19 Q1 | 2018-04-01 to 2018-06-30'],
    ['2018-19 Q4', 'financial-quarter | 2018-19 Q4 | 2019-01-01 to 2019-03-31'],
    ['2022/23 Q3', q3],
    ['Q3 2022/23', q3],
    ['Quarter 3 2022-23', q3],
    ['2022-23, quarter 3', q3],
    ['2023 Q3', 'calendar-quarter | 2023 Q3 | 2023-07-01 to 2023-09-30'],
    ['2010;April', april],
    ['2010;04', april],
    ['2010;4', april],
    ['April 2010', april],
    ['Apr 2010', april],
    ['Apr-10', april],
    ['2010-11 April', april],
    ['2010/11;April', april],
    ['April 2010/11', april],
    ['2010-11 January', 'month | January 2011 | 2011-01-01 to 2011-01-31'],
    ['2023-11', 'month | November 2023 | 2023-11-01 to 2023-11-30'],
    ['2024-02', 'month | February 2024 | 2024-02-01 to 2024-02-29'],
    ['Sept 2024', 'month | September 2024 | 2024-09-01 to 2024-09-30'],
    ['2023-11-01/P1M', 'month | November 2023 | 2023-11-01 to 2023-11-30'],
    ['2023-04-01/P3M', 'calendar-quarter | 2023 Q2 | 2023-04-01 to 2023-06-30'],
    ['2019', 'calendar-year | 2019 | 2019-01-01 to 2019-12-31'],
    ['2019-01-01/P1Y', 'calendar-year | 2019 | 2019-01-01 to 2019-12-31'],
    ['academic year 2023/24', academic],
    ['2023/24 academic', academic],
    ['2023/24 academic year', academic],
    ['2023-24 (academic)', academic],
    ['AY 2023/24', academic],
    ['2023-09-01/P1Y', academic],
    ['2022-08-01/P1Y', 'academic-year | academic year 2022/23 (from August) | 2022-08-01 to 2023-07-31'],
    ['2015-11-16/P1Y', 'survey-year | 16 Nov 2015 to 15 Nov 2016 | 2015-11-16 to 2016-11-15'],
    ['2024-05-15', may],
    ['15/05/2024', may],
    ['15/5/24', may],
    ['15 May 2024', may],
    ['15th May 2024', may],
    ['2024-05-15/P1D', may],
  ])('%s', (text, expected) => {
    expect(meaning(text)).toBe(expected)
  })
})

describe('a hint settles what the label leaves open', () => {
  test.each<[string, PeriodHint, string]>([
    ['2023/24', { kind: 'academic-year' }, academic],
    ['2022/23', { yearStarts: '08-01' }, 'academic-year | academic year 2022/23 (from August) | 2022-08-01 to 2023-07-31'],
    ['2015-16', { kind: 'survey-year', yearStarts: '11-16' }, 'survey-year | 16 Nov 2015 to 15 Nov 2016 | 2015-11-16 to 2016-11-15'],
    ['2019', { kind: 'financial-year' }, 'financial-year | 2019-20 | 2019-04-01 to 2020-03-31'],
    ['2019', { kind: 'academic-year' }, 'academic-year | academic year 2019/20 | 2019-09-01 to 2020-08-31'],
    ['2010-11', { kind: 'month' }, 'month | November 2010 | 2010-11-01 to 2010-11-30'],
    ['2005-11', { kind: 'month' }, 'month | November 2005 | 2005-11-01 to 2005-11-30'],
    ['2005-11', { kind: 'multi-year' }, 'multi-year | 2005-2011 | 2005-04-01 to 2011-03-31'],
    ['2023 Q3', { kind: 'financial-quarter' }, 'financial-quarter | 2023-24 Q3 | 2023-10-01 to 2023-12-31'],
    ['2023-04-01/P3M', { kind: 'financial-quarter' }, 'financial-quarter | 2023-24 Q1 | 2023-04-01 to 2023-06-30'],
    ['2010-11 August', { yearStarts: '09-01' }, 'month | August 2011 | 2011-08-01 to 2011-08-31'],
    ['2010-11 August', { kind: 'academic-year' }, 'month | August 2011 | 2011-08-01 to 2011-08-31'],
    ['2018-21', { kind: 'academic-year' }, 'multi-year | academic years 2018/19 to 2020/21 | 2018-09-01 to 2021-08-31'],
  ])('%s with %o', (text, hint, expected) => {
    expect(meaning(text, hint)).toBe(expected)
  })

  test('but never overrules a label that says what it is', () => {
    expect(meaning('2013-04-01/P1Y', { kind: 'academic-year' })).toBe(year2013)
    expect(meaning('FY2013-14', { kind: 'academic-year' })).toBe(year2013)
  })
})

describe('what cannot be meant is refused with the reason and examples', () => {
  test.each<[string, PeriodHint, RegExp]>([
    ['2019-15', {}, /"2019-15" .* 15 is neither a year soon after 2019 nor a month; one year from 2019 is written 2019-20\. Expected a period such as 2023-24,/],
    ['2018-18', {}, /18 is neither/],
    ['2018-40', {}, /40 is neither/],
    ['2018/11', {}, /11 is neither/],
    ['2018/2050', {}, /2050 is not one of the 25 years after 2018/],
    ['2005-11', {}, /it could be the years 2005 to 2011 or month 11 of 2005; write 2005-2011, or say which kind/],
    ['2018-20 Q1', {}, /a financial year that starts in 2018 ends in 2019/],
    ['2018-19 Q5', {}, /a year has quarters 1 to 4/],
    ['2018-19 Smarch', {}, /Smarch is not a month/],
    ['2010;13', {}, /a year has months 1 to 12/],
    ['31/02/2024', {}, /the calendar has no such day/],
    ['05/15/2024', {}, /the calendar has no such day/],
    ['2024-02-29/P1Y', {}, /starts on 29 February/],
    ['2024-04-01/P6M', {}, /a length of 6 months is not a kind of period kept here/],
    ['2024-05-01/P3M', {}, /a quarter starts in January, April, July or October/],
    ['2024-04-01/P0Y', {}, /a length between one month and 25 years/],
    ['16 Nov 2015 to 10 Nov 2016', {}, /whole years that start on 16 Nov 2015 end on the day before, not on 10 Nov 2016/],
    ['0219-20', {}, /years between 1900 and 2100 are kept here/],
    ['2013-14', { kind: 'calendar-year' }, /it names two years where one calendar year was meant\. Expected a calendar year such as 2023\./],
    ['2015-16', { kind: 'survey-year' }, /it does not say on which day the survey year starts/],
    ['2013-14', { yearStarts: '30-02' }, /years cannot start on 30-02/],
    ['last year', { kind: 'month' }, /not a spelling of a period that is known here\. Expected a month such as March 2024 or 2024-03\./],
    ['', {}, /it is blank/],
    ['Total', {}, /not a spelling/],
    ['note '.repeat(1000), {}, /^"(note ){16}…" .* it is too long for a period/],
  ])('%s', (text, hint, expected) => {
    expect(meaning(text, hint)).toMatch(expected)
  })
})
