import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, fsyncSync, openSync, closeSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { openBackup, restoreBeside, restoreInto, writeBackup } from '#kernel/backup/index.ts'
import type { Config } from '#kernel/config.ts'
import { askControl, type Deed } from '#kernel/control.ts'
import { lockFolder } from '#kernel/db/lock.ts'
import { openDatabase, type Opened } from '#kernel/db/open.ts'
import { startStore } from '#kernel/db/start.ts'
import type { Store } from '#kernel/db/index.ts'
import { formatCount } from '#kernel/figures/index.ts'
import { refused } from '#kernel/problems.ts'
import type { Command } from '#kernel/slice.ts'
import { sliceNames } from '#app'

// Backup and restore: through the side door of the workbench where one is running, else directly.

export const backup: Command = {
  name: 'backup',
  summary: 'Copy everything into one file, while the workbench runs',
  help: `npm run -s bv -- backup FILE [--replace] [--json]

Writes the embedded database, as it is at this moment, and the installation's secret into FILE. The workbench may be running; it
answers again when the rows are copied. The file holds everything, passwords' hashes included: keep it where only
administrators can read it. An existing file is left alone unless --replace is given.

A PostgreSQL server has better means of its own: pg_dump, and point-in-time recovery. docs/operating.md says how.`,
  needsStore: false,
  async run(args, { config, now }, { out }) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' }, replace: { type: 'boolean' } } })
    const file = oneFile(positionals)
    if (config.databaseUrl) throw refused('DATABASE_URL names a PostgreSQL server. Use pg_dump or point-in-time recovery for it; docs/operating.md says how.')
    if (existsSync(file) && !values.replace) throw refused(`${file} exists already. Choose another name, or give --replace.`)
    const made = await writeTo(file, async () => (await askControl(config.dataDir, 'backup')) ?? (await backUpDirectly(config, now())))
    if (values.json) out(JSON.stringify({ file, ...made }))
    else out(`Everything is in ${file}: ${formatCount(made.rows)} rows of ${made.tables} tables, ${formatCount(made.bytes)} bytes, the trail up to entry ${made.trail_entry}.\nSHA-256 ${made.sha256}`)
    return 0
  },
}

export const restore: Command = {
  name: 'restore',
  summary: 'Put a backup in the place of what is there',
  help: `npm run -s bv -- restore FILE [--json]

Checks FILE, brings it in beside the database, proves that every table and the trail are what the backup says, and only then
puts it in place. The embedded database it replaces is kept in a folder beside it. The workbench may be running: it answers
again after a moment, and everybody signs in as of the backup. With DATABASE_URL the rows go into that database, which must
be new and empty: so an installation moves from the embedded database to a PostgreSQL server.`,
  needsStore: false,
  async run(args, { config, now }, { out }) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' } } })
    const file = oneFile(positionals)
    if (!existsSync(file)) throw refused(`There is no file ${file}.`)
    const done = config.databaseUrl ? await restoreOnServer(config, file) : ((await askToRestore(config, file)) ?? (await restoreDirectly(config, file, now())))
    if (values.json) out(JSON.stringify(done))
    else out(`Restored the backup made at ${done.made_at}, with the trail up to entry ${done.trail_entry}.${done.aside ? `\nWhat was there before is kept in ${done.aside}. Remove it when you no longer need it.` : ''}`)
    return 0
  },
}

interface Done {
  made_at: string
  trail_entry: number
  /** Folder that keeps what was replaced. */
  aside: string | null
}

function oneFile(positionals: string[]): string {
  const [file] = positionals
  if (!file || positionals.length > 1) throw refused('Name one file.')
  return resolve(file)
}

/** Notes in the trail that everything was copied, and copies it. */
async function backUp({ store, opened }: { store: Store; opened: Opened }, dataDir: string, now: Date): Promise<Readable> {
  const says = 'copied everything into a backup'
  await store.change({ kind: 'system', name: 'command line' }, 'installation.backup', () => Promise.resolve({ subject: 'installation:backup', says, result: null }))
  const secret = join(dataDir, 'session-secret')
  return writeBackup(opened, existsSync(secret) ? readFileSync(secret, 'utf8').trim() : null, now)
}

