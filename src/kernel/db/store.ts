import { CompiledQuery, sql, type Kysely } from 'kysely'
import pg from 'pg'
import { actorSettings, onlyReads, type Actor } from '../access/actor.ts'
import { notAllowed, SettingsProblem } from '../problems.ts'
import type { Database } from './database.ts'
import type { Reader, Store, Trx } from './index.ts'
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
    read: (actor, work) => db.connection().execute((connection) => reading(opened, memory, connection, actor, work)),
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

/**
 * Work in one snapshot that changes nothing. Every page pays for this, so a server is asked to begin, told who is asking and asked
 * where the trail stands in one round trip: the statements travel as one text, of which the second is not reached when the first fails.
 */
async function reading<T>({ kind }: Opened, memory: Memory, connection: Kysely<Database>, actor: Actor, work: (db: Reader) => Promise<T>): Promise<T> {
  const begin = 'start transaction isolation level repeatable read read only'
  const become = `select entry, hash, ${settingsOf(actor, 'bv_actor')} from kernel.trail_head`
  try {
    if (kind === 'embedded') await connection.executeQuery(CompiledQuery.raw(begin))
    const { rows } = await connection.executeQuery<TrailHead>(CompiledQuery.raw(kind === 'embedded' ? become : `${begin}; ${become}`))
    const [head] = rows
    if (!head) throw new Error('The trail has no head.')
    memory.open(connection, actor, head)
    const answer = await work(connection)
    await connection.executeQuery(CompiledQuery.raw('commit'))
    return answer
  } catch (cause) {
    // Why the work failed is what the caller has to hear, also where the connection is gone and there is nothing to roll back.
    await connection.executeQuery(CompiledQuery.raw('rollback')).catch(() => {})
    throw cause
  }
}

/** Takes the unprivileged role and says who is asking, for this transaction only, in one round trip. */
async function becomeActor(trx: Trx, actor: Actor, role: 'bv_actor' | 'bv_keeper' = 'bv_actor'): Promise<void> {
  await trx.executeQuery(CompiledQuery.raw(`select ${settingsOf(actor, role)}`))
}

/** What a statement has to select to do so. The values are numbers and words of the program's own, and are quoted all the same. */
function settingsOf(actor: Actor, role: 'bv_actor' | 'bv_keeper'): string {
  const settings = [...Object.entries(actorSettings(actor)).map(([name, value]) => [`bv.${name}`, value] as const), ['role', role] as const]
  return settings.map(([name, value]) => `set_config(${pg.escapeLiteral(name)}, ${pg.escapeLiteral(value)}, true)`).join(', ')
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
