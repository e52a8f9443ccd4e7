/** The parts that recipes are put together from: where a text, an authority, a period or a number comes from. */
import { z } from 'zod'
import { authorityKeys } from '#slices/places/index.ts'
import { periodKinds } from '#kernel/periods/index.ts'
import { expressionFault } from './expressions.ts'

export const column = z.string().min(1).describe('Name of a column as in the header, or "column 4" for the fourth.')
export const pattern = z.string().min(1).superRefine((text, context) => {
  const fault = expressionFault(text)
  if (fault !== null) context.addIssue({ code: 'custom', message: fault })
}).describe('A regular expression; case matters. Looking ahead or behind and references back to groups are not supported.')

const condition = z.strictObject({
  column,
  is: z.union([z.string(), z.array(z.string()).min(1)]).optional().describe('The cell is exactly this, or one of these.'),
  matches: pattern.optional(),
  does_not_match: pattern.optional().describe('A regular expression that does not fit the cell.'),
  blank: z.boolean().optional().describe('true: the cell is blank. false: it is not.'),
}).refine(({ is, matches, does_not_match: not, blank }) => [is, matches, not, blank].some((rule) => rule !== undefined), 'needs one of "is", "matches", "does_not_match" or "blank"')
export type Condition = z.infer<typeof condition>

export const leaveOut = z.strictObject({
  where: z.union([condition, z.array(condition).min(1)]).describe('One condition, or several that must all hold.'),
  because: z.string().min(1).describe('Why, in words for the report.'),
}).describe('Rows that are not brought in. Each rule is counted in the report.')
export type LeaveOut = z.infer<typeof leaveOut>

const oneText = z.strictObject({
  column: column.optional().describe('Take the text from this column.'),
  template: z.string().optional().describe('Put a text together: "{LGBF Year} {Month}". Names in braces are columns.'),
  fixed: z.string().optional().describe('The same text for every row.'),
  map: z.record(z.string(), z.string()).optional().describe('Replace the text: published word to our word.'),
  otherwise: z.string().optional().describe('What to take when the text is blank or not in the map.'),
}).refine((text) => [text.column, text.template, text.fixed].filter((part) => part !== undefined).length === 1, 'needs exactly one of "column", "template" or "fixed"')
export type OneText = z.infer<typeof oneText>

export const text = z.union([oneText, z.array(oneText).min(1)]).describe('Where a text comes from. Of several, the first that gives one is taken.')
export type Text = z.infer<typeof text>

export const cell = z.union([
  column,
  z.strictObject({ column, field: z.string().describe('Name of a value inside a cell that holds a JSON object.') }),
]).describe('A column, or one value of a cell that holds a JSON object.')
export type Cell = z.infer<typeof cell>

export const reasons = ['missing', 'suppressed', 'not-collected', 'not-applicable', 'not-available', 'unreliable'] as const
export const reason = z.enum(reasons)
export type Reason = z.infer<typeof reason>
export const status = z.enum(['provisional', 'estimated', 'low', 'revised', 'published', ...reasons])

export const area = z.strictObject({
  code: z.string().min(1),
  name: z.string().min(1),
  level: z.enum(['country', 'region', 'county-area', 'combined-authority-area', 'police', 'fire', 'statistical', 'group']),
}).describe('A place that is not an authority. Its figures are kept as published reference values and never ranked.')

const authorityShape = {
  column: column.optional(),
  fixed: z.string().optional().describe('One authority for the whole file.'),
  by: z.enum(authorityKeys).default('any').describe('What the column holds: GSS code, register code, DfE number, E-code, name, or any of them.'),
  after: z.string().min(1).optional().describe('What stands before each code and is no part of it: "local-authority-eng:".'),
  codes: z.record(z.string(), z.string()).optional().describe('What the file calls an authority, to the code that the register knows.'),
}
export const authority = z.strictObject(authorityShape).refine(hasOneSource, 'needs either "column" or "fixed"')
export type AuthorityRule = z.infer<typeof authority>

function hasOneSource(one: { column?: string | undefined; fixed?: string | undefined }): boolean {
  return (one.column === undefined) !== (one.fixed === undefined)
}

export const figureAuthority = z.strictObject({
  ...authorityShape,
  or: z.strictObject({ column, by: authorityShape.by, codes: authorityShape.codes }).optional().describe('Another column, read where the first is blank: names where codes are missing.'),
}).refine(hasOneSource, 'needs either "column" or "fixed"')
export type FigureAuthorityRule = z.infer<typeof figureAuthority>

export const reference = z.strictObject({
  name: column.optional().describe('Column with the name of the area.'),
  standard: z.boolean().default(true).describe('Take standard codes of countries, regions, police areas and the like as areas.'),
  areas: z.record(z.string(), area).optional().describe('What the file calls an area, to the area.'),
  levels: z.array(z.strictObject({ matches: pattern, level: area.shape.level })).optional().describe('Codes of areas that are not standard, by pattern.'),
}).describe('Rows that give national, regional or group figures in the column that otherwise names authorities.')

export const period = z.strictObject({
  column: column.optional(),
  template: z.string().optional().describe('Put the label together from several columns: "{LGBF Year} {Month}".'),
  fixed: z.string().optional(),
  above: z.strictObject({
    line: z.int().positive().max(100),
    matches: pattern.describe('What fits, or what its first group holds, is the period: "(\\d{4}-\\d{2})".'),
  }).optional().describe('The period stands in a line above the table, such as its title. For the rows only, not for a single column of values.'),
  kind: z.enum(periodKinds).optional().describe('The kind meant where the label alone cannot tell: 2019, 2013-14.'),
  year_starts: z.string().regex(/^\d\d-\d\d$/).optional().describe('Month and day on which the publisher\'s years start: "08-01".'),
  shift: z.int().optional().describe('So many periods later (or earlier, when negative) than the label says.'),
}).refine((one) => [one.column, one.template, one.fixed, one.above].filter((part) => part !== undefined).length === 1, 'needs exactly one of "column", "template", "fixed" or "above"')
export type PeriodRule = z.infer<typeof period>

const spelling = z.enum(['words', 'compact']).default('words').describe('How inserted texts become part of a code. words: "4G coverage" is 4g-coverage. compact: "C&L 01" is cl01.')
export const measureCode = z.strictObject({ code: text, spelling })
export type MeasureCode = z.infer<typeof measureCode>

export const numbers = z.strictObject({
  scale: z.string().regex(/^-?\d+(\.\d+)?$/).optional().describe('Multiply values by this: "1000" for £ thousand.'),
  numerator_scale: z.string().regex(/^-?\d+(\.\d+)?$/).optional(),
  denominator_scale: z.string().regex(/^-?\d+(\.\d+)?$/).optional(),
  percent_as_fraction: z.boolean().optional().describe('95% becomes 0.95; otherwise 95.'),
  magnitudes: z.boolean().optional().describe('Read 1.2m as 1200000.'),
  footnotes: z.boolean().optional().describe('Drop footnote letters in brackets: 1,234 (a).'),
})

