import { sql } from 'kysely'
import type { Reader } from '#kernel/db/index.ts'
import { hashOf, type TrailEntry } from '#kernel/db/trail.ts'

/** What somebody looks for in the trail. Everything is optional and narrows the rest. */
export interface TrailQuestion {
  /** Part of a person's name: what they did, and what was done to them. */
  person?: string
  /** A thing as `kind` or `kind:id`, or words of the sentence. */
  thing?: string
  action?: string
  /** First and last day, 'YYYY-MM-DD', in London. */
  from?: string
  to?: string
}

/** An entry with the name of the organisation it belongs to; null for matters of the whole installation. */
export type TrailRow = TrailEntry & { organisation_name: string | null }

/** Entries the asker may see, the newest first, below the entry `before`. */
export async function trailPage(db: Reader, question: TrailQuestion, { before, size }: { before: number | null; size: number }): Promise<TrailRow[]> {
  const { person, thing, action, from, to } = question
  const conditions = [
    before === null ? null : sql`t.entry < ${before}`,
    person ? sql`(strpos(lower(t.actor_name), lower(${person})) > 0 or strpos(lower(coalesce(t.says, '')), lower(${person})) > 0)` : null,
    thing ? sql`(t.subject = ${thing} or starts_with(t.subject, ${`${thing}:`}) or strpos(lower(coalesce(t.says, '')), lower(${thing})) > 0)` : null,
    action ? sql`t.action = ${action}` : null,
    from ? sql`t.at >= (${from}::date)::timestamp at time zone 'Europe/London'` : null,
    to ? sql`t.at < (${to}::date + 1)::timestamp at time zone 'Europe/London'` : null,
  ].filter((condition) => condition !== null)
  const { rows } = await sql<TrailRow>`
    select t.*, o.name as organisation_name
      from kernel.trail t left join people.organisation o on o.id = t.organisation
     ${conditions.length > 0 ? sql`where ${sql.join(conditions, sql` and `)}` : sql``}
     order by t.entry desc limit ${size}`.execute(db)
  return rows
}

/** How far back the list of actions looks, so that it costs the same however long the trail is. */
const recent = 5000

/** Actions in the latest entries the asker may see. */
export async function recentActions(db: Reader): Promise<string[]> {
  const { rows } = await sql<{ action: string }>`
    select distinct action from (select action from kernel.trail order by entry desc limit ${recent}) latest order by action`.execute(db)
  return rows.map(({ action }) => action)
}

/**
 * Checks entries one by one: that their content gives their hash, that they follow from the entry before, and that the entry
 * after (or the head, for the last) follows from them. Asked as the system, because the neighbours may belong to others.
 *
 * @returns what is wrong, by entry; empty when all hold
 */
export async function faultsAmong(db: Reader, entries: readonly TrailEntry[]): Promise<Map<number, string>> {
  if (entries.length === 0) return new Map()
  const beside = [...new Set(entries.flatMap(({ entry }) => [entry - 1, entry + 1]))]
  const rows = await db.selectFrom('kernel.trail').select(['entry', 'hash', 'previous_hash']).where('entry', 'in', beside).execute()
  const head = await db.selectFrom('kernel.trail_head').select(['entry', 'hash']).executeTakeFirstOrThrow()
  const byEntry = new Map(rows.map((row) => [row.entry, row]))
  const faults = entries.map((entry): [number, string | null] => {
    const previous = entry.entry === 1 ? '0'.repeat(64) : byEntry.get(entry.entry - 1)?.hash
    const following = entry.entry === head.entry ? head.hash : byEntry.get(entry.entry + 1)?.previous_hash
    return [entry.entry, faultOf(entry, previous, following)]
  })
  return new Map(faults.filter((fault): fault is [number, string] => fault[1] !== null))
}

function faultOf(entry: TrailEntry, previous: string | undefined, following: string | undefined): string | null {
  if (hashOf(entry) !== entry.hash) return 'its content was altered after it was written'
  if (previous === undefined) return 'the entry before it is missing'
  if (previous !== entry.previous_hash) return 'it does not follow from the entry before it'
  if (following === undefined) return 'the entry after it is missing'
  if (following !== entry.hash) return 'the entry after it does not follow from it'
  return null
}
