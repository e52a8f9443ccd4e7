import { sql } from 'kysely'
import { actorSettings, onlyReads, type Actor } from '../access/actor.ts'
import { notAllowed, SettingsProblem } from '../problems.ts'
import type { Store, Trx } from './index.ts'
import type { Opened } from './open.ts'
import { Memory, type TrailHead } from './remembered.ts'
import { appendToTrail } from './trail.ts'
import { SharedQuestion } from './version.ts'

/** The store over an open, migrated database, after making sure that its policies hold. */
export async function storeOver(opened: Opened): Promise<Store> {
  await refuseIfPoliciesCanBeBypassed(opened)
  const { db } = opened
  const version = versionOf(opened)
  const memory = new Memory()
  return {
    version: version.now,
    kind: opened.kind,
    read: (actor, work) =>
      db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async (trx) => {
          memory.open(trx, actor, await becomeActor(trx, actor))
          return work(trx)
        }),
    change: (actor, action, work) =>
      db.transaction().execute(async (trx) => {
        if (onlyReads(actor)) throw notAllowed('This token only reads. Use one that may write.')
        await becomeActor(trx, actor)
        const changed = await work(trx)
        await appendToTrail(trx, actor, action, changed)
        return changed.result
      }).finally(version.changed),
    keep: (work) =>
      db.transaction().execute(async (trx) => {
        await becomeActor(trx, { kind: 'system', name: 'bookkeeping' }, 'bv_keeper')
        return work(trx)
      }),
    connections: () => opened.connections(),
    async ping() {
      await sql`select 1`.execute(db)
    },
    async close() {
      await db.destroy()
      await opened.close().catch((cause: unknown) => {
        // Kysely has ended the server's pool already; ending it twice is the one refusal that means nothing.
        if (!(cause instanceof Error && cause.message.includes('end on pool more than once'))) throw cause
      })
    },
  }
}

/**
 * Every change adds an entry to the trail in its own transaction, so the number of the last entry is the version. The embedded
 * database belongs to this process alone, which therefore counts by itself: no question waits for the one connection.
 */
function versionOf({ kind, quickly }: Opened): { now: () => Promise<number>; changed: () => void } {
  if (kind === 'embedded') {
    let changes = 0
    return { now: () => Promise.resolve(changes), changed: () => void (changes += 1) }
  }
  const question = new SharedQuestion(async () => {
    const [head] = await quickly<{ entry: number }>('select entry from kernel.trail_head')
    if (!head) throw new Error('The trail has no head.')
    return head.entry
  })
  return { now: () => question.answer(), changed: () => undefined }
}

/** Takes the unprivileged role and says who is asking, for this transaction only, in one round trip; answers with where the trail stands in it. */
async function becomeActor(trx: Trx, actor: Actor, role: 'bv_actor' | 'bv_keeper' = 'bv_actor'): Promise<TrailHead> {
  const settings = Object.entries(actorSettings(actor)).map(
    ([name, value]) => sql`set_config(${`bv.${name}`}, ${value}, true)`,
  )
  const { rows } = await sql<TrailHead>`select entry, hash, ${sql.join(settings)}, set_config('role', ${role}, true) from kernel.trail_head`.execute(trx)
  const [head] = rows
  if (!head) throw new Error('The trail has no head.')
  return head
}

/**
 * Row-level security is what keeps organisations apart, so an installation where it could be walked around does not
 * start: a server login that is a superuser or bypasses policies, or a table whose policies are off or not forced.
 */
async function refuseIfPoliciesCanBeBypassed(opened: Opened): Promise<void> {
  const faults = await roleFaults(opened)
  const tables = await opened.rows<{ name: string }>(
    `select n.nspname || '.' || c.relname as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)
        and (has_table_privilege('bv_actor', c.oid, 'select, insert, update, delete') or has_any_column_privilege('bv_keeper', c.oid, 'select, insert, update'))
        and n.nspname not in ('pg_catalog', 'information_schema')
      order by 1`,
  )
  for (const table of tables) {
    faults.push(`The table ${table.name} has no forced row-level security. Add it in the migration that makes the table.`)
  }
  if (faults.length > 0) throw new SettingsProblem(faults)
}

/** Refuses a login that row-level security would not hold, before anything is made with it. */
export async function refuseUnsafeLogin(opened: Opened): Promise<void> {
  const faults = await roleFaults(opened)
  if (faults.length > 0) throw new SettingsProblem(faults)
}

async function roleFaults(opened: Opened): Promise<string[]> {
  const faults: string[] = []
  const roles = await opened.rows<{ name: string; bypasses: boolean }>(
    `select rolname as name, rolsuper or rolbypassrls as bypasses from pg_roles where rolname in ('bv_actor', 'bv_keeper', session_user)`,
  )
  for (const role of roles) {
    const isLogin = !role.name.startsWith('bv_')
    if (role.bypasses && !(isLogin && opened.kind === 'embedded')) {
      faults.push(
        `The database role ${role.name} is a superuser or bypasses row-level security, so organisations could not be kept apart. Use an ordinary role.`,
      )
    }
  }
  return faults
}
