/** The files the fictional publishers put out over the years: first releases, provisional ones and corrections. */
import { fictionalAuthorities, fictionalNation, type FictionalAuthority } from '#slices/places/index.ts'
import { periodOf, shiftPeriod, type Period } from '#kernel/periods/index.ts'
import { codeOf, sketches } from './definitions.ts'
import { divided, doesTheWork, figuresOf, round, type Moment } from './figures.ts'
import { absent, mistaken, observationOf, type DemonstrationObservation } from './observations.ts'
import { chance } from './random.ts'
import type { Sketch } from './sketch.ts'

export interface DemonstrationRelease {
  file_name: string
  /** The moment its figures became known. Releases come in this order. */
  known_from: string
  observations: DemonstrationObservation[]
}

const firstYear = periodOf('financial-year', '2013-04-01', '2014-03-31')
const firstQuarter = periodOf('financial-quarter', '2018-04-01', '2018-06-30')
const years = Array.from({ length: 12 }, (_, place) => shiftPeriod(firstYear, place))
const quarters = Array.from({ length: 28 }, (_, place) => shiftPeriod(firstQuarter, place))

/** Twelve years and, since 2018-19, twenty-eight quarters. */
export const periods: readonly Period[] = [...years, ...quarters]

const moments: ReadonlyMap<string, Moment> = new Map([
  ...years.map((period, year) => [period.label, { label: period.label, year }] as const),
  ...quarters.map((period, place) =>
    [period.label, { label: period.label, year: 5 + Math.floor(place / 4), quarter: (place % 4) + 1 }] as const),
])

interface Correction {
  file_name: string
  known_from: string
  measures: readonly string[]
  authorities: readonly string[]
  periods: readonly string[]
  /** By how much the numerators had been wrong. */
  factor: number
}

const corrections: readonly Correction[] = [
  {
    file_name: 'fictional-correction-waste.csv', known_from: '2022-12-08T09:30:00.000Z',
    measures: ['fso-recycling', 'fso-residual-waste'],
    authorities: ['X08000002', 'X07000008', 'X07000011', 'X06000007'], periods: ['2020-21', '2021-22'], factor: 1.12,
  },
  {
    file_name: 'fictional-correction-money.csv', known_from: '2024-02-15T09:30:00.000Z',
    measures: ['fso-council-tax', 'fso-reserves', 'fso-debt', 'fso-debt-cost'],
    authorities: ['X07000015', 'X06000002', 'X06000003', 'X07000001'], periods: ['2021-22', '2022-23'], factor: 0.94,
  },
  {
    file_name: 'fictional-correction-children.csv', known_from: '2025-01-23T09:30:00.000Z',
    measures: ['fso-repeat-referrals', 'fso-placement-moves', 'fso-assessments-45-days'],
    authorities: ['X08000001', 'X08000007', 'X12000002', 'X10000003'], periods: ['2023-24', '2023-24 Q3'], factor: 0.85,
  },
]

/** One figure that was withheld and came later, and one that was withdrawn as not to be relied on. */
const cameLater = 'fso-repeat-referrals X12000002 2023-24'
const takenBack = 'fso-placement-moves X10000003 2023-24'

const keyOf = (one: DemonstrationObservation) => `${one.measure} ${one.authority} ${one.period}`
const sketchOf: ReadonlyMap<string, Sketch> = new Map(sketches.map((sketch) => [codeOf(sketch), sketch]))

/** Every release, oldest first. Made anew at each call, always the same. */
export function makeReleases(): DemonstrationRelease[] {
  const settled = Map.groupBy(sketches.flatMap(observationsOf), (one) => one.period)
  const releases = [
    ...years.flatMap((period, year) => yearly(year, settled.get(period.label) ?? [])),
    ...quarters.map((period, place) => quarterly(period, place, settled.get(period.label) ?? [])),
    ...corrections.map((correction) => corrected(correction, settled)),
  ]
  releases.sort((a, b) => (a.known_from < b.known_from ? -1 : 1))
  return withNation(releases).map((release) => ({
    ...release, observations: release.observations.map((one, place) => ({ ...one, line: place + 2 })),
  }))
}

/** What is true in the end, for every authority that does the work while it is in being. */
function observationsOf(sketch: Sketch): DemonstrationObservation[] {
  const series = sketch.shape.frequency === 'quarter' ? quarters : years
  return fictionalAuthorities.filter((one) => doesTheWork(sketch, one.kind)).flatMap((authority) => {
    const own = series.filter((period) => within(period, authority)).flatMap((period) => moments.get(period.label) ?? [])
    const figures = figuresOf(sketch, authority, own)
    return own.map((moment, place) => observationOf(sketch, authority, moment, figures[place] ?? null))
  })
}

function within(period: Period, authority: FictionalAuthority): boolean {
  return authority.starts <= period.starts && (authority.ends === null || authority.ends >= period.ends)
}

/** What was first said: the truth, unless it had to be put right later. */
function firstSaid(one: DemonstrationObservation): DemonstrationObservation {
  const key = keyOf(one)
  const sketch = sketchOf.get(one.measure)
  const correction = corrections.find((correction) => concerns(correction, one))
  if (!sketch || !correction) return one
  if (key === cameLater) return { ...one, ...absent('missing') }
  return mistaken(sketch, one, correction.factor)
}

