import { figure, printedRounding, rowsOf } from './files.ts'

/** One authority's adult social care figure as the Office for Local Government published it, with median and deviation. */
interface OflogFigure {
  measure: string
  /** Financial year, 2016-17. */
  period: string
  authority: string
  value: number | null
  median: number
  /** (value − median) ÷ median absolute deviation, neither scaled nor turned. Null where there is no value. */
  deviation: number | null
  /** Half of the last printed decimal of value and of deviation, where they were cut. */
  value_rounding: number
  deviation_rounding: number
}

/** The 6,376 figures of adult-social-care.csv; 6,078 have a value. No group has a median absolute deviation of 0. */
export function oflogFigures(): OflogFigure[] {
  return rowsOf('oflog/adult-social-care.csv').map((row) => ({
    measure: row['Code']!,
    period: row['Financial year']!,
    authority: row['Local authority code']!,
    value: figure(row['Value']),
    median: Number(row['MEDIAN']),
    deviation: figure(row['MADs_from_median']),
    value_rounding: printedRounding(row['Value']!),
    deviation_rounding: printedRounding(row['MADs_from_median']!),
  }))
}

/**
 * How far our deviations in one group may be from the published ones: their median is of unrounded values, ours of printed
 * ones. A rounding of r in the values moves value and median by r each and the median absolute deviation by 2r. The worst
 * rounding in the group stands for all, since a cut figure that ends in a zero is printed shorter.
 */
export function deviationTolerance(
  group: OflogFigure[],
  medianAbsoluteDeviation: number,
): (published: number) => number {
  const values = Math.max(...group.map((one) => one.value_rounding))
  const deviations = Math.max(...group.map((one) => one.deviation_rounding))
  return (published) => {
    const size = Math.abs(published)
    return (values * (2 + 2 * size)) / medianAbsoluteDeviation + deviations + 1e-13 * Math.max(1, size)
  }
}
