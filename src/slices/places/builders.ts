import type { Actor } from '#kernel/access/actor.ts'
import type { Store } from '#kernel/db/index.ts'
import { realKinds } from './kinds.ts'
import { keepLayout } from './layouts.ts'

// For tests: authorities and groups with good defaults.

const builder: Actor = { kind: 'system', name: 'test' }

export interface BuiltAuthority {
  code: string
  known_name?: string
  kind?: string
  nation?: string
  region?: string | null
  fictional?: boolean
  starts?: string | null
  ends?: string | null
}

/** Adds authorities, all kinds of authority with the first; returns their ids by code. */
export async function buildAuthorities(store: Store, built: readonly BuiltAuthority[]): Promise<Map<string, number>> {
  return store.change(builder, 'test.authorities', async (trx) => {
    await trx.insertInto('places.authority_kind').values([...realKinds]).onConflict((same) => same.doNothing()).execute()
    const rows = await trx
      .insertInto('places.authority')
      .values(
        built.map(({ code, known_name = code, kind = 'scottish-council', nation = 'scotland', region = null, fictional = false, starts = null, ends = null }) => ({
          code, name: `${known_name} Council`, known_name, kind, nation, region, region_name: region, fictional, starts, ends, source: 'test',
        })),
      )
      .returning(['id', 'code'])
      .execute()
    return { subject: 'test', result: new Map(rows.map(({ id, code }) => [code, id])) }
  })
}

export interface BuiltGroup {
  type: 'family' | 'neighbours' | 'list'
  source: string
  slug: string
  title?: string
  of?: number
  organisation?: number
  members: readonly number[]
  knownFrom?: Date
}

/** Adds a group with its members. A list belongs to an organisation and is seen by it alone. */
export async function buildGroup(store: Store, built: BuiltGroup): Promise<number> {
  const { type, source, slug, title = slug, of = null, organisation = null, members, knownFrom } = built
  const audience = organisation === null ? 'public' : 'organisation'
  return store.change(builder, 'test.group', async (trx) => {
    const { id } = await trx
      .insertInto('places.comparator_group')
      .values({ type, source, slug, title, of_authority: of, organisation, audience, publisher: 'Test', ...(knownFrom ? { known_from: knownFrom } : {}) })
      .returning('id')
      .executeTakeFirstOrThrow()
    await trx
      .insertInto('places.group_member')
      .values(members.map((authority, i) => ({ comparator_group: id, authority, position: i + 1, organisation, audience })))
      .execute()
    return { subject: 'test', result: id }
  })
}

/** Keeps a layout with a hexagon for each authority, in rows of so many from the bottom. */
export async function buildLayout(store: Store, { slug, authorities, across = 6 }: { slug: string; authorities: ReadonlyMap<string, number>; across?: number }): Promise<void> {
  const cells = [...authorities].map(([code, authority], place) => ({ code, name: code, authority, q: place % across, r: Math.floor(place / across) }))
  await store.change(builder, 'test.layout', async (trx) => ({
    subject: 'test',
    result: await keepLayout(trx, { slug, title: `Layout ${slug}`, arrangement: 'odd-r', publisher: 'Test', source: 'Test', licence: 'OGL', moment: new Date('2020-01-01'), import: null, cells }),
  }))
}
