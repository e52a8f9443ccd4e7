import type { Scale } from './chart.ts'

/** One period of a series. All figures in the measure's stored unit. */
export interface TrendPoint {
  period: string
  /** Null: no figure, and `absence` says why. */
  value: number | null
  absence?: string | null
  provisional?: boolean
  /** The group's median and middle half in that period; null where too few have a figure. */
  median: number | null
  lower: number | null
  upper: number | null
  /** Why figures from this period on are not comparable with those before. Null or absent: they are. */
  breakNote?: string | null
}

export interface TrendOptions {
  /** Unique on the page. */
  id: string
  /** Title of the measure. */
  title: string
  authority: string
  /** The group as in a sentence: "its 16 nearest neighbours". Null: nothing to compare with. */
  group: string | null
  scale: Scale
  /** Oldest first; every period of the series, including those without a figure. */
  points: readonly TrendPoint[]
}
