/** Questions about imports that were made. */
import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'
import { notFound } from '#kernel/problems.ts'
import type { Counts } from './report.ts'

const columns = [
  'id', 'produces', 'recipe_name', 'file_name', 'bytes', 'sha256', 'account', 'made_by', 'made_at', 'known_from', 'counts', 'organisation', 'brought_by', 'audience',
  'withdrawn_at', 'withdrawn_by', 'withdrawn_why',
] as const

/** Imports, the latest first, so many from before an id. */
export async function imports(db: Reader, limit: number, before?: number) {
  let query = db.selectFrom('indicators.import').select(columns).orderBy('id', 'desc').limit(limit)
  if (before !== undefined) query = query.where('id', '<', before)
  const rows = await query.execute()
  return rows.map((row) => ({ ...row, counts: row.counts as Counts }))
}

/** When its figures became known, where that was stated to be another moment than the one it was made at; else null. */
export function statedMoment({ made_at, known_from }: { made_at: Date; known_from: Date }): Date | null {
  return Math.abs(made_at.getTime() - known_from.getTime()) > 60_000 ? known_from : null
}

export type MadeImport = Awaited<ReturnType<typeof imports>>[number]

/** One import with the recipe exactly as used. Throws when there is none that the actor may see. */
export async function importById(db: Reader, id: number) {
  const row = await db.selectFrom('indicators.import').select([...columns, 'recipe']).where('id', '=', id).executeTakeFirst()
  if (!row) throw notFound(`There is no import ${id}. The list of imports shows which there are.`)
  return { ...row, counts: row.counts as Counts }
}

/** Later imports that stand, were of the same kind and found figures just as they already were: they may rest on this one. */
export async function laterUnchanged(db: Reader, id: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select l.id from indicators.import i join indicators.import l on l.produces = i.produces and l.id > i.id and l.organisation is not distinct from i.organisation
     where i.id = ${id} and l.withdrawn_at is null and (l.counts ->> 'unchanged')::int > 0 order by l.id`.execute(db)
  return rows.map((row) => row.id)
}

/** What to do about later imports that held the same and so kept nothing of their own; null when there are none. */
export function againAfterwards(later: readonly number[]): string | null {
  if (later.length === 0) return null
  const which = `${later.slice(0, 5).join(', ')}${later.length > 5 ? ` and ${later.length - 5} more` : ''}`
  return `Later imports found some of what they held here already and did not keep it a second time: ${which}. If one of them held the same, import its file again afterwards.`
}

/** Warnings of an import in the order of the checks, so many from after a number. */
export function warningsOf(db: Reader, id: number, limit: number, after = 0) {
  return db
    .selectFrom('indicators.import_warning')
    .select(['seq', 'check_name', 'line', 'column_name', 'seen', 'expected', 'message', 'measure', 'authority', 'period'])
    .where('import', '=', id).where('seq', '>', after).orderBy('seq').limit(limit).execute()
}
