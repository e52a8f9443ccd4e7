/** Questions about imports that were made. */
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

/** Warnings of an import in the order of the checks, so many from after a number. */
export function warningsOf(db: Reader, id: number, limit: number, after = 0) {
  return db
    .selectFrom('indicators.import_warning')
    .select(['seq', 'check_name', 'line', 'column_name', 'seen', 'expected', 'message', 'measure', 'authority', 'period'])
    .where('import', '=', id).where('seq', '>', after).orderBy('seq').limit(limit).execute()
}
