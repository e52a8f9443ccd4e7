/** How a fictional measure is described in a few words, before it becomes a definition and figures. */

type Dimension = 'economy' | 'efficiency' | 'effectiveness' | 'quality' | 'fair-access' | 'context'

/** What a denominator counts; quantities.ts knows how many of it an authority has. */
export type Basis =
  | 'people' | 'adults' | 'older' | 'children' | 'pupils' | 'homes' | 'council-homes' | 'lettings'
  | 'homeless' | 'tonnes' | 'collections' | 'applications' | 'major-applications' | 'appeals' | 'care-clients'
  | 'safeguarding' | 'child-referrals' | 'in-care' | 'care-leavers' | 'plans' | 'road-km' | 'defects'
  | 'bus-trips' | 'visits' | 'food-premises' | 'complaints-noise' | 'claims' | 'tax-due' | 'rates-due' | 'invoices'
  | 'budget' | 'staff' | 'calls' | 'requests' | 'complaints' | 'council-buildings' | 'vehicles' | 'sample'

/** Numerator, denominator, what the denominator counts, and the share of that which it is (1 unless given). */
type Parts = readonly [numerator: string, denominator: string, basis: Basis, share?: number]

interface Shape {
  /** Which way is better; a number is a midpoint, in the unit the value is kept in. */
  better: 'higher' | 'lower' | 'none' | number
  /** A typical value, in the unit the value is kept in: 0.62 for 62%. */
  middle: number
  /** How far authorities lie apart, on the logarithmic scale (for shares: of the odds). 0.3 unless given. */
  spread?: number
  /** How much hardship, and how much an empty country, raises the value; −1 to 1, in spreads. */
  need?: number
  rural?: number
  /** Change a year, and in 2020-21 (wearing off), on the same scale as spread. */
  trend?: number
  shock?: number
  interval?: 'wilson' | 'byar'
  /** A share of a plan or budget, which may come out above 100%. */
  mayExceedAll?: true
  /** The value follows how much of the work a kind of council does: a district has a fraction of a unitary's budget. */
  byScope?: true
  /** Counts below this are not shown. */
  small?: number
  frequency?: 'year' | 'quarter'
  /** Put out in June as provisional, and for good in October. */
  provisional?: true
  /** From a survey, which was not held in 2020-21: the publisher gives confidence limits. */
  survey?: true
}

interface Unit {
  unit: string
  unit_kind: 'percentage' | 'money' | 'rate' | 'count' | 'days' | 'weeks' | 'hours' | 'score' | 'ratio' | 'other'
  prefix: string
  suffix: string
  display_factor: number
  decimals: number
  change_as: 'difference' | 'relative'
  numerator_multiplier: number
  denominator_multiplier: number
  /** The highest value there can be: 1 for a share, 24 for a score out of 24. Null: no limit. */
  top: number | null
}

interface Draft {
  code: string
  title: string
  explanation: string
  dimension: Dimension
  unit: Unit
  parts: Parts | null
  shape: Shape
}

export interface Sketch extends Draft {
  service: string
  /** Who does this work: upper and single tiers, lower and single tiers, or everybody. */
  tiers: 'upper' | 'lower' | 'all'
}

const plain: Unit = {
  unit: '', unit_kind: 'other', prefix: '', suffix: '', display_factor: 1, decimals: 1, change_as: 'relative',
  numerator_multiplier: 1, denominator_multiplier: 1, top: null,
}

type Words = [code: string, title: string, explanation: string, dimension: Dimension]

function draft(
  [code, title, explanation, dimension]: Words, unit: Partial<Unit>, parts: Parts | null, shape: Shape,
): Draft {
  return { code, title, explanation, dimension, unit: { ...plain, ...unit }, parts, shape }
}

/** A share, kept as a fraction and shown as a percentage. */
export function share(words: Words, parts: Parts | null, shape: Shape): Draft {
  return draft(words, {
    unit: '%', unit_kind: 'percentage', suffix: '%', display_factor: 100, change_as: 'difference', top: shape.mayExceedAll ? null : 1,
  }, parts, shape)
}

/** Pounds for each of something; the numerator is kept in thousands of pounds. */
export function pounds(words: Words, per: string, parts: Parts, shape: Shape, decimals = 2): Draft {
  const unit = { unit: `£ per ${per}`, unit_kind: 'money' as const, prefix: '£', decimals, numerator_multiplier: 1000 }
  return draft(words, unit, parts, shape)
}

/** How many for each thousand, ten thousand or hundred thousand of something. */
export function rate(words: Words, per: 1000 | 10_000 | 100_000, of: string, parts: Parts, shape: Shape): Draft {
  const unit = `per ${per.toLocaleString('en-GB')} ${of}`
  return draft(words, { unit, unit_kind: 'rate', denominator_multiplier: 1 / per }, parts, shape)
}

/** An average: so many of a unit for each of something. */
export function average(
  words: Words, unit: string, unit_kind: 'days' | 'weeks' | 'hours' | 'ratio' | 'other', parts: Parts | null,
  shape: Shape, decimals = 1,
): Draft {
  const suffix = ['days', 'weeks', 'hours'].includes(unit_kind) ? ` ${unit_kind}` : ''
  return draft(words, { unit, unit_kind, suffix, decimals }, parts, shape)
}

/** A score up to a highest one, without numerator and denominator. */
export function score(words: Words, top: number, shape: Shape): Draft {
  return draft(words, { unit: `score out of ${top}`, unit_kind: 'score', top }, null, shape)
}

/** How many there are of something, for context. */
export function count(words: Words, what: string, basis: Basis, shape: Shape): Draft {
  return draft(words, { unit: what, unit_kind: 'count', decimals: 0 }, ['', '', basis], shape)
}

/** The measures of one service. */
export function service(name: string, tiers: Sketch['tiers'], drafts: readonly Draft[]): Sketch[] {
  return drafts.map((one) => ({ ...one, service: name, tiers }))
}
