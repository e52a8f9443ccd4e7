/** Writes figures. Nothing is overwritten: a row that changed is closed at the moment, and a new one begins. */
import { sql } from 'kysely'
import type { Trx } from '#kernel/db/index.ts'

export interface MergeOrigin {
  import: number
  moment: Date
  organisation: number | null
  audience: 'public' | 'organisation'
}

/** Brings the staged figures in, which stand in the order of their key: closes what they revise and inserts what is new or revised. */
export async function mergeStaged(trx: Trx, { revised }: { revised: number }, { import: id, moment, organisation, audience }: MergeOrigin): Promise<void> {
  if (revised > 0) await sql`
    update indicators.observation o set known_to = ${moment}
      from staged s
     where s.outcome = 'revised' and o.measure = s.measure and o.period = s.period and o.place = s.place and o.known_to = 'infinity'`.execute(trx)
  await sql`
    insert into indicators.observation
      (measure, period, authority, area, organisation, audience, known_from, value, numerator, denominator, lower, upper, status, reason, marker, import, line)
    select measure, period, authority, area, ${organisation}::int, ${audience}, ${moment}, value, numerator, denominator, lower, upper, status, reason, marker, ${id}, line
      from staged where outcome <> 'unchanged'`.execute(trx)
}

/** What withdrawing an import's figures did. */
export interface WithdrawnFigures {
  closed: number
  restored: number
}

/**
 * Closes the figures an import made current, and lets the latest earlier figure from an import that still stands come back.
 * Figures of the import that a later release has replaced are history already and stay so.
 */
export async function withdrawFigures(trx: Trx, id: number, moment: Date): Promise<WithdrawnFigures> {
  const closed = await sql`
    update indicators.observation set known_to = ${moment} where import = ${id} and known_to = 'infinity'`.execute(trx)
  const restored = await sql`
    insert into indicators.observation
      (measure, period, authority, area, organisation, audience, known_from, value, numerator, denominator, lower, upper, status, reason, marker, import, line, restored)
    select e.measure, e.period, e.authority, e.area, e.organisation, e.audience, ${moment}, e.value, e.numerator, e.denominator, e.lower, e.upper,
           e.status, e.reason, e.marker, e.import, e.line, true
      from indicators.observation w
      join lateral (
        select o.* from indicators.observation o join indicators.import i on i.id = o.import
         where o.measure = w.measure and o.period = w.period and o.place = w.place and o.known_from < w.known_from
           and o.import <> ${id} and i.withdrawn_at is null
         order by o.known_from desc limit 1) e on true
     where w.import = ${id} and w.known_to = ${moment}`.execute(trx)
  return { closed: Number(closed.numAffectedRows ?? 0), restored: Number(restored.numAffectedRows ?? 0) }
}
