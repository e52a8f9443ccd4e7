/** Puts a recipe together from what the columns are. No database, no web. */
import type { z } from 'zod'
import type { Reason } from '../imports/recipe-parts.ts'
import type { recipeSchema } from '../imports/recipe.ts'
import type { Choices } from './choices.ts'
import { decimalsOf, slugOf, subjectOf, titleOf, unitOfTable, type Definition, type Unit } from './definition.ts'
import { wordsOf } from './headings.ts'
import { figureOf, type Profile } from './profile.ts'
import { markerMeaning, statusMeaning, statusMeanings } from './markers.ts'
import { measureTexts } from './measure-texts.ts'
import { isValueRole, type Guess, type Role } from './roles.ts'
import { scaleOf, type Scale } from './scales.ts'
import type { SampleTable } from './table.ts'
import { valueColumns } from './value-columns.ts'
import { whenOf, type When } from './when.ts'
import { whoseRules, type AuthorityCode, type Places, type WhoseRules } from './whose.ts'

type RecipeInput = z.input<typeof recipeSchema>
export type DraftFile = RecipeInput['file']

/** A sign found among figures or in a status column. */
export interface FoundMarker<M> {
  text: string
  /** Cells with it. */
  count: number
  /** What it means; null where nobody has said. */
  meaning: M | null
}

/** Something without which there is no recipe yet. `about` says which part of the page asks for it. */
export interface Question {
  about: 'authority' | 'period' | 'value' | 'markers' | 'statuses'
  says: string
}

export interface Draft {
  /** Not checked against the schema yet. Null while a question is open. */
  recipe: RecipeInput | null
  questions: Question[]
  when: When
  whose: Pick<WhoseRules, 'unsettled' | 'settled' | 'leaveOut'>
  markers: FoundMarker<Reason>[]
  statuses: FoundMarker<(typeof statusMeanings)[number]>[]
  scale: Scale | null
  unit: { unit: Unit; reason: string } | null
  /** What new measures would be: as chosen, else as guessed. */
  definition: Definition
  name: string
}

/** Everything a draft is made of. */
export interface Parts {
  table: SampleTable
  guesses: ReadonlyMap<number, Guess>
  places: Places
  choices: Choices
  /** What the recipe says under `file`. */
  file: DraftFile
}

export function draftRecipe(parts: Parts): Draft {
  const { table, guesses, places, choices } = parts
  const having = (is: (role: Role) => boolean) => table.columns.filter(({ index }) => is(guesses.get(index)?.role ?? 'ignore'))
  const values = having(isValueRole)
  const numbers = having((role) => isValueRole(role) || role === 'value-of-area' || role === 'numerator' || role === 'denominator' || role === 'lower' || role === 'upper')
  const scale = scaleOf(values)
  const code = having((role) => role === 'authority-code')[0]
  const name = having((role) => role === 'authority-name')[0] ?? null
  const whose = whoseRules(table, { code: code ? { column: code, by: codeSort(code, places) } : null, name }, places, choices)
  const when = chosenWhen(whenOf(table, guesses), choices)
  const markers = markersIn(numbers, scale, choices)
  const statuses = statusesIn(having((role) => role === 'status'), choices)
  const unit = unitOfTable(table, values)
  const found = { name: choices.name ?? subjectOf(table.fileName), whose, when, markers, statuses, scale, unit, definition: definitionOf(table, values, unit, scale, choices) }
  const questions = [...openQuestions(found, values, having((role) => role === 'period' || role === 'value-of-period' || role === 'value-of-both').length > 0)]
  return { ...found, questions, recipe: questions.length > 0 ? null : assemble(parts, { ...found, having, values, numbers }) }
}

const codeSort = (column: Profile, places: Places): AuthorityCode => {
  const [sort] = (['gss', 'register', 'ecode', 'dfe'] as const).map((by) => ({ by, found: [...column.distinct.keys()].filter((text) => places.find(text, by).is !== 'unknown').length })).toSorted((a, b) => b.found - a.found)
  return sort && sort.found > 0 ? sort.by : 'gss'
}

function chosenWhen(when: When, { period }: Choices): When {
  const fixed = period.fixed ?? when.fixed
  return {
    kind: period.kind ?? when.kind, kindReason: period.kind ? 'You chose this.' : when.kindReason,
    fixed, fixedReason: period.fixed ? 'You said so.' : when.fixedReason,
  }
}

/** Every text among the figures that is no number and no word of the scale, with what it means. */
function markersIn(columns: readonly Profile[], scale: Scale | null, { markers }: Choices): FoundMarker<Reason>[] {
  const counts = new Map<string, number>()
  for (const { distinct } of columns) {
    for (const [text, count] of distinct) {
      if (figureOf(text) !== null || scale?.words.includes(text.toLowerCase())) continue
      counts.set(text, (counts.get(text) ?? 0) + count)
    }
  }
  return [...counts].map(([text, count]) => ({ text, count, meaning: markers[text] ?? markerMeaning(text) ?? null })).toSorted((a, b) => b.count - a.count)
}

function statusesIn(columns: readonly Profile[], { statuses }: Choices): Draft['statuses'] {
  const counts = columns.flatMap(({ distinct }) => [...distinct])
  return counts.map(([text, count]) => ({ text, count, meaning: statuses[text] ?? statusMeaning(text) ?? null }))
}

