import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Reader, Store } from '#kernel/db/index.ts'
import { prepared } from '#kernel/db/prepared.ts'
import { measureStates, type MeasureState } from '#slices/indicators/index.ts'
import type { Authority } from '#slices/places/index.ts'
import type { ProfileRowAnswer } from './answer.ts'
import type { ChosenGroup } from './group.ts'
import { packedDetails, stretchesOf, unpackedContents, unpackedDetails, type Contents } from './kept-details.ts'
import { packed, packing, unpacked, type Position, type Unpacked } from './packing.ts'

// Rows of profiles that were worked out and kept. What is read here is held against the present state of everything it rests on,
// so a kept row is either what working it out would give, or not there.

/** What a profile shows of a measure beside the position. */
export type Details = Omit<ProfileRowAnswer, keyof Position | 'measure'>

export interface WorkedOut {
  position: Position
  details: Details
}

/** Whose profile, among whom, resting on what. */
export interface ProfileKey {
  authority: Authority
  group: ChosenGroup
  states: ReadonlyMap<number, MeasureState>
}

/** An organisation's own lists are seen by few, so nothing among them is kept. */
export const mayBeKept = ({ address }: ChosenGroup) => !address.startsWith('list:')

/** What a kept profile rests on: how it is packed, who the authorities are, and when and as what they were in being. */
function fingerprint({ authority, group }: Pick<ProfileKey, 'authority' | 'group'>): string {
  const parts = [authority, ...group.members].map(({ id, kind, starts, ends }) => [id, kind, starts, ends] as const).sort(([a], [b]) => a - b)
  return createHash('sha256').update(JSON.stringify([packing, parts])).digest('base64url')
}

/** What is kept and still holds, and where to find the details of it. */
interface Kept extends Unpacked {
  contents: () => Contents
}

/** Positions that still hold. Measures that are not in the answer have to be worked out. */
export async function keptPositions(db: Reader, { authority, group, states }: ProfileKey): Promise<Kept> {
  if (!mayBeKept(group)) return nothingKept()
  const { rows } = await sql<{ positions: string; contents: string }>`${prepared}
    select positions, contents from benchmarking.kept_profile
     where authority = ${authority.id} and comparator_group = ${group.address} and members = ${fingerprint({ authority, group })}`.execute(db)
  const [row] = rows
  if (!row) return nothingKept()
  const still = unpacked(row.positions, (measure, revision) => {
    const state = states.get(measure)
    return state !== undefined && !state.private && state.revision === revision
  })
  return { ...still, contents: () => unpackedContents(row.contents) }
}

/** When nobody asked before. */
export const nothingKept = (): Kept => ({ positions: new Map(), others: [], contents: () => new Map() })

/** The rest of some of the same rows: to be asked in the same reading as `keptPositions`, and only of measures that it gave. */
export async function keptDetails(db: Reader, { authority, group }: ProfileKey, contents: Contents, measures: readonly number[]): Promise<Map<number, Details>> {
  const stretches = stretchesOf(contents, measures)
  if (stretches.length === 0) return new Map()
  const { rows } = await sql<{ text: string }>`${prepared}
    select (select string_agg(convert_from(substring(k.stretches from s.start + 1 for s.length), 'UTF8'), '' order by s.start)
              from unnest(${stretches.map(({ from }) => from)}::int[], ${stretches.map(({ length }) => length)}::int[]) as s (start, length)) as text
      from benchmarking.kept_profile k where k.authority = ${authority.id} and k.comparator_group = ${group.address}`.execute(db)
  return unpackedDetails(rows[0]?.text ?? '')
}

/**
 * Keeps what was worked out for every measure, as far as everyone may see it.
 *
 * @param rows by measure, in the order in which pages show them; null where it does not concern the authority
 */
export async function keepProfile(store: Store, { authority, group, states }: ProfileKey, rows: ReadonlyMap<number, WorkedOut | null>): Promise<void> {
  const open = [...states].filter(([measure, state]) => !state.private && rows.has(measure))
  const positions = packed(open.map(([measure, { revision }]) => ({ measure, revision, position: rows.get(measure)?.position ?? null })))
  const isOpen = new Set(open.map(([measure]) => measure))
  const details = [...rows].flatMap(([measure, row]) => (row && isOpen.has(measure) ? [[measure, row.details] as const] : []))
  const kept = {
    members: fingerprint({ authority, group }), positions, ...packedDetails(details),
    known_through: newestOf(states),
  }
  await store.keep((trx) =>
    trx.insertInto('benchmarking.kept_profile')
      .values({ authority: authority.id, comparator_group: group.address, ...kept })
      .onConflict((same) => same.columns(['authority', 'comparator_group']).doUpdateSet(kept))
      .execute())
}

/** Kept profiles made before the newest change of a measure that everyone may see; those of one authority together. */
export async function profilesBehind(db: Reader): Promise<{ authority: string; group: string }[]> {
  return db.selectFrom('benchmarking.kept_profile as k').innerJoin('places.authority as a', 'a.id', 'k.authority')
    .select(['a.code as authority', 'k.comparator_group as group'])
    .where('k.known_through', '<', newestOf(await measureStates(db)))
    .orderBy('a.code').orderBy('k.comparator_group')
    .execute()
}

const newestOf = (states: ReadonlyMap<number, MeasureState>) => [...states.values()].reduce((newest, { revision, private: isPrivate }) => (isPrivate ? newest : Math.max(newest, revision)), 0)
