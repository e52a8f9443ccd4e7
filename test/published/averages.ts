import { expect } from 'vitest'
import { compare, type Member } from '#slices/benchmarking/rules/compare.ts'
import { printedRounding } from './files.ts'
import * as lgbf from './lgbf.ts'

const measures = lgbf.lgbfMeasures('2024-03')
const raw = lgbf.rawFigures()
const familyOf = lgbf.familyFinder()

/** The three averages that are published. */
type Averages = Record<'mean' | 'median' | 'weighted_mean', number | null>

/** Members of a comparison from figures as they stand in the file. */
export function memberOf({ authority, value, numerator, denominator }: Omit<lgbf.RawFigure, 'printed'>): Member<string> {
  return { authority, value, numerator, denominator, lower: null, upper: null, status: 'published', reason: null }
}

/** The averages our rules give for some figures of a measure. */
export function averagesOf(code: string, figures: readonly lgbf.RawFigure[]): Averages {
  return compare({ ...measures.get(code)!, members: figures.map(memberOf) }).group
}

function figuresFor(row: lgbf.PublishedAverages): lgbf.RawFigure[] | undefined {
  const { raw_code, grouping } = measures.get(row.measure)!
  const figures = raw.get(`${row.data_type}|${raw_code}|${row.period}`)
  return row.family === null ? figures : figures?.filter(({ authority }) => familyOf(grouping, authority) === row.family)
}

/**
 * Sets averages of ours beside the published ones. Counts by average: how many come out, how many have a reason not to, and
 * the names of those that do not.
 */
export async function checkAverages(
  rows: readonly lgbf.PublishedAverages[],
  ours: (row: lgbf.PublishedAverages, figures: lgbf.RawFigure[]) => Promise<Averages>,
) {
  const differ: string[] = []
  const agree = { mean: 0, median: 0, weighted_mean: 0, lone_denominators: 0, no_weighted_mean: 0, no_raw_figures: 0 }
  const known = rows.map((row) => ({ row, figures: figuresFor(row) }))
  for (const { row } of known.filter(({ figures }) => figures === undefined)) {
    expect(lgbf.PERIODS_AFTER_THE_RAW_FILE).toContain(`${row.measure}|${row.period}`)
    agree.no_raw_figures += 1
  }
  const asked = known.flatMap(({ row, figures }) => (figures ? { row, figures } : []))
  for (const { row, figures, found } of await askedTogether(asked, ours)) {
    const scale = row.measure === lgbf.AVERAGED_AS_FRACTIONS ? 100 : 1
    const printed = Math.max(0, ...figures.map((one) => printedRounding(one.printed)))
    const name = [row.data_type, row.measure, row.period, row.family ?? 'Scotland'].join('|')
    for (const average of ['mean', 'median', 'weighted_mean'] as const) {
      const [own, theirs] = [found[average], row[average]]
      const isWeighted = average === 'weighted_mean'
      const tolerance = isWeighted ? lgbf.WEIGHTED_TOLERANCE * Math.abs(theirs ?? 0) : printed / scale
      if (own === null && theirs === null) agree.no_weighted_mean += 1
      else if (close(isWeighted ? own : own! / scale, theirs, tolerance)) agree[average] += 1
      else if (isWeighted && lgbf.AVERAGES_WITH_LONE_DENOMINATORS.includes(name)) {
        const withNoughts = averagesOf(row.measure, figures.map((one) => ({ ...one, numerator: one.numerator ?? 0 })))
        expect(close(withNoughts.weighted_mean, theirs, tolerance), name).toBe(true)
        agree.lone_denominators += 1
      } else differ.push(`${name}|${average}`)
    }
  }
  return { agree, differ }
}

type Asked = { row: lgbf.PublishedAverages; figures: lgbf.RawFigure[] }

/** A few questions at a time, so that a server works on one while we read the answer to another. */
async function askedTogether(asked: readonly Asked[], ours: (row: lgbf.PublishedAverages, figures: lgbf.RawFigure[]) => Promise<Averages>) {
  const answers: (Asked & { found: Averages })[] = []
  for (let at = 0; at < asked.length; at += 6) {
    const together = asked.slice(at, at + 6).map(async (one) => ({ ...one, found: await ours(one.row, one.figures) }))
    answers.push(...(await Promise.all(together)))
  }
  return answers
}

/**
 * A mean or median of printed figures is off by at most the worst rounding among them, since the publisher used unrounded
 * figures; a weighted mean by the rounding of its ten-digit parts. Both by the rounding of additions.
 */
function close(ours: number | null, theirs: number | null, tolerance: number): boolean {
  if (ours === null || theirs === null) return false
  return Math.abs(ours - theirs) <= tolerance + lgbf.ADDITION_TOLERANCE * Math.abs(theirs)
}

/** What comes out of the 1,906 averages for Scotland and the 7,624 for families. */
export const EXPECTED_AVERAGES = {
  scotland: { mean: 1880, median: 1880, weighted_mean: 1312, lone_denominators: 8, no_weighted_mean: 560, no_raw_figures: 24 },
  families: { mean: 7512, median: 7518, weighted_mean: 5264, lone_denominators: 8, no_weighted_mean: 2240, no_raw_figures: 96 },
}
