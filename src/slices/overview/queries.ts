import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'
import { remembered } from '#kernel/db/remembered.ts'

/** What the list of authorities may be narrowed to. Empty text: not narrowed. */
export interface AuthorityFilter {
  /** Part of a name, or any code a register gives it. */
  name: string
  kind: string
  nation: string
  region: string
  being: 'now' | 'ended' | 'all'
}

export interface ListedAuthority {
  code: string
  name: string
  kind: string
  region: string | null
  nation: string
  starts: string | null
  /** Last day in being; null: still in being. */
  ends: string | null
  /** Who took over, by name; empty where nobody did or it is still in being. */
  successors: { code: string; name: string }[]
}

/** Authorities by name, each with what became of it. All of them: a few hundred rows. */
export async function listedAuthorities(db: Reader, filter: AuthorityFilter, today: string): Promise<ListedAuthority[]> {
  const { rows } = await sql<ListedAuthority>`
    select a.code, a.name, k.title as kind, a.region_name as region, a.nation, a.starts, a.ends,
           coalesce((select json_agg(json_build_object('code', n.code, 'name', n.known_name) order by n.known_name)
                       from places.succession s join places.authority n on n.id = s.successor
                      where s.predecessor = a.id), '[]') as successors
      from places.authority a join places.authority_kind k on k.code = a.kind
     where (${filter.kind} = '' or a.kind = ${filter.kind})
       and (${filter.nation} = '' or a.nation = ${filter.nation})
       and (${filter.region} = '' or a.region = ${filter.region})
       and (${filter.being} = 'all' or (a.ends is not null and a.ends < ${today}::date) = (${filter.being} = 'ended'))
       and ${answersTo(filter.name)}
     order by a.known_name, a.code`.execute(db)
  return rows
}

export interface FoundAuthority extends Pick<ListedAuthority, 'code' | 'name' | 'kind' | 'region' | 'ends'> {
  /** How many were found altogether; the rows are only the first of them. */
  found: number
}

/** The authorities that answer to a name or code, those in being and those whose name begins with it first. */
export async function findAuthorities(db: Reader, name: string, most: number): Promise<FoundAuthority[]> {
  const { rows } = await sql<FoundAuthority>`
    select a.code, a.name, k.title as kind, a.region_name as region, a.ends, count(*) over () as found
      from places.authority a join places.authority_kind k on k.code = a.kind
     where ${answersTo(name)}
     order by a.ends is not null, a.known_name ilike ${`${likeExactly(name)}%`} desc, a.known_name, a.code
     limit ${most}`.execute(db)
  return rows
}

/** Whether the authority `a` is called this, in part, or has exactly this code in any register. */
function answersTo(name: string) {
  if (name === '') return sql`true`
  const holding = `%${likeExactly(name)}%`
  return sql`(a.name ilike ${holding} or a.known_name ilike ${holding} or a.code ilike ${likeExactly(name)}
    or exists (select from places.authority_name n where n.authority = a.id and n.name ilike ${holding})
    or exists (select from places.authority_key c where c.authority = a.id and c.code ilike ${likeExactly(name)}))`
}

export interface AuthorityChoices {
  kinds: { value: string; text: string }[]
  nations: string[]
  regions: { value: string; text: string }[]
}

/** The kinds, nations and regions there are authorities of. */
export function authorityChoices(db: Reader): Promise<AuthorityChoices> {
  return remembered(db, ['choices of authorities'], () => findChoices(db))
}

async function findChoices(db: Reader): Promise<AuthorityChoices> {
  const kinds = await db.selectFrom('places.authority_kind as k').innerJoin('places.authority as a', 'a.kind', 'k.code')
    .select(['k.code as value', 'k.plural as text']).distinct().orderBy('k.plural').execute()
  const nations = await db.selectFrom('places.authority').select('nation').distinct().orderBy('nation').execute()
  const regions = await db.selectFrom('places.authority').select(['region as value', 'region_name as text']).distinct()
    .where('region', 'is not', null).orderBy('region_name').execute()
  return {
    kinds,
    nations: nations.map(({ nation }) => nation),
    regions: regions.flatMap(({ value, text }) => (value === null ? [] : [{ value, text: text ?? value }])),
  }
}

