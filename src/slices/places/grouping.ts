/** Changes to comparator groups that publishers make: a new edition supersedes, nothing is overwritten. */
import { sql } from 'kysely'
import type { Trx } from '#kernel/db/index.ts'
import type { Tally } from './commands.ts'

export interface MemberRecord {
  authority: number
  /** 1 nearest, where the publisher orders them. */
  position: number | null
  closeness: string | null
}

/** A family or a nearest-neighbour list as a publisher gives it. */
export interface GroupRecord {
  type: 'family' | 'neighbours'
  source: string
  slug: string
  title: string
  of_authority: number | null
  publisher: string
  licence: string | null
  dated: string | null
  members: readonly MemberRecord[]
}

/** Saves an edition of groups: a group that is composed differently is closed at the moment and a new one begins. */
export async function saveGroups(trx: Trx, groups: readonly GroupRecord[], moment: Date): Promise<Tally> {
  const present = await currentGroups(trx, new Set(groups.map((group) => group.source)))
  const tally = { new: 0, revised: 0, unchanged: 0 }
  for (const group of groups) {
    const row = present.get(addressOf(group))
    if (row?.composition === compositionOf(group, group.members)) {
      tally.unchanged++
      continue
    }
    if (row) await trx.updateTable('places.comparator_group').set({ known_to: moment }).where('id', '=', row.id).execute()
    await insertGroup(trx, group, moment)
    tally[row ? 'revised' : 'new']++
  }
  return tally
}

const addressOf = (group: { type: string; source: string; slug: string }) => `${group.type}:${group.source}/${group.slug}`

type Described = Pick<GroupRecord, 'title' | 'publisher' | 'licence' | 'dated'>

/** Everything about a group that makes an edition differ from the one before, as one text. */
function compositionOf({ title, publisher, licence, dated }: Described, members: readonly MemberRecord[]): string {
  const sorted = members.toSorted((a, b) => a.authority - b.authority)
  return JSON.stringify([title, publisher, licence, dated, ...sorted.map((member) => [member.authority, member.position, member.closeness])])
}

async function currentGroups(trx: Trx, sources: ReadonlySet<string>) {
  const groups = await trx
    .selectFrom('places.comparator_group').select(['id', 'type', 'source', 'slug', 'title', 'publisher', 'licence', 'dated'])
    .where('source', 'in', [...sources]).where('type', '<>', 'list').where('known_to', '=', sql<Date>`'infinity'`).execute()
  const ids = groups.map((group) => group.id)
  const members = ids.length === 0 ? [] : await trx
    .selectFrom('places.group_member').select(['comparator_group', 'authority', 'position', 'closeness']).where('comparator_group', 'in', ids).execute()
  const membersOf = Map.groupBy(members, (member) => member.comparator_group)
  return new Map(groups.map((group) => [addressOf(group), { id: group.id, composition: compositionOf(group, membersOf.get(group.id) ?? []) }]))
}

async function insertGroup(trx: Trx, { members, ...group }: GroupRecord, moment: Date): Promise<void> {
  const { id } = await trx.insertInto('places.comparator_group').values({ ...group, known_from: moment }).returning('id').executeTakeFirstOrThrow()
  await sql`
    insert into places.group_member (comparator_group, authority, position, closeness)
    select ${id}, * from unnest(${members.map((member) => member.authority)}::int[], ${members.map((member) => member.position)}::int[],
                                ${members.map((member) => member.closeness)}::text[])`.execute(trx)
}

/**
 * Takes back the editions that began at `began` and lets the ones they superseded stand again from `moment` on.
 * Returns how many editions ended and how many came back.
 */
export async function withdrawGroups(trx: Trx, began: Date, moment: Date): Promise<{ closed: number; restored: number }> {
  const closed = await trx
    .updateTable('places.comparator_group').set({ known_to: moment })
    .where('known_from', '=', began).where('type', '<>', 'list').where('known_to', '=', sql<Date>`'infinity'`)
    .returning(['id', 'type', 'source', 'slug']).execute()
  let restored = 0
  for (const group of closed) {
    const earlier = await trx
      .selectFrom('places.comparator_group').select('id')
      .where('type', '=', group.type).where('source', '=', group.source).where('slug', '=', group.slug).where('known_to', '=', began).executeTakeFirst()
    if (!earlier) continue
    await bringBack(trx, earlier.id, moment)
    restored++
  }
  return { closed: closed.length, restored }
}

async function bringBack(trx: Trx, earlier: number, moment: Date): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    insert into places.comparator_group (type, source, slug, title, of_authority, organisation, audience, publisher, licence, dated, known_from)
    select type, source, slug, title, of_authority, organisation, audience, publisher, licence, dated, ${moment}
      from places.comparator_group where id = ${earlier} returning id`.execute(trx)
  await sql`
    insert into places.group_member (comparator_group, authority, position, closeness, organisation, audience)
    select ${rows[0]?.id}, authority, position, closeness, organisation, audience
      from places.group_member where comparator_group = ${earlier}`.execute(trx)
}
