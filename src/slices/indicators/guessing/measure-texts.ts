/** The code of a row's measure and the definition of measures that are made, as texts of a recipe. */
import type { z } from 'zod'
import type { recipeSchema } from '../imports/recipe.ts'
import { namesUnits, slugOf, unitIn, type Definition } from './definition.ts'
import { polarityOf } from './figures.ts'
import type { Profile } from './profile.ts'
import type { Guess, Role } from './roles.ts'
import type { SampleTable } from './table.ts'

type Observations = Extract<z.input<typeof recipeSchema>, { produces: 'observations' }>
type Fields = NonNullable<Observations['measures']>
type TextInput = Fields['title']

interface MeasureParts {
  table: SampleTable
  guesses: ReadonlyMap<number, Guess>
  having: (is: (role: Role) => boolean) => Profile[]
  values: readonly Profile[]
  definition: Definition
  name: string
}

/** `template`: the code of a row's measure, to which headings are added; `code`: the same as the recipe's own, where every value has it. */
export function measureTexts({ table, guesses, having, values, definition, name }: MeasureParts): { template: string; code: Observations['measure']; fields: Fields } {
  const [code] = having((role) => role === 'measure-code')
  const [title] = having((role) => role === 'measure-title')
  const parts = having((role) => role === 'measure-part')
  const keyed = [code ?? title, ...parts].filter((column) => column !== undefined)
  const template = [slugOf(name), ...keyed.map((column) => `{${column.name}}`)].join('-')
  const plain = keyed.length === 0
  const headed = having((role) => role === 'value-of-measure')
  const both = having((role) => role === 'value-of-both').length > 0
  const byHeading = headed.length > 0 || both
  const rowTitle = title ?? code
  const units = having((role) => role === 'unit')[0]
  const unitWords = [...parts, ...table.columns].find((column) => namesUnits(column) && guesses.get(column.index)?.role !== 'authority-name' && !values.includes(column)) ?? null
  return {
    template,
    code: byHeading ? undefined : { code: plain ? { fixed: slugOf(name) } : { template } },
    fields: {
      title: byHeading ? headingTitle(rowTitle, both ? 'measure' : 'heading') : titleText(rowTitle, parts, definition.title),
      ...(headed.length > 0 && headed.some(({ heading }) => unitIn(heading)) ? headingUnits(headed, definition) : unitFields(units ?? null, unitWords, definition)),
      polarity: polarityText(having((role) => role === 'polarity')[0]),
      decimals: { fixed: String(definition.decimals) },
      aggregation: { fixed: 'none' },
    },
  }
  function polarityText(column: Profile | undefined): TextInput {
    if (!column || definition.polarity !== 'none') return { fixed: definition.polarity }
    const map = Object.fromEntries([...column.distinct.keys()].map((text) => [text, polarityOf(text) ?? 'none']))
    return { column: column.name, map, otherwise: 'none' }
  }
}

const headingTitle = (column: Profile | undefined, name: 'heading' | 'measure'): TextInput => (column ? { template: `{${column.name}}: {${name}}` } : { column: name })

/** Units that the headings name, each its own. */
function headingUnits(columns: readonly Profile[], { unit, unit_kind: kind }: Definition): Pick<Fields, 'unit' | 'unit_kind'> {
  const named = columns.flatMap(({ heading }) => {
    const found = unitIn(heading)
    return found ? [[heading, found] as const] : []
  })
  const map = (of: (found: NonNullable<ReturnType<typeof unitIn>>) => string) => Object.fromEntries(named.map(([heading, found]) => [heading, of(found)]))
  return { unit: { column: 'heading', map: map((found) => found.unit), otherwise: unit }, unit_kind: { column: 'heading', map: map((found) => found.kind), otherwise: kind } }
}

function titleText(column: Profile | undefined, parts: readonly Profile[], fixed: string): TextInput {
  if (!column && parts.length === 0) return { fixed }
  const own = column ? `{${column.name}}` : fixed
  return parts.length === 0 && column ? { column: column.name } : { template: `${own} (${parts.map((part) => `{${part.name}}`).join(', ')})` }
}

/** The unit from a column of units, from words such as Percentage on the row, or one for all. */
function unitFields(units: Profile | null, words: Profile | null, { unit, unit_kind: kind }: Definition): Pick<Fields, 'unit' | 'unit_kind' | 'suffix' | 'prefix' | 'change_as'> {
  const from = words ?? (units && namesUnits(units) ? units : null)
  if (!from) {
    return {
      unit: units ? [{ column: units.name }, { fixed: unit }] : { fixed: unit }, unit_kind: { fixed: kind },
      ...(kind === 'percentage' ? { suffix: { fixed: '%' }, change_as: { fixed: 'difference' } } : {}), ...(unit === '£' ? { prefix: { fixed: '£' } } : {}),
    }
  }
  const texts = [...from.distinct.keys()]
  const map = (of: (text: string) => string) => Object.fromEntries(texts.map((text) => [text, of(text)]))
  return {
    unit: [{ column: from.name, map: map((text) => unitIn(text)?.unit ?? unit) }, { fixed: unit }],
    unit_kind: { column: from.name, map: map((text) => unitIn(text)?.kind ?? kind), otherwise: kind },
    suffix: { column: from.name, map: map((text) => (unitIn(text)?.kind === 'percentage' ? '%' : '')), otherwise: '' },
    change_as: { column: from.name, map: map((text) => (unitIn(text)?.kind === 'percentage' ? 'difference' : 'relative')), otherwise: 'relative' },
  }
}
