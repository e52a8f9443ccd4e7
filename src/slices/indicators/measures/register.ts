/** The register of measures as an import looks things up in it. */
import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'

export interface RegisteredMeasure {
  id: number
  code: string
  organisation: number | null
  period_kind: string | null
}

export interface MeasureRegister {
  readonly codes: readonly string[]
  /** By exact code, else by alias. Several: the alias belongs to several. */
  find(code: string): RegisteredMeasure[]
}

/** Codes and aliases are compared by their letters and digits alone. */
export const normalCode = (code: string) => code.toLowerCase().replace(/[^a-z0-9]/g, '')

/** Reads all codes and aliases: a few thousand short rows. `organisation`: whose measures an import may write to; null: national ones. */
export async function measureRegister(db: Reader, organisation: number | null): Promise<MeasureRegister> {
  const rows = await db
    .selectFrom('indicators.measure as m')
    .leftJoin('indicators.measure_version as v', (join) => join.onRef('v.measure', '=', 'm.id').on('v.known_to', '=', sql<Date>`'infinity'`))
    .select(['m.id', 'm.code', 'm.organisation', 'v.period_kind'])
    .where(organisation === null ? sql<boolean>`m.organisation is null` : sql<boolean>`m.organisation = ${organisation}`)
    .execute()
  const aliases = await db.selectFrom('indicators.measure_alias').select(['measure', 'normal']).execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  const byCode = new Map(rows.map((row) => [row.code, row]))
  const byAlias = new Map<string, RegisteredMeasure[]>()
  for (const { measure, normal } of aliases) {
    const row = byId.get(measure)
    if (row) byAlias.set(normal, [...(byAlias.get(normal) ?? []), row])
  }
  return {
    codes: rows.map((row) => row.code),
    find(code) {
      const exact = byCode.get(code)
      return exact ? [exact] : (byAlias.get(normalCode(code)) ?? [])
    },
  }
}
