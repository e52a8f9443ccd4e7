/** Fictional measures as the tables of measures, versions and breaks want them. */
import { fictionalKinds } from '#slices/places/index.ts'
import { doesTheWork, recyclingBreak } from './figures.ts'
import { council } from './measures-council.ts'
import { homes } from './measures-homes.ts'
import { people } from './measures-people.ts'
import { places } from './measures-places.ts'
import type { Sketch } from './sketch.ts'

/** The columns of indicators.measure_version that a demonstration fills; the rest keep their defaults. */
export interface DemonstrationVersion {
  version: number
  known_from: string
  known_to: string
  title: string
  explanation: string
  dimension: string
  service: string
  unit: string
  unit_kind: string
  prefix: string
  suffix: string
  display_factor: number
  decimals: number
  polarity: 'higher' | 'lower' | 'midpoint' | 'none'
  midpoint: number | null
  numerator_name: string | null
  denominator_name: string | null
  numerator_multiplier: number
  denominator_multiplier: number
  aggregation: 'ratio-of-sums' | 'mean' | 'none'
  change_as: 'difference' | 'relative'
  interval_method: 'none' | 'wilson' | 'byar'
  interval_scale: number
  period_kind: 'financial-year' | 'financial-quarter'
  publisher: string
  source_link: string | null
  licence: string
  kinds: string[]
  small_numbers: number | null
  tolerance: number
  notes: string
  what_changed: string | null
}

export interface DemonstrationMeasure {
  code: string
  fictional: true
  /** Short codes, such as FSO 012. */
  aliases: string[]
  /** Oldest first; the last is current. */
  versions: DemonstrationVersion[]
}

export interface DemonstrationBreak {
  measure: string
  starts: string
  note: string
  known_from: string
}

/** Everything measured in Aldermark, in the order of services. */
export const sketches: readonly Sketch[] = [...homes, ...people, ...places, ...council]

export const codeOf = (sketch: Sketch) => `fso-${sketch.code}`

const known = '2014-06-02T08:30:00.000Z'
const redefined = '2020-09-01T08:30:00.000Z'

const publishers: Readonly<Record<string, string>> = {
  'Adult social care': 'Fictional Care Inspectorate of Aldermark',
  'Children’s services': 'Fictional Care Inspectorate of Aldermark',
  Education: 'Fictional Schools Office of Aldermark',
  Finance: 'Fictional Treasury of Aldermark',
  'Council tax and benefits': 'Fictional Treasury of Aldermark',
}

export const measures: readonly DemonstrationMeasure[] = sketches.map((sketch, place) => ({
  code: codeOf(sketch),
  fictional: true,
  aliases: [`FSO ${String(place + 1).padStart(3, '0')}`],
  versions: codeOf(sketch) === recyclingBreak.measure ? redefinedVersions(sketch) : [version(sketch)],
}))

export const breaks: readonly DemonstrationBreak[] = [{
  measure: recyclingBreak.measure, starts: '2019-04-01', known_from: redefined,
  note: 'From 2019-20 waste rejected at the sorting plant no longer counts as recycled (fictional).',
}]

function version(sketch: Sketch): DemonstrationVersion {
  const { unit, shape, parts } = sketch
  const counts = unit.unit_kind === 'count'
  const midpoint = typeof shape.better === 'number' ? shape.better : null
  return {
    version: 1, known_from: known, known_to: 'infinity',
    title: sketch.title, explanation: sketch.explanation, dimension: sketch.dimension, service: sketch.service,
    unit: unit.unit, unit_kind: unit.unit_kind, prefix: unit.prefix, suffix: unit.suffix,
    display_factor: unit.display_factor, decimals: unit.decimals,
    polarity: typeof shape.better === 'number' ? 'midpoint' : shape.better, midpoint,
    numerator_name: counts ? null : (parts?.[0] ?? null), denominator_name: counts ? null : (parts?.[1] ?? null),
    numerator_multiplier: unit.numerator_multiplier, denominator_multiplier: unit.denominator_multiplier,
    aggregation: counts ? 'none' : parts ? 'ratio-of-sums' : 'mean',
    change_as: unit.change_as,
    interval_method: shape.interval ?? 'none', interval_scale: 1,
    period_kind: shape.frequency === 'quarter' ? 'financial-quarter' : 'financial-year',
    publisher: publishers[sketch.service] ?? 'Fictional Statistics Office of Aldermark',
    source_link: `https://example.org/aldermark/${sketch.code}`,
    licence: 'Invented for demonstration; nothing in it is about a real place',
    kinds: fictionalKinds.map((kind) => kind.code).filter((kind) => doesTheWork(sketch, kind)),
    small_numbers: shape.small ?? null, tolerance: 0.02,
    notes: 'Fictional: invented for demonstration.', what_changed: null,
  }
}

function redefinedVersions(sketch: Sketch): DemonstrationVersion[] {
  const latest = version(sketch)
  const before = `${sketch.explanation} Waste rejected at the sorting plant counts as recycled.`
  const after = `${sketch.explanation} Waste rejected at the sorting plant does not count as recycled.`
  return [
    { ...latest, explanation: before, known_to: redefined },
    {
      ...latest, version: 2, known_from: redefined, explanation: after,
      what_changed: 'Waste rejected at the sorting plant is left out.',
    },
  ]
}
