import { sql } from 'kysely'
import type { Actor } from '#kernel/access/actor.ts'
import type { Reader, Store } from '#kernel/db/index.ts'
import { answerAndKeep, comparison, positions } from '#slices/benchmarking/index.ts'
import { milliseconds, timed, type Result } from './results.ts'

const everyone: Actor = { kind: 'public' }
/** Sees the hand-picked list, as a member of the organisation that picked it would. */
const system: Actor = { kind: 'system', name: 'bench' }

/** Times of one store, in milliseconds. */
interface Times {
  plain: number
  comparison: number
  /** The same by somebody for whom nothing is remembered. */
  comparisonSignedIn: number
  kept: number
  adHoc: number
  bestSql: number
  profile: number
}

/** Who is asked about. Its neighbours are its standard group; the list is one somebody put together. */
const authority = 'X001'
const list = 'list:bench'

/** A hand-picked list of sixty, made when it is not there. */
export async function pickList(run: (text: string) => Promise<unknown>): Promise<void> {
  await run(`insert into people.organisation (slug, name, kind) values ('bench', 'Bench', 'authority') on conflict do nothing`)
  await run(`insert into places.comparator_group (type, source, slug, title, organisation, audience, publisher)
    select 'list', 'bench', 'bench', 'Sixty picked by hand', id, 'organisation', 'Bench' from people.organisation where slug = 'bench'
    on conflict do nothing`)
  await run(`insert into places.group_member (comparator_group, authority, organisation, audience)
    select g.id, a.id, g.organisation, g.audience from places.comparator_group g, places.authority a
     where g.slug = 'bench' and not a.fictional and (a.id = 1 or a.id % 7 = 1) on conflict do nothing`)
}

export async function measureQuestions(store: Store): Promise<Times> {
  const measure = await store.read(system, async (db) => (await db.selectFrom('indicators.measure').select('id').where('code', '=', 'm7').executeTakeFirstOrThrow()).id)
  const period = await store.read(system, async (db) => (await sql<{ id: number }>`select max(id) as id from indicators.period`.execute(db)).rows[0]?.id ?? 0)
  await answerAndKeep(store, everyone, { authority })
  return {
    plain: await timed(() => store.read(everyone, (db) => plainSelect(db, measure, period)), 40),
    comparison: await timed(() => store.read(everyone, (db) => comparison(db, { measure: 'm7', group: 'all' })), 40),
    comparisonSignedIn: await timed(() => store.read(system, (db) => comparison(db, { measure: 'm7', group: 'all' })), 40),
    kept: await timed(() => store.read(everyone, (db) => positions(db, { authority }))),
    profile: await timed(() => answerAndKeep(store, everyone, { authority })),
    adHoc: await timed(() => store.read(system, (db) => positions(db, { authority, group: list })), 7),
    bestSql: await timed(() => store.read(system, (db) => bestSql(db)), 7),
  }
}

/** The rows a comparison is made of, by their key and with everything in them. */
function plainSelect(db: Reader, measure: number, period: number) {
  return db.selectFrom('indicators.observation').selectAll().where('measure', '=', measure).where('period', '=', period).where('known_to', '=', sql<Date>`'infinity'`).execute()
}

/**
 * Where one authority stands on every measure among the members of the list, worked out by the database alone. The quickest of the ways
 * tried: with the members as numbers of the statement, which the database looks up in a hash, measure by measure within the index.
 */
async function bestSql(db: Reader) {
  const { rows } = await sql<{ ids: number[] }>`
    select array_agg(m.authority) as ids from places.group_member m join places.comparator_group g on g.id = m.comparator_group where g.type = 'list' and g.slug = 'bench'`.execute(db)
  return sql`
    with own as (
      select distinct on (o.measure) o.measure, o.period, o.value from indicators.observation o join indicators.period p on p.id = o.period
       where o.authority = (select id from places.authority where code = ${authority}) and o.known_to = 'infinity' and o.value is not null
       order by o.measure, p.ends desc)
    select w.measure, l.*
      from own w
      join indicators.measure_version v on v.measure = w.measure and v.known_to = 'infinity'
      cross join lateral (
        select count(*) as compared, min(o.value), max(o.value),
               percentile_cont(array[0.25, 0.5, 0.75]) within group (order by o.value::float8) as quartiles,
               1 + count(*) filter (where case when v.polarity = 'lower' then o.value < w.value else o.value > w.value end) as rank
          from indicators.observation o
         where o.measure = w.measure and o.period = w.period and o.place = any (${rows[0]?.ids ?? []}::int[]) and o.known_to = 'infinity' and o.value is not null) l`.execute(db)
}

/** The lines of the table about questions, from the store as it is and from one twice as large. */
export function questionResults(once: Times, twice: Times | null, measures: number, about: string): Result[] {
  const many = measures.toLocaleString('en-GB')
  const grown = twice === null ? [] : growth(once, twice, about)
  return [
    {
      what: `comparison of one measure over 400 authorities, ${about}, beside a plain keyed select of those rows`,
      measured: `${milliseconds(once.comparison)}; plain ${milliseconds(once.plain)}`, ratio: once.comparison / once.plain,
      target: 'at most 3', met: once.comparison / once.plain <= 3,
      limit: 'three times as many figures, for the periods that changes are measured from; then ranks, intervals and words on one core',
    },
    {
      what: `the same by somebody signed in, for whom definitions and groups are not remembered, ${about}`,
      measured: `${milliseconds(once.comparisonSignedIn)}; plain ${milliseconds(once.plain)}`, ratio: once.comparisonSignedIn / once.plain,
      target: 'at most 3', met: once.comparisonSignedIn / once.plain <= 3,
      limit: 'the definition and four hundred rows of the register besides',
    },
    {
      what: `positions of ${many} measures for one authority among its neighbours, kept, ${about}`,
      measured: milliseconds(once.kept), ratio: once.kept / 20, target: 'at most 20 ms', met: once.kept <= 20,
      limit: 'parsing a quarter of a megabyte, and making an object of each position',
    },
    {
      what: `the whole profile behind it, with definitions and series, ${about}`, measured: milliseconds(once.profile), ratio: null, target: '', met: null,
      limit: 'the definitions of the measures, row by row',
    },
    {
      what: `positions of ${many} measures in a list of sixty picked by hand, ${about}, beside the best SQL`,
      measured: `${milliseconds(once.adHoc)}; SQL ${milliseconds(once.bestSql)}`, ratio: once.adHoc / once.bestSql, target: 'at most 2', met: once.adHoc / once.bestSql <= 2,
      limit: 'the database: four hundred entries of an index looked through for each measure; then the series of the authority',
    },
    ...grown,
  ]
}

function growth(once: Times, twice: Times, about: string): Result[] {
  return (['comparison', 'kept', 'adHoc'] as const).map((name) => ({
    what: `${{ comparison: 'the comparison', kept: 'the kept positions', adHoc: 'the positions in the list' }[name]} when the store doubles, ${about}`,
    measured: `${milliseconds(once[name])} and ${milliseconds(twice[name])}`, ratio: twice[name] / once[name], target: 'at most 1.10', met: twice[name] / once[name] <= 1.1,
    limit: 'noise of the machine: neither looks at what was added',
  }))
}
