import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Role } from '#kernel/access/actor.ts'
import { openPublisher, type Publisher } from '#kernel/testing/publisher.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { newOrganisation, newPerson } from '#slices/people/builders.ts'
import { organisationBySlug, people } from '#slices/people/index.ts'
import { buildAuthorities } from '#slices/places/builders.ts'
import { places } from '#slices/places/index.ts'
import { indicators } from '../index.ts'
import { askedServer, textOf, type Browsing } from '../pages/asking.ts'
import { sourceCommandsInto } from './command-line.ts'
import { lookAt } from './look.ts'
import { looking, lookingInto } from './working.ts'

// Watched sources through the real server and its jobs; the publisher is a server on this machine.

let database: TestStore
let publisher: Publisher
let server: Awaited<ReturnType<typeof askedServer>>
let officer: Browsing
let colleague: Browsing
let reader: Browsing
let elsewhere: Browsing

const recipe = {
  recipe: 'bins', title: 'Bins emptied on time', publisher: 'Depot', source: 'https://published.example/bins.csv', licence: 'OGL', produces: 'observations',
  authority: { column: 'council', by: 'name' }, period: { column: 'year', kind: 'financial-year' }, measure: { code: { fixed: 'bins-on-time' } }, values: [{ value: 'on_time' }],
  measures: { title: { fixed: 'Bins emptied on time' }, unit: { fixed: '%' }, unit_kind: { fixed: 'percentage' }, suffix: { fixed: '%' }, polarity: { fixed: 'higher' } },
}

beforeAll(async () => {
  database = await embeddedStore()
  publisher = await openPublisher()
  const jobs = [...(indicators.jobs ?? []).filter(({ name }) => name !== looking.name), lookingInto(publisher.outside)]
  server = await askedServer(database, [people, places, { ...indicators, jobs }])
  const [northmere, southmere] = [await newOrganisation(server.house, { slug: 'northmere', name: 'Northmere' }), await newOrganisation(server.house, { slug: 'southmere', name: 'Southmere' })]
  officer = server.signIn(await newPerson(server.house, northmere, { name: 'Mara Fell', roles: ['performance-officer'] }))
  colleague = server.signIn(await newPerson(server.house, northmere, { name: 'Ivo Dale', roles: ['performance-officer'] }))
  reader = server.signIn(await newPerson(server.house, northmere, { roles: ['reader'] }))
  elsewhere = server.signIn(await newPerson(server.house, southmere, { roles: ['performance-officer', 'administrator'] }))
  await buildAuthorities(database.store, [{ code: 'S90000001', known_name: 'Northmere' }, { code: 'S90000002', known_name: 'Southmere' }])
  await officer.post('/recipes/new', { text: JSON.stringify(recipe), organisation: 'northmere', do: 'save' })
})
afterAll(async () => {
  await server.app.close()
  await publisher.close()
  await database.close()
})

/** What the publisher has out, and whether it says so when it is asked for the same again. */
function publish(content: string, headers: Record<string, string> = {}): void {
  publisher.answers = (request, answer) => {
    if (headers.etag !== undefined && request.headers['if-none-match'] === headers.etag) answer.writeHead(304).end()
    else answer.writeHead(200, { 'content-type': 'text/csv', ...headers }).end(content)
  }
}

const release = (value: number) => `council,year,on_time\nNorthmere,2022-23,${value}\n`
const terms = { name: 'Bins of the depot', address: 'https://published.example/bins.csv', whose: 'national', recipe: 'northmere/bins', every: 'week' }

/** Adds a source on the page; gives its address. */
async function watched(browsing: Browsing, change: Partial<typeof terms> = {}): Promise<string> {
  const answer = await browsing.post('/sources/new', { ...terms, ...change })
  expect(answer.headers.location, textOf(answer)).toMatch(/^\/sources\/\d+$/)
  return String(answer.headers.location)
}

const idOf = (address: string) => Number(address.split('/').at(-1))
/** A look that the clock asks for, rather than a person. */
const lookByTheClock = (address: string) => lookAt(server.house, publisher.outside, idOf(address))
const waitingIn = async (browsing: Browsing, address: string) => /href="(\/imports\/new\/[\w-]+)"/.exec((await browsing.get(address)).body)?.[1] ?? null
const trailOf = (address: string) => database.raw.rows<{ action: string; says: string; actor: string }>(`select action, says, actor_name as actor from kernel.trail where subject = 'source:${idOf(address)}' order by entry`)

