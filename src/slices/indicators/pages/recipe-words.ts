/** What a recipe does, in sentences a person can check against the file. No database, no web. */
import type { AuthoritiesRecipe, BreaksRecipe, GroupsRecipe, LayoutRecipe, MeasuresRecipe, ObservationsRecipe, Recipe } from '../imports/recipe.ts'
import type { Cell, Condition, LeaveOut, Text } from '../imports/recipe-parts.ts'
import { isWide, type ValueColumns, type WideColumns } from '../imports/recipe-values.ts'
import { reasonWords } from '../imports/report.ts'

/** A recipe's description: a few parts, each with sentences. */
interface RecipePart {
  title: string
  sentences: string[]
}

const quoted = (name: string) => `“${name}”`

/** Headings for lists of recipes by what they bring in, in the order in which a new installation needs them. */
const producesTitles: Record<Recipe['produces'], string> = {
  observations: 'Figures', measures: 'Definitions of measures', breaks: 'Breaks in series', groups: 'Groups to compare with', layout: 'Hex maps', authorities: 'Registers of authorities',
}

/** Recipes under headings: those of an organisation first, then the ready ones by what they bring in. */
export function underHeadings<K extends { recipe: Recipe; owner: { name: string } | null }>(known: readonly K[]): { heading: string; recipes: K[] }[] {
  const heading = ({ recipe, owner }: K) => (owner ? `Saved by ${owner.name}` : producesTitles[recipe.produces])
  const ready = Object.values(producesTitles)
  return [...Map.groupBy(known, heading)]
    .map(([title, recipes]) => ({ heading: title, recipes: recipes.toSorted((a, b) => a.recipe.title.localeCompare(b.recipe.title, 'en-GB')) }))
    .toSorted((a, b) => ready.indexOf(a.heading) - ready.indexOf(b.heading))
}

export const producesWords: Record<Recipe['produces'], string> = {
  observations: 'figures', measures: 'definitions of measures', breaks: 'breaks in series', authorities: 'authorities, or their codes and names', groups: 'groups to compare with', layout: 'hex maps',
}

/** The whole recipe in words, in the order in which a file is read. */
export function recipeInWords(recipe: Recipe): RecipePart[] {
  const parts = [
    { title: 'The file', sentences: fileSentences(recipe) },
    { title: 'Rows left out', sentences: recipe.leave_out.map(leaveOutSentence) },
    ...partsOf(recipe),
  ]
  return parts.filter((part) => part.sentences.length > 0)
}

function partsOf(recipe: Recipe): RecipePart[] {
  switch (recipe.produces) {
    case 'observations':
      return figureParts(recipe)
    case 'measures':
      return measureParts(recipe)
    case 'breaks':
      return breakParts(recipe)
    case 'authorities':
      return authorityParts(recipe)
    case 'groups':
      return groupParts(recipe)
    case 'layout':
      return layoutParts(recipe)
  }
}

function fileSentences({ file }: Recipe): string[] {
  if (file.format === 'hexjson') return ['A hex map as HexJSON.']
  if (file.format === 'json') return [`A JSON file. ${file.path === undefined ? 'The whole of it is the list.' : `The list stands at ${quoted([file.path].flat().join('.'))}.`} Its records, or the entries of its object, are the rows.`]
  return [
    kindSentence(file),
    headerSentence(file.header),
    ...(file.guarded ? ['It is a download of the workbench: the apostrophes that guard text against spreadsheets are taken off.'] : []),
    ...(file.short_rows === 'fill' ? ['Rows with too few cells are taken as blank at the end.'] : []),
  ]
}

function kindSentence({ format, encoding, sheet }: Recipe['file']): string {
  if (sheet !== undefined) return typeof sheet === 'number' ? `A spreadsheet, of which sheet ${sheet} is read.` : `A spreadsheet, of which the sheet ${quoted(sheet)} is read.`
  if (format === 'xlsx' || format === 'ods') return 'A spreadsheet.'
  const characters = encoding === 'auto' ? 'How its characters are encoded is found out from the file.' : `Its characters are encoded as ${encoding}.`
  return `${format === 'tsv' ? 'A file of cells parted by tabs.' : format === 'csv' ? 'A CSV file.' : 'A CSV file or a spreadsheet.'} ${characters}`
}

function headerSentence(header: Recipe['file']['header']): string {
  const words = { first: 'The first line names the columns.', find: 'The header is the first line that has all the columns this recipe names.', none: 'There is no header; columns are counted.' }
  if (typeof header === 'number') return `Line ${header} names the columns.`
  return typeof header === 'string' ? words[header] : `Lines ${listed(header.lines.map(String), 'and')} together name the columns.`
}

const leaveOutSentence = ({ where, because }: LeaveOut) => `Rows where ${[where].flat().map(conditionInWords).join(' and ')}: ${because}.`

