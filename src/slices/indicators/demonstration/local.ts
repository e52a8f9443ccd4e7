/** What Northmere, a fictional council, counts for itself and has not published: for seeing who may see what. */
import { periodOf, shiftPeriod } from '#kernel/periods/index.ts'
import { round } from './figures.ts'
import { chance } from './random.ts'
import type { DemonstrationMeasure, DemonstrationVersion } from './definitions.ts'
import type { DemonstrationObservation } from './observations.ts'
import type { DemonstrationRelease } from './releases.ts'

/** The organisation whose figures these are, and the authority it works for. */
export const localOwner = { organisation: 'northmere', authority: 'X07000001' } as const

type Kept = Pick<DemonstrationVersion, 'title' | 'explanation' | 'dimension' | 'service' | 'unit' | 'unit_kind' | 'polarity' | 'numerator_name' | 'denominator_name'>

interface LocalSketch extends Kept {
  code: string
  /** What it begins with, where it is going by the last quarter, and of how many. Shares are kept as fractions. */
  from: number
  to: number
  of: number | null
}

const share = { unit: '%', unit_kind: 'percentage' } as const

const localSketches: readonly LocalSketch[] = [
  {
    code: 'northmere-damp-answered', title: 'Reports of damp and mould looked at within ten days', dimension: 'quality', service: 'Housing', ...share,
    explanation: 'Reports of damp and mould from council tenants that somebody came to look at within ten working days, as a share of all reports.',
    polarity: 'higher', numerator_name: 'Reports looked at within ten days', denominator_name: 'Reports', from: 0.44, to: 0.71, of: 86,
  },
  {
    code: 'northmere-missed-bins', title: 'Missed bins put right by the next day', dimension: 'effectiveness', service: 'Waste and recycling', ...share,
    explanation: 'Bins reported as missed that were emptied by the end of the next working day, as a share of all bins reported as missed.',
    polarity: 'higher', numerator_name: 'Missed bins put right by the next day', denominator_name: 'Missed bins reported', from: 0.81, to: 0.93, of: 640,
  },
  {
    code: 'northmere-agency-spend', title: 'Spending on agency staff', dimension: 'economy', service: 'Corporate', unit: '£000', unit_kind: 'money',
    explanation: 'Paid to agencies for temporary staff in the quarter, in thousands of pounds.',
    polarity: 'lower', numerator_name: null, denominator_name: null, from: 388, to: 274, of: null,
  },
  {
    code: 'northmere-first-call', title: 'Questions settled in one call', dimension: 'efficiency', service: 'Corporate', ...share,
    explanation: 'Calls after which the caller did not call again about the same matter within a week, as a share of all calls.',
    polarity: 'higher', numerator_name: 'Calls that settled the matter', denominator_name: 'Calls', from: 0.62, to: 0.66, of: 9200,
  },
]

const known = '2023-06-05T09:00:00.000Z'
const first = periodOf('financial-quarter', '2023-04-01', '2023-06-30')
const quarters = Array.from({ length: 8 }, (_, place) => shiftPeriod(first, place))

export const localMeasures: readonly DemonstrationMeasure[] = localSketches.map(({ code, from: _, to: _t, of, ...kept }, place) => ({
  code, fictional: true, aliases: [`NM ${place + 1}`],
  versions: [{
    ...kept, version: 1, known_from: known, known_to: 'infinity',
    prefix: kept.unit_kind === 'money' ? '£' : '', suffix: of === null ? 'k' : '%', display_factor: of === null ? 1 : 100, decimals: of === null ? 0 : 1,
    midpoint: null, numerator_multiplier: 1, denominator_multiplier: 1, aggregation: of === null ? 'none' : 'ratio-of-sums',
    change_as: of === null ? 'relative' : 'difference', interval_method: of === null ? 'none' : 'wilson', interval_scale: 1,
    period_kind: 'financial-quarter', publisher: 'Northmere District Council (fictional)', source_link: null,
    licence: 'Not published', kinds: ['fictional-district'], small_numbers: null, tolerance: 0.02,
    notes: 'Fictional: invented for demonstration. Local: seen by the council alone until it publishes it.', what_changed: null,
  }],
}))

/** One file for each quarter, known five weeks after its end. */
export function makeLocalReleases(): DemonstrationRelease[] {
  return quarters.map((period, place) => {
    const known_from = new Date(`${period.ends}T09:00:00.000Z`)
    known_from.setUTCDate(known_from.getUTCDate() + 35)
    return {
      file_name: `northmere-quarter-${period.label.toLowerCase().replace(' ', '-')}.csv`,
      known_from: known_from.toISOString(),
      observations: localSketches.map((sketch, row) => localFigure(sketch, period.label, place, row + 2)),
    }
  })
}

function localFigure({ code, from, to, of }: LocalSketch, period: string, place: number, line: number): DemonstrationObservation {
  const luck = chance(`local ${code} ${period}`)
  const aimed = from + ((to - from) * place) / (quarters.length - 1)
  const about = { measure: code, authority: localOwner.authority, area: null, period, lower: null, upper: null, status: 'published', reason: null, marker: null, line } as const
  if (of === null) return { ...about, value: Math.round(aimed * (1 + 0.05 * luck.normal())), numerator: null, denominator: null }
  const denominator = Math.round(of * (1 + 0.1 * luck.normal()))
  const numerator = Math.min(denominator, Math.round(denominator * (aimed + 0.015 * luck.normal())))
  return { ...about, value: round(numerator / denominator, 4), numerator, denominator }
}