test('a source that is added is looked at once, and what it would change waits for a person, who imports it', async () => {
  publish(release(91))
  const address = await watched(officer)
  expect(textOf(await officer.get(address))).toContain('A file that is not the one before: bins.csv. It waits for Mara Fell and was not imported.')
  expect(await database.raw.rows('select id from indicators.import')).toEqual([])

  const waiting = String(await waitingIn(officer, address))
  expect(textOf(await officer.get(waiting))).toContain('bins.csv')
  const imported = await officer.post(`${waiting}/import`, {})
  expect(imported.headers.location).toMatch(/^\/imports\/\d+$/)

  await officer.post(`${address}/look`, {})
  expect(textOf(await officer.get(address))).toContain(`The file is the one of import ${String(imported.headers.location).split('/').at(-1)}.`)
  expect(await waitingIn(officer, address)).toBeNull()
})

test('a new release is tried beside the last one, and its page shows the figures that would change', async () => {
  publish(release(91))
  const address = await watched(officer)
  publish(release(93.5))
  const looked = await officer.post(`${address}/look`, {})
  expect(looked.headers.location).toBe(address)
  const page = textOf(await officer.get(String(await waitingIn(officer, address))))
  expect(page).toContain('0 figures would be new, 1 would replace earlier ones')
  expect(page).toContain('93.5')
})

test('nothing is kept when the server says that the file is the same, or it comes again and is', async () => {
  publish(release(80), { etag: '"eighty"' })
  const address = await watched(officer, { name: 'Tagged' })
  const waiting = await waitingIn(officer, address)
  expect(await lookByTheClock(address)).toEqual({ found: 'unchanged', says: 'The server says that the file is the one it was.' })
  publish(release(80), { etag: '"another tag"' })
  expect(await lookByTheClock(address)).toEqual({ found: 'unchanged', says: 'The file is the same as at the last look.' })
  expect(await waitingIn(officer, address)).toBe(waiting)
})

test('a server that gives another file the same tag deceives nobody who looks by hand', async () => {
  publish(release(70), { etag: '"lying"' })
  const address = await watched(officer, { name: 'Lying' })
  const waiting = await waitingIn(officer, address)
  publish(release(71), { etag: '"lying"' })
  expect(await lookByTheClock(address)).toMatchObject({ found: 'unchanged' })
  await officer.post(`${address}/look`, {})
  expect(await waitingIn(officer, address)).not.toBe(waiting)
  expect(await database.raw.rows(`select id from indicators.upload where id = '${String(waiting).split('/').at(-1)}'`)).toEqual([])
})

test('a look that fails says why and since when, and the next that goes well ends it', async () => {
  publish('<!doctype html><title>We moved</title>', { 'content-type': 'text/html' })
  const address = await watched(officer, { name: 'Moved' })
  expect(textOf(await officer.get(address))).toContain('The server sent a web page where a file was expected.')
  const since = () => database.raw.rows<{ failing_since: Date | null }>(`select failing_since from indicators.watched_source where id = ${idOf(address)}`)
  const [first] = await since()
  publish('<html>with the wrong type', {})
  expect(await lookByTheClock(address)).toMatchObject({ found: 'failed', says: expect.stringContaining('web page') as string })
  publish('')
  expect(await lookByTheClock(address)).toMatchObject({ found: 'failed', says: expect.stringContaining('empty file') as string })
  publisher.answers = (_request, answer) => void answer.writeHead(404).end()
  expect(await lookByTheClock(address)).toMatchObject({ found: 'failed', says: expect.stringContaining('(404)') as string })
  expect(await since()).toEqual([first])
  expect(first?.failing_since).toBeInstanceOf(Date)
  expect(textOf(await officer.get('/sources'))).toContain('Failing since')
  publish(release(60))
  expect(await lookByTheClock(address)).toMatchObject({ found: 'new' })
  expect(await since()).toEqual([{ failing_since: null }])
})

