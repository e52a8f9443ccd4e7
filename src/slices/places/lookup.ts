/** Finding the authorities a file names, by whichever code or name it uses. The register is read once for each import. */
import type { Reader } from '#kernel/db/index.ts'
import { indexNames, inBeing, matchName, type NamedAuthority, type NameIndex, type Span } from './matching.ts'

/** How a file names authorities. `any`: every kind of code, then the name. */
export const authorityKeys = ['gss', 'register', 'dfe', 'ecode', 'name', 'any'] as const
export type AuthorityKey = (typeof authorityKeys)[number]

/** An authority, or why nobody can say which: one sentence and what would have been right. */
export type FoundAuthority = { authority: NamedAuthority } | { refused: string; expected: string; known: boolean }

export interface AuthorityLookup {
  readonly authorities: readonly NamedAuthority[]
  /** `during` tells apart authorities that shared a code or a name at different times. */
  find(text: string, by: AuthorityKey, during?: Span): FoundAuthority
  byId(id: number): NamedAuthority | undefined
}

/** Reads the whole register of authorities with its codes and names: a few thousand short rows. */
export async function authorityLookup(db: Reader): Promise<AuthorityLookup> {
  const rows = await db
    .selectFrom('places.authority').select(['id', 'code', 'name', 'known_name', 'kind', 'starts', 'ends']).orderBy('id').execute()
  const names = await db.selectFrom('places.authority_name').select(['authority', 'name', 'basis']).execute()
  const keys = await db.selectFrom('places.authority_key').select(['authority', 'scheme', 'code']).execute()
  const namesOf = Map.groupBy(names, (name) => name.authority)
  const authorities = rows.map((row) => ({
    ...row,
    other_names: (namesOf.get(row.id) ?? []).flatMap(({ name, basis }) =>
      basis === 'register' || basis === 'confirmed' ? [{ name, basis } as const] : []),
  }))
  return lookupOver(authorities, keys)
}

interface Key {
  authority: number
  scheme: string
  code: string
}

function lookupOver(authorities: NamedAuthority[], keys: readonly Key[]): AuthorityLookup {
  const byId = new Map(authorities.map((one) => [one.id, one]))
  const byCode = codesIndex(authorities, keys, byId)
  const names: NameIndex = indexNames(authorities)
  const nearest = new Map<string, FoundAuthority>()
  return {
    authorities,
    byId: (id) => byId.get(id),
    find(text, by, during) {
      const written = text.trim()
      const holders = by === 'name' ? [] : (byCode.get(`${by} ${written.toUpperCase()}`) ?? [])
      if (holders.length > 0) return oneOf(holders, written, during)
      if (by !== 'name' && by !== 'any') return unknownCode(written, by)
      // Files repeat a name on thousands of rows; looking for its neighbours each time would be slow.
      const key = `${written} ${during?.starts ?? ''} ${during?.ends ?? ''}`
      const known = nearest.get(key)
      if (known) return known
      const found = byName(written, names, during)
      if (nearest.size < 50_000) nearest.set(key, found)
      return found
    },
  }
}

/** `scheme CODE` to the authorities that hold it; `any CODE` for all schemes; former GSS codes answer as GSS codes. */
function codesIndex(authorities: readonly NamedAuthority[], keys: readonly Key[], byId: ReadonlyMap<number, NamedAuthority>) {
  const index = new Map<string, NamedAuthority[]>()
  const add = (scheme: string, code: string, one: NamedAuthority) => {
    for (const name of [`${scheme} ${code.toUpperCase()}`, `any ${code.toUpperCase()}`]) {
      const holders = index.get(name) ?? []
      if (!holders.includes(one)) index.set(name, [...holders, one])
    }
  }
  for (const one of authorities) add('gss', one.code, one)
  for (const { scheme, code, authority } of keys) {
    const one = byId.get(authority)
    if (one) add(scheme === 'former-gss' ? 'gss' : scheme, code, one)
  }
  return index
}

function oneOf(holders: readonly NamedAuthority[], text: string, during?: Span): FoundAuthority {
  const alive = during ? holders.filter((one) => inBeing(one, during)) : holders
  const [only, ...more] = holders.length === 1 ? holders : alive
  if (only && more.length === 0) return { authority: only }
  const list = holders.map((one) => `${one.name} (${one.code})`).join(' and ')
  return { refused: `The code "${text}" belongs to ${list}, and the period does not tell which is meant.`, expected: 'a code of one authority', known: true }
}

const schemeWords: Record<string, string> = { gss: 'GSS code', register: 'three-letter register code', dfe: 'DfE number', ecode: 'E-code' }

function unknownCode(text: string, by: AuthorityKey): FoundAuthority {
  const words = schemeWords[by] ?? 'code'
  return { refused: `No authority in the register has the ${words} "${text}".`, expected: `a ${words} of an authority in the register`, known: false }
}

function byName(text: string, names: NameIndex, during?: Span): FoundAuthority {
  const match = matchName(text, names, during)
  if ('authority' in match) return { authority: match.authority }
  const candidates = 'doubtful' in match ? match.doubtful : match.unknown
  const list = candidates.map(({ authority }) => `${authority.name} (${authority.code})`).join(', ')
  if ('doubtful' in match) {
    return { refused: `"${text}" is not surely one authority: ${match.doubtful[0]?.why ?? ''} Candidates: ${list}.`, expected: 'a name that can mean only one authority, or a code', known: true }
  }
  const near = list === '' ? '' : ` Similar names: ${list}.`
  return { refused: `No authority in the register is called "${text}".${near}`, expected: 'the name of an authority in the register', known: false }
}
