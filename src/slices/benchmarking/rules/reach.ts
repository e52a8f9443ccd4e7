import { agrees } from './intervals.ts'
import { distance } from './rank.ts'
import type { GoodnessBounds, Polarity, Quartile } from './rank.ts'
import type { Multipliers } from './spread.ts'

/** What reaching the next better quarter would take, all other authorities staying as they are. */
export interface Reach {
  /** The quarter that would be reached: one better than now. */
  quartile: Quartile
  /** The value at its edge, in the measure's unit. Reaching it is enough: a value on a bound belongs to the better side. */
  bound: number
  /** bound − value, in the measure's unit: negative means the value has to come down. */
  difference: number
  /**
   * The same for the numerator (people, homes, days, pounds): positive is more of them, negative fewer. A count is rounded
   * up to whole units, away from zero; an amount is left as it is. Null when no denominator is known, or when numerator ÷
   * denominator is not the value, so that the sum would mislead.
   */
  numerator_change: number | null
  /** What to multiply the published numerator's unit by to have the unit of `numerator_change`: 1 or, for £000, 1000. */
  numerator_factor: number
}

interface ReachFigure {
  value: number
  numerator: number | null
  denominator: number | null
  quartile: Quartile
}

interface ReachRule {
  polarity: Exclude<Polarity, 'none'>
  midpoint: number | null
  multipliers: Multipliers
  /** Whether numerators count whole things, so that part of one makes no sense. */
  counts: boolean
}

/** What the next quarter would take. Null in the best quarter. */
export function reachOf(figure: ReachFigure, bounds: GoodnessBounds, rule: ReachRule): Reach | null {
  if (figure.quartile === 1) return null
  const goal = { 2: bounds.best, 3: bounds.median, 4: bounds.lowest }[figure.quartile]
  const bound = valueAt(goal, figure.value, rule)
  const difference = bound - figure.value
  const factor = wholeUnits(rule.multipliers.numerator)
  return {
    quartile: (figure.quartile - 1) as Quartile,
    bound,
    difference,
    numerator_change: numeratorChange(difference, figure, factor, rule),
    numerator_factor: factor,
  }
}

/** The value that is exactly as good as `goal`; for a midpoint measure the one on the same side as the figure. */
function valueAt(goal: number, value: number, { polarity, midpoint }: ReachRule): number {
  switch (polarity) {
    case 'higher':
      return goal
    case 'lower':
      return 0 - goal
    case 'midpoint':
      // distance() has checked that there is a midpoint.
      return distance(value, midpoint) === 0 ? value : midpoint! + Math.sign(midpoint! - value) * goal
  }
}

/**
 * Multipliers that are a power of ten undo truncation (£000). Any other turns the numerator into something else besides
 * (pounds a year into pounds a week), and the change is then stated in the published unit.
 */
function wholeUnits(multiplier: number): number {
  const power = Math.log10(multiplier)
  return multiplier > 1 && Math.abs(power - Math.round(power)) < 1e-9 ? multiplier : 1
}

function numeratorChange(difference: number, figure: ReachFigure, factor: number, rule: ReachRule): number | null {
  const { multipliers } = rule
  if (figure.denominator === null || !(figure.denominator > 0)) return null
  if (figure.numerator !== null && !agrees(figure.value, figure, multipliers)) return null
  const base = figure.denominator * multipliers.denominator
  const change = ((difference * base) / (multipliers.scale * multipliers.numerator)) * factor
  return rule.counts ? awayFromZero(change) : change
}

/** Whole units away from zero; a billionth is forgiven, so that 8.000000001 homes are eight. */
function awayFromZero(amount: number): number {
  const whole = Math.ceil(Math.abs(amount) * (1 - 1e-9))
  return amount < 0 && whole > 0 ? -whole : whole
}
