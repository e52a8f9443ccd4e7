import { sql } from 'kysely'

/**
 * Whether a measure's small-number rule keeps a figure from being shown: a count above nought and below the limit stands
 * behind it, so that somebody might be recognised. Looked at are the numerator, the denominator, for percentages what is
 * left between them (of 40 people, 38 did: 2 did not), and for counts the value itself. Truncated counts are multiplied
 * out first.
 *
 * A figure so kept back is treated everywhere as absent, with the reason "suppressed": it is neither shown nor ranked, and
 * it does not enter medians, means or changes, from which it could be worked out again.
 *
 * @param figure alias of indicators.observation, @param version alias of the measure_version whose rule holds.
 */
export function withheld(figure: string, version: string) {
  const o = (column: string) => sql.ref<string>(`${figure}.${column}`)
  const v = (column: string) => sql.ref<string>(`${version}.${column}`)
  const numerator = sql`${o('numerator')} * greatest(${v('numerator_multiplier')}, 1)`
  const denominator = sql`${o('denominator')} * greatest(${v('denominator_multiplier')}, 1)`
  const isSmall = (count: typeof numerator) => sql`(${count} > 0 and ${count} < ${v('small_numbers')})`
  return sql<boolean>`(${v('small_numbers')} is not null and coalesce(
    ${isSmall(numerator)} or ${isSmall(denominator)}
    or (${v('unit_kind')} = 'percentage' and ${isSmall(sql`(${denominator} - ${numerator})`)})
    or (${v('unit_kind')} = 'count' and ${isSmall(sql`${o('value')}`)}), false))`
}
