import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'
import { knownAt } from '#kernel/db/known-at.ts'
import { remembered } from '#kernel/db/remembered.ts'

/** What somebody looks for in the register of measures. Everything is optional and narrows the rest. */
export interface RegisterQuestion {
  /** Words that all occur in the title, the explanation, the code or another code. */
  search: string
  service: string
  dimension: string
  polarity: string
  publisher: string
  scope: '' | 'national' | 'local'
}

/** A measure of the register with the latest period for which an authority has a value. */
export interface RegisterRow {
  code: string
  title: string
  explanation: string | null
  service: string | null
  dimension: string | null
  unit: string
  polarity: string
  publisher: string
  source_link: string | null
  licence: string | null
  /** Null: national. */
  organisation: number | null
  organisation_name: string | null
  /** Null: no figures yet. */
  latest_period: string | null
  /** How many authorities have a value for it. */
  figures: number
  /** Of all that fit, on every page. */
  total: number
}

/** Measures that fit, by title, as known at a moment. The latest period is looked up for the page's measures only. */
export async function registeredMeasures(
  db: Reader,
  question: RegisterQuestion,
  { from, size }: { from: number; size: number },
  moment?: Date,
): Promise<RegisterRow[]> {
  const { rows } = await sql<RegisterRow>`
    with fitting as (
      select m.id, m.code, m.organisation, g.name as organisation_name, v.title, v.explanation, v.service, v.dimension, v.unit,
             v.polarity, v.publisher, v.source_link, v.licence, count(*) over () as total
        from indicators.measure m
        join indicators.measure_version v on v.measure = m.id
        left join people.organisation g on g.id = m.organisation
       where ${knownAt('v', moment)} and ${sql.join(conditions(question), sql` and `)}
       order by lower(v.title), m.code
       limit ${size} offset ${from})
    select f.*, l.label as latest_period, coalesce(c.figures, 0) as figures
      from fitting f
      left join lateral (
        select p.id, p.label from indicators.period p
         where exists (select from indicators.observation o
                        where o.measure = f.id and o.period = p.id and o.authority is not null and o.value is not null
                          and ${knownAt('o', moment)})
         order by p.ends desc, p.starts desc limit 1) l on true
      left join lateral (
        select count(*) as figures from indicators.observation o
         where o.measure = f.id and o.period = l.id and o.authority is not null and o.value is not null
           and ${knownAt('o', moment)}) c on true
     order by lower(f.title), f.code`.execute(db)
  return rows
}

function conditions({ search, service, dimension, polarity, publisher, scope }: RegisterQuestion) {
  const words = search.split(/\s+/).filter((word) => word !== '')
  return [
    sql`true`,
    ...words.map(mentions),
    ...(service === '' ? [] : [sql`v.service = ${service}`]),
    ...(dimension === '' ? [] : [sql`v.dimension = ${dimension}`]),
    ...(polarity === '' ? [] : [sql`v.polarity = ${polarity}`]),
    ...(publisher === '' ? [] : [sql`v.publisher = ${publisher}`]),
    ...(scope === '' ? [] : [scope === 'national' ? sql`m.organisation is null` : sql`m.organisation is not null`]),
  ]
}

function mentions(word: string) {
  const pattern = `%${word.replace(/[\\%_]/g, '\\$&')}%`
  return sql`(v.title ilike ${pattern} or v.explanation ilike ${pattern} or m.code ilike ${pattern}
    or exists (select from indicators.measure_alias a where a.measure = m.id and a.alias ilike ${pattern}))`
}

/** The services and publishers there are to choose from, of measures the asker may see. */
export function registerChoices(db: Reader): Promise<{ services: string[]; publishers: string[] }> {
  return remembered(db, ['choices of the register'], () => findChoices(db))
}

async function findChoices(db: Reader): Promise<{ services: string[]; publishers: string[] }> {
  const { rows } = await sql<{ service: string | null; publisher: string }>`
    select distinct service, publisher from indicators.measure_version v where ${knownAt('v', undefined)}`.execute(db)
  const sorted = (names: (string | null)[]) =>
    [...new Set(names.filter((name) => name !== null))].sort((a, b) => a.localeCompare(b, 'en'))
  return { services: sorted(rows.map(({ service }) => service)), publishers: sorted(rows.map(({ publisher }) => publisher)) }
}

/** The name of the organisation a local measure belongs to; null where it is national or may not be known. */
export async function organisationName(db: Reader, organisation: number | null): Promise<string | null> {
  if (organisation === null) return null
  return remembered(db, ['name of an organisation', organisation], async () => {
    const row = await db.selectFrom('people.organisation').select('name').where('id', '=', organisation).executeTakeFirst()
    return row?.name ?? null
  })
}
