/** Names of authorities in a file that nobody can be sure of, each with the authorities it may mean. */
import type { Reader } from '#kernel/db/index.ts'
import { authorityLookup, indexNames, matchName } from '#slices/places/index.ts'
import type { Recipe } from '../imports/recipe.ts'
import type { ImportReport } from '../imports/report.ts'

export interface DoubtfulName {
  /** As the file writes it. */
  name: string
  /** The first line it stands on; null where the line is not known. */
  line: number | null
  /** Code, name and why it may be meant, the likeliest first; may be empty. */
  candidates: { code: string; name: string; why: string }[]
}

/** The names among the refusals and warnings that a person can settle by saying whom they mean. */
export async function doubtfulNames(db: Reader, recipe: Recipe, { refusals, warnings }: ImportReport): Promise<DoubtfulName[]> {
  const columns = nameColumns(recipe)
  const lines = new Map<string, number | null>()
  for (const { column, seen, line } of [...refusals, ...warnings.filter((warning) => warning.check === 'unknown-authority')]) {
    if (column !== null && seen !== '' && columns.has(column) && !lines.has(seen)) lines.set(seen, line)
  }
  if (lines.size === 0) return []
  const index = indexNames((await authorityLookup(db)).authorities)
  return [...lines].flatMap(([name, line]) => {
    const match = matchName(name, index)
    if ('authority' in match) return []
    const candidates = 'doubtful' in match ? match.doubtful : match.unknown
    return [{ name, line, candidates: candidates.map(({ authority, why }) => ({ code: authority.code, name: authority.name, why })) }]
  })
}

interface NamingRule {
  column?: string | undefined
  by: string
}

/** The columns in which a recipe expects names of authorities. Codes are not to be confirmed: they are right or wrong. */
function nameColumns(recipe: Recipe): Set<string> {
  const byName = namingRules(recipe).filter(({ by }) => by === 'name' || by === 'any')
  return new Set(byName.flatMap(({ column }) => (column === undefined ? [] : [column])))
}

function namingRules(recipe: Recipe): NamingRule[] {
  switch (recipe.produces) {
    case 'observations':
      return [recipe.authority, ...recipe.values.map((value) => value.authority)].flatMap((rule) => [rule, rule?.or]).filter((rule) => rule !== undefined)
    case 'authorities':
      return recipe.finds ? [recipe.finds] : []
    case 'groups':
      return [...(recipe.of ? [recipe.of] : []), ...(recipe.members.columns ?? []).map(({ column }) => ({ column, by: recipe.members.by }))]
    case 'layout':
      return [{ column: recipe.hexes.code, by: recipe.hexes.by }]
    case 'measures':
    case 'breaks':
      return []
  }
}
