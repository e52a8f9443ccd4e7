/**
 * The recipe: a saved, readable description of how a published file becomes observations, measures, breaks, authorities
 * or groups, without editing the file or the program. This schema is also published as docs/recipe.schema.json.
 */
import { z } from 'zod'
import { authorityKeys } from '#slices/places/index.ts'
import { periodKinds } from '#kernel/periods/index.ts'
import { unacceptedTexts } from './measure-fields.ts'
import { columnsOf } from './texts.ts'

const column = z.string().min(1).describe('Name of a column as in the header, or "column 4" for the fourth.')
const pattern = z.string().min(1).refine(isPattern, 'is not a valid regular expression').describe('A regular expression; case matters.')

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u')
    return true
  } catch {
    return false
  }
}

const condition = z.strictObject({
  column,
  is: z.union([z.string(), z.array(z.string()).min(1)]).optional().describe('The cell is exactly this, or one of these.'),
  matches: pattern.optional(),
  blank: z.boolean().optional().describe('true: the cell is blank. false: it is not.'),
}).refine((rule) => rule.is !== undefined || rule.matches !== undefined || rule.blank !== undefined, 'needs one of "is", "matches" or "blank"')
export type Condition = z.infer<typeof condition>

const leaveOut = z.strictObject({
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

const text = z.union([oneText, z.array(oneText).min(1)]).describe('Where a text comes from. Of several, the first that gives one is taken.')
export type Text = z.infer<typeof text>

const cell = z.union([
  column,
  z.strictObject({ column, field: z.string().describe('Name of a value inside a cell that holds a JSON object.') }),
]).describe('A column, or one value of a cell that holds a JSON object.')
export type Cell = z.infer<typeof cell>

export const reasons = ['missing', 'suppressed', 'not-collected', 'not-applicable', 'not-available', 'unreliable'] as const
const reason = z.enum(reasons)
export type Reason = z.infer<typeof reason>
const status = z.enum(['provisional', 'estimated', 'low', 'revised', 'published', ...reasons])

const area = z.strictObject({
  code: z.string().min(1),
  name: z.string().min(1),
  level: z.enum(['country', 'region', 'county-area', 'combined-authority-area', 'police', 'fire', 'statistical', 'group']),
}).describe('A place that is not an authority. Its figures are kept as published reference values and never ranked.')

const authorityShape = {
  column: column.optional(),
  fixed: z.string().optional().describe('One authority for the whole file.'),
  by: z.enum(authorityKeys).default('any').describe('What the column holds: GSS code, register code, DfE number, E-code, name, or any of them.'),
  codes: z.record(z.string(), z.string()).optional().describe('What the file calls an authority, to the code that the register knows.'),
}
const authority = z.strictObject(authorityShape).refine(hasOneSource, 'needs either "column" or "fixed"')
export type AuthorityRule = z.infer<typeof authority>

function hasOneSource(one: { column?: string | undefined; fixed?: string | undefined }): boolean {
  return (one.column === undefined) !== (one.fixed === undefined)
}

const figureAuthority = z.strictObject({
  ...authorityShape,
  or: z.strictObject({ column, by: authorityShape.by, codes: authorityShape.codes }).optional().describe('Another column, read where the first is blank: names where codes are missing.'),
}).refine(hasOneSource, 'needs either "column" or "fixed"')
export type FigureAuthorityRule = z.infer<typeof figureAuthority>

const reference = z.strictObject({
  name: column.optional().describe('Column with the name of the area.'),
  standard: z.boolean().default(true).describe('Take standard codes of countries, regions, police areas and the like as areas.'),
  areas: z.record(z.string(), area).optional().describe('What the file calls an area, to the area.'),
  levels: z.array(z.strictObject({ matches: pattern, level: area.shape.level })).optional().describe('Codes of areas that are not standard, by pattern.'),
}).describe('Rows that give national, regional or group figures in the column that otherwise names authorities.')

const period = z.strictObject({
  column: column.optional(),
  template: z.string().optional().describe('Put the label together from several columns: "{LGBF Year} {Month}".'),
  fixed: z.string().optional(),
  kind: z.enum(periodKinds).optional().describe('The kind meant where the label alone cannot tell: 2019, 2013-14.'),
  year_starts: z.string().regex(/^\d\d-\d\d$/).optional().describe('Month and day on which the publisher\'s years start: "08-01".'),
  shift: z.int().optional().describe('So many periods later (or earlier, when negative) than the label says.'),
}).refine((one) => [one.column, one.template, one.fixed].filter((part) => part !== undefined).length === 1, 'needs exactly one of "column", "template" or "fixed"')
export type PeriodRule = z.infer<typeof period>

const spelling = z.enum(['words', 'compact']).default('words').describe('How inserted texts become part of a code. words: "4G coverage" is 4g-coverage. compact: "C&L 01" is cl01.')
const measureCode = z.strictObject({ code: text, spelling })
export type MeasureCode = z.infer<typeof measureCode>

const numbers = z.strictObject({
  scale: z.string().regex(/^-?\d+(\.\d+)?$/).optional().describe('Multiply values by this: "1000" for £ thousand.'),
  numerator_scale: z.string().regex(/^-?\d+(\.\d+)?$/).optional(),
  denominator_scale: z.string().regex(/^-?\d+(\.\d+)?$/).optional(),
  percent_as_fraction: z.boolean().optional().describe('95% becomes 0.95; otherwise 95.'),
  magnitudes: z.boolean().optional().describe('Read 1.2m as 1200000.'),
  footnotes: z.boolean().optional().describe('Drop footnote letters in brackets: 1,234 (a).'),
})

const valueColumns = z.strictObject({
  value: cell,
  numerator: cell.optional(),
  denominator: cell.optional(),
  lower: cell.optional().describe('Published lower 95% confidence limit.'),
  upper: cell.optional(),
  status: column.optional().describe('Column of the publisher\'s marker for this value; see "status".'),
  measure: measureCode.optional().describe('The measure of this column, where it differs from the row\'s.'),
  period: period.optional().describe('The period of this column, where it differs from the row\'s.'),
  authority: figureAuthority.optional(),
  area: area.optional().describe('This column gives figures of an area (such as Scotland), repeated on the rows: kept once.'),
  leave_out: z.array(leaveOut).optional().describe('Rows whose cell in this column is not brought in.'),
})
export type ValueColumns = z.infer<typeof valueColumns>

const measureFields = z.strictObject({
  title: text,
  explanation: text.optional(),
  dimension: text.optional(),
  service: text.optional(),
  unit: text,
  unit_kind: text,
  prefix: text.optional(),
  suffix: text.optional(),
  display_factor: text.optional(),
  decimals: text.optional(),
  polarity: text,
  midpoint: text.optional().describe('Read only where the polarity is midpoint.'),
  numerator_name: text.optional(),
  denominator_name: text.optional(),
  numerator_multiplier: text.optional(),
  denominator_multiplier: text.optional(),
  aggregation: text.optional(),
  change_as: text.optional(),
  interval_method: text.optional(),
  interval_scale: text.optional(),
  period_kind: text.optional(),
  publisher: text.optional(),
  source_link: text.optional(),
  licence: text.optional(),
  kinds: text.optional().describe('Kinds of authority it applies to, parted by commas.'),
  small_numbers: text.optional(),
  tolerance: text.optional(),
  notes: text.optional(),
}).superRefine((fields, context) => {
  for (const { field, message } of unacceptedTexts(fields)) context.addIssue({ code: 'custom', path: [field], message })
})
export type MeasureFields = z.infer<typeof measureFields>

const head = {
  $schema: z.string().optional(),
  recipe: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words with hyphens').describe('Its name.'),
  title: z.string().min(1),
  about: z.string().optional().describe('What the file is and what this recipe decides, for the next person.'),
  publisher: z.string().min(1),
  source: z.string().min(1).describe('Where the file comes from: an address, or words.'),
  licence: z.string().min(1),
  file: z.strictObject({
    format: z.enum(['csv', 'json']).default('csv').describe('json: one object; each of its entries is a row with the columns "key" and "value".'),
    encoding: z.string().default('auto'),
    delimiter: z.enum(['auto', ',', ';', '\t', '|']).default('auto'),
    header: z.union([z.int().positive(), z.enum(['first', 'find', 'none'])]).default('first').describe('Line of the header; "find": the first row that has all the columns this recipe names.'),
    short_rows: z.enum(['refuse', 'fill']).default('refuse').describe('Rows with too few cells: refuse the file, or take them as blank.'),
  }).prefault({}),
  leave_out: z.array(leaveOut).default([]),
}

const observations = z.strictObject({
  ...head,
  produces: z.literal('observations'),
  authority: figureAuthority.optional(),
  reference: reference.optional(),
  period: period.optional(),
  measure: measureCode.optional(),
  values: z.array(valueColumns).min(1),
  missing: z.record(z.string(), reason).default({}).describe('Markers instead of a number, to the reason. A blank is always missing.'),
  status: z.record(z.string(), status).default({}).describe('Markers in a status column, to what they mean.'),
  numbers: numbers.prefault({}),
  measures: measureFields.optional().describe('How to make a measure that is not in the register yet.'),
  tolerance: z.number().positive().max(1).optional().describe('Share by which a value may differ from numerator ÷ denominator before a warning; otherwise each measure\'s own.'),
}).refine((one) => one.values.every((value) => value.measure ?? one.measure), 'needs "measure" for the rows, or one for each value')
  .refine((one) => one.values.every((value) => value.period ?? one.period), 'needs "period" for the rows, or one for each value')
  .refine((one) => one.values.every((value) => value.area ?? value.authority ?? one.authority), 'needs "authority" for the rows, or an authority or area for each value')

const measures = z.strictObject({
  ...head,
  produces: z.literal('measures'),
  measure: measureCode,
  aliases: z.array(text).default([]).describe('Other codes by which people will look for it.'),
  fields: measureFields,
})

const breaks = z.strictObject({
  ...head,
  produces: z.literal('breaks'),
  measure: measureCode,
  period: period.describe('Figures of this period are not to be compared with those before it.'),
  note: text,
})

const authorities = z.strictObject({
  ...head,
  produces: z.literal('authorities'),
  finds: authority.optional().describe('Present: rows only add codes and names to authorities the register has. Absent: rows are authorities.'),
  unknown: z.enum(['refuse', 'report']).default('refuse').describe('An authority that "finds" does not find: refuse the file, or leave the row out and warn.'),
  code: text.optional().describe('GSS code, else another that is stable.'),
  name: text.optional(),
  known_name: text.optional(),
  kind: text.optional().describe('The register\'s type, such as UA or LBO, or one of our kinds.'),
  nation: text.optional(),
  region: text.optional(),
  starts: text.optional(),
  ends: text.optional().describe('Last day in being; 1 April, when bodies change hands, counts as the day before.'),
  population: text.optional(),
  replaced_by: text.optional().describe('Another code in this file, of what came after; several with commas between them.'),
  keys: z.array(z.strictObject({ scheme: z.enum(['gss', 'former-gss', 'register', 'dfe', 'ecode']), code: text, separator: z.string().optional() })).default([]),
  names: z.array(z.strictObject({ name: text, separator: z.string().optional() })).default([]).describe('Informal names publishers use.'),
}).refine((one) => one.finds !== undefined || [one.code, one.name, one.kind, one.nation].every((field) => field !== undefined), 'needs "finds", or else "code", "name", "kind" and "nation"')

const groups = z.strictObject({
  ...head,
  produces: z.literal('groups'),
  type: z.enum(['family', 'neighbours']),
  group_source: text.describe('As in the address: family:<source>/<name>, neighbours:<source>.'),
  group: text.optional().describe('family: its name.'),
  of: authority.optional().describe('neighbours: whose list this is.'),
  members: z.strictObject({
    columns: z.array(z.strictObject({ column, closeness: column.optional() })).min(1).describe('Columns of members, nearest first.'),
    by: z.enum(authorityKeys).default('any'),
    codes: z.record(z.string(), z.string()).optional(),
    leave_out: z.array(z.strictObject({ matches: pattern, because: z.string().min(1) })).default([]).describe('Members that are not authorities.'),
  }),
  group_title: text.describe('In words for a sentence: "the nearest neighbours of {authority} (Oflog)". In a fixed text, {authority} is whose list it is.'),
  ordered: z.boolean().default(false).describe('Whether members stand nearest first.'),
  dated: z.iso.date().optional().describe('The date the publisher gives the grouping.'),
}).refine((one) => (one.type === 'family') === (one.group !== undefined), 'a family needs "group"; neighbours need none')
  .refine((one) => (one.type === 'neighbours') === (one.of !== undefined), 'neighbours need "of"; a family needs none')

export const recipeSchema = z.discriminatedUnion('produces', [observations, measures, breaks, authorities, groups]).superRefine((recipe, context) => {
  const named = columnsOf(recipe).length
  if (recipe.file.header !== 'find' || named > 1) return
  const message = `"find" looks for the first row with all the columns the recipe names, and it names ${named === 0 ? 'none' : 'only one'}: too few to tell a header by. Give the line of the header as a number.`
  context.addIssue({ code: 'custom', path: ['file', 'header'], message })
})

export type Recipe = z.output<typeof recipeSchema>
export type ObservationsRecipe = z.output<typeof observations>
export type MeasuresRecipe = z.output<typeof measures>
export type BreaksRecipe = z.output<typeof breaks>
export type AuthoritiesRecipe = z.output<typeof authorities>
export type GroupsRecipe = z.output<typeof groups>
