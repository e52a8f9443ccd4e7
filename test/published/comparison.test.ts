import { expect, it } from 'vitest'
import { describePublished } from '#kernel/testing/published.ts'
import { printedRounding } from './files.ts'
import * as lgbf from './lgbf.ts'
import { deviationTolerance, oflogFigures } from './oflog.ts'
import { compare } from '#slices/benchmarking/rules/compare.ts'
import type { Member } from '#slices/benchmarking/rules/compare.ts'

type Figures = Pick<Member<string>, 'authority' | 'value' | 'numerator' | 'denominator'>

function member({ authority, value, numerator, denominator }: Figures): Member<string> {
  return { authority, value, numerator, denominator, lower: null, upper: null, status: 'published', reason: null }
}

function groupBy<T>(rows: T[], key: (row: T) => string): T[][] {
  return [...Map.groupBy(rows, key).values()]
}

/** Compares each group of published ranks, and counts the councils whose rank and share both come out as published. */
function ranksThatAgree(groups: lgbf.PublishedRank[][], which: 'rank' | 'family_rank'): number {
  const measures = lgbf.lgbfMeasures('2023-05')
  let agree = 0
  for (const group of groups) {
    const { rows } = compare({ ...measures.get(group[0]!.measure)!, members: group.map(member) })
    for (const [i, row] of rows.entries()) {
      const published = group[i]!
      if (row.rank === published[which] && row.rank_share === published[`${which}_share`]) agree += 1
    }
  }
  return agree
}

describePublished('ranks and changes of the Scottish benchmarking framework', () => {
  const all = lgbf.latestRanks()
  const latest = all.filter((row) => row.main_period)
  const quarterly = lgbf.quarterlyRanks()
  const measures = lgbf.lgbfMeasures('2023-05')
  const familyOf = lgbf.familyFinder()
  const period = (row: lgbf.PublishedRank) => `${row.measure}|${row.period}`
  const family = (row: lgbf.PublishedRank) =>
    `${period(row)}|${familyOf(measures.get(row.measure)!.grouping, row.authority)}`

  it('gives all 1,514 ranks and shares within Scotland, to the last bit', () => {
    expect(all).toHaveLength(1530)
    expect(latest).toHaveLength(1514)
    expect(ranksThatAgree(groupBy(latest, period), 'rank')).toBe(1514)
  })

  it('gives all 1,514 ranks and shares within families, to the last bit', () => {
    expect(ranksThatAgree(groupBy(latest, family), 'family_rank')).toBe(1514)
  })

  it('gives all 669 quarterly ranks and shares within Scotland and within families', () => {
    expect(quarterly).toHaveLength(669)
    expect(ranksThatAgree(groupBy(quarterly, period), 'rank')).toBe(669)
    expect(ranksThatAgree(groupBy(quarterly, family), 'family_rank')).toBe(669)
  })

  /** Councils whose change since a period comes out as published, to the last bit, and those whose does not. */
  function changes(rows: lgbf.PublishedRank[], since: 'previous' | 'first') {
    const differ: string[] = []
    let agree = 0
    for (const row of rows) {
      const published = row[`since_${since}`]
      if (published === null) continue
      const input = { ...measures.get(row.measure)!, members: [{ ...member(row), [since]: published.from }] }
      if (compare(input).rows[0]![`change_since_${since}`] === published.change) agree += 1
      else differ.push(`${row.measure}|${row.authority}`)
    }
    return { agree, differ }
  }

  it('gives all 1,528 aim-adjusted changes since the previous period, to the last bit', () => {
    expect(changes(all, 'previous')).toEqual({ agree: 1528, differ: [] })
  })

  it('gives 1,525 of the 1,528 changes since the first period, and the other three have a reason', () => {
    expect(changes(all, 'first')).toEqual({ agree: 1525, differ: lgbf.CHANGES_SINCE_FIRST_LEFT_OUT })
  })

  it('gives all 637 quarterly changes since the previous and since the first quarter', () => {
    expect(changes(quarterly, 'previous')).toEqual({ agree: 637, differ: [] })
    expect(changes(quarterly, 'first')).toEqual({ agree: 637, differ: [] })
  })
})