async function backUpDirectly(config: Config, now: Date): Promise<Readable> {
  const { store, opened } = await startStore(config, sliceNames)
  const content = await backUp({ store, opened }, config.dataDir, now)
  content.once('close', () => void store.close())
  return content
}

interface Made {
  bytes: number
  sha256: string
  tables: number
  rows: number
  trail_entry: number
}

/** Writes beside the file and renames, so that a name never stands for half a backup; then reads back what it says of itself. */
async function writeTo(file: string, content: () => Promise<Readable>): Promise<Made> {
  const part = `${file}.part`
  const hash = createHash('sha256')
  try {
    await pipeline(await content(), hashing(hash), createWriteStream(part, { mode: 0o600 }))
    const descriptor = openSync(part, 'r+')
    fsyncSync(descriptor)
    closeSync(descriptor)
    const written = await openBackup(part)
    written.close()
    renameSync(part, file)
    const { tables, trail } = written.about
    return { bytes: statSync(file).size, sha256: hash.digest('hex'), tables: tables.length, rows: tables.reduce((sum, { rows }) => sum + rows, 0), trail_entry: trail.entry }
  } catch (cause) {
    rmSync(part, { force: true })
    throw writingFault(cause, file)
  }
}

function writingFault(cause: unknown, file: string): unknown {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'ENOSPC') return refused(`There is no room for ${file}. Nothing was left behind.`)
  if (code === 'EACCES' || code === 'ENOENT' || code === 'EROFS') return refused(`${file} cannot be written (${code}). Choose a folder that exists and that this account may write to.`)
  if (code === 'ECONNRESET') return refused('The workbench stopped while it was copying. Nothing was left behind; start it and try again.')
  return cause
}

function hashing(hash: ReturnType<typeof createHash>): Transform {
  return new Transform({
    transform(part: Buffer, _encoding, done) {
      hash.update(part)
      done(null, part)
    },
  })
}

async function askToRestore(config: Config, file: string): Promise<Done | null> {
  const answer = await askControl(config.dataDir, 'restore', createReadStream(file))
  if (!answer) return null
  const parts: Buffer[] = []
  for await (const part of answer) parts.push(part as Buffer)
  return JSON.parse(Buffer.concat(parts).toString()) as Done
}

async function restoreDirectly(config: Config, file: string, now: Date): Promise<Done> {
  const unlock = lockFolder(config.dataDir, '')
  try {
    const restored = await restoreBeside(config, file, sliceNames)
    return { made_at: restored.about.made_at, trail_entry: restored.about.trail.entry, aside: restored.putInPlace(now) }
  } finally {
    unlock()
  }
}

async function restoreOnServer(config: Config, file: string): Promise<Done> {
  const from = await openBackup(file)
  try {
    const store = await restoreInto(await openDatabase(config), from, sliceNames)
    await store.close()
    return { made_at: from.about.made_at, trail_entry: from.about.trail.entry, aside: null }
  } finally {
    from.close()
  }
}

/** What a running workbench offers at its side door. `replace` stops serving, puts the other database in place and starts anew. */
export function controlDeeds(config: Config, running: () => { store: Store; opened: Opened }, replace: <T>(swap: () => T) => Promise<T>): Record<string, Deed> {
  return {
    backup: () => backUp(running(), config.dataDir, new Date()),
    async restore(body) {
      const file = join(config.dataDir, 'database.upload')
      try {
        await pipeline(body, createWriteStream(file, { mode: 0o600 }))
        const restored = await restoreBeside(config, file, sliceNames)
        const aside = await replace(() => restored.putInPlace(new Date()))
        return { made_at: restored.about.made_at, trail_entry: restored.about.trail.entry, aside } satisfies Done
      } finally {
        rmSync(file, { force: true })
      }
    },
  }
}
