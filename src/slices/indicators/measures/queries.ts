import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'
import { knownAt } from '#kernel/db/known-at.ts'
import { remembered } from '#kernel/db/remembered.ts'
import { formatMoment } from '#kernel/figures/index.ts'
import { notFound, refused } from '#kernel/problems.ts'
import { nearNames } from '#kernel/tables/index.ts'
import { normalCode } from './register.ts'

/** Measures with their definitions as they were known at a moment; as they are known now when none is given. */
export function definedMeasures(db: Reader, moment: Date | undefined) {
  return db
    .selectFrom('indicators.measure as m')
    .innerJoin('indicators.measure_version as v', 'v.measure', 'm.id')
    .select([
      'm.id', 'm.code', 'm.organisation', 'm.audience', 'm.fictional', 'v.version', 'v.known_from', 'v.title', 'v.explanation',
      'v.dimension', 'v.service', 'v.unit', 'v.unit_kind', 'v.prefix', 'v.suffix', 'v.scale', 'v.display_factor', 'v.decimals', 'v.polarity',
      'v.midpoint', 'v.numerator_name', 'v.denominator_name', 'v.numerator_multiplier', 'v.denominator_multiplier',
      'v.aggregation', 'v.change_as', 'v.interval_method', 'v.interval_scale', 'v.period_kind', 'v.publisher', 'v.source_link',
      'v.licence', 'v.kinds', 'v.small_numbers', 'v.tolerance', 'v.notes', 'v.what_changed',
    ])
    .where(knownAt('v', moment))
}

/** A measure with one version of its definition. Decimals are exact texts; see the table for what each field means. */
export type Measure = Awaited<ReturnType<ReturnType<typeof definedMeasures>['execute']>>[number]

/**
 * The measure with a code as its page has it, or with another code people use (compared by letters and digits alone). An
 * alias that belongs to several measures is refused with their codes. Measures the actor may not see do not exist here.
 */
export function measureByCode(db: Reader, code: string, moment?: Date): Promise<Measure> {
  return remembered(db, ['measure', code, moment], () => findMeasure(db, code, moment))
}

async function findMeasure(db: Reader, code: string, moment: Date | undefined): Promise<Measure> {
  const exact = await definedMeasures(db, moment).where('m.code', '=', code).executeTakeFirst()
  if (exact) return exact
  const ids = await idsByCode(db, code)
  const [only, ...more] = ids
  if (!only) throw notFound(await unknownCode(db, code))
  if (more.length > 0) {
    const codes = ids.map((one) => one.code).join(', ')
    throw refused(`Several measures are called "${code}": ${codes}. Ask for one of these codes.`, [
      { field: 'measure', message: `Choose one of ${codes}` },
    ])
  }
  const measure = await definedMeasures(db, moment).where('m.id', '=', only.id).executeTakeFirst()
  if (measure) return measure
  throw notFound(await notDefined(db, only, moment))
}

/** Why a measure has no definition at a moment: it had none yet, or its import was withdrawn. */
async function notDefined(db: Reader, { id, code }: { id: number; code: string }, moment: Date | undefined): Promise<string> {
  if (!moment) return `The measure ${code} has no definition that stands: the import that brought it was withdrawn. Import its definition again.`
  const earlier = await db.selectFrom('indicators.measure_version').select('version').where('measure', '=', id).where('known_from', '<=', moment).executeTakeFirst()
  if (earlier) return `The measure ${code} had no definition that stood at ${formatMoment(moment)}: the import that brought it had been withdrawn. Ask as known at another time.`
  return `The measure ${code} was not yet known here at ${formatMoment(moment)}. Ask as known later.`
}

async function idsByCode(db: Reader, code: string): Promise<{ id: number; code: string }[]> {
  const exact = await db.selectFrom('indicators.measure').select(['id', 'code']).where('code', '=', code).execute()
  if (exact.length > 0) return exact
  const normal = normalCode(code)
  if (normal === '') return []
  return db
    .selectFrom('indicators.measure as m')
    .select(['m.id', 'm.code'])
    .where((where) =>
      where.or([
        where('m.id', 'in', where.selectFrom('indicators.measure_alias').select('measure').where('normal', '=', normal)),
        where(sql<string>`replace(m.code, '-', '')`, '=', normal),
      ]),
    )
    .orderBy('m.code')
    .execute()
}

