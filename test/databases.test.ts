import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { everyone, type Actor } from '#kernel/access/actor.ts'
import type { Reader } from '#kernel/db/index.ts'
import { prepared } from '#kernel/db/prepared.ts'
import { tableTypes } from '#kernel/db/tables.ts'
import { verifyTrail } from '#kernel/db/trail.ts'
import { bothStores, type TestStore } from '#kernel/testing/store.ts'
import { sliceNames } from '#app'

const system: Actor = { kind: 'system', name: 'test' }
const person = (organisation: number): Actor => ({
  kind: 'person', account: 1, name: 'Sam', grants: [],
  memberships: [{ organisation, slug: 'x', name: 'X', kind: 'authority', authority: null, roles: ['reader'] }],
})

describe.each(bothStores)('on %s', (_name, open) => {
  let test_: TestStore
  beforeAll(async () => void (test_ = await open()))
  afterAll(() => test_.close())

  const addOrganisation = (slug: string, actor: Actor = system) =>
    test_.store.change(actor, 'people.add-organisation', async (trx) => {
      const { id } = await trx
        .insertInto('people.organisation').values({ slug, name: slug, kind: 'authority' }).returning('id').executeTakeFirstOrThrow()
      return { subject: `organisation:${id}`, result: id, organisation: id, after: { slug } }
    })

  test('dates, bigints, numerics and moments are read alike', async () => {
    const row = await test_.store.read(system, async (db) => {
      const { rows } = await sql`select date '2024-07-01' as date, 9007199254740991::bigint as big, 1.50::numeric as exact,
        timestamptz '2024-07-01 12:00+01' as moment, array[date '2024-07-01', null] as dates, array[1.50, null]::numeric[] as exacts,
        array['a,b', null] as words, '{"a": 1}'::jsonb as json, '\\x00ff'::bytea as bytes, (select count(*) from people.account) as counted,
        timestamptz 'infinity' as forever`.execute(db)
      return rows[0] as Record<string, unknown>
    })
    expect({ ...row, bytes: [...(row.bytes as Uint8Array)] }).toEqual({
      date: '2024-07-01', big: 9007199254740991, exact: '1.50', moment: new Date('2024-07-01T11:00:00Z'),
      dates: ['2024-07-01', null], exacts: ['1.50', null], words: ['a,b', null], json: { a: 1 }, bytes: [0, 255], counted: 0, forever: Infinity,
    })
  })

  test('a bigint that a number cannot hold is refused, not rounded', async () => {
    await expect(test_.store.read(system, (db) => sql`select 9007199254740993::bigint`.execute(db))).rejects.toThrow('too large to be kept exactly')
  })

  test('a reader cannot write, whatever it sends', async () => {
    const sneaky = test_.store.read(system, (db) => sql`insert into indicators.period (kind, label, starts, ends) values ('day', 'x', '2024-01-01', '2024-01-01')`.execute(db))
    await expect(sneaky).rejects.toThrow('read-only transaction')
  })

  test('who asks is known for one reading only, however it ends', async () => {
    const asker = () => sql<{ role: string; kind: string | null }>`select current_user as role, nullif(current_setting('bv.kind', true), '') as kind`
    const nobody = (await test_.own.rows<{ role: string }>('select current_user as role'))[0]!.role
    for (const actor of [system, everyone, person(7)]) {
      const { rows } = await test_.store.read(actor, (db) => asker().execute(db))
      expect(rows).toEqual([{ role: 'bv_actor', kind: actor.kind }])
      await expect(test_.store.read(actor, (db) => sql`select 1 / 0`.execute(db))).rejects.toThrow('division by zero')
      const afterwards = await test_.own.rows(`select current_user as role, nullif(current_setting('bv.kind', true), '') as kind`)
      expect(afterwards).toEqual([{ role: nobody, kind: null }])
      await expect(test_.own.alone((session) => session.exec('savepoint here'))).rejects.toThrow('can only be used in transaction blocks')
    }
  })

  test('a statement that is kept prepared shows everyone their own rows, on whichever connection and however often', async () => {
    const own = [1011, 1012]
    await test_.raw.exec(`insert into people.organisation (id, slug, name, kind) overriding system value values (1011, 'eleven', 'Eleven', 'authority'), (1012, 'twelve', 'Twelve', 'authority')`)
    await test_.raw.exec(`insert into indicators.measure (code, organisation, audience) select 'own-' || id, id, 'organisation' from people.organisation where id in (1011, 1012)`)
    const codes = (db: Reader, like: string) => sql<{ code: string }>`${prepared}select code from indicators.measure where code like ${like} order by code`.execute(db)
    for (let turn = 0; turn < 20; turn++) {
      for (const organisation of own) {
        const { rows } = await test_.store.read(person(organisation), (db) => codes(db, 'own-%'))
        expect(rows).toEqual([{ code: `own-${organisation}` }])
      }
      expect((await test_.store.read(everyone, (db) => codes(db, 'own-%'))).rows).toEqual([])
      expect((await test_.store.read(system, (db) => codes(db, 'own-%'))).rows).toHaveLength(2)
      await expect(test_.store.keep((trx) => codes(trx, 'own-%'))).rejects.toThrow('permission denied')
    }
  })

  test('a refused change leaves neither the change nor an entry in the trail', async () => {
    const before = await test_.store.read(system, (db) => verifyTrail(db))
    const refusal = test_.store.change(system, 'people.add-organisation', async (trx) => {
      await trx.insertInto('people.organisation').values({ slug: 'half-done', name: 'Half done', kind: 'partner' }).execute()
      throw new Error('second thoughts')
    })
    await expect(refusal).rejects.toThrow('second thoughts')
    expect(await test_.raw.rows(`select * from people.organisation where slug = 'half-done'`)).toEqual([])
    expect(await test_.store.read(system, (db) => verifyTrail(db))).toEqual(before)
  })

  test('simultaneous changes stand in one unbroken line in the trail', async () => {
    const before = await test_.store.read(system, (db) => verifyTrail(db))
    await Promise.all(Array.from({ length: 20 }, (_, n) => addOrganisation(`together-${n}`)))
    expect(await test_.store.read(system, (db) => verifyTrail(db))).toEqual({ checked: before.checked + 20, broken: null })
  })

  test('an entry altered behind the doors is found, and the first one is named', async () => {
    await addOrganisation('altered-one')
    const [last] = await test_.raw.rows<{ entry: number; after: string }>('select entry, after from kernel.trail order by entry desc limit 1')
    const alter = (after: string) =>
      test_.raw.exec(`update kernel.trail set after = '${after}' where entry = ${last!.entry}`)
    await alter('{"slug":"forged"}')
    await addOrganisation('after-the-forgery')
    const report = await test_.store.read(system, (db) => verifyTrail(db))
    expect(report.broken).toEqual({ entry: last!.entry, reason: 'its content was altered after it was written' })
    await alter(last!.after)
    expect((await test_.store.read(system, (db) => verifyTrail(db))).broken).toBeNull()
  })

  test('nobody can change or remove a trail entry through a door', async () => {
    for (const statement of ['update kernel.trail set action = action', 'delete from kernel.trail']) {
      const attempt = test_.store.change(system, 'test.tamper', async (trx) => {
        await sql.raw(statement).execute(trx)
        return { subject: 'trail:1', result: null }
      })
      await expect(attempt).rejects.toThrow('permission denied')
    }
  })

  test('bookkeeping reaches only the tables it was granted, and leaves the trail alone', async () => {
    const before = await test_.store.read(system, (db) => verifyTrail(db))
    await test_.store.keep((trx) => trx.deleteFrom('people.attempt').execute())
    for (const statement of ['select * from people.account', 'select * from kernel.trail', 'update people.session set account = 1', 'select * from indicators.observation']) {
      await expect(test_.store.keep((trx) => sql.raw(statement).execute(trx))).rejects.toThrow('permission denied')
    }
    expect(await test_.store.read(system, (db) => verifyTrail(db))).toEqual(before)
  })

  test('the table types in the program are those of the migrated database', async () => {
    const committed = readFileSync(new URL('../src/kernel/db/database.ts', import.meta.url), 'utf8')
    expect(await tableTypes(test_.raw, ['kernel', ...sliceNames])).toBe(committed)
  })
})
