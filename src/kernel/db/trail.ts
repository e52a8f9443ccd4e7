import { createHash } from 'node:crypto'
import type { Selectable } from 'kysely'
import { actorName, type Actor } from '../access/actor.ts'
import { currentRequest } from '../request.ts'
import type { Database } from './database.ts'
import type { Changed, Reader, Trx } from './index.ts'

/** One entry of the trail as it is kept. `before` and `after` are JSON text, so that their bytes never change. */
export type TrailEntry = Selectable<Database['kernel.trail']>

/** SHA-256 over every field of the entry and the hash of the one before, as one JSON array. */
export function hashOf(e: Omit<TrailEntry, 'hash'>): string {
  const fields = [
    e.entry, e.at.toISOString(), e.actor_kind, e.account, e.actor_name, e.organisation,
    e.action, e.subject, e.why, e.says, e.before, e.after, e.request, e.previous_hash,
  ]
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex')
}

const asText = (value: unknown) => (value === undefined || value === null ? null : JSON.stringify(value))

/** Appends to the trail. The head row is locked, so entries of simultaneous changes stand in one line. */
export async function appendToTrail(trx: Trx, actor: Actor, action: string, changed: Changed<unknown>): Promise<void> {
  const head = await trx.selectFrom('kernel.trail_head').select(['entry', 'hash']).forUpdate().executeTakeFirstOrThrow()
  const unsigned = {
    entry: head.entry + 1,
    at: new Date(),
    actor_kind: actor.kind,
    account: actor.kind === 'person' ? actor.account : null,
    actor_name: actorName(actor),
    organisation: changed.organisation ?? null,
    action,
    subject: changed.subject,
    why: changed.why ?? null,
    says: changed.says ?? null,
    before: asText(changed.before),
    after: asText(changed.after),
    request: currentRequest() ?? null,
    previous_hash: head.hash,
  }
  const hash = hashOf(unsigned)
  await trx.insertInto('kernel.trail').values({ ...unsigned, hash }).execute()
  await trx.updateTable('kernel.trail_head').set({ entry: unsigned.entry, hash }).execute()
}

/** What checking the chain found. `broken` is the first entry that does not hold, with the reason. */
export interface ChainReport {
  checked: number
  broken: { entry: number; reason: string } | null
}

/** Walks the trail from `from` and recomputes every hash, a thousand entries at a time. */
export async function verifyTrail(db: Reader, from = 1): Promise<ChainReport> {
  const head = await db.selectFrom('kernel.trail_head').select(['entry', 'hash']).executeTakeFirstOrThrow()
  let expected = from
  let previous = from === 1 ? '0'.repeat(64) : null
  let checked = 0
  for (;;) {
    const entries = await db
      .selectFrom('kernel.trail').selectAll().where('entry', '>=', expected).orderBy('entry').limit(1000).execute()
    for (const entry of entries) {
      const reason = faultOf(entry, expected, previous)
      if (reason) return { checked, broken: { entry: expected, reason } }
      checked++
      expected++
      previous = entry.hash
    }
    if (entries.length < 1000) break
  }
  if (head.entry !== expected - 1 || (previous !== null && head.hash !== previous)) {
    return { checked, broken: { entry: expected, reason: `the trail should reach entry ${head.entry}: entries are missing from its end` } }
  }
  return { checked, broken: null }
}

function faultOf(entry: TrailEntry, expected: number, previous: string | null): string | null {
  if (entry.entry !== expected) return `entry ${expected} is missing`
  if (previous !== null && entry.previous_hash !== previous) return 'it does not follow from the entry before it'
  if (hashOf(entry) !== entry.hash) return 'its content was altered after it was written'
  return null
}
