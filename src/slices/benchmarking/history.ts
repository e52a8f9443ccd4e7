import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'
import { prepared } from '#kernel/db/prepared.ts'
import { withheld, type Measure } from '#slices/indicators/index.ts'

/** One figure as it was known for a while, and the import it came with. */
export interface KnownFigure {
  period: string
  value: number | null
  numerator: number | null
  denominator: number | null
  status: string
  reason: string | null
  known_from: Date
  /** Null: it is what is known now. */
  known_to: Date | null
  /** It came back because a later import was withdrawn. */
  restored: boolean
  import: number
  file_name: string
  /** Line of the file; null where the file has none. */
  line: number | null
  recipe_name: string
  made_by: string
  brought_in: Date
  /** When the import's figures became known, which may have been stated as another moment than it was made. */
  stated: Date
}

type Numbers = 'value' | 'numerator' | 'denominator'

const number = (text: string | null) => (text === null ? null : Number(text))

/**
 * Everything known of an authority's figures for a measure up to a moment, by period and then in the order it became
 * known. The measure's small-number rule holds for what was said earlier too.
 */
export async function historyOf(
  db: Reader,
  measure: Pick<Measure, 'id' | 'version'>,
  { authority, knownAt }: { authority: number; knownAt?: Date | undefined },
): Promise<KnownFigure[]> {
  const { rows } = await sql<Omit<KnownFigure, Numbers> & Record<Numbers, string | null> & { kept: boolean }>`${prepared}
    select p.label as period, o.value, o.numerator, o.denominator, o.status, o.reason, o.known_from, nullif(o.known_to, 'infinity') as known_to, o.restored,
           o.import, i.file_name, o.line, i.recipe_name, i.made_by, i.made_at as brought_in, i.known_from as stated, ${withheld('o', 'v')} as kept
      from indicators.observation o
      join indicators.measure_version v on v.measure = o.measure and v.version = ${measure.version}
      join indicators.period p on p.id = o.period
      join indicators.import i on i.id = o.import
     where o.measure = ${measure.id} and o.place = ${authority}
       ${knownAt ? sql`and o.known_from <= ${knownAt}` : sql``}
     order by p.ends, p.starts, o.known_from`.execute(db)
  return rows.map(({ kept, value, numerator, denominator, ...row }) =>
    kept && value !== null
      ? { ...row, value: null, numerator: null, denominator: null, status: 'absent', reason: 'suppressed' }
      : { ...row, value: number(value), numerator: number(numerator), denominator: number(denominator) },
  )
}

/** The figure of a period that was known at the moment, or is known now. */
export function currentOf(history: readonly KnownFigure[], period: string, moment: Date | undefined): KnownFigure | undefined {
  return history.findLast(
    (one) => one.period === period && (one.known_to === null || (moment !== undefined && one.known_to > moment)),
  )
}
