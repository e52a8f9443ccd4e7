/**
 * Finding the authority a publisher means by a name. A match is made only when one authority answers; everything else
 * comes back as doubtful or unknown with candidates, for a person to decide.
 */
import { likeness } from './likeness.ts'
import { isAreaName, kindWordAgainst, normalName, nameWithoutKind, saysAuthority, wordsOf } from './names.ts'

export interface OtherName {
  name: string
  /** register: informal spellings a register lists. confirmed: a person said that this name means this authority. */
  basis: 'register' | 'confirmed'
}

/** As much of an authority as matching needs. Dates are days in being; null: before records, or still in being. */
export interface NamedAuthority {
  id: number
  code: string
  name: string
  known_name: string
  kind: string
  starts: string | null
  ends: string | null
  other_names: readonly OtherName[]
}

export interface Candidate {
  authority: NamedAuthority
  /** One sentence for the person who decides. */
  why: string
}

export type MatchStep = 'exact' | 'normalised' | 'confirmed' | 'without kind words'

export type NameMatch =
  | { authority: NamedAuthority; step: MatchStep }
  /** Some authority answers to the name, but not surely one. At least one candidate. */
  | { doubtful: Candidate[] }
  /** Nobody answers to it. Up to five whose names look alike, perhaps none. */
  | { unknown: Candidate[] }

/** The days a figure is about; settles which of two authorities of one name is meant. */
export interface Span {
  starts: string
  ends: string
}

type Index = ReadonlyMap<string, readonly NamedAuthority[]>

export interface NameIndex {
  authorities: readonly NamedAuthority[]
  official: Index
  /** Official and known names. */
  exact: Index
  normal: Index
  /** The register's informal names. */
  informalExact: Index
  informalNormal: Index
  confirmed: Index
  withoutKind: Index
}

/** Prepares a list of authorities for matching many names. */
export function indexNames(authorities: readonly NamedAuthority[]): NameIndex {
  const formal = (one: NamedAuthority) => [one.name, one.known_name]
  const others = (basis: OtherName['basis']) => (one: NamedAuthority) =>
    one.other_names.filter((other) => other.basis === basis).map((other) => other.name)
  const informal = others('register')
  return {
    authorities,
    official: grouped(authorities, (one) => [one.name], asWritten),
    exact: grouped(authorities, formal, asWritten),
    normal: grouped(authorities, formal, normalName),
    informalExact: grouped(authorities, informal, asWritten),
    informalNormal: grouped(authorities, informal, normalName),
    confirmed: grouped(authorities, others('confirmed'), normalName),
    withoutKind: grouped(authorities, (one) => [...formal(one), ...informal(one)], nameWithoutKind),
  }
}

/** Each key with the authorities that have a name of that key, once each. An empty key leads nowhere. */
function grouped(
  authorities: readonly NamedAuthority[],
  names: (one: NamedAuthority) => readonly string[],
  key: (name: string) => string,
): Map<string, NamedAuthority[]> {
  const groups = new Map<string, NamedAuthority[]>()
  for (const one of authorities) {
    for (const text of new Set(names(one).map(key))) {
      if (text !== '') groups.set(text, [...(groups.get(text) ?? []), one])
    }
  }
  return groups
}

const asWritten = (name: string) => name.trim().replace(/\s+/g, ' ')

/**
 * The authority meant by a name, or why nobody can say. Steps, the first that settles it wins: exact, normalised, a
 * name somebody confirmed, and without words for the kind. Authorities that share the name are told apart by `during`
 * (only one of them in being on those days) and are doubtful without it.
 */
export function matchName(name: string, index: NameIndex, during?: Span): NameMatch {
  const byName = byFormalOrInformal(name, index, during)
  if (byName && 'authority' in byName) return byName
  const confirmed = index.confirmed.get(normalName(name))
  if (confirmed) return settle(name, confirmed, 'confirmed', during)
  return byName ?? byNameWithoutKind(name, index, during) ?? { unknown: nearNames(name, index) }
}

