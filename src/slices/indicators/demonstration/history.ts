/** From releases to rows that say from when until when each figure was what people knew. */
import type { DemonstrationObservation } from './observations.ts'
import type { DemonstrationRelease } from './releases.ts'

/** A figure as the table keeps it. */
export interface KnownObservation extends DemonstrationObservation {
  known_from: string
  known_to: string
  /** Which release it came with, counting from 0. */
  release: number
}

/** What one release did, as the report of its import says it. */
export interface ReleaseCounts {
  rows_read: number
  new: number
  revised: number
  unchanged: number
  absent: Partial<Record<NonNullable<DemonstrationObservation['reason']>, number>>
  reference: number
  repeated: number
  left_out: never[]
  refused: number
  warnings: Record<string, number>
  measures_made: number
}

/** What makes a figure another figure. The line of the file does not. */
const content = ['value', 'numerator', 'denominator', 'lower', 'upper', 'status', 'reason', 'marker'] as const

/**
 * Walks the releases, oldest first. A figure that says something new closes the one before at the moment of its release;
 * one that says the same leaves it as it is.
 */
export function knownOver(releases: readonly DemonstrationRelease[]): { observations: KnownObservation[]; counts: ReleaseCounts[] } {
  const observations: KnownObservation[] = []
  const current = new Map<string, KnownObservation>()
  const counts = releases.map(({ known_from, observations: said }, release) => {
    const count = nothingYet(said.length)
    for (const one of said) {
      const key = `${one.measure} ${one.authority ?? one.area} ${one.period}`
      const before = current.get(key)
      tally(count, one, before)
      if (before && isSame(before, one)) continue
      if (before) before.known_to = known_from
      const row = { ...one, known_from, known_to: 'infinity', release }
      current.set(key, row)
      observations.push(row)
    }
    return count
  })
  return { observations, counts }
}

const isSame = (a: DemonstrationObservation, b: DemonstrationObservation) => content.every((field) => a[field] === b[field])

function nothingYet(rows_read: number): ReleaseCounts {
  return {
    rows_read, new: 0, revised: 0, unchanged: 0, absent: {}, reference: 0, repeated: 0, left_out: [], refused: 0, warnings: {}, measures_made: 0,
  }
}

function tally(count: ReleaseCounts, one: DemonstrationObservation, before: DemonstrationObservation | undefined): void {
  count[before ? (isSame(before, one) ? 'unchanged' : 'revised') : 'new']++
  if (one.reason) count.absent[one.reason] = (count.absent[one.reason] ?? 0) + 1
  if (one.area) count.reference++
}
