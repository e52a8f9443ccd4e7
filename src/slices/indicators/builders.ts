import { sql, type Insertable } from 'kysely'
import type { Actor } from '#kernel/access/actor.ts'
import type { Database } from '#kernel/db/database.ts'
import type { Store, Trx } from '#kernel/db/index.ts'
import { isRefusedPeriod, parsePeriod, type PeriodHint } from '#kernel/periods/index.ts'

// For tests: measures and figures with good defaults, so that a test names only what matters to it.

const builder: Actor = { kind: 'system', name: 'test' }
const longAgo = new Date('2020-01-01T00:00:00Z')

type Version = Partial<Insertable<Database['indicators.measure_version']>>

export interface BuiltMeasure extends Omit<Version, 'measure' | 'organisation'> {
  code: string
  /** The organisation whose local measure it is; absent: national. */
  organisation?: number
  aliases?: readonly string[]
  knownFrom?: Date
}

/** Adds a measure with its first definition: a percentage of which more is better, unless told otherwise. Returns its id. */
export async function buildMeasure(store: Store, built: BuiltMeasure): Promise<number> {
  const { code, organisation = null, aliases = [], knownFrom = longAgo, ...version } = built
  const audience = organisation === null ? 'public' : 'organisation'
  return store.change(builder, 'test.measure', async (trx) => {
    const { id } = await trx.insertInto('indicators.measure').values({ code, organisation, audience }).returning('id').executeTakeFirstOrThrow()
    await trx
      .insertInto('indicators.measure_version')
      .values({
        version: 1, title: code, unit: '%', unit_kind: 'percentage', suffix: '%', polarity: 'higher', change_as: 'difference',
        publisher: 'Test', ...version, measure: id, known_from: knownFrom, organisation, audience,
      })
      .execute()
    for (const alias of aliases) {
      const normal = alias.toLowerCase().replace(/[^a-z0-9]/g, '')
      await trx.insertInto('indicators.measure_alias').values({ measure: id, alias, normal, organisation, audience }).execute()
    }
    return { subject: 'test', result: id }
  })
}

/** Sets a break in the series before a period that starts on a day. */
export async function buildBreak(store: Store, measure: number, starts: string, note = 'new method'): Promise<void> {
  await store.change(builder, 'test.break', async (trx) => {
    await trx.insertInto('indicators.series_break').values({ measure, starts, note, known_from: longAgo }).execute()
    return { subject: 'test', result: undefined }
  })
}

export interface BuiltFigure {
  authority: number
  /** Any spelling of a period. */
  period: string
  /** Null: absent, for the reason given. */
  value: number | null
  numerator?: number | null
  denominator?: number | null
  lower?: number | null
  upper?: number | null
  status?: string
  reason?: string
}

/** Brings figures in as one import that became known at a moment; what was known before of the same is superseded. */
export async function buildFigures(
  store: Store,
  measure: number,
  built: readonly BuiltFigure[],
  { knownFrom = longAgo, organisation = null, hint = {} }: { knownFrom?: Date; organisation?: number | null; hint?: PeriodHint } = {},
): Promise<number> {
  const audience = organisation === null ? 'public' : 'organisation'
  return store.change(builder, 'test.figures', async (trx) => {
    const made = await trx
      .insertInto('indicators.import')
      .values({
        organisation, audience, produces: 'observations', recipe_name: 'test', recipe: '{}', file_name: 'test.csv', bytes: 0,
        sha256: '', made_by: 'test', made_at: knownFrom, known_from: knownFrom, counts: '{}',
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const periods = await periodIds(trx, new Set(built.map(({ period }) => period)), hint)
    for (const { authority, period: label, value, reason = 'missing', status, ...rest } of built) {
      const period = periods.get(label)!
      await trx
        .updateTable('indicators.observation')
        .set({ known_to: knownFrom })
        .where('measure', '=', measure).where('period', '=', period).where('authority', '=', authority)
        .where('known_to', '=', sql<Date>`'infinity'`)
        .execute()
      const absence = value === null ? { status: 'absent', reason } : { status: status ?? 'published', reason: null }
      await trx
        .insertInto('indicators.observation')
        .values({ measure, period, authority, value, ...rest, ...absence, known_from: knownFrom, import: made.id, organisation, audience })
        .execute()
    }
    return { subject: 'test', result: made.id }
  })
}

async function periodIds(trx: Trx, labels: ReadonlySet<string>, hint: PeriodHint): Promise<Map<string, number>> {
  const ids = new Map<string, number>()
  for (const label of labels) {
    const period = parsePeriod(label, hint)
    if (isRefusedPeriod(period)) throw new Error(period.refused)
    await trx.insertInto('indicators.period').values(period).onConflict((same) => same.doNothing()).execute()
    const { id } = await trx
      .selectFrom('indicators.period').select('id')
      .where('kind', '=', period.kind).where('starts', '=', period.starts).where('ends', '=', period.ends)
      .executeTakeFirstOrThrow()
    ids.set(label, id)
  }
  return ids
}