export interface FoundMeasure {
  code: string
  title: string
  service: string | null
  unit: string
  publisher: string
  /** True for a measure of one organisation's own. */
  local: boolean
  found: number
}

/** The measures every word is found in: the title, a code, the service, the explanation. Those with all of them in the title come first. */
export async function findMeasures(db: Reader, words: string, most: number): Promise<FoundMeasure[]> {
  const each = words.split(/\s+/).filter((word) => word !== '').map((word) => `%${likeExactly(word)}%`)
  if (each.length === 0) return []
  const code = words.toLowerCase().replace(/[^a-z0-9]/g, '')
  const { rows } = await sql<FoundMeasure>`
    with known as (
      select m.code, v.title, v.service, v.unit, v.publisher, m.organisation is not null as local,
             exists (select from indicators.measure_alias a where a.measure = m.id and a.normal = ${code})
               or replace(m.code, '-', '') = ${code} as is_code,
             concat_ws(' ', m.code, v.title, v.service, v.explanation,
               (select string_agg(a.alias, ' ') from indicators.measure_alias a where a.measure = m.id)) as said
        from indicators.measure m
        join indicators.measure_version v on v.measure = m.id and v.known_to = 'infinity')
    select code, title, service, unit, publisher, local, count(*) over () as found from known
     where is_code or (select bool_and(said ilike word) from unnest(${each}::text[]) as word)
     order by is_code desc, (select bool_and(title ilike word) from unnest(${each}::text[]) as word) desc, title, code
     limit ${most}`.execute(db)
  return rows
}

/** One file that was brought in, and what it changed. */
export interface RecentImport {
  id: number
  known_from: Date
  file_name: string
  /** Figures it added or corrected. */
  figures: number
  /** Measures it has figures for, by title: how many, and the first few. */
  measures: number
  first: { code: string; title: string }[]
}

/** The files brought in last that changed any figure the reader may see, newest first; withdrawn ones left out. */
export async function recentImports(db: Reader, most: number): Promise<RecentImport[]> {
  const { rows } = await sql<RecentImport>`
    with latest as (
      select id, known_from, file_name from indicators.import
       where withdrawn_at is null and produces = 'observations' order by known_from desc, id desc limit ${most}),
    touched as (
      select l.id, o.measure, count(*) as figures
        from latest l join indicators.observation o on o.import = l.id group by l.id, o.measure),
    named as (
      select t.id, t.figures, m.code, v.title, row_number() over (partition by t.id order by v.title, m.code) as place
        from touched t join indicators.measure m on m.id = t.measure
        join indicators.measure_version v on v.measure = m.id and v.known_to = 'infinity')
    select l.id, l.known_from, l.file_name, sum(n.figures)::bigint as figures, count(*) as measures,
           json_agg(json_build_object('code', n.code, 'title', n.title) order by n.place) filter (where n.place <= 4) as first
      from latest l join named n on n.id = l.id
     group by l.id, l.known_from, l.file_name order by l.known_from desc, l.id desc`.execute(db)
  return rows
}

/** How many authorities in being and how many measures there are to look at, for this reader. */
export async function whatThereIs(db: Reader): Promise<{ authorities: number; measures: number }> {
  const authorities = await db.selectFrom('places.authority').select((row) => row.fn.countAll<number>().as('number'))
    .where('ends', 'is', null).executeTakeFirstOrThrow()
  const measures = await db.selectFrom('indicators.measure').select((row) => row.fn.countAll<number>().as('number')).executeTakeFirstOrThrow()
  return { authorities: authorities.number, measures: measures.number }
}

const likeExactly = (text: string) => text.replace(/[\\%_]/g, '\\$&')