function byFormalOrInformal(name: string, index: NameIndex, during?: Span): NameMatch | null {
  const written = asWritten(name)
  const normal = normalName(name)
  const official = index.official.get(written)
  if (official) return unlessAnArea(name, official) ?? settle(name, official, 'exact', during)

  const formal = index.exact.get(written) ?? index.normal.get(normal)
  const informal = index.informalExact.get(written) ?? index.informalNormal.get(normal)
  const found = formal ?? informal
  if (!found) return null
  const step = index.exact.has(written) || (!formal && index.informalExact.has(written)) ? 'exact' : 'normalised'
  // A bare name also means an authority that is told apart only by its kind: Dorset was a county and is a unitary.
  const all = union(found, index.withoutKind.get(normal) ?? [])
  const short = formal ? null : unlessShortForOthers(name, all, index)
  return unlessAnArea(name, all) ?? short ?? settle(name, all, step, during)
}

function byNameWithoutKind(name: string, index: NameIndex, during?: Span): NameMatch | null {
  const found = index.withoutKind.get(nameWithoutKind(name))
  if (!found) return null
  const match = unlessAnArea(name, found) ?? settle(name, found, 'without kind words', during)
  if (!('authority' in match)) return match
  const { authority } = match
  const names = [authority.name, authority.known_name, ...authority.other_names.map((other) => other.name)]
  const against = kindWordAgainst(name, authority.kind, names)
  if (against === null) return match
  return { doubtful: [{ authority, why: `“${name}” says “${against}”; ${described(authority)} is not one.` }] }
}

const union = (some: readonly NamedAuthority[], more: readonly NamedAuthority[]) => [...new Set([...some, ...more])]

function settle(name: string, candidates: readonly NamedAuthority[], step: MatchStep, during?: Span): NameMatch {
  const alive = during && candidates.length > 1 ? candidates.filter((one) => inBeing(one, during)) : candidates
  const [only, ...more] = alive
  if (only && more.length === 0) return { authority: only, step }
  const why = (authority: NamedAuthority) => `“${name}” may mean ${described(authority)}.`
  return { doubtful: candidates.map((authority) => ({ authority, why: why(authority) })) }
}

/** Whether an authority was in being on at least one day of the span. */
export function inBeing(authority: { starts: string | null; ends: string | null }, span: Span): boolean {
  return (authority.starts ?? '') <= span.ends && (authority.ends === null || authority.ends >= span.starts)
}

/** For the person who decides: name, code and the dates that tell it from a namesake. */
function described(authority: NamedAuthority): string {
  const since = authority.starts ? ` from ${authority.starts}` : ''
  const until = authority.ends ? ` until ${authority.ends}` : ''
  return `${authority.name} (${authority.code})${since}${until}`
}

const wide = new Set(['combined-authority', 'strategic-regional-authority'])

/** Files mix authorities with the areas they are named after: a name that fits both is not an authority for sure. */
function unlessAnArea(name: string, candidates: readonly NamedAuthority[]): NameMatch | null {
  const why = isAreaName(name)
    ? `“${name}” is also the name of a country or region.`
    : candidates.every((one) => wide.has(one.kind)) && !saysAuthority(name)
      ? `“${name}” may mean the area it serves: the name does not say authority.`
      : null
  return why === null ? null : { doubtful: candidates.map((authority) => ({ authority, why })) }
}

/** An informal name that begins two authorities' names, such as Newcastle, is not to be guessed. */
function unlessShortForOthers(name: string, candidates: readonly NamedAuthority[], index: NameIndex): NameMatch | null {
  const given = wordsOf(name)
  const begins = (full: string) => given.every((word, place) => wordsOf(full)[place] === word)
  const others = index.authorities.filter((one) =>
    !candidates.includes(one) && !wide.has(one.kind) && begins(one.known_name))
  if (others.length === 0) return null
  const why = (authority: NamedAuthority) => `“${name}” may be short for ${described(authority)}.`
  return { doubtful: [...candidates, ...others].map((authority) => ({ authority, why: why(authority) })) }
}

/** Authorities whose names look alike, the likeliest first, at most five: for a person to choose from. */
function nearNames(name: string, index: NameIndex): Candidate[] {
  return index.authorities
    .map((authority) => {
      const like = Math.max(likeness(name, authority.name), likeness(name, authority.known_name))
      return { authority, like }
    })
    .filter(({ like }) => like >= 0.5)
    .sort((a, b) => b.like - a.like || a.authority.id - b.authority.id)
    .slice(0, 5)
    .map(({ authority }) => ({ authority, why: `${described(authority)} has a similar name.` }))
}
