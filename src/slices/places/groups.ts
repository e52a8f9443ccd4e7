import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'
import { knownAt } from '#kernel/db/known-at.ts'
import { remembered } from '#kernel/db/remembered.ts'
import { refused } from '#kernel/problems.ts'
import { authorities, type Authority } from './authorities.ts'

// Comparator groups and their addresses: all, nation:scotland, region:north-west, kind:london-borough, tier:upper,
// family:<source>/<name>, neighbours:<source>, list:<slug>.

/** What is asked of a group: who belonged to it on a day, as the groupings were known at a moment. */
export interface GroupQuestion {
  address: string
  /**
   * The day on which computed groups count who was in being: usually the last day of a period. Absent: everybody who ever
   * was, for a question about many periods, which then asks `isInBeing` of each member and period.
   */
  on?: string | undefined
  /** The authority in question; `neighbours:` has no meaning without it. */
  of?: Authority | undefined
  /** When the grouping should have been known; absent: now. */
  knownAt?: Date | undefined
  /**
   * The kinds the measure is stated to be for. Combined authorities cover the same places as their members, so all, nation and
   * region hold only those of a kind named here.
   */
  kinds?: readonly string[] | undefined
  /**
   * Whether computed groups hold only fictional authorities, or only real ones. Absent: as the authority in question is, and
   * without one, both.
   */
  fictional?: boolean | undefined
}

export interface Group {
  address: string
  /** In words, for a sentence: "all authorities in Scotland", "the 16 nearest neighbours of Northmere (Oflog)". */
  title: string
  /** Who sorted them, for a publisher's grouping; null for computed groups. */
  publisher: string | null
  /** The terms its publisher gives a grouping; null for computed groups, and where none are known. */
  licence: string | null
  dated: string | null
  members: Authority[]
}

/** The members of a group. Throws a refusal that lists what can be asked when the address means nothing. */
export function resolveGroup(db: Reader, question: GroupQuestion): Promise<Group> {
  const { address, on, of, knownAt: moment, kinds, fictional } = question
  return remembered(db, ['group', address, on, of?.id, of?.fictional, kinds, fictional, moment], () => findGroup(db, question))
}

async function findGroup(db: Reader, question: GroupQuestion): Promise<Group> {
  const [type, rest] = split(question.address)
  switch (type) {
    case 'all':
      return computed(db, question, {}, 'all authorities')
    case 'nation':
      return computed(db, question, { nation: rest }, `all authorities in ${words(rest)}`)
    case 'region':
      return computed(db, question, { region: rest }, `all authorities in ${words(rest)}`)
    case 'kind':
      return computed(db, question, { kind: rest }, await kindInWords(db, rest))
    case 'tier':
      return computed(db, question, { tier: rest }, tierInWords[rest] ?? `authorities of the ${rest} tier`)
    case 'family':
    case 'neighbours':
    case 'list':
      return kept(db, question, type, rest)
    default:
      throw unknownGroup(question.address)
  }
}

const tierInWords: Record<string, string> = {
  upper: 'authorities with upper-tier duties',
  lower: 'authorities with lower-tier duties',
  single: 'single-tier authorities',
  combined: 'combined authorities',
}

/** A single-tier authority has the duties of both tiers, so it stands in both groups. */
const tiersWithin: Record<string, readonly string[]> = {
  upper: ['upper', 'single'],
  lower: ['lower', 'single'],
  single: ['single'],
  combined: ['combined'],
}

async function computed(
  db: Reader,
  { address, on, of, kinds = [], fictional = of?.fictional }: GroupQuestion,
  limits: { nation?: string; region?: string; kind?: string; tier?: string },
  title: string,
): Promise<Group> {
  let query = on === undefined ? authorities(db) : inBeing(authorities(db), on)
  if (limits.nation !== undefined) query = query.where('a.nation', '=', limits.nation)
  if (limits.region !== undefined) query = query.where('a.region', '=', limits.region)
  if (limits.kind !== undefined) query = query.where('a.kind', '=', limits.kind)
  if (limits.tier !== undefined) {
    const tiers = tiersWithin[limits.tier]
    if (!tiers) throw unknownGroup(address)
    query = query.where('k.tier', 'in', tiers)
  }
  if (fictional !== undefined) query = query.where('a.fictional', '=', fictional)
  if (limits.kind === undefined && limits.tier === undefined) {
    query = query.where(sql<boolean>`(k.tier <> 'combined' or a.kind = any(${[...kinds]}::text[]))`)
  }
  const members = await query.orderBy('a.known_name').orderBy('a.code').execute()
  if (members.length === 0) await refuseIfNobodyEver(db, address, limits)
  return { address, title, publisher: null, licence: null, dated: null, members }
}

