import type { ChangeRule } from '#slices/benchmarking/rules/change.ts'
import type { Multipliers } from '#slices/benchmarking/rules/spread.ts'
import { figure, rowsOf } from './files.ts'

/**
 * What the Scottish Local Government Benchmarking Framework and Stirling Council published, as expectations: who should
 * come out with which rank, change and average. Codes are the spaced ones ("C&L 01"); authorities and families go by name.
 */

/** A measure as the publisher's indicator information describes it. */
interface PublishedMeasure extends ChangeRule {
  /** "C&L01", as in the tables of raw figures. */
  raw_code: string
  multipliers: Multipliers
  /** Which of the two groupings its families come from. */
  grouping: string
}

const POLARITIES: Record<string, ChangeRule['polarity']> = {
  Descending: 'higher',
  Ascending: 'lower',
  Goldilocks: 'midpoint',
}

/**
 * Measures by spaced code. The ranks were made with the edition of May 2023 (CORP 11 and CORP 12 were then "higher is
 * better" and have a midpoint since), the averages with that of March 2024.
 */
export function lgbfMeasures(edition: '2023-05' | '2024-03'): Map<string, PublishedMeasure> {
  return new Map(
    rowsOf(`lgbf/indicator-information-${edition}.csv`).map((row) => [row['Code_Sortable']!, measureOf(row)]),
  )
}

function measureOf(row: Record<string, string>): PublishedMeasure {
  const polarity = POLARITIES[row['Ranking_Type']!]!
  return {
    raw_code: row['Code']!,
    polarity,
    midpoint: polarity === 'midpoint' ? figure(row['Ranking_GoldilocksMidpoint']) : null,
    change_as: row['MeasureType'] === 'Percentage' ? 'difference' : 'relative',
    multipliers: {
      numerator: figure(row['Numerator_Multipier']) ?? 1,
      denominator: figure(row['Denominator_Multiplier']) ?? 1,
      scale: 1,
    },
    grouping: row['FamilyGrouping']!,
  }
}

/** Family of a council under a grouping. */
export function familyFinder(): (grouping: string, authority: string) => string {
  const families = new Map(
    rowsOf('lgbf/family-groups.csv').map((row) => [`${row['Type']}|${row['Local_Authority']}`, row['Family_Group']!]),
  )
  return (grouping, authority) => families.get(`${grouping}|${authority}`)!
}

/** An earlier figure and the aim-adjusted change since it, as published. */
interface PublishedChange {
  from: number | null
  change: number | null
}

/** One council's figure with what was published about it. Shares are rank ÷ number of councils with a value. */
export interface PublishedRank {
  measure: string
  period: string
  authority: string
  value: number
  numerator: number | null
  denominator: number | null
  rank: number
  rank_share: number
  family_rank: number
  family_rank_share: number
  since_previous: PublishedChange | null
  since_first: PublishedChange | null
  /** Whether this is the period of most of its measure's rows. The other councils of an older period are not in the file. */
  main_period: boolean
}

/** The 1,530 latest annual figures of part a; 1,514 of them are in their measure's main period. */
export function latestRanks(): PublishedRank[] {
  return markMainPeriods(rowsOf('lgbf/latest-values-ranked-part-a.csv').map((row) => rankOf(row, 'Real_')))
}

/** The 669 quarterly figures, all of CORP 09, ranked within each quarter. */
export function quarterlyRanks(): PublishedRank[] {
  return rowsOf('lgbf/quarterly-ranked-part-a.csv').map((row) => rankOf(row, ''))
}

function rankOf(row: Record<string, string>, prefix: 'Real_' | ''): PublishedRank {
  const changes = jsonOf(row['Changes'])
  return {
    measure: row['Code']!,
    period: row['Period']!,
    authority: row['LocalAuthority']!,
    value: Number(row[`${prefix}Value`]),
    numerator: figure(row[`${prefix}Numerator`]),
    denominator: figure(row[`${prefix}Denominator`]),
    rank: Number(row['ScotRank']),
    rank_share: Number(row['ScotPct']),
    family_rank: Number(row['FamilyRank']),
    family_rank_share: Number(row['FamilyPct']),
    since_previous: changeOf(jsonOf(row['Previous_Row']), changes, prefix, 'Previous'),
    since_first: changeOf(jsonOf(row['First_Row']), changes, prefix, 'First'),
    main_period: true,
  }
}

