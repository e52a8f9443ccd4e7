/** Countries and regions as files name them, with their standard codes (Office for National Statistics, code history). */
import type { ObservationsRecipe } from '../imports/recipe.ts'

type Area = NonNullable<NonNullable<ObservationsRecipe['reference']>['areas']>[string]

const countries: Readonly<Record<string, string>> = {
  'England': 'E92000001', 'Wales': 'W92000004', 'Scotland': 'S92000003', 'Northern Ireland': 'N92000002',
  'United Kingdom': 'K02000001', 'Great Britain': 'K03000001', 'England and Wales': 'K04000001',
}
const regions: Readonly<Record<string, string>> = {
  'North East': 'E12000001', 'North West': 'E12000002', 'Yorkshire and The Humber': 'E12000003', 'East Midlands': 'E12000004', 'West Midlands': 'E12000005',
  'East of England': 'E12000006', 'London': 'E12000007', 'South East': 'E12000008', 'South West': 'E12000009',
}

const key = (name: string) => name.toLowerCase().replace(/&/g, 'and').replace(/\b(the|region|average|total)\b/g, '').replace(/[^a-z]+/g, ' ').trim()

const byName = new Map<string, Area>([
  ...Object.entries(countries).map(([name, code]) => [key(name), { code, name, level: 'country' as const }] as const),
  ...Object.entries(regions).map(([name, code]) => [key(name), { code, name, level: 'region' as const }] as const),
  ['uk', { code: 'K02000001', name: 'United Kingdom', level: 'country' as const }],
  ['gb', { code: 'K03000001', name: 'Great Britain', level: 'country' as const }],
])

/** The country or region a text names; undefined where it is none. West Midlands is also a combined authority: the register is asked first. */
export const namedArea = (text: string): Area | undefined => byName.get(key(text))

const inHeadings: readonly (readonly [RegExp, string])[] = [
  [/\b(scotland|scot|scottish)\b/i, 'Scotland'], [/\b(england|eng|english)\b/i, 'England'], [/\b(wales|welsh)\b/i, 'Wales'], [/\bnorthern ireland\b/i, 'Northern Ireland'],
  [/\b(united kingdom|uk)\b/i, 'United Kingdom'], [/\b(great britain|gb)\b/i, 'Great Britain'],
]

/** A country named in a heading, such as `Scotland_Indicator`; undefined where none is. */
export function countryIn(heading: string): Area | undefined {
  const name = inHeadings.find(([pattern]) => pattern.test(heading.replaceAll('_', ' ')))?.[1]
  return name === undefined ? undefined : namedArea(name)
}
