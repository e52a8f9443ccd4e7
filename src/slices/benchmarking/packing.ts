import type { ProfileRowAnswer } from './answer.ts'

// Positions as the text in which they are kept. Thousands are read for one page, and a list of numbers is read several times as
// quickly as an object with a name for each.

/** Where an authority stands on one measure, without the measure's definition. */
export type Position = Pick<ProfileRowAnswer,
  'period' | 'value' | 'status' | 'reason' | 'compared' | 'minimum' | 'quartile_lower' | 'median' | 'quartile_upper' | 'maximum' | 'rank' | 'quartile' | 'position'>

/** Changes whenever the text means something else, so that what another version of the program kept is not taken for one's own. */
export const packing = 3

/** A measure as it is kept. */
interface Kept {
  measure: number
  revision: number
  /** Null: the measure does not concern the authority. */
  position: Position | null
}

/** Periods and words stand in lists of their own, and rows name them by their place there; null is nothing. */
interface Packed {
  periods: Position['period'][]
  words: string[]
  rows: PackedRow[]
  /** Measures that do not concern the authority. Most came together, so that their numbers and their revisions follow on each other. */
  others: Run[]
}

type PackedRow = [
  measure: number, revision: number, period: number | null, value: number | null, status: number, reason: number | null, position: number,
  compared: number, minimum: number | null, quartile_lower: number | null, median: number | null, quartile_upper: number | null, maximum: number | null,
  rank: number | null, quartile: Position['quartile'],
]

type Run = [measure: number, revision: number, length: number]

export function packed(all: readonly Kept[]): string {
  const [periods, words] = [new Places<NonNullable<Position['period']>>(({ kind, starts, ends, label }) => [kind, starts, ends, label].join(' ')), new Places<string>((word) => word)]
  const rows: PackedRow[] = []
  const others: Run[] = []
  for (const { measure, revision, position: p } of all) {
    if (p === null) addToRuns(others, measure, revision)
    else {
      rows.push([
        measure, revision, p.period && periods.of(p.period), p.value, words.of(p.status), p.reason === null ? null : words.of(p.reason), words.of(p.position),
        p.compared, p.minimum, p.quartile_lower, p.median, p.quartile_upper, p.maximum, p.rank, p.quartile,
      ])
    }
  }
  return JSON.stringify({ periods: periods.all, words: words.all, rows, others } satisfies Packed)
}

function addToRuns(runs: Run[], measure: number, revision: number): void {
  const last = runs.at(-1)
  if (last && measure === last[0] + last[2] && revision === last[1] + last[2]) last[2] += 1
  else runs.push([measure, revision, 1])
}

/** What was kept and still holds. */
export interface Unpacked {
  positions: Map<number, Position>
  /** Measures that do not concern the authority. */
  others: number[]
}

/** What was packed, of the measures whose revision `holds`. */
export function unpacked(text: string, holds: (measure: number, revision: number) => boolean): Unpacked {
  const { periods, words, rows, others: runs } = JSON.parse(text) as Packed
  const positions = new Map<number, Position>()
  for (const [measure, revision, period, value, status, reason, position, compared, minimum, quartile_lower, median, quartile_upper, maximum, rank, quartile] of rows) {
    if (!holds(measure, revision)) continue
    positions.set(measure, {
      period: period === null ? null : periods[period]!, value, status: words[status]!, reason: reason === null ? null : words[reason]!,
      compared, minimum, quartile_lower, median, quartile_upper, maximum, rank, quartile, position: words[position]!,
    })
  }
  const others: number[] = []
  for (const [measure, revision, length] of runs) {
    for (let at = 0; at < length; at += 1) if (holds(measure + at, revision + at)) others.push(measure + at)
  }
  return { positions, others }
}

/** Things in the order in which they were first named. */
class Places<T> {
  readonly all: T[] = []
  readonly #places = new Map<string, number>()
  readonly #nameOf: (thing: T) => string

  constructor(nameOf: (thing: T) => string) {
    this.#nameOf = nameOf
  }

  of(thing: T): number {
    const name = this.#nameOf(thing)
    const known = this.#places.get(name)
    if (known !== undefined) return known
    this.#places.set(name, this.all.length)
    return this.all.push(thing) - 1
  }
}
