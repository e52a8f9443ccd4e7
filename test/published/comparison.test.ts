import { expect, it } from 'vitest'
import { describePublished } from '#kernel/testing/published.ts'
import { averagesOf, checkAverages, EXPECTED_AVERAGES, memberOf as member } from './averages.ts'
import * as lgbf from './lgbf.ts'
import { deviationTolerance, oflogFigures } from './oflog.ts'
import { compare } from '#slices/benchmarking/rules/compare.ts'

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
  const ours = (row: lgbf.PublishedAverages, figures: lgbf.RawFigure[]) => Promise.resolve(averagesOf(row.measure, figures))

  it('gives the means, medians and weighted averages for Scotland', async () => {
    const rows = lgbf.scotlandAverages()
    expect(rows).toHaveLength(1906)
    const { agree, differ } = await checkAverages(rows, ours)
    expect(differ.filter((name) => !lgbf.AVERAGES_OF_OTHER_FIGURES.has(name))).toEqual([])
    expect(agree).toEqual(EXPECTED_AVERAGES.scotland)
    expect(differ).toHaveLength(6)
  })

  it('gives the means, medians and weighted averages for families', async () => {
    const rows = lgbf.familyAverages()
    expect(rows).toHaveLength(7624)
    const { agree, differ } = await checkAverages(rows, ours)
    expect(differ.filter((name) => !lgbf.AVERAGES_OF_OTHER_FIGURES.has(name))).toEqual([])
    expect(agree).toEqual(EXPECTED_AVERAGES.families)
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
