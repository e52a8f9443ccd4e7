/** What the check of value against numerator and denominator says about the slips made on purpose. */
import { measures } from './definitions.ts'
import type { KnownObservation } from './history.ts'
import { deliberateMismatches } from './observations.ts'

interface DemonstrationWarning {
  about: KnownObservation
  check_name: 'value-disagrees'
  column_name: 'value'
  seen: string
  expected: string
  message: string
}

/** One warning for each row with a slip. */
export function warningsOf(observations: readonly KnownObservation[]): DemonstrationWarning[] {
  const slips = new Set(deliberateMismatches.map(({ measure, authority, period }) => `${measure} ${authority} ${period}`))
  return observations.filter((one) => slips.has(`${one.measure} ${one.authority} ${one.period}`)).flatMap((about) => {
    const version = measures.find(({ code }) => code === about.measure)?.versions.at(-1)
    if (!version || about.value === null || about.numerator === null || about.denominator === null) return []
    const quotient = (about.numerator * version.numerator_multiplier) / (about.denominator * version.denominator_multiplier)
    const [seen, expected] = [shown(about.value), shown(quotient)]
    const message = `${about.measure}, ${about.authority}, ${about.period}: the value is ${seen}, but numerator ÷ denominator is ${expected}.`
    return [{ about, check_name: 'value-disagrees' as const, column_name: 'value' as const, seen, expected, message }]
  })
}

const shown = (value: number): string => String(Number(value.toPrecision(6)))