type Json = Record<string, number | null> | null

/** JSON inside a cell, or the bare word null. */
function jsonOf(cell: string | undefined): Json {
  return JSON.parse(cell ?? 'null') as Json
}

function changeOf(earlier: Json, changes: Json, prefix: string, since: 'Previous' | 'First'): PublishedChange | null {
  if (earlier === null || changes === null) return null
  return { from: earlier[`${prefix}Value`] ?? null, change: changes[`PercentChange_AimAdjusted_Since${since}`] ?? null }
}

function markMainPeriods(rows: PublishedRank[]): PublishedRank[] {
  const periods = new Map<string, number>()
  const key = (row: PublishedRank) => `${row.measure}|${row.period}`
  for (const row of rows) periods.set(key(row), (periods.get(key(row)) ?? 0) + 1)
  const most = new Map<string, number>()
  for (const row of rows) most.set(row.measure, Math.max(most.get(row.measure) ?? 0, periods.get(key(row))!))
  return rows.map((row) => ({ ...row, main_period: periods.get(key(row)) === most.get(row.measure) }))
}

/** Three changes since the first period that the publisher left out because the first figure was 0, although a difference has no trouble with that. */
export const CHANGES_SINCE_FIRST_LEFT_OUT = ['ECON 10|East Lothian', 'SW 02|Argyll & Bute', 'SW 02|North Lanarkshire']

/** A figure of the raw tables, with the texts it was printed as. */
export interface RawFigure {
  authority: string
  value: number | null
  printed: string
  numerator: number | null
  denominator: number | null
}

type Kept = Map<string, RawFigure[]>

/** Raw figures by "data type|raw code|period", in the averages' own words for both (Real_Annual, 2023;August, 2018-19;Q1). */
export function rawFigures(): Kept {
  const kept: Kept = new Map()
  for (const row of rowsOf('lgbf/raw-cash-annual-2024-03.csv')) {
    keep(kept, 'Cash_Annual', row['IndicatorCode'], row['Year'], row, [
      'IndicatorCash_LA',
      'NumeratorCash_LA',
      'DenominatorCash_LA',
    ])
  }
  for (const row of rowsOf('lgbf/raw-real-annual-2024-03.csv')) {
    keep(kept, 'Real_Annual', row['Code'], row['Year'], row, REAL)
  }
  for (const row of rowsOf('lgbf/raw-real-supplement-2024-03.csv')) {
    keep(kept, 'Real_Annual', row['Code'], row['Period'], row, ['Value', 'Numerator', 'Denominator'])
  }
  for (const row of rowsOf('lgbf/raw-monthly-and-quarterly-2024-01.csv')) {
    const type = row['Month']!.startsWith('Q') ? 'Quarterly' : 'Monthly'
    // These are percentages: in cash and in real terms the publisher's averages use the same figures.
    for (const terms of ['Cash', 'Real'])
      keep(kept, `${terms}_${type}`, row['Code'], `${row['Year']};${row['Month']}`, row, REAL)
  }
  return kept
}

const REAL = ['LA_IndicatorReal', 'LA_Numerator_real', 'LA_Den_Real'] as const

function keep(
  kept: Kept,
  type: string,
  code: string | undefined,
  period: string | undefined,
  row: Record<string, string>,
  [value, numerator, denominator]: readonly [string, string, string],
): void {
  const authority = row['LocalAuthority']!
  if (authority === '') return
  const key = `${type}|${code}|${period}`
  const figures = kept.get(key) ?? []
  if (figures.some((one) => one.authority === authority)) return
  figures.push({
    authority,
    value: figure(row[value]),
    printed: row[value]!,
    numerator: figure(row[numerator]),
    denominator: figure(row[denominator]),
  })
  kept.set(key, figures)
}

