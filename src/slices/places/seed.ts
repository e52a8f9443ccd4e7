import type { Actor } from '#kernel/access/actor.ts'
import type { Trx } from '#kernel/db/index.ts'
import type { House } from '#kernel/slice.ts'
import { organisationBySlug, type Organisation } from '#slices/people/index.ts'
import {
  fictionalAreas, fictionalAuthorities, fictionalFamilies, fictionalKinds, fictionalNeighbours, fictionalSuccessions,
  type FictionalGroup,
} from './demonstration.ts'
import { fictionalLayouts } from './demonstration-layouts.ts'
import { keepLayout } from './layouts.ts'
import { normalName } from './names.ts'

const demonstration: Actor = { kind: 'system', name: 'demonstration' }

/** Fills an empty store with Aldermark, the nation that does not exist, and with a list one of its councils picked by hand. */
export async function seed({ store }: House): Promise<void> {
  await store.change(demonstration, 'places.load-demonstration', async (trx) => {
    await trx.insertInto('places.authority_kind').values([...fictionalKinds]).execute()
    const ids = await addAuthorities(trx)
    await trx.insertInto('places.area').values([...fictionalAreas]).execute()
    for (const group of [...fictionalFamilies, ...fictionalNeighbours]) await addGroup(trx, group, ids)
    await addLayouts(trx, ids)
    return {
      subject: 'nation:aldermark', result: null,
      says: `loaded the fictional nation of Aldermark: ${ids.size} authorities, families, nearest neighbours and layouts of hexagons`,
    }
  })
  const northmere = await store.read(demonstration, (db) => organisationBySlug(db, 'northmere'))
  if (northmere) await store.change(demonstration, 'places.add-list', (trx) => addList(trx, northmere))
}

/** The register with codes, names and successions. Returns ids by code. */
async function addAuthorities(trx: Trx): Promise<Map<string, number>> {
  const rows = fictionalAuthorities.map(({ county: _, deprivation: _d, rurality: _r, ...row }) => row)
  const added = await trx.insertInto('places.authority').values(rows).returning(['id', 'code']).execute()
  const ids = new Map(added.map(({ id, code }) => [code, id]))
  await trx.insertInto('places.authority_key').values(fictionalAuthorities.flatMap(({ code }, place) => [
    { authority: idOf(ids, code), scheme: 'gss', code },
    { authority: idOf(ids, code), scheme: 'register', code: registerCode(place) },
  ])).execute()
  await trx.insertInto('places.authority_name').values(fictionalAuthorities.flatMap(({ code, name, known_name }) => [
    { authority: idOf(ids, code), name, normal: normalName(name), basis: 'official' },
    { authority: idOf(ids, code), name: known_name, normal: normalName(known_name), basis: 'known' },
  ])).execute()
  await trx.insertInto('places.succession').values(fictionalSuccessions.map(({ predecessor, successor, on_date }) => (
    { predecessor: idOf(ids, predecessor), successor: idOf(ids, successor), on_date }
  ))).execute()
  return ids
}

/** Three letters, as a register gives: XAA, XAB and so on. */
function registerCode(place: number): string {
  const letter = (number: number) => String.fromCharCode(65 + number)
  return `X${letter(Math.floor(place / 26))}${letter(place % 26)}`
}

/** A grouping became known on the day its publisher gave it. */
async function addGroup(trx: Trx, { members, of_authority, ...group }: FictionalGroup, ids: ReadonlyMap<string, number>): Promise<void> {
  const of = of_authority === null ? null : idOf(ids, of_authority)
  const { id } = await trx.insertInto('places.comparator_group')
    .values({ ...group, of_authority: of, known_from: `${group.dated}T08:30:00.000Z` })
    .returning('id').executeTakeFirstOrThrow()
  await trx.insertInto('places.group_member')
    .values(members.map((member) => ({ comparator_group: id, ...member, authority: idOf(ids, member.authority) })))
    .execute()
}

async function addLayouts(trx: Trx, ids: ReadonlyMap<string, number>): Promise<void> {
  const names = new Map(fictionalAuthorities.map(({ code, known_name }) => [code, known_name]))
  for (const { cells, ...layout } of fictionalLayouts) {
    const named = cells.map((cell) => ({ ...cell, name: names.get(cell.code) ?? cell.code, authority: idOf(ids, cell.code) }))
    await keepLayout(trx, { ...layout, moment: new Date('2024-04-01T08:30:00.000Z'), import: null, cells: named })
  }
}

/** Whom Northmere has agreed to swap notes with: seen by nobody else until it says so. */
const picked = ['X07000001', 'X07000004', 'X07000005', 'X07000008', 'X07000009', 'X07000015', 'X06000002', 'X06000006', 'X08000006']

async function addList(trx: Trx, organisation: Organisation) {
  const list = {
    type: 'list', source: organisation.slug, slug: 'northmere-learning-set', title: 'Northmere learning set (fictional)',
    organisation: organisation.id, audience: 'organisation', publisher: organisation.name, dated: '2024-05-14', known_from: '2024-05-14T08:30:00.000Z',
  }
  const { id } = await trx.insertInto('places.comparator_group').values(list).returning('id').executeTakeFirstOrThrow()
  const members = await trx.selectFrom('places.authority').select('id as authority').where('code', 'in', picked).execute()
  await trx.insertInto('places.group_member')
    .values(members.map(({ authority }) => ({ comparator_group: id, authority, organisation: organisation.id, audience: 'organisation' })))
    .execute()
  return { subject: `list:${id}`, organisation: organisation.id, result: id, says: `picked ${members.length} authorities for the list "${list.title}"` }
}

function idOf(ids: ReadonlyMap<string, number>, code: string): number {
  const id = ids.get(code)
  if (id === undefined) throw new Error(`The demonstration has no authority ${code}.`)
  return id
}
