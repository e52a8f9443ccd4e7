/** Reading the authorities a person names, one a line: by any code, by a name, or as "name (code)". */
import type { AuthorityLookup } from './lookup.ts'
import { indexNames, matchName, type Candidate, type NamedAuthority } from './matching.ts'

/** A line that is not surely one authority, with whom it may mean. */
export interface DoubtfulLine {
  /** As typed. */
  line: string
  /** One sentence. */
  why: string
  candidates: NamedAuthority[]
}

export interface NamedAuthorities {
  /** Each once, in the order they were named. */
  found: NamedAuthority[]
  doubtful: DoubtfulLine[]
}

/** Who is meant by each line. Of namesakes the one in being on `day` is meant. Empty lines say nothing. */
export function namedAuthorities(lookup: AuthorityLookup, lines: readonly string[], day: string): NamedAuthorities {
  const during = { starts: day, ends: day }
  const index = indexNames(lookup.authorities)
  const found = new Set<NamedAuthority>()
  const doubtful: DoubtfulLine[] = []
  for (const line of new Set(lines.map((one) => one.trim()).filter((one) => one !== ''))) {
    const code = /\(([A-Z0-9]{3,9})\)$/.exec(line)?.[1]
    const byCode = lookup.find(code ?? line, 'any', during)
    if ('authority' in byCode) {
      found.add(byCode.authority)
      continue
    }
    const match = matchName(line, index, during)
    if ('authority' in match) found.add(match.authority)
    else doubtful.push(doubt(line, 'doubtful' in match ? match.doubtful : match.unknown))
  }
  return { found: [...found], doubtful }
}

function doubt(line: string, candidates: readonly Candidate[]): DoubtfulLine {
  const why = candidates.length === 0
    ? `“${line}” is neither a code nor a name in the register.`
    : `“${line}” is not surely one authority.`
  return { line, why, candidates: candidates.map(({ authority }) => authority) }
}
