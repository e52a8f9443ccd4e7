/** The register of measures as an import looks things up in it. */
import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'

export interface RegisteredMeasure {
  id: number
  code: string
  organisation: number | null
  period_kind: string | null
  /** The words of an ordinal scale, the worst first; null: its values are numbers. */
  scale: string[] | null
  /** Whether a definition of it stands: not where the import that brought the only one was withdrawn. */
  defined: boolean
}

export interface MeasureRegister {
  readonly codes: readonly string[]
  /** By exact code, else by alias. Several: the alias belongs to several, and definitions of all of them stand, or of none. */
  find(code: string): RegisteredMeasure[]
}

/** Codes and aliases are compared by their letters and digits alone. */
export const normalCode = (code: string) => code.toLowerCase().replace(/[^a-z0-9]/g, '')

/** Reads all codes and aliases: a few thousand short rows. `organisation`: whose measures an import may write to; null: national ones. */
export async function measureRegister(db: Reader, organisation: number | null): Promise<MeasureRegister> {
  const found = await db
    .selectFrom('indicators.measure as m')
    .leftJoin('indicators.measure_version as v', (join) => join.onRef('v.measure', '=', 'm.id').on('v.known_to', '=', sql<Date>`'infinity'`))
    .select(['m.id', 'm.code', 'm.organisation', 'v.period_kind', 'v.scale', 'v.version'])
    .where(organisation === null ? sql<boolean>`m.organisation is null` : sql<boolean>`m.organisation = ${organisation}`)
    .execute()
  const rows = found.map(({ version, ...row }): RegisteredMeasure => ({ ...row, defined: version !== null }))
  const aliases = await db.selectFrom('indicators.measure_alias').select(['measure', 'normal']).execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  const byCode = new Map(rows.map((row) => [row.code, row]))
  const byAlias = new Map<string, RegisteredMeasure[]>()
  for (const { measure, normal } of aliases) {
    const row = byId.get(measure)
    if (row) byAlias.set(normal, [...(byAlias.get(normal) ?? []), row])
  }
  return {
    codes: rows.filter((row) => row.defined).map((row) => row.code),
    find(code) {
      const exact = byCode.get(code)
      if (exact) return [exact]
      const others = byAlias.get(normalCode(code)) ?? []
      const standing = others.filter((measure) => measure.defined)
      return standing.length > 0 ? standing : others
    },
  }
}
