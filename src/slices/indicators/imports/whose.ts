/** Finds whose figure a row gives: an authority of the register, or an area kept for reference. */
import {
  areaLevelOf, kindOfGss, type AreaRecord, type AuthorityKey, type AuthorityLookup, type FoundAuthority, type Span,
} from '#slices/places/index.ts'
import type { Fault } from './report.ts'
import type { AuthorityRule, ObservationsRecipe } from './recipe.ts'
import type { Cells, ColumnPlace } from './texts.ts'

export type PlaceRef = { authority: number } | { area: AreaRecord }

export type PlaceReader = (cells: Cells, during: Span) => PlaceRef | Fault

type Reference = NonNullable<ObservationsRecipe['reference']>

/** The authority a file means by a text. What the recipe says it means is a code of any sort, whatever the column holds. */
export function findAuthority(
  lookup: AuthorityLookup, written: string, rule: { by: AuthorityKey; codes?: Record<string, string> | undefined }, during?: Span,
): FoundAuthority {
  const meant = rule.codes && Object.hasOwn(rule.codes, written) ? rule.codes[written] : undefined
  return meant === undefined ? lookup.find(written, rule.by, during) : lookup.find(meant, 'any', during)
}

/** Authorities come first: a code is an area's only when no authority answers to it. */
export function bindPlace(rule: AuthorityRule, reference: Reference | undefined, lookup: AuthorityLookup, place: ColumnPlace): PlaceReader {
  const at = rule.column === undefined ? null : place(rule.column)
  const areaOf = bindArea(reference, place)
  return (cells, during) => {
    const written = at === null ? (rule.fixed ?? '') : (cells[at] ?? '').trim()
    const fault = (expected: string, message: string): Fault => ({ column: rule.column ?? null, seen: written, expected, message })
    if (written === '') return fault('an authority', 'The row does not name an authority. If such rows are to be left out, the recipe should say so.')
    const known = reference?.areas?.[written]
    if (known) return { area: known }
    const found = findAuthority(lookup, written, rule, during)
    if ('authority' in found) return { authority: found.authority.id }
    const area = found.known ? null : areaOf(written, cells)
    return area ? { area } : fault(found.expected, found.refused)
  }
}

function bindArea(reference: Reference | undefined, place: ColumnPlace): (code: string, cells: Cells) => AreaRecord | null {
  if (!reference) return () => null
  const nameAt = reference.name === undefined ? null : place(reference.name)
  const levels = (reference.levels ?? []).map(({ matches, level }) => ({ pattern: new RegExp(matches, 'u'), level }))
  return (code, cells) => {
    const name = nameAt === null ? code : (cells[nameAt] ?? '').trim() || code
    const own = levels.find(({ pattern }) => pattern.test(code))
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
