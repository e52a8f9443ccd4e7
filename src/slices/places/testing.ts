/** For tests: the published register as authorities that names can be matched to. */
import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { kindOf } from './kinds.ts'
import type { NamedAuthority } from './matching.ts'
import { lastDayInBeing } from './rules.ts'

type Path = (relativePath: string) => string

/** The rows of a published CSV file with a header on its first line. */
export function readRows(path: string): Record<string, string>[] {
  return parse(readFileSync(path), { columns: true, bom: true, relax_column_count: true })
}

/** The 470 authorities of the mySociety register; informal names from its list of names when asked for. */
export function readRegister(path: Path, names: 'formal' | 'all' = 'all'): NamedAuthority[] {
  const informal = names === 'all' ? readRows(path('authority-register/name-to-register-code.csv')) : []
  const namesOf = Map.groupBy(informal, (row) => row['local-authority-code'] ?? '')
  return readRows(path('authority-register/uk-local-authorities-with-future.csv')).map((row, place) => {
    const cell = (column: string) => row[column] ?? ''
    const others = namesOf.get(cell('local-authority-code')) ?? []
    return {
      id: place + 1,
      code: cell('gss-code') || cell('local-authority-code'),
      name: cell('official-name'),
      known_name: cell('nice-name'),
      kind: kindOf(cell('local-authority-type'), cell('gss-code')) ?? '',
      starts: cell('start-date') || null,
      ends: cell('end-date') ? lastDayInBeing(cell('end-date')) : null,
      other_names: others.map((other) => ({ name: other['la-name'] ?? '', basis: 'register' })),
    }
  })
}

/** Former code to the code that replaced it, where the register knows it as the same authority. */
export function readFormerCodes(path: Path): Map<string, string> {
  const rows = readRows(path('authority-register/uk-local-authorities-with-future.csv'))
  return new Map(rows.flatMap((row) => {
    const codes = (row['former-gss-codes'] ?? '').split(',').filter((code) => code !== '')
    return codes.map((code) => [code, row['gss-code'] ?? ''] as const)
  }))
}