function conditionInWords({ column, is, matches, blank }: Condition): string {
  const tests = [
    ...(is === undefined ? [] : [`is ${listed([is].flat().map(quoted), 'or')}`]),
    ...(matches === undefined ? [] : [`fits the pattern ${matches}`]),
    ...(blank === undefined ? [] : [blank ? 'is blank' : 'is not blank']),
  ]
  return `${quoted(column)} ${tests.join(' and ')}`
}

function figureParts(recipe: ObservationsRecipe): RecipePart[] {
  return [
    { title: 'Whose figure it is', sentences: whoseSentences(recipe) },
    { title: 'Period', sentences: recipe.period ? [periodSentence(recipe.period)] : [] },
    { title: 'Measure', sentences: [...(recipe.measure ? [`The code is ${textInWords(recipe.measure.code)}.`] : []), madeSentence(recipe)] },
    { title: 'Figures', sentences: recipe.values.map((one) => (isWide(one) ? wideSentence(one) : valueSentence(one))) },
    { title: 'Numbers and markers', sentences: markerSentences(recipe) },
  ]
}

function whoseSentences({ authority, reference }: ObservationsRecipe): string[] {
  const own = authority ? [namingSentence('The authority', authority), ...(authority.or ? [namingSentence('Where that is blank, it', authority.or)] : [])] : []
  return reference ? [...own, 'Rows about countries, regions and other areas are kept for reference and never ranked.'] : own
}

const keyWords: Record<string, string> = { gss: 'GSS code', register: 'three-letter register code', dfe: 'DfE number', ecode: 'E-code', name: 'name', any: 'code or name' }

function namingSentence(what: string, { column, fixed, by, codes }: { column?: string | undefined; fixed?: string | undefined; by: string; codes?: Record<string, string> | undefined }): string {
  const replaced = codes ? ` ${Object.keys(codes).length} spellings of the file are replaced by codes of the register.` : ''
  if (column === undefined) return `${what} is ${fixed ?? ''} on every row.`
  return `${what} stands in ${quoted(column)}, by ${keyWords[by] ?? by}.${replaced}`
}

function periodSentence({ column, template, fixed, kind, year_starts, shift }: NonNullable<ObservationsRecipe['period']>): string {
  const where = fixed !== undefined ? `It is ${fixed} for every row` : template !== undefined ? `It is put together as ${quoted(template)}` : `It stands in ${quoted(column ?? '')}`
  const read = kind ? `, read as ${kind.replaceAll('-', ' ')}` : ''
  const starts = year_starts ? `; years start on ${year_starts} (month-day)` : ''
  const moved = shift ? `; each is moved by ${shift}` : ''
  return `${where}${read}${starts}${moved}.`
}

function madeSentence({ measures }: ObservationsRecipe): string {
  return measures ? 'A measure that is not in the register yet is made from the file.' : 'Measures must be in the register already; others are refused.'
}

function valueSentence({ value, numerator, denominator, lower, upper, status, area, measure, period, leave_out }: ValueColumns): string {
  const beside = [
    numerator ? `numerator ${cellInWords(numerator)}` : '', denominator ? `denominator ${cellInWords(denominator)}` : '',
    lower ? `lower limit ${cellInWords(lower)}` : '', upper ? `upper limit ${cellInWords(upper)}` : '', status ? `status ${quoted(status)}` : '',
  ].filter((part) => part !== '')
  const about = [
    area ? `for ${area.name}, kept for reference` : '', measure ? `of the measure ${textInWords(measure.code)}` : '', period ? `(${periodSentence(period).replace(/\.$/, '').toLowerCase()})` : '',
  ].filter((part) => part !== '')
  const left = (leave_out ?? []).map(({ because }) => ` Left out where the recipe says so: ${because}.`).join('')
  return `The value is ${cellInWords(value)}${about.length > 0 ? ` ${about.join(' ')}` : ''}${beside.length > 0 ? `, with ${listed(beside, 'and')}` : ''}.${left}`
}

function wideSentence({ columns, repeated, measure, period, leave_out }: WideColumns): string {
  const about = [measure ? ` of the measure ${textInWords(measure.code)}` : '', period ? ` (${periodSentence(period).replace(/\.$/, '').toLowerCase()})` : ''].join('')
  const twice = { refuse: '', first: ' Of headings that repeat, the first is read.', last: ' Of headings that repeat, the last is read.', equal: ' Headings that repeat must agree.' }[repeated]
  const left = (leave_out ?? []).map(({ because }) => ` Left out where the recipe says so: ${because}.`).join('')
  return `Every column whose heading fits the pattern ${columns} holds values${about}.${twice}${left}`
}