/** An empty group is an answer ("none were in being that day"); a nation or region nobody was ever in is a slip of the pen. */
async function refuseIfNobodyEver(db: Reader, address: string, { nation, region }: { nation?: string; region?: string }) {
  if (nation === undefined && region === undefined) return
  let query = db.selectFrom('places.authority').select('id').limit(1)
  if (nation !== undefined) query = query.where('nation', '=', nation)
  if (region !== undefined) query = query.where('region', '=', region)
  if (!(await query.executeTakeFirst())) throw unknownGroup(address)
}

function inBeing(query: ReturnType<typeof authorities>, on: string) {
  return query
    .where((where) => where.or([where('a.starts', 'is', null), where('a.starts', '<=', on)]))
    .where((where) => where.or([where('a.ends', 'is', null), where('a.ends', '>=', on)]))
}

/** A family, a neighbour list or a hand-picked list, as it was known at the moment. */
async function kept(db: Reader, question: GroupQuestion, type: 'family' | 'neighbours' | 'list', rest: string): Promise<Group> {
  const [source, slug] = type === 'family' ? split(rest, '/') : [rest, '']
  let query = db
    .selectFrom('places.comparator_group as g')
    .select(['g.id', 'g.title', 'g.publisher', 'g.licence', 'g.dated'])
    .where('g.type', '=', type)
    .where(knownAt('g', question.knownAt))
  if (type === 'list') query = query.where('g.slug', '=', rest)
  else query = query.where('g.source', '=', source)
  if (type === 'family') query = query.where('g.slug', '=', slug)
  if (type === 'neighbours') {
    if (!question.of) throw refused(`The group ${question.address} is a list of neighbours. Say whose: name an authority.`)
    query = query.where('g.of_authority', '=', question.of.id)
  }
  const group = await query.executeTakeFirst()
  if (!group) {
    if (type === 'neighbours' && question.of) {
      throw refused(`${question.of.known_name} has no neighbours in the list "${source}"${question.knownAt ? ' as known then' : ''}. Choose another group.`)
    }
    throw unknownGroup(question.address)
  }
  const members = await authorities(db)
    .where('a.id', 'in', (inner) => inner.selectFrom('places.group_member').select('authority').where('comparator_group', '=', group.id))
    .orderBy('a.known_name').orderBy('a.code')
    .execute()
  // Publishers disagree on whether a list of neighbours holds the authority itself: a comparison always does, once.
  const { of } = question
  if (type === 'neighbours' && of && !members.some((member) => member.id === of.id)) members.push(of)
  members.sort((a, b) => a.known_name.localeCompare(b.known_name, 'en'))
  return { address: question.address, title: group.title, publisher: group.publisher, licence: group.licence, dated: group.dated, members }
}

/** Whether membership follows from the register on a day (all, nation, region, kind, tier), not from a list somebody keeps. */
export function isComputed(address: string): boolean {
  return !['family', 'neighbours', 'list'].includes(split(address)[0])
}

/** Whether an authority was in being on a day. */
export function isInBeing({ starts, ends }: Pick<Authority, 'starts' | 'ends'>, day: string): boolean {
  return (starts === null || starts <= day) && (ends === null || ends >= day)
}

/** A group somebody may choose, for drop-downs and the API. */
export interface GroupChoice {
  address: string
  title: string
  type: string
  members: number | null
}

/**
 * Every group that can be asked for. With an authority: those it belongs to, and its neighbour lists. `fictional` as in
 * GroupQuestion.
 */
export function groupChoices(db: Reader, of?: Authority, fictional = of?.fictional): Promise<GroupChoice[]> {
  return remembered(db, ['group choices', of?.id, fictional], async () => [...(await computedChoices(db, of, fictional)), ...(await keptChoices(db, of))])
}

