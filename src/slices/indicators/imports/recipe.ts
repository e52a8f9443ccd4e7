/**
 * The recipe: a saved, readable description of how a published file becomes observations, measures, breaks, authorities,
 * groups or a hex map, without editing the file or the program. This schema is also published as docs/recipe.schema.json.
 */
import { z } from 'zod'
import { authorityKeys } from '#slices/places/index.ts'
import { columnsOf } from './columns.ts'
import { unacceptedTexts } from './measure-fields.ts'
import { fileRule } from './recipe-file.ts'
import { authority, column, figureAuthority, leaveOut, measureCode, numbers, pattern, period, reason, reference, status, text } from './recipe-parts.ts'
import { valuesRule, wordsRule } from './recipe-values.ts'

const measureFields = z.strictObject({
  title: text,
  explanation: text.optional(),
  dimension: text.optional(),
  service: text.optional(),
  unit: text,
  unit_kind: text,
  prefix: text.optional(),
  suffix: text.optional(),
  scale: text.optional().describe('The words of an ordinal scale, the worst first, parted by upright lines. Made from "words" where this is absent.'),
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

/** How the rows (r) or columns (q) of a hex map are shoved: every odd or every even one by half a hex. */
export const arrangements = ['odd-r', 'even-r', 'odd-q', 'even-q'] as const

const head = {
  $schema: z.string().optional(),
  recipe: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words with hyphens').describe('Its name.'),
  title: z.string().min(1),
  about: z.string().optional().describe('What the file is and what this recipe decides, for the next person.'),
  decides: z.array(z.string().min(1)).default([]).describe('How the recipe takes what is doubtful in the file: whole sentences, which every report repeats.'),
  publisher: z.string().min(1),
  source: z.string().min(1).describe('Where the file comes from: an address, or words.'),
  licence: z.string().min(1),
  file: fileRule.prefault({}),
  leave_out: z.array(leaveOut).default([]),
}

const observations = z.strictObject({
  ...head,
  produces: z.literal('observations'),
  authority: figureAuthority.optional(),
  reference: reference.optional(),
  period: period.optional(),
  measure: measureCode.optional(),
  values: valuesRule,
  words: wordsRule.optional().describe('The values are words on a scale (judgements), not numbers.'),
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
  region: text.optional().describe('With "finds": the region of the authority found, where the register has none or another.'),
  starts: text.optional(),
  ends: text.optional().describe('Last day in being; 1 April, when bodies change hands, counts as the day before.'),
  population: text.optional(),
  replaced_by: text.optional().describe('Another code in this file, of what came after; several with commas between them.'),
  keys: z.array(z.strictObject({ scheme: z.enum(['gss', 'former-gss', 'register', 'dfe', 'ecode']), code: text, separator: z.string().optional() })).default([]),
  names: z.array(z.strictObject({ name: text, separator: z.string().optional() })).default([]).describe('Informal names publishers use.'),
}).refine((one) => one.finds !== undefined || [one.code, one.name, one.kind, one.nation].every((field) => field !== undefined), 'needs "finds", or else "code", "name", "kind" and "nation"')

const memberColumn = z.strictObject({
  column,
  closeness: column.optional().describe('Column of how close the member is: a word or a number, kept as it stands.'),
  rank: column.optional().describe('Column of the member\'s place, 1 the nearest. Without it members stand in the order of the file.'),
  list: z.union([z.literal('json'), z.string().min(1).max(3)]).optional().describe('The cell holds several members: parted by this ("," or ";"), or as a JSON list.'),
})

const membersRule = z.strictObject({
  columns: z.array(memberColumn).min(1).optional().describe('Columns of members, nearest first.'),
  matching: z.strictObject({
    columns: pattern.describe('Every column whose heading fits holds a member, in the order of the file: "SN(?<n>\\d+)".'),
    closeness: z.string().min(1).optional().describe('Heading of the column of closeness that goes with each, with the groups in braces: "SNP{n}".'),
  }).optional().describe('Columns of members by pattern, instead of one by one.'),
  by: z.enum(authorityKeys).default('any'),
  codes: z.record(z.string(), z.string()).optional(),
  itself: z.enum(['keep', 'leave-out', 'refuse']).default('keep').describe('neighbours: a list that names the authority whose list it is.'),
  leave_out: z.array(z.strictObject({ matches: pattern, because: z.string().min(1) })).default([]).describe('Members that are not authorities.'),
}).refine((one) => (one.columns === undefined) !== (one.matching === undefined), 'needs either "columns" or "matching"')

const groups = z.strictObject({
  ...head,
  produces: z.literal('groups'),
  type: z.enum(['family', 'neighbours']),
  group_source: text.describe('As in the address: family:<source>/<name>, neighbours:<source>.'),
  group: text.optional().describe('family: its name.'),
  of: authority.optional().describe('neighbours: whose list this is.'),
  members: membersRule,
  group_title: text.describe('In words for a sentence: "the nearest neighbours of {authority} (Oflog)". In a fixed text, {authority} is whose list it is.'),
  ordered: z.boolean().default(false).describe('Whether members stand nearest first.'),
  dated: z.iso.date().optional().describe('The date the publisher gives the grouping.'),
}).refine((one) => (one.type === 'family') === (one.group !== undefined), 'a family needs "group"; neighbours need none')
  .refine((one) => (one.type === 'neighbours') === (one.of !== undefined), 'neighbours need "of"; a family needs none')

const layout = z.strictObject({
  ...head,
  produces: z.literal('layout'),
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words with hyphens').describe('The layout\'s name in addresses: "districts-2023".'),
  layout_title: z.string().min(1).describe('In words: "Districts and unitary authorities, 2023".'),
  arrangement: z.enum(arrangements).optional().describe('Which rows or columns are shoved by half a hex. A HexJSON file says it itself.'),
  hexes: z.strictObject({
    code: column.default('key'),
    name: column.default('n'),
    q: column.default('q'),
    r: column.default('r'),
    by: z.enum(authorityKeys).default('any').describe('What the code is.'),
    codes: z.record(z.string(), z.string()).optional(),
    unknown: z.enum(['keep', 'refuse']).default('keep').describe('A hex of no authority in the register: kept without one and told, or the file refused.'),
  }).prefault({}),
})

export const recipeSchema = z.discriminatedUnion('produces', [observations, measures, breaks, authorities, groups, layout]).superRefine((recipe, context) => {
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
export type LayoutRecipe = z.output<typeof layout>
