import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '#kernel/config.ts'
import { startStore } from '#kernel/db/start.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { temporaryFolder } from '#kernel/testing/store.ts'
import { createApp, sliceNames, slices } from '#app'
import { readyRecipe } from '#slices/indicators/imports/ready.ts'
import { saveRecipe } from '#slices/indicators/pages/saved-recipes.ts'
import { newOrganisation, newPerson } from '#slices/people/builders.ts'
import { Browser } from '#slices/people/browsing.ts'
import { startProgram } from './program.ts'

// Somebody leaves: what was theirs goes to a colleague, who has access is reviewed, and the account is closed and opened again; on the
// pages first, and then by the command line in the same store.

type Somebody = Awaited<ReturnType<typeof newPerson>>

const { folder, remove } = temporaryFolder()
const settings = { DATA_DIR: folder, DEMO: 'off' }
let house: House
let app: FastifyInstance
let [mara, tom, dev, elsewhere]: Somebody[] = []
let isOpen = true
beforeAll(async () => {
  const config = { ...readConfig(settings), demo: 'on' as const, demonstrationSignIns: true }
  const { store } = await startStore(config, sliceNames)
  house = { ...completeHouse({ store, config, log: pino({ level: 'silent' }), now: () => new Date() }), slices }
  app = await createApp(house)
  const organisation = await newOrganisation(house, { slug: 'northmere', name: 'Northmere Council' })
  mara = await newPerson(house, organisation, { name: 'Mara Fell', email: 'mara@northmere.example', roles: ['performance-officer', 'administrator'] })
  tom = await newPerson(house, organisation, { name: 'Tom Askew', email: 'tom@northmere.example', roles: ['performance-officer'] })
  dev = await newPerson(house, organisation, { name: 'Dev Rowntree', email: 'dev@northmere.example', roles: ['administrator'] })
  elsewhere = await newPerson(house, await newOrganisation(house), { name: 'Lena Crowther', roles: ['administrator'] })
  const recipe = { ...readyRecipe('uk-authority-register'), recipe: 'waste-by-ward' }
  await house.store.change(mara, 'recipes.save', (trx) => saveRecipe(trx, mara!, mara!.memberships[0]!, recipe, house.now()))
})
afterAll(async () => {
  if (isOpen) await close()
  remove()
})

async function close() {
  isOpen = false
  await app.close()
  await house.store.close()
}

async function signedIn(person: Somebody | undefined) {
  const browser = new Browser(() => app)
  expect((await browser.signIn(person?.email ?? '')).statusCode).toBe(303)
  return browser
}

describe('on the pages', () => {
  const pageOf = (person: Somebody | undefined) => `/people/organisations/northmere/people/${person?.account ?? 0}`

  test('what somebody has is listed, and handed over to a colleague who works there and to nobody else', async () => {
    const leaving = `${pageOf(mara)}/leaving`
    const browser = await signedIn(dev)
    const own = await signedIn(mara)
    await own.post('/account/tokens/new', { name: 'Warehouse', scope: 'read', organisation: 'all', days: '30' }, '/account/tokens/new')
    await own.post('/people/organisations/northmere/invite', { email: 'new@northmere.example', roles: 'reader' }, '/people/organisations/northmere/invite')
    const page = (await browser.get(leaving)).body
    for (const words of ['Saved recipes', 'waste-by-ward', 'Tokens for programs', 'Warehouse', 'Invitations nobody has accepted yet', 'new@northmere.example']) expect(page).toContain(words)
    expect([...page.matchAll(/<option value="(\d+)"/g)].map(([, account]) => Number(account)).sort()).toEqual([tom?.account, dev?.account].sort())
    for (const to of ['', String(mara?.account), String(elsewhere?.account), '0', 'x']) {
      const refused = await browser.post(`${leaving}/recipes`, { to }, leaving)
      expect([refused.statusCode, refused.body.includes('Choose a colleague who is to take it over')], to).toEqual([422, true])
    }
    expect((await browser.post(`${leaving}/tokens`, { to: String(tom?.account) }, leaving)).statusCode).toBe(422)
    expect((await browser.post(`${leaving}/recipes`, { to: String(tom?.account) }, leaving)).headers.location).toBe(leaving)
    const after = (await browser.get(leaving)).body
    expect(after).toContain('Handed over to Tom Askew: 1.')
    expect(after).not.toContain('waste-by-ward')
    expect((await browser.get(`${pageOf(tom)}/leaving`)).body).toContain('waste-by-ward')
    expect((await browser.get('/trail')).body).toContain('handed over recipes of Mara Fell to Tom Askew: 1')
    expect((await (await signedIn(elsewhere)).post(`${leaving}/recipes`, { to: String(tom?.account) }, '/people')).statusCode).toBe(404)
  })

  test('the yearly review lists everybody, is noted with what was found, and then says when it was', async () => {
    const review = '/people/organisations/northmere/review'
    const browser = await signedIn(dev)
    const before = (await browser.get(review)).body
    expect(before).toContain('Nobody has reviewed this yet.')
    for (const { name, email } of [mara, tom, dev].flatMap((person) => person ?? [])) expect(before).toMatch(new RegExp(`${name}[^]*${email}`))
    expect(before).not.toContain('Lena Crowther')
    const blank = await browser.post(review, { note: '  ' }, review)
    expect([blank.statusCode, blank.body.includes('href="#note"')]).toEqual([422, true])
    expect((await browser.post(review, { note: 'all as it should be' }, review)).statusCode).toBe(303)
    expect((await browser.get(review)).body).toMatch(/Last reviewed .* by Dev Rowntree: all as it should be/)
    const [entry] = await house.store.read({ kind: 'system', name: 'test' }, (db) => db.selectFrom('kernel.trail').select(['says', 'after']).where('action', '=', 'people.review-access').execute())
    expect(entry?.says).toBe('reviewed who has access to Northmere Council: 3 people')
    expect(entry?.after).toContain('{"email":"tom@northmere.example","roles":["performance-officer"]}')
    const [header, ...rows] = (await browser.get(`${review}.csv`)).body.trim().split('\r\n')
    expect(header).toBe('name,email,account,roles,since,last_sign_in,second_factor,tokens,looked_after_by')
    expect(rows).toHaveLength(3)
    expect(rows.find((row) => row.startsWith('Mara Fell'))).toMatch(/^Mara Fell,mara@northmere\.example,active,administrator performance-officer,[^,]+,[^,]+,no,1,Northmere Council$/)
    expect((await (await signedIn(tom)).get(review)).statusCode).toBe(403)
  })
})