function markerSentences({ missing, status, numbers, tolerance, words }: ObservationsRecipe): string[] {
  const meanings = (markers: Record<string, string>) => listed(Object.entries(markers).map(([marker, meaning]) => `${quoted(marker)} ${wordOf(meaning)}`), 'and')
  return [
    ...(Object.keys(missing).length > 0 ? [`Instead of a number: ${meanings(missing)}.`] : []),
    ...(Object.keys(status).length > 0 ? [`In the status column: ${meanings(status)}.`] : []),
    ...(words ? [`Values are words on a scale, from the worst to the best: ${listed(words.worst_to_best.map(quoted), 'and')}.`] : []),
    'A blank cell is a missing figure; a zero is a zero.',
    ...(numbers.scale ? [`Values are multiplied by ${numbers.scale}.`] : []),
    ...(numbers.percent_as_fraction ? ['95% is kept as 0.95.'] : []),
    ...(tolerance === undefined ? [] : [`A value may differ from numerator ÷ denominator by ${tolerance * 100}% before there is a warning.`]),
  ]
}

const wordOf = (meaning: string) => (reasonWords as Record<string, string>)[meaning] ?? meaning

function measureParts({ measure, aliases, fields }: MeasuresRecipe): RecipePart[] {
  const field = ([name, text]: [string, Text | undefined]) => (text ? [`${capital(name.replaceAll('_', ' '))}: ${textInWords(text)}.`] : [])
  return [
    { title: 'Measure', sentences: [`Each row defines a measure. Its code is ${textInWords(measure.code)}.`, ...(aliases.length > 0 ? [`People can also look for it by ${listed(aliases.map(textInWords), 'and')}.`] : [])] },
    { title: 'What the definition says', sentences: Object.entries(fields).flatMap(field) },
  ]
}

function breakParts({ measure, period, note }: BreaksRecipe): RecipePart[] {
  return [{ title: 'Breaks', sentences: [`The code of the measure is ${textInWords(measure.code)}.`, `Figures of a period are not compared with those before it. ${periodSentence(period)}`, `The note is ${textInWords(note)}.`] }]
}

function authorityParts({ finds, unknown, keys, names, code, name }: AuthoritiesRecipe): RecipePart[] {
  const who = finds
    ? [namingSentence('The authority', finds), unknown === 'report' ? 'A row about an authority the register does not have is left out, with a warning.' : 'An authority the register does not have is refused.']
    : [`Each row is an authority${code ? ` with the code ${textInWords(code)}` : ''}${name ? ` and the name ${textInWords(name)}` : ''}.`]
  const added = [...keys.map((key) => `${keyWords[key.scheme] ?? key.scheme.replace('-', ' ')} from ${textInWords(key.code)}`), ...names.map((one) => `a name from ${textInWords(one.name)}`)]
  return [{ title: 'Authorities', sentences: [...who, ...(added.length > 0 ? [`Added to it: ${listed(added, 'and')}.`] : [])] }]
}

function groupParts({ type, group, of, members, group_source, ordered }: GroupsRecipe): RecipePart[] {
  const named = (members.columns ?? []).map(({ column }) => quoted(column))
  const columns = members.matching ? `every column whose heading fits the pattern ${members.matching.columns}` : named.length > 3 ? `${named[0] ?? ''} to ${named.at(-1) ?? ''}` : listed(named, 'and')
  return [{ title: 'Groups', sentences: [
    type === 'family' ? `Each row puts an authority into the family ${group ? textInWords(group) : ''}.` : `${of ? namingSentence('Whose neighbours they are', of) : ''}`,
    `Members stand in ${columns}, by ${keyWords[members.by] ?? members.by}${ordered ? ', nearest first' : ''}.`,
    `The source of the groups is ${textInWords(group_source)}.`,
  ] }]
}

function layoutParts({ layout_title, arrangement, hexes }: LayoutRecipe): RecipePart[] {
  return [{ title: 'Hex map', sentences: [
    `Each row is a hexagon of ${quoted(layout_title)}, by the ${keyWords[hexes.by] ?? hexes.by} in ${quoted(hexes.code)}, at the column ${quoted(hexes.q)} and the row ${quoted(hexes.r)}.`,
    `How rows are set against each other: ${arrangement ?? 'as the file says'}.`,
  ] }]
}

const cellInWords = (cell: Cell) => (typeof cell === 'string' ? quoted(cell) : `${quoted(cell.field)} inside ${quoted(cell.column)}`)

function textInWords(text: Text): string {
  return listed([text].flat().map(({ column, template, fixed, map }) => {
    const source = column !== undefined ? quoted(column) : template !== undefined ? `put together as ${quoted(template)}` : `always ${quoted(fixed ?? '')}`
    return map ? `${source}, translated by a list of ${Object.keys(map).length}` : source
  }), 'or else')
}

function listed(items: readonly string[], last: 'and' | 'or' | 'or else'): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`
}

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)
