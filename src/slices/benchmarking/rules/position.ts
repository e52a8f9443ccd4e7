import { FEWEST_FOR_QUARTILES } from './rank.ts'
import type { Polarity, Quartile } from './rank.ts'

const QUARTERS: Record<Quartile, string> = {
  1: 'in the best quarter',
  2: 'in the middle half, better side',
  3: 'in the middle half, worse side',
  4: 'in the lowest quarter',
}

/** What position words depend on. */
interface Standing {
  polarity: Polarity
  /** How many in the group have a value. */
  compared: number
  value: number | null
  /** Why there is no value, in the register's words: suppressed, not-collected… Null: not known. */
  reason: string | null
  quartile: Quartile | null
}

/**
 * Where an authority stands, in the words used everywhere in the workbench. An absent figure is said first, then that
 * there is no better direction, then that too few can be compared: the first that holds is the reason there is no quarter.
 */
export function positionWords(standing: Standing): string {
  if (standing.value === null) return `no figure: ${(standing.reason ?? 'missing').replaceAll('-', ' ')}`
  if (standing.polarity === 'none') return 'not compared: no better direction'
  if (standing.quartile === null || standing.compared < FEWEST_FOR_QUARTILES) {
    return `too few to compare (${standing.compared} ${standing.compared === 1 ? 'has' : 'have'} a figure)`
  }
  return QUARTERS[standing.quartile]
}