async function computedChoices(db: Reader, of: Authority | undefined, fictional: boolean | undefined): Promise<GroupChoice[]> {
  let query = db
    .selectFrom('places.authority as a')
    .innerJoin('places.authority_kind as k', 'k.code', 'a.kind')
    .select(['a.nation', 'a.region', 'a.region_name', 'a.kind', 'k.plural', 'k.tier', db.fn.countAll<number>().as('members')])
    .where('a.ends', 'is', null)
    .groupBy(['a.nation', 'a.region', 'a.region_name', 'a.kind', 'k.plural', 'k.tier'])
  if (fictional !== undefined) query = query.where('a.fictional', '=', fictional)
  const rows = await query.execute()
  const choices = new Map<string, GroupChoice>()
  const add = (address: string, title: string, members: number) => {
    const known = choices.get(address)
    if (known) known.members = (known.members ?? 0) + members
    else choices.set(address, { address, title, type: address.split(':')[0] ?? address, members })
  }
  for (const row of rows.toSorted((a, b) => a.nation.localeCompare(b.nation) || (a.region ?? '').localeCompare(b.region ?? '') || a.plural.localeCompare(b.plural))) {
    // Counted as the groups are resolved: combined authorities only where they are asked for.
    const alone = row.tier === 'combined' ? 0 : row.members
    add('all', 'All authorities', alone)
    if (!of || of.nation === row.nation) add(`nation:${row.nation}`, `All authorities in ${words(row.nation)}`, alone)
    if (row.region && (!of || of.region === row.region)) add(`region:${row.region}`, `All authorities in ${row.region_name ?? words(row.region)}`, alone)
    if (!of || of.kind === row.kind) add(`kind:${row.kind}`, row.plural, row.members)
    for (const tier of Object.keys(tiersWithin)) {
      if (tiersWithin[tier]?.includes(row.tier) && (!of || tiersWithin[tier].includes(of.tier))) {
        add(`tier:${tier}`, capital(tierInWords[tier] ?? tier), row.members)
      }
    }
  }
  const order = ['all', 'nation', 'region', 'kind', 'tier']
  return [...choices.values()].sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type))
}

async function keptChoices(db: Reader, of?: Authority): Promise<GroupChoice[]> {
  let query = db
    .selectFrom('places.comparator_group as g')
    .innerJoin('places.group_member as m', 'm.comparator_group', 'g.id')
    .select(['g.type', 'g.source', 'g.slug', 'g.title', 'g.publisher', db.fn.countAll<number>().as('members')])
    .where(knownAt('g', undefined))
    .groupBy(['g.id', 'g.type', 'g.source', 'g.slug', 'g.title', 'g.publisher'])
    .orderBy('g.type').orderBy('g.source').orderBy('g.slug')
  if (of) {
    query = query.where((where) =>
      where.or([
        where('g.of_authority', '=', of.id),
        where('g.type', '=', 'list'),
        where.and([
          where('g.type', '=', 'family'),
          where('g.id', 'in', where.selectFrom('places.group_member').select('comparator_group').where('authority', '=', of.id)),
        ]),
      ]))
  }
  const rows = await query.execute()
  const choices = rows.map((row) => {
    if (row.type === 'neighbours') {
      const title = of ? row.title : `Nearest neighbours of each authority (${row.publisher})`
      return { address: `neighbours:${row.source}`, title, type: row.type, members: of ? row.members : null }
    }
    const address = row.type === 'family' ? `family:${row.source}/${row.slug}` : `list:${row.slug}`
    return { address, title: row.title, type: row.type, members: row.members }
  })
  return [...new Map(choices.map((choice) => [choice.address, choice])).values()]
}

async function kindInWords(db: Reader, code: string): Promise<string> {
  const [kind] = await kindsInWords(db, [code])
  if (kind === undefined) throw unknownGroup(`kind:${code}`)
  return `all ${kind}`
}

/** Kinds as they stand inside a sentence, in alphabetical order: "metropolitan districts", "London boroughs". */
export function kindsInWords(db: Reader, codes: readonly string[]): Promise<string[]> {
  return remembered(db, ['kinds in words', codes], async () => {
    const kinds = await db.selectFrom('places.authority_kind').select('plural').where('code', 'in', codes).orderBy('plural').execute()
    return kinds.map(({ plural }) => (namesAPlace.test(plural) ? plural : plural.slice(0, 1).toLowerCase() + plural.slice(1)))
  })
}

/** Kinds that keep their capital inside a sentence: London boroughs, Scottish councils. */
const namesAPlace = /^(London|English|Scottish|Welsh|Northern Ireland|Aldermark)\b/

function unknownGroup(address: string) {
  return refused(
    `There is no group "${address}". A group is one of: all, nation:scotland, region:north-west, kind:london-borough, tier:upper, family:<source>/<name>, neighbours:<source>, list:<name>.`,
    [{ field: 'group', message: 'Choose a group from the list at /groups (for programs: /api/v1/groups), or from what the command "groups" lists' }],
  )
}

/** The text before and after the first mark. */
function split(text: string, mark = ':'): [string, string] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

const words = (slug: string) => slug.split('-').map((word) => (['and', 'of', 'the'].includes(word) ? word : capital(word))).join(' ')
const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1)