async function unknownCode(db: Reader, code: string): Promise<string> {
  const codes = await db.selectFrom('indicators.measure').select('code').execute()
  const near = code.length > 200 ? [] : nearNames(codes.map((one) => one.code), code)
  const hint = near.length > 0 ? ` Perhaps ${near.join(' or ')} is meant.` : ' Look it up in the list of measures: /measures, or the command "measures".'
  return `There is no measure with the code "${code.slice(0, 200)}".${hint}`
}

export interface MeasureFilters {
  /** Words that all occur in the title, the code or another code. */
  search?: string | undefined
  service?: string | undefined
  dimension?: string | undefined
  publisher?: string | undefined
  ids?: readonly number[] | undefined
  /** Only these, and those stated to be for a kind of authority. */
  concerning?: { ids: readonly number[]; kind: string } | undefined
  knownAt?: Date | undefined
}

/** Measures by code. `after` is the last code of the page before; without a limit all of them. */
export async function measures(
  db: Reader,
  filters: MeasureFilters = {},
  page: { after?: string | undefined; limit?: number | undefined } = {},
): Promise<Measure[]> {
  let query = definedMeasures(db, filters.knownAt)
  for (const field of ['service', 'dimension', 'publisher'] as const) {
    const wanted = filters[field]
    if (wanted !== undefined) query = query.where(`v.${field}`, '=', wanted)
  }
  if (filters.ids) query = query.where(sql<boolean>`m.id = any(${[...filters.ids]}::int[])`)
  if (filters.concerning) {
    const { ids, kind } = filters.concerning
    query = query.where(sql<boolean>`(m.id = any(${[...ids]}::int[]) or ${kind} = any(v.kinds))`)
  }
  for (const word of filters.search?.split(/\s+/).filter((part) => part !== '') ?? []) query = query.where(mentions(word))
  if (page.after !== undefined) query = query.where(sql<boolean>`m.code collate "C" > ${page.after}`)
  if (page.limit !== undefined) query = query.limit(page.limit)
  return query.orderBy(sql`m.code collate "C"`).execute()
}

/** The same for those who ask for all there are, or all of a service or dimension, again and again. */
export function everyMeasure(db: Reader, { service, dimension, knownAt: moment }: Pick<MeasureFilters, 'service' | 'dimension' | 'knownAt'>): Promise<Measure[]> {
  return remembered(db, ['every measure', service, dimension, moment], () => measures(db, { service, dimension, knownAt: moment }))
}

function mentions(word: string) {
  const pattern = `%${word.replace(/[\\%_]/g, '\\$&')}%`
  return sql<boolean>`(v.title ilike ${pattern} or m.code ilike ${pattern}
    or exists (select from indicators.measure_alias a where a.measure = m.id and a.alias ilike ${pattern}))`
}

/** Other codes of a measure, as they are written. */
export function aliasesOf(db: Reader, measure: number): Promise<string[]> {
  return remembered(db, ['aliases', measure], async () => {
    const rows = await db.selectFrom('indicators.measure_alias').select('alias').where('measure', '=', measure).orderBy('alias').execute()
    return rows.map((row) => row.alias)
  })
}

/** Every definition a measure has had, the newest first. `known_to` is null for the one in force. */
export function versionsOf(db: Reader, measure: number) {
  return remembered(db, ['versions', measure], () => db
    .selectFrom('indicators.measure_version')
    .select([
      'version', 'known_from', sql<Date | null>`nullif(known_to, 'infinity')`.as('known_to'), 'title', 'unit', 'polarity',
      'midpoint', 'publisher', 'what_changed', 'import',
    ])
    .where('measure', '=', measure)
    .orderBy('version', 'desc')
    .execute())
}

/** Breaks in a measure's series, earliest first: figures of periods from `starts` on are not compared with those before. */
export function breaksOf(db: Reader, measure: number, moment?: Date) {
  return remembered(db, ['breaks', measure, moment], () => db
    .selectFrom('indicators.series_break as b')
    .select(['b.starts', 'b.note'])
    .where('b.measure', '=', measure)
    .where(knownAt('b', moment))
    .orderBy('b.starts')
    .execute())
}
