import { Writable } from 'node:stream'
import pino from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '#kernel/config.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { bothStores, type TestStore } from '#kernel/testing/store.ts'
import { newOrganisation, newPerson, testPassword } from '../builders.ts'
import { deactivate, reactivate } from '../commands.ts'
import { trailPage } from '../trail/queries.ts'
import { forgetFailures, lockedAmong, noteFailure, waitOf } from './attempts.ts'
import { changePassword, checkOwnPassword, signIn, signOut } from './commands.ts'
import { hashPassword } from './passwords.ts'
import { idleAfter, longestSession } from './rules.ts'
import { newToken, openSessionsOf, revokeSession, whoCarries } from './sessions.ts'

describe.each(bothStores)('on %s', (_name, open) => {
  let database: TestStore
  let house: House
  let clock: number
  let logged: string[]
  let network = 0
  beforeAll(async () => {
    database = await open()
    const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!' })
    const log = pino({ level: 'info' }, new Writable({ write: (chunk, _encoding, done) => { logged.push(String(chunk)); done() } }))
    house = completeHouse({ store: database.store, config, log, now: () => new Date(clock) })
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.raw.exec('delete from people.attempt')
    clock = Date.parse('2026-03-02T09:00:00Z')
    logged = []
    network++
  })

  const minutes = (count: number) => count * 60_000
  const tryAs = (email: string, password: string, address = `192.0.2.${network}`) => signIn(house, { email, password, address, browser: 'Firefox/140.0' })
  const aPerson = async (given: Parameters<typeof newPerson>[2] = {}) => newPerson(house, await newOrganisation(house), given)
  const signedIn = async (email: string) => {
    const answer = await tryAs(email, testPassword)
    if (answer.signedIn !== true) throw new Error('not signed in')
    return answer
  }

  test('a session holds what its carrier is and may see at this moment, and ends at sign-out', async () => {
    const person = await aPerson({ roles: ['performance-officer'] })
    const { token } = await signedIn(person.email.toUpperCase())
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(await whoCarries(house, token)).toMatchObject({ actor: { account: person.account, memberships: [{ roles: ['performance-officer'] }], grants: [] }, mustChange: false })
    expect(await database.raw.rows(`select * from people.session where token_hash = '${token}'`)).toEqual([])
    expect(await signOut(house, token)).toEqual({ method: 'password', providerToken: null })
    expect(await whoCarries(house, token)).toBeNull()
    expect(await signOut(house, token)).toBeNull()
  })

  test('a session ends when nobody uses it, and in the end whatever use is made of it', async () => {
    const { token } = await signedIn((await aPerson()).email)
    const began = clock
    for (clock = began; clock < began + longestSession - idleAfter; clock += idleAfter - minutes(6)) expect(await whoCarries(house, token)).not.toBeNull()
    clock = began + longestSession
    expect(await whoCarries(house, token)).toBeNull()
    const { token: unused } = await signedIn((await aPerson()).email)
    clock += idleAfter
    expect(await whoCarries(house, unused)).toBeNull()
  })

  test('whatever is wrong, the answer is the same: no account, deactivated, wrong password', async () => {
    const organisation = await newOrganisation(house)
    const administrator = await newPerson(house, organisation, { roles: ['administrator'] })
    const gone = await newPerson(house, organisation)
    await house.store.change(administrator, 'people.deactivate', (trx) => deactivate(trx, organisation, gone.account, administrator.account, house.now()))
    const answers = [await tryAs('nobody@nowhere.example', testPassword), await tryAs(gone.email, testPassword), await tryAs(administrator.email, 'wrong')]
    expect(answers).toEqual([{ signedIn: false, wait: 0 }, { signedIn: false, wait: 0 }, { signedIn: false, wait: 0 }])
  })

  test('a deactivated person is out at once, and a session from before does not come back with the account', async () => {
    const organisation = await newOrganisation(house)
    const administrator = await newPerson(house, organisation, { roles: ['administrator'] })
    const gone = await newPerson(house, organisation)
    const { token } = await signedIn(gone.email)
    clock += 1000
    await house.store.change(administrator, 'people.deactivate', (trx) => deactivate(trx, organisation, gone.account, administrator.account, house.now()))
    expect(await whoCarries(house, token)).toBeNull()
    await house.store.change(administrator, 'people.reactivate', (trx) => reactivate(trx, organisation, gone.account))
    expect(await whoCarries(house, token)).toBeNull()
    clock += 1000
    expect(await tryAs(gone.email, testPassword)).toMatchObject({ signedIn: true })
  })

  test.each(['somebody', 'nobody'])('%s must wait longer after each failure and is locked out at the tenth, also with the right password', async (who) => {
    const email = who === 'nobody' ? 'not-there@nowhere.example' : (await aPerson()).email
    const waits: number[] = []
    for (let failure = 1; failure <= 10; failure++) {
      expect(await tryAs(email, 'wrong')).toEqual({ signedIn: false, wait: 0 })
      const next = await tryAs(email, testPassword + '!')
      waits.push(next.signedIn ? -1 : next.wait / 1000)
      if (waits.at(-1) === 0) failure++
      clock += (waits.at(-1) ?? 0) * 1000
    }
    expect(waits).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 900])
    clock -= 1
    expect(await tryAs(email, testPassword)).toEqual({ signedIn: false, wait: 1 })
    clock += 1
    expect((await tryAs(email, testPassword)).signedIn).toBe(who === 'somebody')
  })

  test('a lock-out is in the trail of the organisation, and an administrator can end it', async () => {
    const person = await aPerson({ name: 'Mara Fell' })
    for (let failure = 0; failure < 10; failure++) {
      await tryAs(person.email, 'wrong')
      clock += minutes(1)
    }
    expect(await lockedAmong(house, [person.email, 'else@where.example'])).toEqual(new Set([person.email]))
    const [last] = await house.store.read({ kind: 'system', name: 'test' }, (db) => trailPage(db, {}, { before: null, size: 1 }))
    expect(last).toMatchObject({ action: 'people.lock', subject: `account:${person.account}`, says: 'locked Mara Fell out for 15 minutes, from one network, after too many wrong passwords' })
    await forgetFailures(house, person.email)
    expect(await tryAs(person.email, testPassword)).toMatchObject({ signedIn: true })
  })

  test('somebody elsewhere cannot lock out whoever has the account, also not from many networks at once', async () => {
    const person = await aPerson()
    const at = (attacker: number) => `203.0.113.${attacker}`
    expect(await tryAs(person.email, testPassword)).toMatchObject({ signedIn: true })
    const fail = (attacker: number) => noteFailure(house, { email: person.email, address: at(attacker) })
    for (let failure = 0; failure < 10; failure++, clock += minutes(1)) await fail(1)
    expect(await tryAs(person.email, testPassword, at(1))).toMatchObject({ signedIn: false })
    expect(await tryAs(person.email, testPassword, at(2))).toMatchObject({ signedIn: true })
    for (let failure = 0; failure < 99; failure++, clock += minutes(1)) await fail(3 + (failure % 40))
    await tryAs(person.email, 'wrong', at(50))
    expect(await tryAs(person.email, testPassword, at(99))).toMatchObject({ signedIn: false })
    expect(await tryAs(person.email, testPassword)).toMatchObject({ signedIn: true })
    expect(await tryAs(person.email, testPassword, at(99)), 'what the holder does elsewhere ends no lock').toMatchObject({ signedIn: false })
    const says = await house.store.read({ kind: 'system', name: 'test' }, (db) => trailPage(db, {}, { before: null, size: 100 }))
    expect(says.map((entry) => entry.says ?? '').filter((sentence) => sentence.includes('where they have not signed in lately'))).toHaveLength(1)
  })

  test.each(['somebody', 'nobody'])('guesses at %s from a thousand networks end in a lock, and the answers do not tell whether there is an account', async (who) => {
    const email = who === 'nobody' ? 'not-there@nowhere.example' : (await aPerson()).email
    const waits: number[] = []
    for (let network = 0; network < 100; network++, clock += minutes(1)) {
      await noteFailure(house, { email, address: `198.51.100.${network}` })
      waits.push(await waitOf(house, { email, address: `198.51.${network}.200` }) / 1000)
    }
    expect(waits).toEqual([...Array<number>(49).fill(0), 1, 2, 4, 8, 16, 32, ...Array<number>(44).fill(60), 900])
    expect(await tryAs(email, testPassword)).toEqual({ signedIn: false, wait: 840_000 })
    await forgetFailures(house, email)
    expect((await tryAs(email, testPassword)).signedIn).toBe(who === 'somebody')
  })

  test('one network address cannot try many accounts for ever, and others are not held up by it', async () => {
    const person = await aPerson()
    for (let failure = 0; failure < 20; failure++) await tryAs(`guess-${failure}@nowhere.example`, 'wrong')
    expect(await tryAs(person.email, testPassword)).toEqual({ signedIn: false, wait: 1000 })
    expect(await tryAs(person.email, testPassword, '198.51.100.7')).toMatchObject({ signedIn: true })
  })

  test('of many simultaneous guesses only the first few count and the others must wait, with the right password too', async () => {
    const person = await aPerson()
    await Promise.all(Array.from({ length: 30 }, () => tryAs(person.email, 'wrong')))
    const [row] = await database.raw.rows<{ failures: number }>('select max(failures) as failures from people.attempt')
    expect(row?.failures).toBe(3)
    expect(await tryAs(person.email, testPassword)).toMatchObject({ signedIn: false })
  })

  test('the log tells of failures and from where, and never what was typed', async () => {
    const person = await aPerson()
    await tryAs(person.email, 'secret words that were typed')
    await tryAs('password-in-the-wrong-field', 'secret words that were typed')
    const failures = logged.filter((line) => line.includes('sign-in failed'))
    expect(failures).toHaveLength(2)
    expect(failures[0]).toContain(`"account":${person.account}`)
    expect(failures[0]).toContain(`192.0.2.${network}`)
    expect(logged.join()).not.toMatch(/secret|wrong-field/)
  })

  test('changing the password ends all other sessions and goes on under a new token', async () => {
    const person = await aPerson({ mustChange: true })
    const [here, there] = [await signedIn(person.email), await signedIn(person.email)]
    expect(here.mustChange).toBe(true)
    clock += 1000
    const caller = { email: person.email, address: '192.0.2.1' }
    expect(await checkOwnPassword(house, caller, 'wrong')).toEqual({ wait: 0 })
    const checked = await checkOwnPassword(house, caller, testPassword)
    if (!('kept' in checked)) throw new Error('the right password was not taken')
    const token = newToken()
    const change = async () => ({ person, was: checked.kept, hash: await hashPassword('quite another phrase'), token, address: '192.0.2.1', browser: null, now: house.now() })
    const first = await change()
    await house.store.change(person, 'people.change-password', (trx) => changePassword(trx, first))
    expect(await whoCarries(house, here.token)).toBeNull()
    expect(await whoCarries(house, there.token)).toBeNull()
    expect(await whoCarries(house, token)).toMatchObject({ mustChange: false })
    expect(await tryAs(person.email, testPassword)).toMatchObject({ signedIn: false })
    const second = await change()
    await expect(house.store.change(person, 'people.change-password', (trx) => changePassword(trx, second))).rejects.toMatchObject({ code: 'conflict' })
  })

  test('one’s sessions are listed and ended by oneself only', async () => {
    const [person, other] = [await aPerson(), await aPerson()]
    const { token } = await signedIn(person.email)
    const [session] = await house.store.read(person, (db) => openSessionsOf(db, person.account, house.now()))
    expect(session).toMatchObject({ address: `192.0.2.${network}`, browser: 'Firefox/140.0' })
    expect(await house.store.read(other, (db) => openSessionsOf(db, person.account, house.now()))).toEqual([])
    await expect(house.store.change(other, 'people.end-session', (trx) => revokeSession(trx, other, session!.id))).rejects.toMatchObject({ code: 'not-found' })
    expect(await whoCarries(house, token)).not.toBeNull()
    await house.store.change(person, 'people.end-session', (trx) => revokeSession(trx, person, session!.id))
    expect(await whoCarries(house, token)).toBeNull()
  })
})
