import { createWriteStream, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openDatabase, openEmbedded, type Opened } from '#kernel/db/open.ts'
import { embeddedParsers } from '#kernel/db/parsers.ts'
import { Problem } from '#kernel/problems.ts'
import { checksums } from '#kernel/testing/checksums.ts'
import { createServerDatabase } from '#kernel/testing/server.ts'
import { embeddedStore, temporaryFolder, type TestStore } from '#kernel/testing/store.ts'
import { openBackup, restoreInto, writeBackup } from './index.ts'

const someone = { kind: 'system', name: 'somebody' } as const
const moment = new Date('2026-11-22T12:00:00Z')

let original: TestStore
const { folder, remove } = temporaryFolder()
const file = join(folder, 'all.backup')

beforeAll(async () => {
  original = await embeddedStore()
  await original.raw.exec(`
    insert into people.organisation (slug, name, kind) values ('tabs-and-breaks', E'A name with a tab\\t, a break\\n, a back\\\\slash and a “quote”', 'partner');
    insert into people.account (organisation, email, name) select id, 'officer@here.example', 'Officer' from people.organisation where slug = 'tabs-and-breaks';
    insert into people.membership (account, organisation, role) select id, organisation, 'reader' from people.account where email = 'officer@here.example';`)
  for (const nth of [1, 2, 3]) {
    await original.store.change(someone, 'something.done', () => Promise.resolve({ subject: `thing:${nth}`, result: null, after: { nth } }))
  }
  await pipeline(writeBackup(original.raw, 'the secret of the installation', moment), createWriteStream(file))
})
afterAll(async () => {
  await original.close()
  remove()
})

const empty = async () => openEmbedded(await PGlite.create({ parsers: embeddedParsers }))
const restore = async (path: string, into: Opened) => {
  const backup = await openBackup(path)
  try {
    return await restoreInto(into, backup, inject('sliceNames'))
  } finally {
    backup.close()
  }
}

/** What a restore may differ in: its own note at the end of the trail. */
async function withoutTheNote(raw: Opened) {
  await raw.exec(`
    delete from kernel.trail where action = 'installation.restore';
    update kernel.trail_head set (entry, hash) = (select entry, hash from kernel.trail order by entry desc limit 1)`)
  return checksums(raw)
}

describe('a backup', () => {
  test('made while others write is of one moment, and brings back every table and the trail on an empty embedded database', async () => {
    const before = await checksums(original.raw)
    const into = await empty()
    const store = await restore(file, into)
    const head = await store.read(someone, (db) => db.selectFrom('kernel.trail').selectAll().orderBy('entry', 'desc').limit(2).execute())
    expect(head[0]).toMatchObject({ action: 'installation.restore', previous_hash: head[1]?.hash })
    expect(await withoutTheNote(into)).toEqual(before)
    // New rows get numbers that were never given out before.
    await into.exec(`insert into people.organisation (slug, name, kind) values ('new', 'New', 'partner')`)
    await store.close()
  })

  test('moves an installation to a PostgreSQL server, whose login does not stand above the policies', async () => {
    const { ordinary, superuser } = await createServerDatabase()
    const into = await openDatabase({ databaseUrl: ordinary, dataDir: '', baseUrl: '' })
    const store = await restore(file, into)
    const raw = await openDatabase({ databaseUrl: superuser, dataDir: '', baseUrl: '' })
    expect(await withoutTheNote(raw)).toEqual(await checksums(original.raw))
    await raw.close()
    await store.close()
  })

  test('carries the secret of the installation and says what is in it', async () => {
    const backup = await openBackup(file)
    expect(backup.secret).toBe('the secret of the installation')
    expect(backup.about.made_at).toBe(moment.toISOString())
    expect(backup.about.tables.find(({ name }) => name === 'people.account')?.rows).toBe(1)
    backup.close()
  })
})

describe('a restore is refused, and leaves the database as it was,', () => {
  const refusal = async (path: string, into: Opened) => {
    const fault: unknown = await restore(path, into).then(() => null, (cause: unknown) => cause)
    expect(fault).toBeInstanceOf(Problem)
    return fault instanceof Problem ? fault.message : ''
  }
  const copy = (name: string, change: (bytes: Buffer) => Buffer) => {
    const path = join(folder, name)
    writeFileSync(path, change(readFileSync(file)))
    return path
  }

  test('where there is something already', async () => {
    const before = await checksums(original.raw)
    expect(await refusal(file, original.raw)).toMatch(/is not empty/)
    expect(await checksums(original.raw)).toEqual(before)
  })

  test.each([
    ['is cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['is another file', () => Buffer.from('area,value\nE1,2\n')],
    ['is empty', () => Buffer.alloc(0)],
  ])('when the file %s', async (name, change) => {
    const into = await empty()
    expect(await refusal(copy(name, change), into)).toMatch(/is not a backup of the workbench, or it is not complete/)
    await into.close()
  })
})
