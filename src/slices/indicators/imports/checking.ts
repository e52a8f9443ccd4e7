/** Holds every figure of a file against the checks that warn, series by series. */
import { sql } from 'kysely'
import type { Trx } from '#kernel/db/index.ts'
import { monthsIn, type PeriodKind } from '#kernel/periods/index.ts'
import { inBeing, type AuthorityLookup, type NamedAuthority } from '#slices/places/index.ts'
import { touchedSeries, type SeriesPoint } from '../observations/series.ts'
import { outlier, signOrScale, valueDisagrees, type Multipliers } from './checks.ts'
import type { CheckName, Findings } from './report.ts'

interface CheckedMeasure {
  id: number
  code: string
  multipliers: Multipliers
  kinds: readonly string[]
  /** First days of the periods before which a break stands. */
  breaks: readonly string[]
}

/** Warns of every staged figure that looks wrong. `tolerance`, where given, stands for every measure's own. */
export async function checkStaged(trx: Trx, lookup: AuthorityLookup, findings: Findings, tolerance?: number): Promise<void> {
  const measures = await checkedMeasures(trx, tolerance)
  for await (const series of touchedSeries(trx)) {
    const measure = measures.get(series[0]?.measure ?? 0)
    if (!measure) continue
    const stretches = comparableStretches(series, measure.breaks)
    for (const point of series) if (point.line !== null) checkPoint(point, stretches.get(point) ?? [], measure, lookup, findings)
  }
}

async function checkedMeasures(trx: Trx, tolerance: number | undefined): Promise<Map<number, CheckedMeasure>> {
  const { rows } = await sql<{ id: number; code: string; numerator: number; denominator: number; tolerance: number; kinds: string[]; breaks: string[] }>`
    select m.id, m.code, v.numerator_multiplier::float8 as numerator, v.denominator_multiplier::float8 as denominator, v.tolerance::float8 as tolerance, v.kinds,
           array(select b.starts::text from indicators.series_break b where b.measure = m.id and b.known_to = 'infinity') as breaks
      from indicators.measure m join indicators.measure_version v on v.measure = m.id and v.known_to = 'infinity'
     where m.id in (select measure from staged)`.execute(trx)
  return new Map(rows.map(({ id, code, kinds, breaks, ...numbers }) =>
    [id, { id, code, kinds, breaks, multipliers: { ...numbers, tolerance: tolerance ?? numbers.tolerance } }]))
}

/** For each point the points it may be compared with, itself among them: of the same length, and no break between. */
function comparableStretches(series: readonly SeriesPoint[], breaks: readonly string[]): Map<SeriesPoint, SeriesPoint[]> {
  const key = (point: SeriesPoint) => `${monthsIn({ ...point, kind: point.kind as PeriodKind })} ${breaks.filter((starts) => starts <= point.starts).length}`
  const stretches = [...Map.groupBy(series, key).values()]
  return new Map(stretches.flatMap((stretch) => stretch.map((point) => [point, stretch] as const)))
}

function checkPoint(point: SeriesPoint, series: readonly SeriesPoint[], measure: CheckedMeasure, lookup: AuthorityLookup, findings: Findings): void {
  const authority = point.authority === null ? undefined : lookup.byId(point.authority)
  const whose = authority?.known_name ?? 'the area'
  const warn = (check: CheckName, seen: string, expected: string, message: string) =>
    findings.warn({ check, line: point.line, column: point.column, seen, expected, message, measure: measure.id, authority: point.authority, period: point.period })
  const about = `${measure.code}, ${whose}, ${point.label}`

  const quotient = valueDisagrees(point, measure.multipliers)
  if (quotient !== null) {
    warn('value-disagrees', shown(point.value), shown(quotient),
      `${about}: the value is ${shown(point.value)}, but numerator ÷ denominator is ${shown(quotient)}.`)
  }
  if (!authority) return
  checkHistory(point, series, about, warn)
  checkAuthority(point, authority, measure, about, warn)
}

type Warn = (check: CheckName, seen: string, expected: string, message: string) => void

function checkHistory(point: SeriesPoint, series: readonly SeriesPoint[], about: string, warn: Warn): void {
  const slip = signOrScale(point.value, series.filter((other) => other !== point).map((other) => other.value))
  if (slip) {
    warn('sign-or-scale', shown(point.value), 'a value of the size and sign of the others in the series',
      `${about}: ${shown(point.value)} ${slip === 'negative' ? 'is negative, and no other value of the series is' : `looks ${slip} beside the rest of the series`}.`)
    return
  }
  const usual = outlier(point.value, series.filter((other) => other.ends < point.ends).map((other) => other.value))
  if (usual) {
    warn('outlier', shown(point.value), `between ${shown(usual.low)} and ${shown(usual.high)}`,
      `${about}: ${shown(point.value)} is far from the earlier values of the series, which would put it between ${shown(usual.low)} and ${shown(usual.high)}.`)
  }
}

function checkAuthority(point: SeriesPoint, authority: NamedAuthority, measure: CheckedMeasure, about: string, warn: Warn): void {
  if (!inBeing(authority, point)) {
    const when = authority.ends !== null && authority.ends < point.starts ? `ended on ${authority.ends}` : `began on ${authority.starts ?? ''}`
    warn('outside-dates', point.label, 'a period in which the authority was in being', `${about}: ${authority.name} ${when}.`)
  }
  if (measure.kinds.length > 0 && !measure.kinds.includes(authority.kind)) {
    warn('kind-not-applicable', authority.kind, measure.kinds.join(' or '), `${about}: the measure does not apply to this kind of authority (${authority.kind}).`)
  }
}

/** As many digits as tell it from its neighbours, no more. */
const shown = (value: number): string => String(Number(value.toPrecision(6)))
