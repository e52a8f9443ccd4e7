/** The columns of figures with what belongs to each, as a recipe lists them. */
import type { z } from 'zod'
import type { recipeSchema } from '../imports/recipe.ts'
import { countryIn } from './areas.ts'
import { periodAtEnd } from './when.ts'
import type { Profile } from './profile.ts'
import type { Guess, Role } from './roles.ts'
import type { When } from './when.ts'

type Values = Extract<z.input<typeof recipeSchema>, { produces: 'observations' }>['values']

interface ValueParts {
  guesses: ReadonlyMap<number, Guess>
  columns: readonly Profile[]
  having: (is: (role: Role) => boolean) => Profile[]
  when: When
  /** Code of a row's measure, to which a heading is added. */
  rowCode: string
  wordsOf: (heading: string) => string
}

const companions = ['numerator', 'denominator', 'lower', 'upper', 'status'] as const

export function valueColumns(parts: ValueParts): Values {
  const { having, columns, when, rowCode } = parts
  const kind = when.kind ? { kind: when.kind } : {}
  const ofMeasures = having((role) => role === 'value-of-measure')
  const ofPeriods = having((role) => role === 'value-of-period')
  const ofBoth = having((role) => role === 'value-of-both')
  return [
    ...plainColumns(parts),
    ...(ofMeasures.length > 0 ? [{ ...headingsOf(ofMeasures, columns), measure: { code: { template: `${rowCode}-{heading}` } } }] : []),
    ...(ofPeriods.length > 0 ? [{ columns: periodPattern(ofPeriods), period: { column: 'period', ...kind } }] : []),
    ...(ofBoth.length > 0 ? [{ columns: bothPattern, measure: { code: { template: `${rowCode}-{measure}` } }, period: { column: 'period', ...kind } }] : []),
  ]
}

/** Columns named one by one: the figure of the row, and those of a country. */
function plainColumns({ having, wordsOf }: ValueParts): Values {
  const beside = companions.flatMap((role) => having((one) => one === role).map((column) => ({ role, column })))
  const own = having((role) => role === 'value')
  const ofAreas = having((role) => role === 'value-of-area')
  return [...own, ...ofAreas].map((value) => {
    const area = ofAreas.includes(value) ? countryIn(value.heading) : undefined
    const near = beside.filter(({ column }) => (ofAreas.length === 0 ? undefined : countryIn(column.heading)?.code) === area?.code)
    const mine = area !== undefined || own.length === 1 ? near : near.filter(({ column }) => sameSubject(wordsOf(column.heading), wordsOf(value.heading)))
    const cells = Object.fromEntries(companions.flatMap((name) => {
      const found = mine.find((one) => one.role === name)
      return found ? [[name, found.column.name]] : []
    }))
    return { value: value.name, ...cells, ...(area ? { area } : {}) }
  })
}

const partWords = /\b(numerator|num|nmr|denominator|den|denom|value|indicator|observation|lci|lcl|lower|uci|ucl|upper|status|flag|limit)\b/g

/** Headings that differ only in such words belong together: value of mean, numerator of mean. */
const sameSubject = (a: string, b: string) => bare(a) === bare(b)
const bare = (words: string) => words.replace(partWords, '').replace(/\s+/g, ' ').trim()

const escaped = (heading: string) => heading.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
const anyOf = (columns: readonly Profile[]) => `^(?:${[...new Set(columns.map(({ heading }) => escaped(heading)))].join('|')})$`

/** Those headings; where they are most of the table, every heading but the others, so that columns of the next edition come in too. */
function headingsOf(values: readonly Profile[], columns: readonly Profile[]) {
  const others = columns.filter((column) => !values.includes(column) && column.heading !== '')
  const repeated = new Set(values.map(({ heading }) => heading)).size < values.length ? { repeated: 'first' as const } : {}
  return others.length < values.length && values.length > 12 ? { columns: '.', ...(others.length > 0 ? { except: anyOf(others) } : {}), ...repeated } : { columns: anyOf(values), ...repeated }
}

/** Headings that are periods: years to come fit too. */
function periodPattern(columns: readonly Profile[]): string {
  const shape = [String.raw`(?:19|20)\d{2}`, String.raw`(?:19|20)\d{2}[\/\-]\d{2}`, String.raw`(?:19|20)\d{2}[\/\-](?:19|20)\d{2}`].find((one) => columns.every(({ heading }) => new RegExp(`^${one}$`).test(heading)))
  return shape === undefined ? `^(?<period>${[...new Set(columns.map(({ heading }) => escaped(heading)))].join('|')})$` : `^(?<period>${shape})$`
}

const bothPattern = periodAtEnd