describePublished('averages of the Scottish benchmarking framework', () => {
  const measures = lgbf.lgbfMeasures('2024-03')
  const raw = lgbf.rawFigures()
  const familyOf = lgbf.familyFinder()

  function figuresFor(row: lgbf.PublishedAverages): lgbf.RawFigure[] | undefined {
    const { raw_code, grouping } = measures.get(row.measure)!
    const figures = raw.get(`${row.data_type}|${raw_code}|${row.period}`)
    return row.family === null
      ? figures
      : figures?.filter(({ authority }) => familyOf(grouping, authority) === row.family)
  }

  /** Counts by average: how many the publisher gives, how many come out, and names of those that do not. */
  function check(rows: lgbf.PublishedAverages[]) {
    const differ: string[] = []
    const agree = { mean: 0, median: 0, weighted_mean: 0, lone_denominators: 0, no_weighted_mean: 0, no_raw_figures: 0 }
    for (const row of rows) {
      const figures = figuresFor(row)
      if (figures === undefined) {
        expect(lgbf.PERIODS_AFTER_THE_RAW_FILE).toContain(`${row.measure}|${row.period}`)
        agree.no_raw_figures += 1
        continue
      }
      const measure = measures.get(row.measure)!
      const { group } = compare({ ...measure, members: figures.map(member) })
      const scale = row.measure === lgbf.AVERAGED_AS_FRACTIONS ? 100 : 1
      const printed = Math.max(0, ...figures.map((one) => printedRounding(one.printed)))
      for (const average of ['mean', 'median', 'weighted_mean'] as const) {
        const [ours, theirs] = [group[average], row[average]]
        const name = [row.data_type, row.measure, row.period, row.family ?? 'Scotland'].join('|')
        const tolerance =
          average === 'weighted_mean' ? lgbf.WEIGHTED_TOLERANCE * Math.abs(theirs ?? 0) : printed / scale
        if (ours === null && theirs === null) agree.no_weighted_mean += 1
        else if (close(average === 'weighted_mean' ? ours : ours! / scale, theirs, tolerance)) agree[average] += 1
        else if (average === 'weighted_mean' && lgbf.AVERAGES_WITH_LONE_DENOMINATORS.includes(name)) {
          const { group: withNoughts } = compare({ ...measure, members: figures.map(noughtForNumerator) })
          expect(close(withNoughts.weighted_mean, theirs, tolerance), name).toBe(true)
          agree.lone_denominators += 1
        } else differ.push(`${name}|${average}`)
      }
    }
    return { agree, differ }
  }

  /**
   * A mean or median of printed figures is off by at most the worst rounding among them, since the publisher used unrounded
   * figures; a weighted mean by the rounding of its ten-digit parts. Both by the rounding of additions.
   */
  function close(ours: number | null, theirs: number | null, tolerance: number): boolean {
    if (ours === null || theirs === null) return false
    return Math.abs(ours - theirs) <= tolerance + lgbf.ADDITION_TOLERANCE * Math.abs(theirs)
  }

  function noughtForNumerator(one: lgbf.RawFigure): Member<string> {
    return { ...member(one), numerator: one.numerator ?? 0 }
  }

  it('gives the means, medians and weighted averages for Scotland', () => {
    const rows = lgbf.scotlandAverages()
    expect(rows).toHaveLength(1906)
    const { agree, differ } = check(rows)
    expect(differ.filter((name) => !lgbf.AVERAGES_OF_OTHER_FIGURES.has(name))).toEqual([])
    expect(agree).toEqual({
      mean: 1880,
      median: 1880,
      weighted_mean: 1312,
      lone_denominators: 8,
      no_weighted_mean: 560,
      no_raw_figures: 24,
    })
    expect(differ).toHaveLength(6)
  })

  it('gives the means, medians and weighted averages for families', () => {
    const rows = lgbf.familyAverages()
    expect(rows).toHaveLength(7624)
    const { agree, differ } = check(rows)
    expect(differ.filter((name) => !lgbf.AVERAGES_OF_OTHER_FIGURES.has(name))).toEqual([])
    expect(agree).toEqual({
      mean: 7512,
      median: 7518,
      weighted_mean: 5264,
      lone_denominators: 8,
      no_weighted_mean: 2240,
      no_raw_figures: 96,
    })
    expect(differ).toHaveLength(42)
  })
})

describePublished('medians and deviations of the Office for Local Government', () => {
  const groups = groupBy(oflogFigures(), (one) => `${one.measure}|${one.period}`)

  it('gives the median and all 6,078 deviations from it, in 42 groups', () => {
    let medians = 0
    let deviations = 0
    const groupsWithoutSpread: string[] = []
    for (const figures of groups) {
      const members = figures.map((one) => member({ ...one, numerator: null, denominator: null }))
      const { rows, group } = compare({
        polarity: 'none',
        midpoint: null,
        change_as: 'relative',
        multipliers: { numerator: 1, denominator: 1, scale: 1 },
        members,
      })
      const rounding = Math.max(...figures.map((one) => one.value_rounding))
      const spread = group.median_absolute_deviation!
      const tolerance = deviationTolerance(figures, spread)
      if (spread === 0) groupsWithoutSpread.push(`${figures[0]!.measure}|${figures[0]!.period}`)
      for (const [i, one] of figures.entries()) {
        if (Math.abs(group.median! - one.median) <= rounding + 1e-14 * one.median) medians += 1
        const ours = rows[i]!.deviation
        if (ours === null || one.deviation === null) expect(ours).toBe(one.deviation)
        else if (Math.abs(ours - one.deviation) <= tolerance(one.deviation)) deviations += 1
      }
    }
    expect(groups).toHaveLength(42)
    expect(medians).toBe(6376)
    expect(deviations).toBe(6078)
    expect(groupsWithoutSpread).toEqual([])
  })
})
