/** Finds whose figure a row gives: an authority of the register, or an area kept for reference. */
import {
  areaLevelOf, kindOfGss, type AreaRecord, type AuthorityKey, type AuthorityLookup, type FoundAuthority, type Span,
} from '#slices/places/index.ts'
import { expressionOf } from './expressions.ts'
import type { Fault } from './report.ts'
import type { ObservationsRecipe } from './recipe.ts'
import type { FigureAuthorityRule } from './recipe-parts.ts'
import type { Cells, ColumnPlace } from './texts.ts'

export type PlaceRef = { authority: number } | { area: AreaRecord }

export type PlaceReader = (cells: Cells, during: Span) => PlaceRef | Fault

type Reference = NonNullable<ObservationsRecipe['reference']>

const emptyRegister: FoundAuthority = {
  refused: 'The register of authorities is empty. Import one first, for example by the recipe uk-authority-register.',
  expected: 'a register with authorities in it', known: false,
}

/** The authority a file means by a text. What the recipe says it means is a code of any sort, whatever the column holds. */
export function findAuthority(
  lookup: AuthorityLookup, written: string, rule: { by: AuthorityKey; after?: string | undefined; codes?: Record<string, string> | undefined }, during?: Span,
): FoundAuthority {
  if (lookup.authorities.length === 0) return emptyRegister
  const meant = rule.codes && Object.hasOwn(rule.codes, written) ? rule.codes[written] : undefined
  if (meant !== undefined) return lookup.find(meant, 'any', during)
  return lookup.find(rule.after !== undefined && written.startsWith(rule.after) ? written.slice(rule.after.length) : written, rule.by, during)
}

/** Authorities come first: a code is an area's only when no authority answers to it. */
export function bindPlace(rule: FigureAuthorityRule, reference: Reference | undefined, lookup: AuthorityLookup, place: ColumnPlace): PlaceReader {
  const readers = bindWritten(rule, place)
  const areaOf = bindArea(reference, place)
  return (cells, during) => {
    const { written, by } = readers.map(({ get, ...from }) => ({ written: get(cells), by: from })).find((one) => one.written !== '') ?? { written: '', by: readers[0] }
    const fault = (expected: string, message: string): Fault => ({ column: by.column, seen: written, expected, message })
    const known = reference?.areas?.[written]
    if (known) return { area: known }
    if (written === '') return fault('an authority', `The row does not name an authority. ${otherRows}`)
    const found = findAuthority(lookup, written, by.rule, during)
    if ('authority' in found) return { authority: found.authority.id }
    const area = found.known ? null : areaOf(written, cells)
    if (area) return { area }
    return fault(found.expected, found.known || found === emptyRegister ? found.refused : `${found.refused} ${otherRows}`)
  }
}

const otherRows = 'If it is a region or country, name it under "reference.areas"; if such rows are not wanted, leave them out under "leave_out".'

interface WrittenReader {
  get: (cells: Cells) => string
  column: string | null
  rule: Pick<FigureAuthorityRule, 'by' | 'after' | 'codes'>
}

/** Where the authority is written: in a column, and where that is blank in another. */
function bindWritten(rule: FigureAuthorityRule, place: ColumnPlace): [WrittenReader, ...WrittenReader[]] {
  const cellAt = (column: string) => {
    const at = place(column)
    return (cells: Cells) => (cells[at] ?? '').trim()
  }
  const { column, fixed = '', or } = rule
  const first: WrittenReader = { get: column === undefined ? () => fixed : cellAt(column), column: column ?? null, rule }
  return or ? [first, { get: cellAt(or.column), column: or.column, rule: or }] : [first]
}

function bindArea(reference: Reference | undefined, place: ColumnPlace): (code: string, cells: Cells) => AreaRecord | null {
  if (!reference) return () => null
  const nameAt = reference.name === undefined ? null : place(reference.name)
  const levels = (reference.levels ?? []).map(({ matches, level }) => ({ pattern: expressionOf(matches), level }))
  return (code, cells) => {
    const name = nameAt === null ? code : (cells[nameAt] ?? '').trim() || code
    const own = levels.find(({ pattern }) => pattern.fits(code))
    if (own) return { code, name, level: own.level }
    const level = reference.standard && !isAuthorityCode(code) ? areaLevelOf(code) : null
    return level ? { code, name, level } : null
  }
}

/** A code of a council that the register does not have is a fault to look at, not an area. Counties and combined authorities share codes with areas. */
function isAuthorityCode(code: string): boolean {
  const kind = kindOfGss(code)
  return kind !== null && kind !== 'county' && kind !== 'combined-authority' && kind !== 'strategic-regional-authority'
}
