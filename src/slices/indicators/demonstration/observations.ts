/** What a fictional publisher would say about a figure: the figure, or why there is none. */
import type { FictionalAuthority } from '#slices/places/index.ts'
import { codeOf } from './definitions.ts'
import { divided, type Figure, type Moment } from './figures.ts'
import { chance } from './random.ts'
import type { Sketch } from './sketch.ts'

type Reason = 'missing' | 'suppressed' | 'not-collected' | 'not-applicable' | 'not-available' | 'unreliable'

/** The columns of indicators.observation, with codes and labels where the table has ids. */
export interface DemonstrationObservation {
  measure: string
  /** Code; null for the figure of the nation. */
  authority: string | null
  /** Code of the reference area; null for an authority's figure. */
  area: string | null
  /** Label of the period. */
  period: string
  value: number | null
  numerator: number | null
  denominator: number | null
  lower: number | null
  upper: number | null
  status: 'published' | 'provisional' | 'estimated' | 'low' | 'revised' | 'absent'
  reason: Reason | null
  /** What the file has where there is no number; null where it has one or is blank. */
  marker: string | null
  /** Line of the file, counting from 1, the header being the first. */
  line: number
}

/** What publishers write where a number should be. */
const markers: Readonly<Record<Reason, string | null>> = {
  missing: null, suppressed: 'c', 'not-collected': '..', 'not-applicable': 'z', 'not-available': 'x', unreliable: 'u',
}

/** Figures whose numerator was sent in with a slip: for the check that compares it with the value. */
export const deliberateMismatches: readonly { measure: string; authority: string; period: string; factor: number }[] = [
  { measure: 'fso-relet-days', authority: 'X07000007', period: '2018-19', factor: 1.25 },
  { measure: 'fso-council-tax', authority: 'X06000006', period: '2021-22', factor: 0.9 },
  { measure: 'fso-residual-waste', authority: 'X08000003', period: '2022-23', factor: 1.08 },
  { measure: 'fso-adult-care-spend', authority: 'X10000001', period: '2019-20', factor: 0.93 },
  { measure: 'fso-children-in-care', authority: 'X08000005', period: '2023-24', factor: 1.1 },
  { measure: 'fso-library-visits', authority: 'X12000003', period: '2016-17', factor: 0.92 },
]

/** Accounts that were never closed: Kingsferry after its money ran out. */
const neverSent = { authority: 'X06000002', measures: ['fso-reserves', 'fso-savings-made', 'fso-audit-weeks'], years: [9, 10] }

/** The observation of one authority, before any mistake or revision. The line is filled in when a file is written. */
export function observationOf(
  sketch: Sketch, authority: FictionalAuthority, moment: Moment, figure: Figure | null,
): DemonstrationObservation {
  const about = { measure: codeOf(sketch), authority: authority.code, area: null, period: moment.label, line: 0 }
  const reason = whyAbsent(sketch, authority, moment, figure)
  if (figure === null || reason !== null) return { ...about, ...absent(reason ?? 'not-applicable') }
  const status = statusOf(sketch, authority, moment)
  return { ...about, ...withSlip(about, figure), status, reason: null, marker: null }
}

export function absent(reason: Reason) {
  return {
    value: null, numerator: null, denominator: null, lower: null, upper: null,
    status: 'absent', reason, marker: markers[reason],
  } as const
}

function whyAbsent(sketch: Sketch, authority: FictionalAuthority, moment: Moment, figure: Figure | null): Reason | null {
  if (figure === null) return 'not-applicable'
  if (sketch.shape.survey && moment.year === 7) return 'not-collected'
  if (wasNeverSent(codeOf(sketch), authority.code, moment.year)) return 'missing'
  const { small } = sketch.shape
  const counted = figure.numerator ?? 0
  if (small !== undefined && counted > 0 && counted < small) return 'suppressed'
  const luck = chance(`absent ${sketch.code} ${authority.code} ${moment.label}`).uniform()
  if (isNew(authority, moment) && luck < 0.25) return 'not-available'
  if (sketch.shape.survey && authority.population < 50_000 && luck < 0.2) return 'unreliable'
  if (luck < 0.008) return 'missing'
  return luck < 0.011 ? 'not-available' : null
}

function wasNeverSent(measure: string, authority: string, year: number): boolean {
  return neverSent.authority === authority && neverSent.measures.includes(measure) && neverSent.years.includes(year)
}

/** In its first year, when figures of what went before were still kept apart. */
function isNew(authority: FictionalAuthority, moment: Moment): boolean {
  return authority.starts.startsWith(String(2013 + moment.year)) && authority.starts > '2013'
}

function statusOf(sketch: Sketch, authority: FictionalAuthority, moment: Moment): 'published' | 'estimated' | 'low' {
  if (sketch.shape.survey && authority.population < 50_000) return 'low' // few answers
  return chance(`status ${sketch.code} ${authority.code} ${moment.label}`).uniform() < 0.006 ? 'estimated' : 'published'
}

function withSlip(about: { measure: string; authority: string; period: string }, figure: Figure): Figure {
  const slip = deliberateMismatches.find((one) =>
    one.measure === about.measure && one.authority === about.authority && one.period === about.period)
  if (!slip || figure.numerator === null) return figure
  return { ...figure, numerator: Number((figure.numerator * slip.factor).toFixed(1)) }
}

/** The same with its numerator off by a factor, and the value with it: what was said before it was put right. */
export function mistaken(
  sketch: Sketch, right: DemonstrationObservation, factor: number,
): DemonstrationObservation {
  if (right.value === null) return right
  if (right.numerator === null || right.denominator === null) {
    const places = sketch.unit.decimals + 2
    return { ...right, value: Number((right.value * factor).toFixed(places)), lower: null, upper: null }
  }
  const most = sketch.unit.top === 1 ? right.denominator : Infinity
  const numerator = Math.min(most, Math.round(right.numerator * factor))
  return { ...right, numerator, value: divided(sketch, numerator, right.denominator), lower: null, upper: null }
}
