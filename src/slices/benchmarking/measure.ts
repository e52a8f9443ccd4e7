import { wordOn } from '#kernel/figures/index.ts'
import type { Measure } from '#slices/indicators/index.ts'
import type { MeasureAnswer } from './answer.ts'
import type { ChangeRule } from './rules/change.ts'
import type { IntervalMethod } from './rules/intervals.ts'
import type { Polarity } from './rules/rank.ts'
import type { Multipliers } from './rules/spread.ts'

/** What the rules of comparison need of a measure. The database holds these columns to the words of the types. */
export interface ComparisonRules extends ChangeRule {
  multipliers: Multipliers
  interval_method: IntervalMethod
  ordinal: boolean
}

/** A measure's definition as the rules take it: decimals become numbers. */
export function rulesOf(measure: Measure): ComparisonRules {
  return {
    polarity: measure.polarity as Polarity,
    midpoint: measure.midpoint === null ? null : Number(measure.midpoint),
    // Words on a scale differ by steps, and nothing can be said of shares of a step or of their error.
    change_as: measure.scale ? 'difference' : (measure.change_as as ChangeRule['change_as']),
    multipliers: {
      numerator: Number(measure.numerator_multiplier),
      denominator: Number(measure.denominator_multiplier),
      scale: Number(measure.interval_scale),
    },
    interval_method: measure.scale ? 'none' : (measure.interval_method as IntervalMethod),
    ordinal: measure.scale !== null,
  }
}

/** Definitions that were described: a definition is never changed, and visitors are all given the same. */
const described = new WeakMap<Measure, MeasureAnswer>()

/** A measure's definition as answers carry it. */
export function describeMeasure(measure: Measure): MeasureAnswer {
  const known = described.get(measure) ?? description(measure)
  described.set(measure, known)
  return known
}

function description(measure: Measure): MeasureAnswer {
  const { polarity, midpoint, change_as } = rulesOf(measure)
  const { code, title, version, dimension, service, unit, unit_kind, prefix, suffix, decimals, scale } = measure
  const { numerator_name, denominator_name, publisher, source_link, licence, fictional } = measure
  return {
    code, title, version, dimension, service, unit, unit_kind, prefix, suffix, scale,
    display_factor: Number(measure.display_factor), decimals, polarity, midpoint, numerator_name, denominator_name, change_as,
    publisher, source_link, licence, fictional, local: measure.organisation !== null,
  }
}

/** How the measure's figures are shown. */
export function formatOf({ prefix, suffix, display_factor, decimals, scale }: Pick<MeasureAnswer, 'prefix' | 'suffix' | 'display_factor' | 'decimals' | 'scale'>) {
  return { prefix, suffix, displayFactor: display_factor, decimals, scale }
}

/** The word of a value whose measure is on a scale of words; null where it is a number, or there is none. */
export const wordOf = ({ scale }: Pick<MeasureAnswer, 'scale'>, value: number | null): string | null => (scale === null || value === null ? null : wordOn(scale, value))