test('a file that does not fit the recipe waits all the same, and the log says so', async () => {
  publish('place,when\nNorthmere,2022-23\n')
  const address = await watched(officer, { name: 'Other columns' })
  expect(textOf(await officer.get(address))).toContain('It does not fit the recipe; its page says why.')
  expect((await officer.get(String(await waitingIn(officer, address)))).statusCode).toBe(200)
})

test('the next look is asked for when one ends, and none once the watching is stopped', async () => {
  publish(release(50))
  const address = await watched(officer, { name: 'Recurring', every: 'day' })
  const jobs = () => database.raw.rows<{ hours: number }>(
    `select round(extract(epoch from run_after - now()) / 3600)::int as hours from kernel.job where kind = 'sources.look' and key = '${idOf(address)}' and state = 'queued'`)
  await expect.poll(jobs).toEqual([{ hours: 24 }])
  await officer.post(`${address}/stop`, {})
  expect(textOf(await officer.get('/sources'))).not.toContain('Recurring')
  const again = await officer.post(`${address}/change`, terms)
  expect(again.statusCode).toBe(409)
  const asked = publisher.asked.length
  expect(await lookByTheClock(address)).toMatchObject({ says: 'Recurring is no longer watched.' })
  expect(publisher.asked).toHaveLength(asked)
  expect(await looking.next?.({ input: { source: idOf(address) }, organisation: 1, state: 'done' }, server.house)).toBeNull()
})

test('the trail says who watches what, and what was found by nobody’s hand', async () => {
  publish(release(40))
  const address = await watched(officer, { name: 'In the trail' })
  await colleague.post(`${address}/change`, { ...terms, name: 'Renamed' })
  await colleague.post(`${address}/stop`, {})
  expect((await trailOf(address)).map(({ action, actor }) => `${action} by ${actor}`)).toEqual([
    'sources.add by Mara Fell', 'sources.found by watching of sources', 'sources.change by Ivo Dale', 'sources.found by watching of sources', 'sources.stop by Ivo Dale',
  ])
})

test('who changes a source takes it over, and the file waits for them', async () => {
  publish(release(30))
  const address = await watched(officer, { name: 'Taken over' })
  expect(await waitingIn(colleague, address)).toBeNull()
  await colleague.post(`${address}/change`, { ...terms, name: 'Taken over', whose: 'of-northmere' })
  expect(textOf(await colleague.get(address))).toContain('Watched by Ivo Dale')
  expect(await waitingIn(colleague, address)).not.toBeNull()
  expect(await waitingIn(officer, address)).toBeNull()
})

test('the form says what is wrong and keeps what was typed', async () => {
  const answer = await officer.post('/sources/new', { name: 'Mine', address: 'https://10.0.0.1/bins.csv', whose: 'national', recipe: 'no-such', every: 'week' })
  expect(answer.statusCode).toBe(422)
  expect(textOf(answer)).toContain('10.0.0.1 is not on the public internet')
  expect(textOf(answer)).toContain('Choose a recipe from the list')
  expect(answer.body).toContain('value="https://10.0.0.1/bins.csv"')
})

test('other organisations, readers and strangers see no source and can do nothing to it', async () => {
  publish(release(20))
  const address = await watched(officer, { name: 'Kept to ourselves' })
  expect((await elsewhere.get(address)).statusCode).toBe(404)
  for (const what of ['look', 'stop', 'change']) expect((await elsewhere.post(`${address}/${what}`, terms)).statusCode).toBe(404)
  expect(textOf(await elsewhere.get('/sources'))).not.toContain('Kept to ourselves')
  expect((await reader.get(address)).statusCode).toBe(403)
  expect((await server.stranger().get(address)).statusCode).toBe(303)
})

test('a source whose watcher may no longer import fails with what to do, and keeps nothing', async () => {
  publish(release(10))
  const address = await watched(officer, { name: 'Orphaned' })
  const { id } = (await database.raw.rows<{ id: number }>(`select account as id from indicators.watched_source where id = ${idOf(address)}`))[0] ?? { id: 0 }
  await database.raw.exec(`update people.membership set role = 'reader' where account = ${id}`)
  publish(release(11))
  expect(await lookByTheClock(address)).toEqual({ found: 'failed', says: 'Mara Fell watches this source but may no longer import files for Northmere. A colleague who may can change the source and so take it over.' })
  await database.raw.exec(`update people.membership set role = 'performance-officer' where account = ${id}`)
})

