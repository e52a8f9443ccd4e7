/** Lists of authorities that an organisation picks by hand, to compare within. Others see one only when it is granted to them. */
import { sql } from 'kysely'
import type { Role } from '#kernel/access/actor.ts'
import type { Reader, Trx } from '#kernel/db/index.ts'
import { knownAt } from '#kernel/db/known-at.ts'
import { countOf } from '#kernel/figures/index.ts'
import { notFound, refused } from '#kernel/problems.ts'
import { slugOf } from './rules.ts'

/** Who may make and change lists of their organisation. */
export const listMakers: readonly Role[] = ['performance-officer', 'service-head', 'administrator']

/** Whose list it is. */
interface Owner {
  id: number
  slug: string
  name: string
}

/** What a person decides about a list. Members by id. */
export interface ListContent {
  title: string
  members: readonly number[]
}

export interface HandPickedList extends ListContent {
  id: number
  slug: string
  organisation: number
  /** The date it was given where it did not begin here; null otherwise. */
  dated: string | null
  known_from: Date
}

/** More would be a computed group in all but name. */
const mostMembers = 500

/** The lists of some organisations as they are now, by title. */
export function listsOf(db: Reader, organisations: readonly number[]) {
  return db.selectFrom('places.comparator_group as g')
    .innerJoin('people.organisation as o', 'o.id', 'g.organisation')
    .select(['g.id', 'g.slug', 'g.title', 'g.organisation', 'o.name as owner'])
    .where('g.type', '=', 'list').where(knownAt('g', undefined)).where(sql<boolean>`g.organisation = any(${[...organisations]}::int[])`)
    .orderBy('g.title').orderBy('g.id').execute()
}

/** The list of one of these organisations, as it is now. Lists of others do not exist here. */
export async function listBySlug(db: Reader, slug: string, organisations: readonly number[]): Promise<HandPickedList> {
  const row = await db.selectFrom('places.comparator_group').select(['id', 'slug', 'title', 'organisation', 'dated', 'known_from'])
    .where('type', '=', 'list').where('slug', '=', slug).where('known_to', '=', sql<Date>`'infinity'`)
    .where(sql<boolean>`organisation = any(${[...organisations]}::int[])`).executeTakeFirst()
  if (!row || row.organisation === null) throw notFound(`There is no list "list:${slug}" of yours. The page of groups shows all there are.`)
  const members = await db.selectFrom('places.group_member').select('authority').where('comparator_group', '=', row.id).execute()
  return { ...row, organisation: row.organisation, members: members.map(({ authority }) => authority) }
}

/** Makes a list of an organisation. Its address begins with the organisation's, so that two organisations do not come upon the same. */
export async function addList(trx: Trx, owner: Owner, content: ListContent, now: Date) {
  checked(content)
  const slug = addressPart(owner, content.title)
  const taken = await trx.selectFrom('places.comparator_group').select('title')
    .where('type', '=', 'list').where('source', '=', owner.slug).where('slug', '=', slug).where('known_to', '=', sql<Date>`'infinity'`).executeTakeFirst()
  if (taken) {
    throw refused('The list was not kept.', [{ field: 'name', message: `${owner.name} has the list "${taken.title}" already: change that one, or give this one another name` }])
  }
  const { id } = await trx.insertInto('places.comparator_group')
    .values({ ...kept(owner), slug, title: content.title, known_from: now }).returning('id').executeTakeFirstOrThrow()
  await insertMembers(trx, id, owner.id, content.members)
  return {
    subject: `list:${id}`, organisation: owner.id, says: `picked ${countOf(content.members.length, 'authority', 'authorities')} for the list "${content.title}"`,
    after: await described(trx, content), result: { id, slug },
  }
}

/**
 * Changes a list. What it was until now stays as an edition of its own, for questions as known then; the present one keeps its
 * number, so that those it was granted to see the change, and its address, whatever it is called now.
 */
export async function changeList(trx: Trx, owner: Owner, list: HandPickedList, content: ListContent, now: Date) {
  checked(content)
  const until = { ...kept(owner), slug: list.slug, title: list.title, dated: list.dated, known_from: list.known_from, known_to: now }
  const { id: edition } = await trx.insertInto('places.comparator_group').values(until).returning('id').executeTakeFirstOrThrow()
  await insertMembers(trx, edition, owner.id, list.members)
  await trx.updateTable('places.comparator_group').set({ title: content.title, dated: null, known_from: now }).where('id', '=', list.id).execute()
  await trx.deleteFrom('places.group_member').where('comparator_group', '=', list.id).execute()
  await insertMembers(trx, list.id, owner.id, content.members)
  return {
    subject: `list:${list.id}`, organisation: owner.id, says: `changed the list "${list.title}"`,
    before: await described(trx, list), after: await described(trx, content), result: { id: list.id, slug: list.slug },
  }
}

function checked({ title, members }: ListContent): void {
  const faults = [
    ...(slugOf(title) === '' ? [{ field: 'name', message: 'Give the list a name with a letter or digit in it' }] : []),
    ...(members.length < 2 ? [{ field: 'members', message: 'Name at least two authorities' }] : []),
    ...(members.length > mostMembers ? [{ field: 'members', message: `Name at most ${mostMembers} authorities` }] : []),
  ]
  if (faults.length > 0) throw refused('The list was not kept.', faults)
}

function addressPart(owner: Owner, title: string): string {
  const slug = slugOf(title)
  return slug.startsWith(`${owner.slug}-`) ? slug : `${owner.slug}-${slug}`
}

const kept = (owner: Owner) => ({ type: 'list', source: owner.slug, organisation: owner.id, audience: 'organisation', publisher: owner.name })

async function insertMembers(trx: Trx, list: number, organisation: number, members: readonly number[]): Promise<void> {
  await trx.insertInto('places.group_member')
    .values(members.map((authority) => ({ comparator_group: list, authority, organisation, audience: 'organisation' }))).execute()
}

/** As the trail shows it. */
async function described(trx: Trx, { title, members }: ListContent) {
  const rows = await trx.selectFrom('places.authority').select('code').where('id', 'in', members).orderBy('code').execute()
  return { name: title, authorities: rows.map(({ code }) => code) }
}
