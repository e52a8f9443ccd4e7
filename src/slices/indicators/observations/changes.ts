/** What an import changed, for its report. */
import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'

/** One line of an import's change list. `was` is null for a figure that was new or had no value; so is `difference` then. */
export interface FigureChange {
  measure: string
  period: string
  /** Code and name of the authority or area. */
  code: string
  name: string
  /** An area such as a nation, not an authority. */
  is_area: boolean
  was: string | null
  is_now: string | null
  difference: string | null
  /** The figure was not known before. */
  new: boolean
  was_reason: string | null
  is_now_reason: string | null
  /** A change may be in these alone. */
  was_numerator: string | null
  is_now_numerator: string | null
  was_denominator: string | null
  is_now_denominator: string | null
  line: number | null
}

/** A change with the key of its figure and the title of its measure. */
export interface KeyedChange extends FigureChange {
  title: string
  key: [measure: number, period: number, place: number]
}

export interface ChangePage {
  limit: number
  offset: number
  /** Only figures that replaced an earlier one, or only those that were not known before; absent: all. */
  only?: 'replaced' | 'new' | undefined
}

/** What an import changed: each figure it brought beside the one it replaced, by measure, period and name. */
export async function changesOf(db: Reader, id: number, { limit, offset, only }: ChangePage): Promise<FigureChange[]> {
  const { rows } = await sql<FigureChange>`
    select ${columns} ${from}
     where o.import = ${id} and not o.restored and (${only ?? null}::text is null or (w.measure is not null) = (${only ?? null}::text = 'replaced'))
     order by m.code, p.ends, p.starts, p.kind, name, code
     limit ${limit} offset ${offset}`.execute(db)
  return rows
}

/** The same in the order of the figures' keys, after one of them: for reading all of a long list without sorting it anew for each page. */
export async function changesAfter(db: Reader, id: number, after: KeyedChange | null, limit: number): Promise<KeyedChange[]> {
  const [measure, period, place] = after?.key ?? [0, 0, 0]
  const { rows } = await sql<KeyedChange>`
    select ${columns}, coalesce(v.title, m.code) as title, json_build_array(o.measure, o.period, o.place) as key ${from}
      left join indicators.measure_version v on v.measure = o.measure and v.known_to = 'infinity'
     where o.import = ${id} and not o.restored and (o.measure, o.period, o.place) > (${measure}::int, ${period}::int, ${place}::int)
     order by o.measure, o.period, o.place
     limit ${limit}`.execute(db)
  return rows
}

const columns = sql`
  m.code as measure, p.label as period, coalesce(a.code, r.code) as code, coalesce(a.known_name, r.name) as name, a.id is null as is_area,
  w.value as was, o.value as is_now, o.value - w.value as difference, w.measure is null as new,
  w.reason as was_reason, o.reason as is_now_reason, w.numerator as was_numerator, o.numerator as is_now_numerator,
  w.denominator as was_denominator, o.denominator as is_now_denominator, o.line`

const from = sql`
  from indicators.observation o
  join indicators.measure m on m.id = o.measure
  join indicators.period p on p.id = o.period
  left join places.authority a on a.id = o.authority
  left join places.area r on r.id = o.area
  left join indicators.observation w on w.measure = o.measure and w.period = o.period and w.place = o.place and w.known_to = o.known_from`
