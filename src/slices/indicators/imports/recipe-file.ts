/** How the file of a recipe is to be opened: its format, its sheet or its list, its header. */
import { z } from 'zod'
import { tableFormats } from '#kernel/tables/index.ts'

const line = z.int().positive().max(100_000)

const headerLines = z.strictObject({
  lines: z.array(line).min(1).max(10).describe('The lines that together are the header, from top to bottom. The rows follow the last of them.'),
  join: z.string().max(10).default(' ').describe('What stands between the joined parts. Blank parts are left out.'),
  carry: z.union([z.boolean(), z.array(line)]).default(false).describe('A blank cell takes the text to its left, as under a heading over several columns: true for all lines but the last, or the lines meant.'),
}).refine(({ lines }) => lines.every((one, index) => index === 0 || one > (lines[index - 1] ?? 0)), { path: ['lines'], message: 'must be in order' })
  .refine(({ lines, carry }) => !Array.isArray(carry) || carry.every((one) => lines.includes(one)), { path: ['carry'], message: 'names a line that is not among "lines"' })

export const fileRule = z.strictObject({
  format: z.enum(tableFormats).default('auto')
    .describe('auto: CSV, or a spreadsheet where the file is one. json: a list of records, or an object whose entries become rows. hexjson: a hex map.'),
  encoding: z.string().default('auto'),
  delimiter: z.enum(['auto', ',', ';', '\t', '|']).default('auto'),
  sheet: z.union([z.string().min(1), z.int().positive()]).optional()
    .describe('Spreadsheets: name of the sheet, or its number from 1. Without it, the first sheet shown that has the header (with "find") or anything at all.'),
  merged: z.enum(['first', 'repeat']).default('first').describe('Spreadsheets: the text of merged cells stands in the first of them, or in each.'),
  path: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional()
    .describe('JSON: where the list is, "objects.lad2023.geometries"; a list of names where one has a dot in it. Without it, the whole document.'),
  header: z.union([line, z.enum(['first', 'find', 'none']), headerLines]).default('first')
    .describe('Line of the header; "find": the first row that has all the columns this recipe names; or several lines joined.'),
  guarded: z.boolean().default(false)
    .describe('true: cells come without the one apostrophe that downloads of the workbench put before text that a spreadsheet could take for a formula.'),
  short_rows: z.enum(['refuse', 'fill']).default('refuse').describe('Rows with too few cells: refuse the file, or take them as blank.'),
}).superRefine((file, context) => {
  const isJson = file.format === 'json' || file.format === 'hexjson'
  const stray = [
    ...(file.sheet !== undefined && (isJson || file.format === 'csv' || file.format === 'tsv') ? ['sheet'] : []),
    ...(file.path !== undefined && file.format !== 'json' ? ['path'] : []),
  ]
  for (const key of stray) context.addIssue({ code: 'custom', path: [key], message: `means nothing for a file of the format ${file.format}` })
})
