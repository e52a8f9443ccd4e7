/** What each fictional authority's figures are, before anybody publishes, withholds or mistakes them. */
import type { FictionalAuthority } from '#slices/places/index.ts'
import { has, quantityOf, scopeOf } from './quantities.ts'
import { chance, type Chance } from './random.ts'
import type { Sketch } from './sketch.ts'
import { qualityOf } from './stories.ts'

/** A period as the model counts: years from 2013-14, quarters from 1 to 4. */
export interface Moment {
  label: string
  year: number
  quarter?: number
}

export interface Figure {
  value: number
  numerator: number | null
  denominator: number | null
  lower: number | null
  upper: number | null
}

/** The year in which the definition of recycling changed, and by how much on the scale of odds. */
export const recyclingBreak = { measure: 'fso-recycling', year: 6, drop: -0.28 }

/** One figure for each moment; null where there is nothing to measure. */
export function figuresOf(sketch: Sketch, authority: FictionalAuthority, moments: readonly Moment[]): (Figure | null)[] {
  if (sketch.parts && !has(authority, sketch.parts[2])) return moments.map(() => null)
  const luck = chance(`figures ${sketch.code} ${authority.code}`)
  const traits = { offset: luck.normal() * 0.5, side: luck.uniform() < 0.6 ? -1 : 1, struck: 0.6 + 0.8 * luck.uniform() }
  let drift = luck.normal() * 0.3
  return moments.map((moment) => {
    drift = 0.6 * drift + 0.25 * luck.normal()
    const lean = leaning(sketch, authority, moment, traits.side) + traits.offset + drift
    return figure(sketch, authority, moment, valueAt(sketch, authority, moment, lean, traits.struck), luck)
  })
}

/** How far from typical, in spreads: circumstances, and how well the council does the service. */
function leaning(sketch: Sketch, authority: FictionalAuthority, moment: Moment, side: number): number {
  const { better, need = 0, rural = 0 } = sketch.shape
  const quality = qualityOf(authority, sketch.service, moment.year)
  const circumstances = 1.4 * need * authority.deprivation + 1.2 * rural * authority.rurality
  if (better === 'none') return circumstances
  if (better === 'higher') return circumstances + quality
  if (better === 'lower') return circumstances - quality
  return circumstances * 0.5 + side * Math.max(0, 1 - quality) // nearer to the midpoint the better it does
}

function valueAt(sketch: Sketch, authority: FictionalAuthority, moment: Moment, lean: number, struck: number): number {
  const { middle, spread = 0.3, trend = 0, shock = 0, byScope } = sketch.shape
  const season = moment.quarter === undefined ? 0 : 0.12 * spread * Math.cos((moment.quarter * Math.PI) / 2)
  const moved = spread * lean + trend * (moment.year - 6) + shock * struck * shockAt(moment) + season + brokenBy(sketch, moment)
  const { top } = sketch.unit
  const scope = byScope ? scopeOf(authority) : 1
  if (top === null || sketch.unit.unit_kind === 'count') return middle * scope * Math.exp(moved)
  const odds = (middle / (top - middle)) * Math.exp(moved)
  return (top * odds) / (1 + odds)
}

function brokenBy(sketch: Sketch, moment: Moment): number {
  const { measure, year, drop } = recyclingBreak
  return `fso-${sketch.code}` === measure && moment.year >= year ? drop : 0
}

/** 2020-21 at its full weight, wearing off over two years. */
function shockAt({ year, quarter }: Moment): number {
  const whole = [1, 0.4, 0.12][year - 7] ?? 0
  return quarter === undefined || year !== 7 ? whole : ([1.5, 0.7, 0.8, 1][quarter - 1] ?? whole)
}

function figure(sketch: Sketch, authority: FictionalAuthority, moment: Moment, aimed: number, luck: Chance): Figure {
  if (sketch.unit.unit_kind === 'count') return counted(sketch, authority, moment, aimed)
  if (!sketch.parts) return scored(sketch, authority, moment, aimed)
  const [, , basis, share = 1] = sketch.parts
  const denominator = quantityOf(authority, basis, moment.year, share, moment.quarter)
  const { denominator_multiplier, numerator_multiplier } = sketch.unit
  const exact = (aimed * denominator * denominator_multiplier) / numerator_multiplier
  // Few events vary by chance alone; money is not counted in events.
  const chanceful = sketch.shape.interval && exact < 400 ? exact + luck.normal() * Math.sqrt(exact) * 0.5 : exact
  const most = sketch.unit.top === 1 ? denominator : Infinity
  const numerator = Math.min(most, round(Math.max(0, chanceful), numerator_multiplier === 1000 ? 1 : 0))
  const value = divided(sketch, numerator, denominator)
  return withLimits(sketch, { value, numerator, denominator, lower: null, upper: null })
}

/** The value from its parts, rounded as a publisher would: two figures more than are shown. */
export function divided(sketch: Sketch, numerator: number, denominator: number): number {
  const { numerator_multiplier, denominator_multiplier } = sketch.unit
  return round((numerator * numerator_multiplier) / (denominator * denominator_multiplier), placesOf(sketch))
}

function placesOf({ unit }: Sketch): number {
  return unit.decimals + 2 + (unit.display_factor === 100 ? 2 : 0)
}

function counted(sketch: Sketch, authority: FictionalAuthority, moment: Moment, aimed: number): Figure {
  const [, , basis, share = 1] = sketch.parts ?? ['', '', 'people']
  const value = Math.round(quantityOf(authority, basis, moment.year, share, moment.quarter) * aimed)
  return { value, numerator: null, denominator: null, lower: null, upper: null }
}

function scored(sketch: Sketch, authority: FictionalAuthority, moment: Moment, aimed: number): Figure {
  const value = round(aimed, placesOf(sketch))
  if (!sketch.shape.survey) return { value, numerator: null, denominator: null, lower: null, upper: null }
  const margin = (1.96 * 0.22 * (sketch.unit.top ?? 1)) / Math.sqrt(quantityOf(authority, 'sample', moment.year, 1))
  const [lower, upper] = [value - margin, value + margin].map((limit) => round(limit, placesOf(sketch)))
  return { value, numerator: null, denominator: null, lower: lower ?? null, upper: upper ?? null }
}

/** The publisher's own limits for shares of those who answered a survey. */
function withLimits(sketch: Sketch, one: Figure): Figure {
  if (!sketch.shape.survey || one.denominator === null) return one
  const margin = 1.96 * Math.sqrt((one.value * (1 - one.value)) / one.denominator)
  return { ...one, lower: round(Math.max(0, one.value - margin), 4), upper: round(Math.min(1, one.value + margin), 4) }
}

export function round(value: number, places: number): number {
  return Number(value.toFixed(places))
}

/** Whether a council of this kind does the work a measure is about. */
export function doesTheWork(sketch: Pick<Sketch, 'tiers'>, kind: string): boolean {
  if (sketch.tiers === 'upper') return kind !== 'fictional-district'
  return sketch.tiers === 'all' || kind !== 'fictional-county'
}