/** Published averages of one measure, period and group. Null: the publisher gives none. */
export interface PublishedAverages {
  /** Cash_Annual, Real_Annual, Real_Monthly, … */
  data_type: string
  measure: string
  period: string
  /** Null: all of Scotland. */
  family: string | null
  mean: number | null
  median: number | null
  weighted_mean: number | null
}

/** 1,906 averages for Scotland. */
export function scotlandAverages(): PublishedAverages[] {
  return rowsOf('lgbf/scotland-averages-part-a.csv').map((row) => averagesOf(row, 'Scot', null))
}

/** 7,624 averages for families. */
export function familyAverages(): PublishedAverages[] {
  return rowsOf('lgbf/family-averages-part-a.csv').map((row) => averagesOf(row, 'FG', row['Family_Group']!))
}

function averagesOf(row: Record<string, string>, prefix: 'Scot' | 'FG', family: string | null): PublishedAverages {
  return {
    data_type: row['DataType']!,
    measure: row['Code']!,
    period: row['Period']!,
    family,
    mean: figure(row[`Value_${prefix}_Mean`]),
    median: figure(row[`Value_${prefix}_Median`]),
    weighted_mean: figure(row[`${prefix}_NumDenAv`]),
  }
}

/**
 * Averages of months and quarters that are later than the raw file (January 2024; the averages are of March 2024):
 * there is nothing to reproduce them from.
 */
export const PERIODS_AFTER_THE_RAW_FILE = [
  'CORP 09|2023-24;Q1',
  ...['August', 'September', 'October'].map((month) => `ECON 05|2023;${month}`),
  ...['September', 'October', 'November', 'December'].map((month) => `ECON 12a|2023;${month}`),
  ...['August', 'September', 'October', 'November'].map((month) => `SW 08|2023;${month}`),
]

/** The percentages of CHN 14b are on a scale of 0 to 100 in the raw tables and were averaged as fractions. */
export const AVERAGED_AS_FRACTIONS = 'CHN 14b'

const BOTH_TERMS = ['Cash', 'Real']

/**
 * Weighted averages whose publisher divided by the denominators of all councils, those without a numerator included, as
 * "data type|measure|period|family (or Scotland)". Ours leave such councils out, so that a missing figure does not count as nought.
 */
export const AVERAGES_WITH_LONE_DENOMINATORS: readonly string[] = BOTH_TERMS.flatMap((terms) => [
  `${terms}_Annual|CLIM 03|2017-18|Scotland`,
  `${terms}_Annual|CLIM 05|2017-18|Scotland`,
  `${terms}_Annual|CLIM 05|2018-19|Scotland`,
  `${terms}_Annual|CLIM 05|2019-20|Scotland`,
  `${terms}_Annual|CLIM 03|2017-18|Family Group 2`,
  `${terms}_Annual|CLIM 05|2019-20|Family Group 1`,
  `${terms}_Annual|CLIM 05|2017-18|Family Group 3`,
  `${terms}_Annual|CLIM 05|2018-19|Family Group 3`,
])

/**
 * Averages that do not come out of the raw figures for reasons the files do not show, with the average named last. Those of
 * claimants (ECON 12a) are of the last two months of the raw file: August differs for Scotland too, in July only the families
 * do, and neither of the two groupings gives theirs.
 */
export const AVERAGES_OF_OTHER_FIGURES: ReadonlySet<string> = new Set([
  ...BOTH_TERMS.flatMap((terms) =>
    ['mean', 'median', 'weighted_mean'].flatMap((average) => [
      `${terms}_Monthly|ECON 12a|2023;August|Scotland|${average}`,
      ...['July', 'August'].flatMap((month) =>
        [1, 2, 3, 4].map((family) => `${terms}_Monthly|ECON 12a|2023;${month}|Family Group ${family}|${average}`),
      ),
    ]),
  ),
])

/**
 * How far a weighted mean may be from the published one, as a share of it: the parts are printed with ten digits, so each
 * is good to 5 in 10 thousand million, and so is the quotient of their sums to twice that.
 */
export const WEIGHTED_TOLERANCE = 1e-9

/** Rounding of some thirty additions in binary, as a share of the result: 32 × 2⁻⁵³, with a little room. */
export const ADDITION_TOLERANCE = 1e-14
