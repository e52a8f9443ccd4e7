/** Where a recipe finds its numbers: columns named one by one, or all whose heading fits a pattern. */
import { z } from 'zod'
import { area, cell, column, figureAuthority, leaveOut, measureCode, pattern, period } from './recipe-parts.ts'

const wordsRule = z.strictObject({
  worst_to_best: z.array(z.string().trim().min(1)).min(2).max(20).describe('The words in order, the worst first. The figure kept is the place in this list, from 1.'),
  synonyms: z.record(z.string(), z.string()).default({}).describe('Other words for these: "RI" to "requires improvement".'),
}).superRefine(({ worst_to_best: scale, synonyms }, context) => {
  const known = new Set(scale.map(wordKey))
  if (known.size < scale.length) context.addIssue({ code: 'custom', path: ['worst_to_best'], message: 'names a word twice; capital letters and spaces make no difference' })
  for (const [word, meant] of Object.entries(synonyms)) {
    if (!known.has(wordKey(meant))) context.addIssue({ code: 'custom', path: ['synonyms', word], message: `"${meant}" is not a word of "worst_to_best"` })
  }
})
export type WordsRule = z.output<typeof wordsRule>

/** Words of a scale are compared without regard to capitals and to how they are spaced. */
export const wordKey = (word: string): string => word.replace(/[\s_\u00a0]+/g, ' ').trim().toLowerCase()

const shared = {
  measure: measureCode.optional().describe('The measure of this column, where it differs from the row\'s.'),
  period: period.optional().describe('The period of this column, where it differs from the row\'s.'),
  authority: figureAuthority.optional(),
  area: area.optional().describe('This column gives figures of an area (such as Scotland), repeated on the rows: kept once.'),
  words: wordsRule.optional().describe('The values are words on this scale, where it differs from the recipe\'s.'),
}

const oneColumn = z.strictObject({
  value: cell,
  numerator: cell.optional(),
  denominator: cell.optional(),
  lower: cell.optional().describe('Published lower 95% confidence limit.'),
  upper: cell.optional(),
  status: column.optional().describe('Column of the publisher\'s marker for this value; see "status".'),
  ...shared,
  leave_out: z.array(leaveOut).optional().describe('Rows whose cell in this column is not brought in.'),
})
export type ValueColumns = z.infer<typeof oneColumn>

const beside = z.string().min(1).optional().describe('Heading of the column that goes with each, with the groups in braces: "{year} numerator".')

const manyColumns = z.strictObject({
  columns: pattern.describe('Every column whose heading fits is one of values. Named groups, (?<year>\\d{4}), can be used like columns in "measure", "period", "authority", "measures" and "leave_out"; so can "heading" (the whole heading) and "cell" (what stands in the cell).'),
  except: pattern.optional().describe('Headings that fit and are not meant.'),
  repeated: z.enum(['refuse', 'first', 'last', 'equal']).default('refuse')
    .describe('Two headings whose groups are the same: refuse the file, take the first or the last, or read both and refuse rows in which they differ.'),
  numerator: beside,
  denominator: beside,
  lower: beside,
  upper: beside,
  status: beside,
  ...shared,
  leave_out: z.array(leaveOut).optional().describe('Cells that are not brought in.'),
})
export type WideColumns = z.output<typeof manyColumns>

export const valuesRule = z.array(z.union([oneColumn, manyColumns])).min(1).superRefine((values, context) => {
  for (const [index, one] of values.entries()) {
    if (!isWide(one)) continue
    const groups = groupsOf(one)
    for (const name of groups.filter((group) => ownNames.includes(group))) context.addIssue({ code: 'custom', path: [index, 'columns'], message: `has a group named "${name}", which has a meaning of its own` })
    for (const key of besides) {
      const strange = [...(one[key] ?? '').matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? '').find((name) => !groups.includes(name))
      if (strange !== undefined) context.addIssue({ code: 'custom', path: [index, key], message: `"${strange}" is not a group of the pattern` })
    }
  }
})
export { wordsRule }

export const besides = ['numerator', 'denominator', 'lower', 'upper', 'status'] as const

/** What can be named like a column beside the groups of a pattern. */
export const ownNames: readonly string[] = ['heading', 'cell']

export const isWide = (one: ValueColumns | WideColumns): one is WideColumns => 'columns' in one

/** The names of a pattern's groups, in the order in which they stand. */
export function groupsOf({ columns }: WideColumns): string[] {
  return [...new Set([...columns.matchAll(/\(\?<([A-Za-z_$][\w$]*)>/g)].map((match) => match[1] ?? ''))]
}