describe('on the command line', () => {
  const commands = slices.flatMap((slice) => slice.commands ?? [])
  /** A command in this process, on the store that is open. */
  const run = async (name: string, ...args: string[]) => {
    const said: string[] = []
    const write = (text: string) => void said.push(text)
    const code = await commands.find((command) => command.name === name)?.run(args, house, { out: write, err: write, progress: () => {} })
    return { code, said: said.join('\n') }
  }

  test('letters are listed, and opened once to pass them on', async () => {
    const letters = JSON.parse((await run('outbox', '--json')).said) as { id: number; to: string; state: string }[]
    expect(letters).toMatchObject([{ to: 'new@northmere.example', state: 'waiting' }])
    const number = String(letters[0]?.id)
    expect((await run('outbox', number)).said).toMatch(/^To: new@northmere\.example\nSubject: .*\n\n[^]*\/invitation\?link=/)
    await expect(run('outbox', number)).rejects.toThrow('can no longer be read here')
    for (const wrong of ['x', '0', '1 or 2']) await expect(run('outbox', wrong)).rejects.toMatchObject({ faults: [{ field: 'NUMBER' }] })
    expect((await run('outbox')).said).toMatch(/new@northmere\.example .*\n.*opened here, to be passed on/)
  })

  test('an account is closed with what was theirs, never the last administrator’s, and opened again without what ended', async () => {
    expect((await run('users deactivate', '--email', 'MARA@northmere.example')).said)
      .toMatch(/^Closed the account of Mara Fell\.\n {2}Tokens for programs: 1\. .*\n {2}Invitations nobody has accepted yet: 1\. /)
    await expect(run('users deactivate', '--email', 'dev@northmere.example')).rejects.toThrow('would have no administrator left')
    expect((await run('users review', '--organisation', 'northmere')).said).toMatch(/mara@northmere\.example {2}Mara Fell: closed; last signed in .*; no second factor; tokens: 0/)
    expect((await run('users reactivate', '--email', 'mara@northmere.example', '--json')).said).toContain('"active":true')
    await expect(run('users reactivate', '--email', 'mara@northmere.example')).rejects.toThrow('is active already')
    await expect(run('users reactivate', '--email', 'nobody@northmere.example')).rejects.toMatchObject({ faults: [{ message: 'Nobody has an account with this address.' }] })
    await expect(run('users review')).rejects.toMatchObject({ faults: [{ field: '--organisation' }] })
    expect((await signedIn(mara)).token).toBeDefined()
  })

  test('so do the commands as programs of their own', async () => {
    await close()
    const bv = async (...args: string[]) => {
      const program = startProgram(settings, { file: 'src/cli.ts', args })
      expect(await program.ended).toBe(0)
      return program.said().trim()
    }
    expect(await bv('users', 'deactivate', '--email', 'tom@northmere.example')).toMatch(/^Closed the account of Tom Askew\.\n {2}Saved recipes: 1\. /)
    const rows = JSON.parse(await bv('users', 'review', '--organisation', 'northmere', '--json')) as { name: string; active: boolean; roles: string[]; tokens: number }[]
    expect(rows.map(({ name, active, tokens }) => [name, active, tokens])).toEqual([['Dev Rowntree', true, 0], ['Mara Fell', true, 0], ['Tom Askew', false, 0]])
  })
})
