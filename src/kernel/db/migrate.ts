import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SettingsProblem } from '../problems.ts'

/** Runs SQL text of several statements, outside Kysely, which would send it as one prepared statement. */
export interface Executor {
  exec(sql: string): Promise<void>
  rows<R>(sql: string): Promise<R[]>
}

/** A file of SQL that runs once. */
export interface Migration {
  owner: string
  name: string
  sql: string
  checksum: string
}

const source = join(import.meta.dirname, '..', '..')

/** The migration files of the kernel and then of each slice, in the order of the slices and of the files' names. */
export function migrationsOf(slices: readonly string[]): Migration[] {
  const folders = [{ owner: 'kernel', path: join(source, 'kernel', 'migrations') }]
  for (const owner of slices) folders.push({ owner, path: join(source, 'slices', owner, 'migrations') })
  return folders.flatMap(({ owner, path }) => {
    if (!existsSync(path)) return []
    return readdirSync(path)
      .filter((name) => name.endsWith('.sql'))
      .sort()
      .map((name) => {
        const sql = readFileSync(join(path, name), 'utf8')
        return { owner, name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
      })
  })
}

/**
 * Brings the database forward. Each file runs once, in a transaction with the note that it ran; a file that changed
 * after it ran stops everything, because the database and the program would no longer mean the same.
 *
 * @returns the names of the files that ran now
 */
export async function migrate(database: Executor, migrations: Migration[]): Promise<string[]> {
  await prepare(database)
  const done = await database.rows<{ owner: string; name: string; checksum: string }>(
    'select owner, name, checksum from kernel.migration',
  )
  const known = new Map(done.map((row) => [`${row.owner}/${row.name}`, row.checksum]))
  const ran: string[] = []
  for (const { owner, name, sql, checksum } of migrations) {
    const before = known.get(`${owner}/${name}`)
    if (before === checksum) continue
    if (before) {
      throw new SettingsProblem([
        `The migration ${owner}/${name} was changed after it ran on this database. Restore the file from the release that ran it, or use a new database.`,
      ])
    }
    await database.exec(
      `begin;
       create schema if not exists ${owner};
       ${sql}
       insert into kernel.migration (owner, name, checksum) values ('${owner}', '${name}', '${checksum}');
       commit;`,
    )
    ran.push(`${owner}/${name}`)
  }
  const wanted = new Set(migrations.map(({ owner, name }) => `${owner}/${name}`))
  const unknown = [...known.keys()].filter((key) => !wanted.has(key))
  if (unknown.length > 0) {
    throw new SettingsProblem([
      `This database was brought forward by a newer version of the workbench (${unknown.join(', ')}). Start that version, or use another database.`,
    ])
  }
  return ran
}

/** Refuses a database that is not exactly as these migrations leave it. */
export async function refuseAnotherVersion(database: Executor, migrations: Migration[]): Promise<void> {
  const done = await database.rows<{ owner: string; name: string; checksum: string }>('select owner, name, checksum from kernel.migration')
  const written = (all: readonly Omit<Migration, 'sql'>[]) => all.map(({ owner, name, checksum }) => `${owner}/${name} ${checksum}`).sort().join('\n')
  if (written(done) === written(migrations)) return
  throw new SettingsProblem(['The files of the program belong to another version than its database. Start the workbench again, so that both are of one version.'])
}

/** The unprivileged roles and the note of what ran. */
async function prepare(database: Executor): Promise<void> {
  await makeRole(database, 'bv_actor')
  await makeRole(database, 'bv_keeper')
  await database.exec(`
    create schema if not exists kernel;
    create table if not exists kernel.migration (
      owner text not null,
      name text not null,
      checksum text not null,
      at timestamptz not null default now(),
      primary key (owner, name)
    );`)
}

/** Roles belong to the whole cluster, so another database may have made it already. */
async function makeRole(database: Executor, name: string): Promise<void> {
  const [role] = await database.rows(`select 1 from pg_roles where rolname = '${name}'`)
  if (!role) {
    try {
      await database.exec(`create role ${name} nologin noinherit`)
    } catch (cause) {
      // 42710: another process made it just now. 42501: this role may not make roles.
      const code = (cause as { code?: string }).code
      if (code === '42501') {
        throw new SettingsProblem([
          `The database role in DATABASE_URL may not create the unprivileged role ${name}. Ask the database administrator to run: create role bv_actor nologin noinherit; create role bv_keeper nologin noinherit; grant bv_actor, bv_keeper to <the role in DATABASE_URL>;`,
        ])
      }
      if (code !== '42710' && code !== '23505') throw cause
    }
  }
  const [member] = await database.rows<{ member: boolean }>(`select pg_has_role(current_user, '${name}', 'member') as member`)
  if (!member?.member) await database.exec(`grant ${name} to current_user`)
}