function definitionOf(table: SampleTable, values: readonly Profile[], unit: Draft['unit'], scale: Scale | null, { definition }: Choices): Definition {
  const words = scale ? { unit: scale.name, unit_kind: 'score' as const } : { unit: unit?.unit.unit ?? 'as published', unit_kind: unit?.unit.kind ?? ('other' as const) }
  return {
    title: titleOf(table.fileName), ...words, polarity: 'none', decimals: scale ? 0 : decimalsOf(values),
    publisher: 'Not stated', source: 'Not stated', licence: 'Not stated',
    ...(Object.fromEntries(Object.entries(definition).filter(([, chosen]) => chosen !== undefined)) as Partial<Definition>),
  }
}

function openQuestions({ whose, when, markers, statuses }: Pick<Draft, 'when' | 'markers' | 'statuses'> & { whose: WhoseRules }, values: readonly Profile[], saysWhen: boolean): Question[] {
  const unknown = (found: readonly FoundMarker<string>[]) => found.filter(({ meaning }) => meaning === null).slice(0, 5).map(({ text }) => `“${text.slice(0, 40)}”`).join(', ')
  return [
    ...(whose.authority ? [] : [{ about: 'authority' as const, says: 'Say which column names the authority, by code or by name' }]),
    ...(saysWhen || when.fixed !== null ? [] : [{ about: 'period' as const, says: 'Say for when the figures are: which column holds the period, or one period for the whole file' }]),
    ...(values.length > 0 ? [] : [{ about: 'value' as const, says: 'Say which column holds the figures' }]),
    ...(markers.some(({ meaning }) => meaning === null) ? [{ about: 'markers' as const, says: `Say what these mean where a number should stand: ${unknown(markers)}` }] : []),
    ...(statuses.some(({ meaning }) => meaning === null) ? [{ about: 'statuses' as const, says: `Say what these status markers mean: ${unknown(statuses)}` }] : []),
  ]
}

type Found = Omit<Draft, 'recipe' | 'questions' | 'whose'> & { whose: WhoseRules; having: (is: (role: Role) => boolean) => Profile[]; values: Profile[]; numbers: Profile[] }

function assemble({ table, guesses, choices, file }: Parts, found: Found): RecipeInput {
  const { name, whose, when, markers, statuses, definition, having, values, numbers, unit } = found
  const periods = having((role) => role === 'period')
  const scale = choices.definition.unit === undefined ? (unit?.unit.scale ?? null) : null
  const measures = measureTexts({ table, guesses, having, values, definition, name })
  return {
    recipe: slugOf(name), title: choices.definition.title ?? definition.title, about: `Made on the page of guided imports from ${table.fileName}.`,
    publisher: definition.publisher, source: definition.source, licence: definition.licence, produces: 'observations',
    file: { ...file, ...(isText(file) && table.rows.some(({ cells }) => cells.length < table.header.length) ? { short_rows: 'fill' as const } : {}) },
    leave_out: [...whose.leaveOut, ...undated(table, periods, values)],
    authority: whose.authority,
    ...(whose.reference ? { reference: whose.reference } : {}),
    ...periodRule(periods, when),
    ...(measures.code ? { measure: measures.code } : {}),
    values: valueColumns({ guesses, columns: table.columns, having, when, rowCode: measures.template, wordsOf }),
    ...(found.scale ? { words: { worst_to_best: [...found.scale.words] } } : {}),
    missing: Object.fromEntries(markers.flatMap(({ text, meaning }) => (meaning ? [[text, meaning]] : []))),
    status: Object.fromEntries(statuses.flatMap(({ text, meaning }) => (meaning ? [[text, meaning]] : []))),
    numbers: { ...(scale ? { scale } : {}), ...(hasFootnotes(numbers) ? { footnotes: true } : {}) },
    measures: measures.fields,
  }
}

/** Rows that have neither a period nor a figure. One with a figure and no period is for the preview to refuse. */
function undated({ rows }: SampleTable, periods: readonly Profile[], values: readonly Profile[]): WhoseRules['leaveOut'] {
  const [period] = periods
  if (!period || period.blank === 0) return []
  const blank = rows.filter(({ cells }) => (cells[period.index] ?? '').trim() === '')
  const empty = blank.every(({ cells }) => values.every(({ index }) => (cells[index] ?? '').trim() === ''))
  return empty ? [{ where: { column: period.name, blank: true }, because: 'rows without a period or a figure' }] : []
}

const isText = (file: DraftFile) => file?.format !== 'json'

const hasFootnotes = (columns: readonly Profile[]) => columns.some(({ distinct }) => [...distinct.keys()].some((text) => /\d[%)]?\s*[([][a-z]{1,3}[)\]]\s*$/i.test(text)))

function periodRule(columns: readonly Profile[], { kind, fixed }: When): Pick<Extract<RecipeInput, { produces: 'observations' }>, 'period'> {
  const how = kind ? { kind } : {}
  const [only, ...more] = columns
  if (only) return { period: more.length > 0 ? { template: columns.map((column) => `{${column.name}}`).join(' '), ...how } : { column: only.name, ...how } }
  return fixed === null ? {} : { period: { fixed, ...how } }
}
