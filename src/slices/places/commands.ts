/** Changes to the register of authorities and to areas, as imports make them. Groups are in grouping.ts. */
import { sql } from 'kysely'
import type { Trx } from '#kernel/db/index.ts'
import { realKinds, type AreaLevel } from './kinds.ts'
import { normalName } from './names.ts'

/** How many things a change found new, different and the same. */
export interface Tally {
  new: number
  revised: number
  unchanged: number
}

export type KeyScheme = 'gss' | 'former-gss' | 'register' | 'dfe' | 'ecode'

/** An authority as a register describes it. */
export interface AuthorityRecord {
  code: string
  name: string
  known_name: string
  kind: string
  nation: string
  region: string | null
  region_name: string | null
  starts: string | null
  /** Last day in being; null: still in being. */
  ends: string | null
  population: number | null
  source: string
}

export interface AuthorityKeyRecord {
  scheme: KeyScheme
  code: string
}

/** Codes and names for an authority that is in the register already, by id. */
export interface AuthorityAddition {
  authority: number
  keys: readonly AuthorityKeyRecord[]
  names: readonly string[]
}

/** Makes sure that the kinds of authority of the United Kingdom are there. */
export async function ensureKinds(trx: Trx): Promise<void> {
  await trx.insertInto('places.authority_kind').values(realKinds.map((kind) => ({ ...kind }))).onConflict((same) => same.doNothing()).execute()
}

const described = ['name', 'known_name', 'kind', 'nation', 'region', 'region_name', 'starts', 'ends', 'population', 'source'] as const

/** What saving authorities did, with the ids of those that are new or corrected, and of all by code. */
export interface SavedAuthorities {
  fresh: Set<number>
  corrected: Set<number>
  ids: Map<string, number>
}

/** Adds authorities and corrects those that are described differently. Nothing is removed: a register without a region leaves the one there is. */
export async function saveAuthorities(trx: Trx, records: readonly AuthorityRecord[]): Promise<SavedAuthorities> {
  const present = await trx.selectFrom('places.authority').select(['id', 'code', ...described]).execute()
  const byCode = new Map(present.map((row) => [row.code, row]))
  const saved: SavedAuthorities = { fresh: new Set(), corrected: new Set(), ids: new Map(present.map((row) => [row.code, row.id])) }
  for (const given of records) {
    const row = byCode.get(given.code)
    const record = row && given.region === null ? { ...given, region: row.region, region_name: row.region_name } : given
    if (!row) {
      const { id } = await trx.insertInto('places.authority').values(record).returning('id').executeTakeFirstOrThrow()
      saved.ids.set(record.code, id)
      saved.fresh.add(id)
    } else if (described.some((field) => row[field] !== record[field])) {
      await trx.updateTable('places.authority').set(record).where('id', '=', row.id).execute()
      saved.corrected.add(row.id)
    }
  }
  return saved
}

export interface RegionRecord {
  authority: number
  region: string
  region_name: string
}

/** Puts authorities into regions. Returns those that were in another or in none, with what it was. */
export async function placeInRegions(trx: Trx, records: readonly RegionRecord[]): Promise<(RegionRecord & { name: string; was: string | null })[]> {
  if (records.length === 0) return []
  const present = await trx.selectFrom('places.authority').select(['id', 'known_name', 'region', 'region_name']).where('id', 'in', records.map(({ authority }) => authority)).execute()
  const byId = new Map(present.map((row) => [row.id, row]))
  const placed: (RegionRecord & { name: string; was: string | null })[] = []
  for (const record of records) {
    const row = byId.get(record.authority)
    if (!row || row.region === record.region) continue
    await trx.updateTable('places.authority').set({ region: record.region, region_name: record.region_name }).where('id', '=', row.id).execute()
    placed.push({ ...record, name: row.known_name, was: row.region_name })
  }
  return placed
}

/** What was added to authorities, and to which. */
export interface Added {
  keys: number
  names: number
  touched: Set<number>
}

/** Adds codes and informal names. What is there already stays; a code that an authority bears is not a former one of it. */
export async function addCodesAndNames(trx: Trx, additions: readonly AuthorityAddition[]): Promise<Added> {
  const keys = additions.flatMap(({ authority, keys }) => keys.map((key) => ({ authority, ...key })))
  const names = additions.flatMap(({ authority, names }) =>
    [...new Set(names)].map((name) => ({ authority, name, normal: normalName(name) })).filter(({ normal }) => normal !== ''))
  const added = await sql<{ authority: number }>`
    insert into places.authority_key (authority, scheme, code)
    select * from unnest(${keys.map((key) => key.authority)}::int[], ${keys.map((key) => key.scheme)}::text[], ${keys.map((key) => key.code)}::text[]) as given (authority, scheme, code)
     where not (scheme = 'former-gss' and exists (select from places.authority_key k where k.authority = given.authority and k.scheme = 'gss' and k.code = given.code))
    on conflict do nothing returning authority`.execute(trx)
  const named = await sql<{ authority: number }>`
    insert into places.authority_name (authority, name, normal, basis)
    select a, n, m, 'register'
      from unnest(${names.map((name) => name.authority)}::int[], ${names.map((name) => name.name)}::text[], ${names.map((name) => name.normal)}::text[]) as given (a, n, m)
    on conflict do nothing returning authority`.execute(trx)
  return { keys: added.rows.length, names: named.rows.length, touched: new Set([...added.rows, ...named.rows].map((row) => row.authority)) }
}

export interface SuccessionRecord {
  predecessor: number
  successor: number
  /** First day of the successor. */
  on_date: string
}

/** Adds what became of authorities. Returns how many links were new. */
export async function addSuccessions(trx: Trx, links: readonly SuccessionRecord[]): Promise<number> {
  if (links.length === 0) return 0
  const added = await trx.insertInto('places.succession').values([...links]).onConflict((same) => same.doNothing()).executeTakeFirst()
  return Number(added.numInsertedOrUpdatedRows ?? 0)
}

export interface AreaRecord {
  code: string
  name: string
  level: AreaLevel
}

/** Makes sure that areas are known; an area keeps the name it first came with. Returns ids by code. */
export async function ensureAreas(trx: Trx, areas: readonly AreaRecord[]): Promise<Map<string, number>> {
  if (areas.length === 0) return new Map()
  await trx.insertInto('places.area').values([...areas]).onConflict((same) => same.doNothing()).execute()
  const rows = await trx.selectFrom('places.area').select(['id', 'code']).where('code', 'in', areas.map((area) => area.code)).execute()
  return new Map(rows.map((row) => [row.code, row.id]))
}
