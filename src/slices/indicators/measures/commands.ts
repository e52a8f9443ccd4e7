/** Changes to the register of measures. A definition that changed is a new version; the earlier ones keep their dates. */
import { sql } from 'kysely'
import { z } from 'zod'
import type { Trx } from '#kernel/db/index.ts'
import { compareDecimals } from '#kernel/figures/index.ts'
import { periodKinds } from '#kernel/periods/index.ts'
import { normalCode } from './register.ts'

const decimal = z.string().regex(/^-?\d+(\.\d+)?$/, 'must be a number')
const words = z.string().min(1)

/** Everything a version of a measure says. The words are the ones kept in the database. */
export const measureVersionSchema = z.strictObject({
  title: words,
  explanation: words.nullable().default(null),
  dimension: z.enum(['economy', 'efficiency', 'effectiveness', 'quality', 'fair-access', 'context']).nullable().default(null),
  service: words.nullable().default(null),
  unit: words,
  unit_kind: z.enum(['percentage', 'money', 'rate', 'count', 'days', 'weeks', 'hours', 'score', 'ratio', 'other']),
  prefix: z.string().default(''),
  suffix: z.string().default(''),
  scale: z.array(words).min(2).nullable().default(null),
  display_factor: decimal.default('1'),
  decimals: z.int().min(0).max(6).default(1),
  polarity: z.enum(['higher', 'lower', 'midpoint', 'none']),
  midpoint: decimal.nullable().default(null),
  numerator_name: words.nullable().default(null),
  denominator_name: words.nullable().default(null),
  numerator_multiplier: decimal.default('1'),
  denominator_multiplier: decimal.default('1'),
  aggregation: z.enum(['ratio-of-sums', 'mean', 'none']).default('none'),
  change_as: z.enum(['difference', 'relative']).default('relative'),
  interval_method: z.enum(['none', 'wilson', 'byar']).default('none'),
  interval_scale: decimal.default('1'),
  period_kind: z.enum(periodKinds).nullable().default(null),
  publisher: words,
  source_link: words.nullable().default(null),
  licence: words.nullable().default(null),
  kinds: z.array(words).default([]),
  small_numbers: z.int().positive().nullable().default(null),
  tolerance: decimal.default('0.02'),
  notes: words.nullable().default(null),
}).refine((one) => (one.polarity === 'midpoint') === (one.midpoint !== null), { path: ['midpoint'], message: 'is needed where the polarity is midpoint, and only there' })

export type MeasureDefinition = z.output<typeof measureVersionSchema>
export type MeasureRecord = MeasureDefinition & { code: string; aliases: string[] }

/** Whose measures, from which import, known from when. */
export interface MeasureOrigin {
  organisation: number | null
  audience: 'public' | 'organisation'
  import: number | null
  knownFrom: Date
}

const fields = Object.keys(measureVersionSchema.shape) as (keyof MeasureDefinition)[]
const exact = new Set<string>(['display_factor', 'midpoint', 'numerator_multiplier', 'denominator_multiplier', 'interval_scale', 'tolerance'])

export interface SavedMeasures {
  new: number
  revised: number
  unchanged: number
  ids: Map<string, number>
}

/** Adds measures and versions of those that are defined differently now. */
export async function saveMeasures(trx: Trx, records: readonly MeasureRecord[], origin: MeasureOrigin): Promise<SavedMeasures> {
  const saved: SavedMeasures = { new: 0, revised: 0, unchanged: 0, ids: new Map() }
  const present = await currentVersions(trx, records.map((record) => record.code))
  for (const record of records) {
    const row = present.get(record.code)
    const { code, aliases, ...definition } = record
    const id = row?.id ?? (await insertMeasure(trx, code, origin))
    saved.ids.set(code, id)
    const changed = row?.version === undefined || row.version === null ? [] : fields.filter((field) => differs(field, row.definition?.[field], definition[field]))
    if (!row?.definition) saved.new++
    else if (changed.length > 0) saved.revised++
    else saved.unchanged++
    if (!row?.definition || changed.length > 0) await insertVersion(trx, id, definition, changed, origin)
    await insertAliases(trx, id, aliases, origin)
  }
  return saved
}

interface Present {
  id: number
  version: number | null
  definition: MeasureDefinition | null
}

async function currentVersions(trx: Trx, codes: readonly string[]): Promise<Map<string, Present>> {
  if (codes.length === 0) return new Map()
  const rows = await trx
    .selectFrom('indicators.measure as m')
    .leftJoin('indicators.measure_version as v', (join) => join.onRef('v.measure', '=', 'm.id').on('v.known_to', '=', sql<Date>`'infinity'`))
    .selectAll('v').select(['m.id', 'm.code'])
    .where('m.code', 'in', [...codes]).execute()
  // A row with a version has all of its fields; the type of a left join cannot follow that.
  return new Map(rows.map((row) => [row.code, { id: row.id, version: row.version, definition: row.version === null ? null : (row as unknown as MeasureDefinition) }]))
}

/** The definition a recipe gives of a measure that has another one here: the fields in which they differ. */
export interface OtherDefinition {
  code: string
  fields: string[]
}

/** Definitions that differ from the ones that stand. Only the fields that are named are looked at: of the others nothing was said. */
export async function otherDefinitions(trx: Trx, records: readonly MeasureRecord[], named: ReadonlySet<string>): Promise<OtherDefinition[]> {
  const present = await currentVersions(trx, records.map((record) => record.code))
  return records.flatMap((record) => {
    const standing = present.get(record.code)?.definition
    const changed = standing ? fields.filter((field) => named.has(field) && differs(field, standing[field], record[field])) : []
    return changed.length > 0 ? [{ code: record.code, fields: changed }] : []
  })
}

function differs(field: keyof MeasureDefinition, was: unknown, is: unknown): boolean {
  if (Array.isArray(was) && Array.isArray(is)) return was.join() !== is.join()
  if (exact.has(field) && typeof was === 'string' && typeof is === 'string') return compareDecimals(was, is) !== 0
  return was !== is
}

async function insertMeasure(trx: Trx, code: string, { organisation, audience }: MeasureOrigin): Promise<number> {
  const { id } = await trx.insertInto('indicators.measure').values({ code, organisation, audience }).returning('id').executeTakeFirstOrThrow()
  return id
}

async function insertVersion(trx: Trx, measure: number, definition: MeasureDefinition, changed: readonly string[], origin: MeasureOrigin): Promise<void> {
  await trx.updateTable('indicators.measure_version').set({ known_to: origin.knownFrom })
    .where('measure', '=', measure).where('known_to', '=', sql<Date>`'infinity'`).execute()
  const last = await trx.selectFrom('indicators.measure_version').select((row) => row.fn.max('version').as('version')).where('measure', '=', measure).executeTakeFirst()
  await trx.insertInto('indicators.measure_version').values({
    ...definition, measure, version: (last?.version ?? 0) + 1, known_from: origin.knownFrom, import: origin.import,
    what_changed: changed.length === 0 ? null : changed.join(', '), organisation: origin.organisation, audience: origin.audience,
  }).execute()
}

async function insertAliases(trx: Trx, measure: number, aliases: readonly string[], { organisation, audience }: MeasureOrigin): Promise<void> {
  const rows = [...new Set(aliases)].map((alias) => ({ measure, alias, normal: normalCode(alias), organisation, audience })).filter(({ normal }) => normal !== '')
  if (rows.length > 0) await trx.insertInto('indicators.measure_alias').values(rows).onConflict((same) => same.doNothing()).execute()
}
