import { csvRow, type CellValue } from '#kernel/tables/index.ts'
import type { ComparisonAnswer, ComparisonRowAnswer, ProfileAnswer, ProfileRowAnswer, TrendAnswer } from './answer.ts'

const columns: readonly (readonly [string, (row: ComparisonRowAnswer, answer: ComparisonAnswer) => CellValue])[] = [
  ['measure', (_row, { measure }) => measure.code],
  ['period', (_row, { period }) => period.label],
  ['group', (_row, { group }) => group.address],
  ['known_at', (_row, { known_at }) => known_at],
  ['code', (row) => row.code],
  ['name', (row) => row.name],
  ['value', (row) => row.value],
  ['word', (row) => row.word],
  ['numerator', (row) => row.numerator],
  ['denominator', (row) => row.denominator],
  ['status', (row) => row.status],
  ['reason', (row) => row.reason],
  ['rank', (row) => row.rank],
  ['compared', (row) => row.compared],
  ['rank_share', (row) => row.rank_share],
  ['quartile', (row) => row.quartile],
  ['deviation', (row) => row.deviation],
  ['deviation_scaled', (row) => row.deviation_scaled],
  ['change', (row) => row.change],
  ['change_since_previous', (row) => row.change_since_previous],
  ['previous_period', (row) => row.previous_period],
  ['previous_value', (row) => row.previous_value],
  ['change_since_first', (row) => row.change_since_first],
  ['first_period', (row) => row.first_period],
  ['first_value', (row) => row.first_value],
  ['interval_lower', (row) => row.interval?.lower ?? null],
  ['interval_upper', (row) => row.interval?.upper ?? null],
  ['interval_method', (row) => row.interval?.method ?? null],
  ['clearly_different', (row) => row.clearly_different === null ? null : String(row.clearly_different)],
  ['position', (row) => row.position],
  ['reach_quartile', (row) => row.reach?.quartile ?? null],
  ['reach_bound', (row) => row.reach?.bound ?? null],
  ['reach_difference', (row) => row.reach?.difference ?? null],
  ['reach_numerator_change', (row) => row.reach?.numerator_change ?? null],
  ['publisher', (_row, { measure }) => measure.publisher],
  ['licence', (_row, { measure }) => measure.licence],
  ['fictional', (_row, { measure }) => String(measure.fictional)],
]

/** The comparison as CSV: a row for each authority that says by itself what it is of. */
export function comparisonTable(answer: ComparisonAnswer): string {
  const header = csvRow(columns.map(([name]) => name))
  return header + answer.authorities.map((row) => csvRow(columns.map(([, cell]) => cell(row, answer)))).join('')
}

const profileColumns: readonly (readonly [string, (row: ProfileRowAnswer, answer: ProfileAnswer) => CellValue])[] = [
  ['authority', (_row, { authority }) => authority.code],
  ['group', (_row, { group }) => group.address],
  ['known_at', (_row, { known_at }) => known_at],
  ['measure', ({ measure }) => measure.code],
  ['title', ({ measure }) => measure.title],
  ['service', ({ measure }) => measure.service],
  ['dimension', ({ measure }) => measure.dimension],
  ['unit', ({ measure }) => measure.unit],
  ['polarity', ({ measure }) => measure.polarity],
  ['period', ({ period }) => period?.label ?? null],
  ['value', (row) => row.value],
  ['word', (row) => row.word],
  ['status', (row) => row.status],
  ['reason', (row) => row.reason],
  ['rank', (row) => row.rank],
  ['compared', (row) => row.compared],
  ['quartile', (row) => row.quartile],
  ['position', (row) => row.position],
  ['minimum', (row) => row.minimum],
  ['quartile_lower', (row) => row.quartile_lower],
  ['median', (row) => row.median],
  ['median_word', (row) => row.median_word],
  ['quartile_upper', (row) => row.quartile_upper],
  ['maximum', (row) => row.maximum],
  ['change_since_previous', (row) => row.change_since_previous],
  ['previous_period', (row) => row.previous_period],
  ['change_since_first', (row) => row.change_since_first],
  ['first_period', (row) => row.first_period],
]

/** The profile as CSV: a row for each measure. */
export function profileTable(answer: ProfileAnswer): string {
  const header = csvRow(profileColumns.map(([name]) => name))
  return header + answer.measures.map((row) => csvRow(profileColumns.map(([, cell]) => cell(row, answer)))).join('')
}

/** The series as CSV: a row for each period. */
export function trendTable({ measure, authority, group, points }: TrendAnswer): string {
  const header = ['measure', 'authority', 'group', 'period', 'starts', 'ends', 'value', 'word', 'status', 'reason', 'compared', 'quartile_lower', 'median', 'median_word', 'quartile_upper', 'after_break']
  const rows = points.map((point) => [
    measure.code, authority.code, group.address, point.label, point.starts, point.ends, point.value, point.word, point.status, point.reason,
    point.compared, point.quartile_lower, point.median, point.median_word, point.quartile_upper, String(point.after_break),
  ])
  return [header, ...rows].map(csvRow).join('')
}
