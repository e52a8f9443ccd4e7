/** Imports comparator groups: families, and lists of nearest neighbours. */
import { countOf } from '#kernel/figures/index.ts'
import {
  authorityLookup, saveGroups, slugOf, type AuthorityLookup, type GroupRecord, type NamedAuthority,
} from '#slices/places/index.ts'
import type { ImportRequest, Prepared } from './preparing.ts'
import type { OpenFile } from './reading.ts'
import type { GroupsRecipe } from './recipe.ts'
import type { AuthorityRule } from './recipe-parts.ts'
import { bindMembers, type Member } from './members.ts'
import { isFault, type Fault, type Findings } from './report.ts'
import { missingText, readRows } from './rows.ts'
import { bindText, type Cells } from './texts.ts'
import { findAuthority } from './whose.ts'

/** What one row says: members of a group, all of them or some. */
interface GroupRow {
  source: string
  slug: string
  title: string
  of: NamedAuthority | null
  members: Member[]
}

export async function prepareGroups(request: ImportRequest<GroupsRecipe>): Promise<Prepared> {
  const { store, actor, recipe, findings } = request
  const lookup = await store.read(actor, authorityLookup)
  const { facts, rows } = await readRows<GroupRow>(request, (file) => bindGroup(recipe, lookup, file, findings))
  const groups = gathered(rows.map((row) => row.item), recipe, findings)
  return {
    facts,
    apply: async ({ trx, moment }) => findings.tally(await saveGroups(trx, groups, moment)),
    dispose: () => Promise.resolve(),
  }
}

type Find = (cells: Cells) => NamedAuthority | Fault

function bindGroup(recipe: GroupsRecipe, lookup: AuthorityLookup, file: OpenFile, findings: Findings): (row: { line: number; cells: string[] }) => GroupRow | Fault {
  const sourceOf = bindText(recipe.group_source, file.place)
  const nameOf = recipe.group ? bindText(recipe.group, file.place) : null
  const titleOf = bindText(recipe.group_title, file.place)
  const of = recipe.of ? bindAuthority(recipe.of, lookup, file) : null
  const members = bindMembers(recipe, lookup, file, findings)
  return ({ line, cells }) => {
    const [source, name, title] = [sourceOf(cells), nameOf?.(cells) ?? null, titleOf(cells)]
    if (source === null) return missingText('source')
    if (nameOf && name === null) return missingText('group')
    const whose = of?.(cells) ?? null
    if (isFault(whose)) return whose
    const found = members(line, cells, whose)
    const slug = whose ? whose.code : slugOf(name ?? '')
    return { source: slugOf(source), slug, title: (title ?? name ?? slug).replaceAll('{authority}', whose?.known_name ?? ''), of: whose, members: found }
  }
}

function bindAuthority(rule: AuthorityRule, lookup: AuthorityLookup, file: OpenFile): Find {
  const at = rule.column === undefined ? null : file.place(rule.column)
  return (cells) => {
    const written = at === null ? (rule.fixed ?? '') : (cells[at] ?? '').trim()
    const found = findAuthority(lookup, written, rule)
    return 'authority' in found ? found.authority : { column: rule.column ?? null, seen: written, expected: found.expected, message: found.refused }
  }
}

/** Rows of one group come together; a member named twice belongs to it once, where it stands first. */
function gathered(rows: readonly GroupRow[], { type, publisher, licence, dated, ordered }: GroupsRecipe, findings: Findings): GroupRecord[] {
  const repeated: { title: string; times: number }[] = []
  const groups = [...Map.groupBy(rows, (row) => `${row.source} ${row.slug}`).values()].flatMap((own) => {
    const [first] = own
    if (!first) return []
    const named = own.flatMap((row) => row.members)
    const members = new Map(named.toReversed().map((member) => [member.authority, member]))
    if (members.size < named.length) repeated.push({ title: first.title, times: named.length - members.size })
    // Ranks of the publisher order the list; without them the order of the file does.
    const inOrder = [...members.values()].toReversed().toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
    return [{
      type, source: first.source, slug: first.slug, title: first.title, of_authority: first.of?.id ?? null, publisher, licence, dated: dated ?? null,
      members: inOrder.map(({ authority, closeness, rank }, index) => ({ authority, closeness, position: ordered || rank !== null ? index + 1 : null })),
    }]
  })
  if (repeated.length > 0) findings.notes.push(repeatedMembers(repeated))
  return groups
}

function repeatedMembers(repeated: readonly { title: string; times: number }[]): string {
  const times = repeated.reduce((sum, one) => sum + one.times, 0)
  const most = repeated.toSorted((a, b) => b.times - a.times).slice(0, 3).map((one) => `${one.title} (${one.times})`).join('; ')
  return `${countOf(times, 'member is', 'members are')} named again in ${countOf(repeated.length, 'list')} and ${times === 1 ? 'counts' : 'count'} once: ${most}${repeated.length > 3 ? ' …' : ''}.`
}