function concerns(correction: Correction, one: DemonstrationObservation): boolean {
  return correction.measures.includes(one.measure) && correction.periods.includes(one.period) &&
    one.authority !== null && correction.authorities.includes(one.authority)
}

/**
 * October after the year: everything. From 2022-23 some of it is out in June already, as provisional; of 2024-25 that
 * part has not been settled yet.
 */
function yearly(year: number, settled: readonly DemonstrationObservation[]): DemonstrationRelease[] {
  const label = years[year]?.label ?? ''
  const early = (one: DemonstrationObservation) => year >= 9 && sketchOf.get(one.measure)?.shape.provisional === true
  const june = settled.filter(early).map(firstSaid).map(provisional)
  const said = new Map(june.map((one) => [keyOf(one), one.value]))
  const october = settled.map(firstSaid).filter((one) => !early(one) || year < 11).map((one) =>
    one.value !== null && said.has(keyOf(one)) && said.get(keyOf(one)) !== one.value ? revised(one) : one)
  const after = 2014 + year
  const known_from = `${after}-10-16T08:30:00.000Z`
  const main = { file_name: `fictional-returns-${label}.csv`, known_from, observations: october }
  if (june.length === 0) return [main]
  const early_name = `fictional-early-returns-${label}.csv`
  return [{ file_name: early_name, known_from: `${after}-06-26T08:30:00.000Z`, observations: june }, main]
}

const revised = (one: DemonstrationObservation): DemonstrationObservation => ({ ...one, status: 'revised' })

/** A little off what it will turn out to be. */
function provisional(one: DemonstrationObservation): DemonstrationObservation {
  const sketch = sketchOf.get(one.measure)
  if (!sketch || one.value === null) return one
  const luck = chance(`provisional ${keyOf(one)}`)
  const early = luck.uniform() < 0.4 ? one : mistaken(sketch, one, 1 + 0.012 * luck.normal())
  return { ...early, status: 'provisional' }
}

/** Ten weeks after the quarter; the last quarter is provisional still. */
function quarterly(period: Period, place: number, settled: readonly DemonstrationObservation[]): DemonstrationRelease {
  const last = place === quarters.length - 1
  const observations = settled.map(firstSaid).map((one) =>
    last && one.value !== null ? { ...one, status: 'provisional' as const } : one)
  const known = new Date(`${period.ends}T08:30:00.000Z`)
  known.setUTCDate(known.getUTCDate() + 70)
  const file_name = `fictional-quarter-${period.label.toLowerCase().replace(' ', '-')}.csv`
  return { file_name, known_from: known.toISOString(), observations }
}

function corrected(
  correction: Correction, settled: ReadonlyMap<string, readonly DemonstrationObservation[]>,
): DemonstrationRelease {
  const candidates = correction.periods.flatMap((label) => settled.get(label) ?? [])
  const observations = candidates.filter((one) => concerns(correction, one)).map((one) => {
    if (keyOf(one) === takenBack) return { ...one, ...absent('unreliable') }
    return one.value === null ? one : revised(one)
  })
  return { file_name: correction.file_name, known_from: correction.known_from, observations }
}

/** Adds to each file the nation's own figure for every measure and period in it, from all that is known by then. */
function withNation(releases: readonly DemonstrationRelease[]): DemonstrationRelease[] {
  const known = new Map<string, Map<string, DemonstrationObservation>>()
  return releases.map((release) => {
    const touched = new Set<string>()
    for (const one of release.observations) {
      const series = `${one.measure} ${one.period}`
      touched.add(series)
      known.set(series, (known.get(series) ?? new Map<string, DemonstrationObservation>()).set(one.authority ?? '', one))
    }
    const nation = [...touched].flatMap((series) => nationOf([...(known.get(series)?.values() ?? [])]))
    return { ...release, observations: [...release.observations, ...nation] }
  })
}

/** Sum of numerators over sum of denominators, or the mean; nobody adds up counts of bodies that share a place. */
function nationOf(all: readonly DemonstrationObservation[]): DemonstrationObservation[] {
  const given = all.filter((one) => one.value !== null)
  const [first] = given
  const sketch = first && sketchOf.get(first.measure)
  if (!sketch || sketch.unit.unit_kind === 'count') return []
  const status = given.some((one) => one.status === 'provisional') ? 'provisional' as const : 'published' as const
  const about = { ...first, authority: null, area: fictionalNation.code, lower: null, upper: null, status }
  if (!sketch.parts) {
    const mean = given.reduce((sum, one) => sum + (one.value ?? 0), 0) / given.length
    return [{ ...about, value: round(mean, sketch.unit.decimals + 2), numerator: null, denominator: null }]
  }
  const numerator = round(given.reduce((sum, one) => sum + (one.numerator ?? 0), 0), 1)
  const denominator = given.reduce((sum, one) => sum + (one.denominator ?? 0), 0)
  return [{ ...about, value: divided(sketch, numerator, denominator), numerator, denominator }]
}

