import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { everyone, type Actor } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { verifyTrail } from '#kernel/db/trail.ts'
import type { House } from '#kernel/slice.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { newOrganisation, newPerson } from './builders.ts'
import { invite } from './joining/invitations.ts'
import { makeResetLink } from './joining/password-reset.ts'
import { addAccount, changeRoles, deactivate, reactivate } from './commands.ts'
import { endGrant, giveGrant } from './grants.ts'
import { grantsBy, grantsTo, peopleOf, type Organisation } from './queries.ts'
import { roles, rolesIn } from './rules.ts'
import { beginSession, newToken, personOf, type Person } from './sign-in/sessions.ts'
import { faultsAmong, trailPage } from './trail/queries.ts'

const system: Actor = { kind: 'system', name: 'test' }

let database: TestStore
let house: Pick<House, 'store' | 'config' | 'now'>
beforeAll(async () => {
  database = await embeddedStore()
  house = { store: database.store, config: readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!' }), now: () => new Date() }
})
afterAll(() => database.close())

const change = <T>(actor: Actor, work: Parameters<typeof house.store.change<T>>[2]) => house.store.change(actor, 'people.test', work)
const lastSentence = async () => {
  const [last] = await house.store.read(system, (db) => trailPage(db, {}, { before: null, size: 1 }))
  return last?.says
}

describe('an administrator', () => {
  test('adds a person, who then has the roles, and the trail says so', async () => {
    const organisation = await newOrganisation(house, { name: 'Northmere' })
    const administrator = await newPerson(house, organisation, { roles: ['administrator'] })
    const account = await change(administrator, (trx) =>
      addAccount(trx, { organisation, email: ' Mara@Northmere.example ', name: 'Mara Fell', roles: ['performance-officer', 'member'], hash: 'x', mustChange: true, now: house.now() }))
    const people = await house.store.read(administrator, (db) => peopleOf(db, organisation.id))
    expect(people.find((person) => person.account === account)).toEqual({
      account, name: 'Mara Fell', email: 'Mara@Northmere.example', active: true, home: organisation.id, roles: ['member', 'performance-officer'], must_change: true,
    })
    expect(await lastSentence()).toBe('added Mara Fell to Northmere as performance officer and member')
  })

  test('cannot add an address twice, in small or capital letters, here or from another organisation', async () => {
    const [here, there] = [await newOrganisation(house), await newOrganisation(house)]
    const administrator = await newPerson(house, here, { roles: ['administrator'], email: 'one@here.example' })
    const other = await newPerson(house, there, { roles: ['administrator'] })
    const add = (actor: Actor, organisation: Organisation) =>
      change(actor, (trx) => addAccount(trx, { organisation, email: 'ONE@here.example', name: 'Twice', roles: ['reader'], hash: 'x', mustChange: true, now: house.now() }))
    await expect(add(administrator, here)).rejects.toMatchObject({ code: 'refused', faults: [{ field: 'email' }] })
    await expect(add(other, there)).rejects.toMatchObject({ code: 'refused', faults: [{ field: 'email' }] })
  })

  test('cannot give a role that makes no sense in the organisation', async () => {
    const organisation = await newOrganisation(house, { name: 'Larch and Rowe', kind: 'audit-firm' })
    const administrator = await newPerson(house, organisation, { roles: ['administrator'] })
    const refusal = change(administrator, (trx) => changeRoles(trx, organisation, administrator.account, ['administrator', 'performance-officer'], house.now()))
    await expect(refusal).rejects.toMatchObject({ faults: [{ field: 'roles', message: expect.stringContaining('Nobody is performance officer in Larch and Rowe, which is an audit firm') as string }] })
  })

  test('cannot add, change, deactivate or let in anybody elsewhere', async () => {
    const [here, there] = [await newOrganisation(house), await newOrganisation(house)]
    const administrator = await newPerson(house, here, { roles: ['administrator'] })
    const victim = await newPerson(house, there, { roles: ['administrator'] })
    const attempts: Parameters<typeof change>[1][] = [
      (trx) => addAccount(trx, { organisation: there, email: 'spy@here.example', name: 'Spy', roles: ['reader'], hash: 'x', mustChange: true, now: house.now() }),
      (trx) => changeRoles(trx, there, victim.account, ['reader'], house.now()),
      (trx) => changeRoles(trx, here, victim.account, ['reader'], house.now()),
      (trx) => deactivate(trx, there, victim.account, administrator.account, house.now()),
      (trx) => invite(trx, house, { organisation: there, email: 'spy@here.example', roles: ['administrator'] }, administrator),
      (trx) => makeResetLink(trx, house, { id: victim.account, organisation: there.id, name: 'Victim', email: 'spy@here.example' }, administrator),
      (trx) => giveGrant(trx, { organisation: there, to: { id: administrator.account, name: 'Me' }, subject: 'organisation', id: there.id, why: 'curious', by: administrator.account }),
      async (trx) => {
        await trx.insertInto('people.membership').values({ account: victim.account, organisation: here.id, role: 'reader' }).execute()
        return { subject: 'x', result: null }
      },
      async (trx) => {
        await trx.insertInto('people.membership').values({ account: administrator.account, organisation: there.id, role: 'administrator' }).execute()
        return { subject: 'x', result: null }
      },
    ]
    for (const attempt of attempts) await expect(change(administrator, attempt)).rejects.toThrow()
    expect(await personOf(house, victim.account)).toMatchObject({ memberships: [{ organisation: there.id, roles: ['administrator'] }] })
    expect((await personOf(house, administrator.account))?.memberships).toHaveLength(1)
  })

  test('of one organisation has no power over the account of a person who also works there', async () => {
    const [home, other] = [await newOrganisation(house), await newOrganisation(house)]
    await newPerson(house, home, { roles: ['administrator'] })
    const shared = await newPerson(house, home, { roles: ['reader'] })
    const administrator = await newPerson(house, other, { roles: ['administrator'] })
    await house.store.change(system, 'people.test', async (trx) => {
      await trx.insertInto('people.membership').values({ account: shared.account, organisation: other.id, role: 'reader' }).execute()
      return { subject: 'x', result: null }
    })
    await expect(change(administrator, (trx) => makeResetLink(trx, house, { id: shared.account, organisation: home.id, name: 'Shared', email: 'mine@here.example' }, administrator))).rejects.toThrow(/row-level security/)
    await expect(change(administrator, (trx) => deactivate(trx, other, shared.account, null, house.now()))).rejects.toMatchObject({ code: 'not-allowed' })
    const { rows } = await house.store.read(administrator, (db) => sql`select * from people.credential where account = ${shared.account}`.execute(db))
    expect(rows).toEqual([])
    await change(administrator, (trx) => changeRoles(trx, other, shared.account, [], house.now()))
    expect((await personOf(house, shared.account))?.memberships.map((m) => m.organisation)).toEqual([home.id])
  })

  test('cannot leave the organisation without an administrator, and nobody deactivates their own account', async () => {
    const organisation = await newOrganisation(house)
    const [first, second] = [await newPerson(house, organisation, { roles: ['administrator'] }), await newPerson(house, organisation, { roles: ['administrator'] })]
    await expect(change(first, (trx) => deactivate(trx, organisation, first.account, first.account, house.now()))).rejects.toMatchObject({ code: 'not-allowed' })
    await change(first, (trx) => deactivate(trx, organisation, second.account, first.account, house.now()))
    expect(await personOf(house, second.account)).toBeNull()
    await expect(change(first, (trx) => changeRoles(trx, organisation, first.account, ['reader'], house.now()))).rejects.toMatchObject({ code: 'conflict' })
    await change(first, (trx) => reactivate(trx, organisation, second.account))
    await change(first, (trx) => changeRoles(trx, organisation, first.account, ['reader'], house.now()))
    expect((await personOf(house, first.account))?.memberships[0]?.roles).toEqual(['reader'])
  })
})

describe('a grant', () => {
  test('lets one person of another organisation in until it is ended, and both sides see it', async () => {
    const [a, b] = [await newOrganisation(house, { name: 'Steelhaven' }), await newOrganisation(house)]
    const administrator = await newPerson(house, a, { roles: ['administrator'] })
    const auditor = await newPerson(house, b, { name: 'Gil Larch' })
    const to = { id: auditor.account, name: auditor.name }
    const give = () => change(administrator, (trx) => giveGrant(trx, { organisation: a, to, subject: 'measure', id: 7, why: 'Audit of 2025-26', by: administrator.account }))
    const grant = await give()
    expect(await lastSentence()).toBe('let Gil Larch see measure 7 of Steelhaven')
    expect((await personOf(house, auditor.account))?.grants).toEqual([{ organisation: a.id, subject: 'measure', id: 7 }])
    expect(await house.store.read(auditor, (db) => grantsTo(db, auditor.account))).toMatchObject([{ organisation: 'Steelhaven', why: 'Audit of 2025-26' }])
    expect(await house.store.read(administrator, (db) => grantsBy(db, a.id))).toMatchObject([{ name: 'Gil Larch', giver: administrator.name, ended_at: null }])
    await expect(give()).rejects.toMatchObject({ faults: [{ field: 'email', message: 'Gil Larch may see this already' }] })
    await change(administrator, (trx) => endGrant(trx, a, grant, house.now()))
    expect(await lastSentence()).toBe('ended what Gil Larch could see: measure 7 of Steelhaven')
    expect((await personOf(house, auditor.account))?.grants).toEqual([])
    await expect(change(administrator, (trx) => endGrant(trx, a, grant, house.now()))).rejects.toMatchObject({ code: 'conflict' })
    await give()
  })

  test('is not for one’s own people, and cannot be ended by those it was given to', async () => {
    const [a, b] = [await newOrganisation(house), await newOrganisation(house)]
    const administrator = await newPerson(house, a, { roles: ['administrator'] })
    const colleague = await newPerson(house, a)
    const stranger = await newPerson(house, b, { roles: ['administrator'] })
    const give = (to: Person) => change(administrator, (trx) => giveGrant(trx, { organisation: a, to: { id: to.account, name: to.name }, subject: 'organisation', id: 0, why: 'because', by: null }))
    await expect(give(colleague)).rejects.toMatchObject({ faults: [{ field: 'email' }] })
    const grant = await give(stranger)
    await expect(change(stranger, (trx) => endGrant(trx, a, grant, house.now()))).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('between two organisations', () => {
  const tables = ['people.account', 'people.credential', 'people.membership', 'people.access_grant', 'people.session', 'people.attempt', 'kernel.trail'] as const
  let a: Organisation
  let insider: Person
  beforeAll(async () => {
    a = await newOrganisation(house)
    insider = await newPerson(house, a, { roles: ['administrator', 'auditor'] })
    const auditor = await newPerson(house, await newOrganisation(house, { kind: 'audit-firm' }), { roles: ['auditor'] })
    await change(insider, (trx) => giveGrant(trx, { organisation: a, to: { id: auditor.account, name: auditor.name }, subject: 'organisation', id: a.id, why: 'audit', by: insider.account }))
    await change(insider, (trx) => beginSession(trx, { account: insider.account, organisation: a.id, token: newToken(), address: '192.0.2.1', browser: null, now: house.now() }))
  })

  const rowsSeen = async (actor: Actor, table: string) =>
    house.store.read(actor, async (db) => (await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(db)).rows).catch((cause: unknown) => String(cause))

  test('there is something to see', async () => {
    for (const table of tables.filter((name) => name !== 'people.attempt')) expect((await rowsSeen(insider, table)).length, table).toBeGreaterThan(0)
  })

  const outsiders = [...roles.map((role) => [role] as const), ['nobody signed in'] as const]
  test.each(outsiders)('%s of another organisation sees no account, membership, grant, session or trail entry', async (role) => {
    const kind = (['authority', 'department', 'audit-firm'] as const).find((one) => role !== 'nobody signed in' && rolesIn(one).includes(role)) ?? 'authority'
    const b = await newOrganisation(house, { kind })
    const outsider = role === 'nobody signed in' ? null : await newPerson(house, b, { roles: [role] })
    const own = { account: outsider?.account ?? 0, organisation: b.id }
    for (const table of tables) {
      const rows = await rowsSeen(outsider ?? everyone, table)
      if (typeof rows === 'string') {
        expect(rows).toContain('permission denied')
        continue
      }
      const foreign = rows.filter((row) => row.organisation !== own.organisation && row.account !== own.account && row.id !== own.account)
      expect(foreign, table).toEqual([])
    }
  })

  test('colleagues see one another’s names but not how they sign in', async () => {
    const reader = await newPerson(house, a)
    expect((await rowsSeen(reader, 'people.account')).length).toBeGreaterThan(1)
    expect(await rowsSeen(reader, 'people.credential')).toHaveLength(1)
    expect(await rowsSeen(reader, 'people.session')).toEqual([])
    expect(await rowsSeen(reader, 'people.membership')).toHaveLength(1)
  })

  test('the trail of each is narrowed by what one asks, and paged without a gap', async () => {
    const organisation = await newOrganisation(house, { name: 'Paged' })
    const administrator = await newPerson(house, organisation, { roles: ['administrator'], name: 'Dev Rowntree' })
    for (let n = 0; n < 5; n++) {
      await change(administrator, (trx) => addAccount(trx, { organisation, email: `p${n}@paged.example`, name: `Page ${n}`, roles: ['reader'], hash: 'x', mustChange: false, now: house.now() }))
    }
    const ask = (question: object, before: number | null = null, size = 50) => house.store.read(administrator, (db) => trailPage(db, question, { before, size }))
    const all = await ask({})
    expect(all).toHaveLength(7)
    const first = await ask({}, null, 4)
    expect([...first, ...(await ask({}, first.at(-1)!.entry))].map((row) => row.entry)).toEqual(all.map((row) => row.entry))
    expect(await ask({ person: 'rowntree' })).toHaveLength(6)
    expect(await ask({ person: 'dev', thing: 'page 3' })).toHaveLength(1)
    expect(await ask({ thing: 'organisation' })).toHaveLength(1)
    expect(await ask({ thing: `account:${administrator.account}` })).toHaveLength(1)
    expect(await ask({ action: 'people.test' })).toHaveLength(5)
    expect(await ask({ from: '2000-01-01', to: '2000-01-02' })).toEqual([])
    expect(await ask({ person: '%' })).toEqual([])
  })
})

test('an altered entry is named on the page that shows it, and by checking the whole line', async () => {
  const page = () => house.store.read(system, (db) => trailPage(db, {}, { before: null, size: 10 }))
  const faults = async () => {
    const entries = await page()
    return house.store.read(system, (db) => faultsAmong(db, entries))
  }
  expect(await faults()).toEqual(new Map())
  const { entry, says } = (await page())[4]!
  await database.raw.exec(`update kernel.trail set says = 'did nothing at all' where entry = ${entry}`)
  expect(await faults()).toEqual(new Map([[entry, 'its content was altered after it was written']]))
  expect((await house.store.read(system, (db) => verifyTrail(db))).broken).toEqual({ entry, reason: 'its content was altered after it was written' })
  await database.raw.exec(`update kernel.trail set says = ${says === null ? 'null' : `'${says.replaceAll("'", "''")}'`} where entry = ${entry}`)
  expect(await faults()).toEqual(new Map())
})
