import { sql } from 'kysely'
import type { Trx } from '#kernel/db/index.ts'
import type { Warning } from './report.ts'

const batch = 2_000

/** Keeps the warnings of an import with it. */
export async function keepWarnings(trx: Trx, id: number, warnings: readonly Warning[], owner: { organisation: number | null; audience: string }): Promise<void> {
  for (let at = 0; at < warnings.length; at += batch) {
    const some = warnings.slice(at, at + batch)
    const all = <K extends keyof Warning>(key: K) => some.map((warning) => warning[key])
    await sql`
      insert into indicators.import_warning (import, seq, check_name, line, column_name, seen, expected, message, measure, authority, period, organisation, audience)
      select ${id}, ${at} + nth, c, l, col, s, e, m, me, a, p, ${owner.organisation}::int, ${owner.audience}
        from unnest(${all('check')}::text[], ${all('line')}::int[], ${all('column')}::text[], ${all('seen')}::text[], ${all('expected')}::text[],
                    ${all('message')}::text[], ${all('measure')}::int[], ${all('authority')}::int[], ${all('period')}::int[]) with ordinality
          as given (c, l, col, s, e, m, me, a, p, nth)`.execute(trx)
  }
}
