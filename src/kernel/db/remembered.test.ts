import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { everyone, type Actor } from '../access/actor.ts'
import { createServerDatabase } from '../testing/server.ts'
import { bothStores, type TestStore } from '../testing/store.ts'
import type { Reader, Store } from './index.ts'
import { openDatabase } from './open.ts'
import { remembered } from './remembered.ts'
import { startOver } from './start.ts'

const system: Actor = { kind: 'system', name: 'test' }
const person: Actor = { kind: 'person', account: 1, name: 'A', memberships: [], grants: [] }

const nameArea = (store: Store, name: string) =>
  store.change(system, 'test.name', async (trx) => {
    await trx.insertInto('places.area').values({ code: 'a', name, level: 'group' }).onConflict((one) => one.column('code').doUpdateSet({ name })).execute()
    return { subject: 'test', result: null }
  })

describe.each(bothStores)('what is remembered over %s', (_name, open) => {
  let database: TestStore
  let asked = 0

  beforeAll(async () => {
    database = await open()
    await name('first')
  })
  afterAll(() => database.close())

  const name = (text: string) => nameArea(database.store, text)
  const areas = (db: Reader, moment?: Date) =>
    remembered(db, ['areas of the test', moment], () => {
      asked += 1
      return db.selectFrom('places.area').select('name').execute()
    })
  const read = (actor: Actor = everyone, moment?: Date) => database.store.read(actor, (db) => areas(db, moment))
  const questions = async (work: () => Promise<unknown>) => {
    const before = asked
    await work()
    return asked - before
  }

  test('is asked once for all visitors, until something changes', async () => {
    await name('second')
    expect(await questions(async () => expect([await read(), await read()].flat()).toEqual([{ name: 'second' }, { name: 'second' }]))).toBe(1)
    await name('third')
    expect(await questions(async () => expect(await read()).toEqual([{ name: 'third' }]))).toBe(1)
  })

  test('is never given to somebody signed in or to the system, nor made of what they see', async () => {
    await read()
    expect(await questions(() => read(person))).toBe(1)
    expect(await questions(() => read(system))).toBe(1)
    await name('fourth')
    await read(system)
    expect(await questions(() => read())).toBe(1)
  })

  test('is never what was known at an earlier moment', async () => {
    expect(await questions(async () => [await read(everyone, new Date(0)), await read(everyone, new Date(0))])).toBe(2)
  })

  test('is forgotten within a reading of an older snapshot, which sees what it saw', async () => {
    await name('before')
    await database.store.read(everyone, async (db) => {
      expect(await areas(db)).toEqual([{ name: 'before' }])
      // The embedded database has one connection, which this reading holds.
      if (database.store.kind === 'embedded') return
      await name('after')
      expect(await read()).toEqual([{ name: 'after' }])
      expect(await areas(db)).toEqual([{ name: 'before' }])
    })
  })

  test('cannot be changed by whoever was given it', async () => {
    const [area] = await read()
    expect(() => Object.assign(area!, { name: 'spoilt' })).toThrow(TypeError)
    expect(await read()).not.toEqual([{ name: 'spoilt' }])
  })

  test('is not an answer that failed', async () => {
    const fails = () => database.store.read(everyone, (db) => remembered(db, ['fails'], () => Promise.reject(new Error('not now'))))
    await expect(fails()).rejects.toThrow('not now')
    await expect(database.store.read(everyone, (db) => remembered(db, ['fails'], () => Promise.resolve('now')))).resolves.toBe('now')
  })
})

test('what is remembered follows every change of another process, while many ask', async () => {
  const { ordinary } = await createServerDatabase()
  const open = async () => (await startOver(await openDatabase({ databaseUrl: ordinary, dataDir: '', baseUrl: '' }), inject('sliceNames'))).store
  const [one, other] = [await open(), await open()]
  const read = () => other.read(everyone, (db) => remembered(db, ['areas'], () => db.selectFrom('places.area').select('name').execute()))
  for (let round = 0; round < 20; round += 1) {
    const noise = Array.from({ length: 4 }, read)
    await nameArea(one, `round ${round}`)
    for (const found of await Promise.all(Array.from({ length: 4 }, read))) expect(found).toEqual([{ name: `round ${round}` }])
    await Promise.all(noise)
  }
  await one.close()
  await other.close()
})
