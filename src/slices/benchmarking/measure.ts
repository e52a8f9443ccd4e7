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
}

/** A measure's definition as the rules take it: decimals become numbers. */
export function rulesOf(measure: Measure): ComparisonRules {
  return {
    polarity: measure.polarity as Polarity,
    midpoint: measure.midpoint === null ? null : Number(measure.midpoint),
    change_as: measure.change_as as ChangeRule['change_as'],
    multipliers: {
      numerator: Number(measure.numerator_multiplier),
      denominator: Number(measure.denominator_multiplier),
      scale: Number(measure.interval_scale),
    },
    interval_method: measure.interval_method as IntervalMethod,
  }
}

/** A measure's definition as answers carry it. */
export function describeMeasure(measure: Measure): MeasureAnswer {
  const { polarity, midpoint, change_as } = rulesOf(measure)
  const { code, title, version, dimension, service, unit, unit_kind, prefix, suffix, decimals } = measure
  const { numerator_name, denominator_name, publisher, source_link, licence, fictional } = measure
  return {
    code, title, version, dimension, service, unit, unit_kind, prefix, suffix,
    display_factor: Number(measure.display_factor), decimals, polarity, midpoint, numerator_name, denominator_name, change_as,
    publisher, source_link, licence, fictional, local: measure.organisation !== null,
  }
}

/** How the measure's figures are shown. */
export function formatOf({ prefix, suffix, display_factor, decimals }: MeasureAnswer) {
  return { prefix, suffix, displayFactor: display_factor, decimals }
}
