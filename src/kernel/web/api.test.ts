import XLSX from '@e965/xlsx'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embeddedStore } from '../testing/store.ts'
import type { TestStore } from '../testing/store.ts'
import { garden, serverWith } from './examples/garden.ts'

let database: TestStore
let app: FastifyInstance

beforeAll(async () => {
  database = await embeddedStore()
  app = await serverWith(database.store, [garden])
})
afterAll(async () => {
  await app.close()
  await database.close()
})

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })

describe('the programming interface', () => {
  test('answers in the form asked for by extension or preference', async () => {
    expect((await get('/api/v1/beds/rose')).json()).toEqual({
      items: [{ code: 'rose', start: null }],
      next: '/api/v1/beds/rose?cursor=Wzdd',
    })
    expect((await get('/api/v1/beds/rose.json')).json()).toMatchObject({ items: [{ code: 'rose' }] })
    const table = await get('/api/v1/beds/rose.csv')
    expect([table.body, table.headers['content-type']]).toEqual(['code\r\nrose\r\n', 'text/csv; charset=utf-8'])
    expect(table.headers.link).toBe(
      '</api/v1/beds/rose.csv?cursor=Wzdd>; rel="next", </api/v1/beds/rose.csv-metadata.json>; rel="describedby"; type="application/csvm+json"',
    )
    expect((await get('/api/v1/beds/rose.csv-metadata.json')).json()).toMatchObject({ url: 'rose.csv', 'dc:title': 'Beds' })
    for (const format of ['xlsx', 'ods']) {
      const file = await get(`/api/v1/beds/rose.${format}`)
      expect(XLSX.utils.sheet_to_json(XLSX.read(file.rawPayload).Sheets.Data ?? {})).toEqual([{ Code: 'rose' }])
    }
    expect((await get('/api/v1/beds/rose', { accept: 'text/csv' })).headers['content-type']).toContain('text/csv')
  })
  test('a name that nothing is asked by is refused, so that a slip does not get the answer to another question', async () => {
    const answer = await get('/api/v1/beds/rose?as_known_at=2023-06-01')
    expect(answer.statusCode).toBe(422)
    expect(answer.json()).toMatchObject({ faults: [{ field: 'as_known_at' }] })
  })

  test('a cursor continues where the page before ended; one of somebody’s own making is refused', async () => {
    expect((await get('/api/v1/beds/rose?cursor=Wzdd')).json()).toEqual({
      items: [{ code: 'rose', start: 7 }],
      next: null,
    })
    expect((await get('/api/v1/beds/rose?cursor=zzz')).statusCode).toBe(422)
  })
  test('is described by OpenAPI 3.1 from the same schemas', async () => {
    const description = (await get('/api/openapi.json')).json<{
      openapi: string
      paths: Record<string, { get: { parameters: unknown[] } }>
    }>()
    expect(description.openapi).toBe('3.1.0')
    expect(Object.keys(description.paths)).toEqual(['/api/v1/beds/{code}', '/api/v1/spades', '/api/v1/jobs/{job}'])
    expect(description.paths['/api/v1/beds/{code}']?.get.parameters).toContainEqual({
      name: 'code',
      in: 'path',
      required: true,
      description: 'Code of the bed',
      schema: { type: 'string', description: 'Code of the bed' },
    })
    expect((await get('/api')).body).toContain('/api/v1/beds/{code}')
  })
})
