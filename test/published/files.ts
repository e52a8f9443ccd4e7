import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { published } from '#kernel/testing/published.ts'

/**
 * Rows of a published CSV file by column name, text as it stands. None where the file is not beside the checkout: groups of
 * tests that are skipped are still read, and those that run count what they saw.
 */
export function rowsOf(relativePath: string): Record<string, string>[] {
  const path = published(relativePath)
  if (path === null) return []
  return parse(readFileSync(path), { columns: true, bom: true, skip_empty_lines: true })
}

/** A published number; null where the cell is empty. */
export function figure(text: string | undefined): number | null {
  return text === undefined || text === '' ? null : Number(text)
}

/**
 * How far a printed figure may lie from the one its publisher calculated with: half of its last decimal where the text
 * looks cut (nine digits or more, what a spreadsheet shows of a long fraction), nothing where it is short and so exact.
 */
export function printedRounding(text: string): number {
  const digits = text.replace(/[^0-9]/g, '').replace(/^0+/, '').length
  const decimals = text.split('.')[1]?.length ?? 0
  return digits >= 9 || decimals >= 9 ? 0.5 * 10 ** -decimals : 0
}
