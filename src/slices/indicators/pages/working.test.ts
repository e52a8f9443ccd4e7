import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Slice } from '#kernel/slice.ts'
import { refused } from '#kernel/problems.ts'
import { newOrganisation, newPerson } from '#slices/people/builders.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import type { Progress } from '../imports/preparing.ts'
import { askedServer, textOf, type Browsing } from './asking.ts'
import type { Upload } from './uploads.ts'
import { progressRoutes, workOn, type Arrival } from './working.ts'

// Work that the test lets go on and end, behind the real server.

let database: TestStore
let officer: Browsing
let other: Browsing
let report: (now: Progress) => void = () => undefined
let finish: (arrival: Arrival) => void = () => undefined
let fail: (fault: unknown) => void = () => undefined
let close: () => Promise<void>

const upload = { id: 'u1', file_name: 'bins.csv' } as Upload

const works: Slice = {
  name: 'works',
  title: 'Works',
  permissions: { 'imports.make': ['performance-officer'] },
  routes(app, house) {
    progressRoutes(app, house)
    app.get('/start', { config: { access: 'signed-in' } }, (_request, reply) =>
      workOn(house, reply, upload, 'Importing', (progress) => {
        report = progress
        const { promise, resolve, reject } = Promise.withResolvers<Arrival>()
        finish = resolve
        fail = reject
        return promise
      }))
    app.get('/quick', { config: { access: 'signed-in' } }, (_request, reply) => workOn(house, reply, { ...upload, id: 'u2' }, 'Checking', () => Promise.resolve({ address: '/done' })))
  },
}

beforeAll(async () => {
  database = await embeddedStore()
  const server = await askedServer(database, [works])
  const organisation = await newOrganisation(server.house, {})
  officer = server.signIn(await newPerson(server.house, organisation, { roles: ['performance-officer'] }))
  other = server.signIn(await newPerson(server.house, organisation, { roles: ['performance-officer'] }))
  close = () => server.app.close()
})
afterAll(async () => {
  await close()
  await database.close()
})

describe('work on an upload', () => {
  test('that is done at once leads straight to its result', async () => {
    expect((await officer.get('/quick')).headers.location).toBe('/done')
  })

  test('that takes longer shows how far it has come, to whoever began it, and then leads to its result once', async () => {
    expect((await officer.get('/start')).headers.location).toBe('/imports/new/u1/progress')
    const begun = await officer.get('/imports/new/u1/progress')
    expect(begun.headers.refresh).toBe('2')
    expect(textOf(begun)).toContain('The work has begun.')
    report({ phase: 'reading', rows: 12_000 })
    expect(textOf(await officer.get('/imports/new/u1/progress'))).toContain('12,000 rows read so far.')
    expect((await other.get('/imports/new/u1/progress')).headers.location).toBe('/imports/new/u1')
    expect((await officer.get('/start')).headers.location).toBe('/imports/new/u1/progress')
    finish({ address: '/imports/7', notice: 'The file has been imported.' })
    expect((await officer.get('/imports/new/u1/progress')).headers.location).toBe('/imports/7')
    expect((await officer.get('/imports/new/u1/progress')).headers.location).toBe('/imports/new/u1')
  })

  test('that fails says why on the page of its progress', async () => {
    await officer.get('/start')
    fail(refused('The disk is full.'))
    expect(textOf(await officer.get('/imports/new/u1/progress'))).toContain('The disk is full.')
  })
})