test('the command line lists the sources and looks at one, with 1 where the look failed', async () => {
  const said: string[] = []
  const faults: string[] = []
  const terminal = { out: (text: string) => void said.push(text), err: (text: string) => void faults.push(text), progress: () => undefined }
  const commands = sourceCommandsInto(publisher.outside)
  const command = (name: string, ...args: string[]) => commands.find((one) => one.name === name)?.run(args, server.house, terminal)
  publish(release(31))
  const address = await watched(officer, { name: 'Looked at by command' })
  expect(await command('sources')).toBe(0)
  expect(said.join('\n')).toContain('Bins of the depot, for Northmere, every week')
  expect(await command('sources', '--json')).toBe(0)
  expect(JSON.parse(said.at(-1) ?? '')).toContainEqual(expect.objectContaining({ id: idOf(address), name: 'Looked at by command', organisation: 'northmere' }))

  publish(release(32))
  expect(await command('sources look', String(idOf(address)))).toBe(0)
  expect(said.at(-1)).toContain('A file that is not the one before: bins.csv.')
  expect(await command('sources look', String(idOf(address)))).toBe(0)
  publisher.answers = (_request, answer) => void answer.writeHead(500).end()
  expect(await command('sources look', String(idOf(address)))).toBe(1)
  expect(faults.at(-1)).toContain('500')
  await expect(command('sources look', 'bins')).rejects.toThrow('Give the number of a source')
  await expect(command('sources look', '999999')).rejects.toThrow('There is no such watched source')
  expect(await database.raw.rows(`select 1 from indicators.import where file_name = 'bins.csv' and made_by = 'watching of sources'`)).toEqual([])
})

test('programs list sources, look at one and read what would change, and leave importing to a person', async () => {
  const northmere = await server.house.store.read({ kind: 'system', name: 'test' }, (db) => organisationBySlug(db, 'northmere'))
  if (!northmere) throw new Error('There is no such organisation.')
  const program = async (roles: Role[], scopes: ('read' | 'write')[]) => {
    const browsing = server.signIn({ ...(await newPerson(server.house, northmere, { roles })), token: { id: 1, name: 'nightly', scopes } })
    return {
      get: (path: string) => browsing.get(`/api/v1/sources${path}`),
      look: (id: number) => server.app.inject({ method: 'POST', url: `/api/v1/sources/${id}/look`, headers: { cookie: browsing.cookie } }),
    }
  }
  const [writes, reads] = [await program(['performance-officer'], ['read', 'write']), await program(['performance-officer'], ['read'])]
  publish(release(41))
  const address = await watched(officer, { name: 'Looked at by a program' })
  const id = idOf(address)
  const list = (await reads.get('')).json<{ items: { id: number; name: string; organisation: string }[] }>()
  expect(list.items).toContainEqual(expect.objectContaining({ id, name: 'Looked at by a program', organisation: 'northmere', failing_since: null }))
  expect((await reads.get('.csv')).body).toContain('Looked at by a program')

  publish(release(42))
  expect((await reads.look(id)).statusCode).toBe(403)
  expect((await server.app.inject({ method: 'POST', url: `/api/v1/sources/${id}/look`, headers: { cookie: officer.cookie } })).statusCode).toBe(401)
  const looked = await writes.look(id)
  expect(looked.statusCode, looked.body).toBe(200)
  expect(looked.json()).toMatchObject({ state: 'done', says: expect.stringContaining('It waits for Mara Fell and was not imported.') as string })
  const known = (await officer.get(`/api/v1/sources/${id}`)).json<{ waiting: unknown }>()
  expect(known).toMatchObject({
    looks: [{ found: 'new' }, { found: 'new' }], stopped_at: null,
    waiting: { file_name: 'bins.csv', page: await waitingIn(officer, address), would_change: { outcome: 'would-import', counts: { rows_read: 1 } } },
  })
  // The file is for whoever watches the source.
  expect((await reads.get(`/${id}`)).json()).toMatchObject({ id, waiting: null })
  expect((await elsewhere.get(`/api/v1/sources/${id}`)).statusCode).toBe(404)
  expect((await reader.get('/api/v1/sources')).statusCode).toBe(403)
})
