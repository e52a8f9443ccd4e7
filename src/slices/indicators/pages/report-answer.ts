import { z } from 'zod'
import type { ImportReport } from '../imports/report.ts'

const place = z.object({ line: z.int().nullable(), column: z.string().nullable(), seen: z.string(), expected: z.string(), message: z.string() })
/** The report of an import, or of a try, as programs are given it. */
export const reportAnswer = z.object({
  outcome: z.enum(['imported', 'would-import', 'nothing-new', 'refused']),
  import: z.int().nullable().describe('Number of the import; null when nothing was kept.'),
  recipe: z.string(),
  counts: z.record(z.string(), z.unknown()).describe('Rows read, figures new, revised, unchanged, and so on, as in the list of imports.'),
  refusals: z.array(place.extend({ rows: z.int() })).describe('Places that cannot be brought in. One is enough to refuse the file. The first 200 kinds.'),
  warnings: z.array(place.extend({ check: z.string() })).describe('Figures that a person should look at. The first 200.'),
})
const most = 200

export function describedReport({ outcome, import: id, recipe, counts, refusals, warnings }: ImportReport): z.input<typeof reportAnswer> {
  return {
    outcome, import: id, recipe, counts: { ...counts },
    refusals: refusals.slice(0, most).map(({ line, column, seen, expected, message, rows }) => ({ line, column, seen, expected, message, rows })),
    warnings: warnings.slice(0, most).map(({ check, line, column, seen, expected, message }) => ({ check, line, column, seen, expected, message })),
  }
}
