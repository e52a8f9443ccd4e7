import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { bothStores, type TestStore } from '#kernel/testing/store.ts'
import { serverWith } from '#kernel/web/examples/garden.ts'
import { buildFigures, buildMeasure } from '#slices/indicators/builders.ts'
import { indicators } from '#slices/indicators/index.ts'
import { buildAuthorities } from '#slices/places/builders.ts'
import { places } from '#slices/places/index.ts'
import { comparisonAnswer, profileAnswer, trendAnswer } from './answer.ts'
import { benchmarking } from './index.ts'

describe.each(bothStores)('what programs may ask, on %s', (_name, open) => {
  let database: TestStore
  let app: FastifyInstance

  beforeAll(async () => {
    database = await open()
    const { store } = database
    const codes = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8', 'S9']
    const id = await buildAuthorities(store, codes.map((code) => ({ code, known_name: `Town ${code}` })))
    const measure = await buildMeasure(store, { code: 'rent', aliases: ['RENT 1'], title: 'Rent collected', interval_method: 'wilson', interval_scale: 100 })
    const figures = (period: string) =>
      codes.map((code, i) => ({ authority: id.get(code)!, period, value: 10 * i + 5, numerator: 10 * i + 5, denominator: 100 }))
    await buildFigures(store, measure, [...figures('2021-22'), ...figures('2022-23')])
    await buildFigures(store, measure, [{ authority: id.get('S1')!, period: '2022-23', value: 50 }], { knownFrom: new Date('2024-05-01T09:00:00Z') })
    const [row] = await database.raw.rows<{ id: number }>(`insert into people.organisation (slug, name, kind) values ('one', 'One', 'authority') returning id`)
    const secret = await buildMeasure(store, { code: 'secret', organisation: row!.id })
    await buildFigures(store, secret, [{ authority: id.get('S1')!, period: '2022-23', value: 1 }], { organisation: row!.id })
    app = await serverWith(store, [places, indicators, benchmarking])
  })
  afterAll(async () => {
    await app.close()
    await database.close()
  })

  const get = (path: string) => app.inject({ url: `/api/v1${path}` })
  /** The answer, which has exactly the fields its description declares. */
  async function answerOf<T extends z.ZodType>(schema: T, path: string): Promise<z.output<T>> {
    const answer = (await get(path)).json<unknown>()
    const read = schema.parse(answer)
    expect(answer).toEqual(read)
    return read
  }

  test('a comparison, with everything that describes it', async () => {
    const answer = await answerOf(comparisonAnswer, '/comparisons?measure=RENT1&period=2022%2F23&group=nation:scotland&as-known-at=2024-04-30&authority=S1')
    expect(answer.authorities[0]).toMatchObject({ code: 'S1', value: 5, rank: 9, quartile: 4, clearly_different: true, against_median: 'clearly worse than the median' })
    expect(answer.authorities[0]?.reach).toMatchObject({ quartile: 3, bound: 25, numerator_change: 20 })
    expect(answer).toMatchObject({ known_at: '2024-04-30T23:59:59.999Z', authority: { code: 'S1', in_group: true }, group: { median: 45, weighted_mean: 45 } })
    const table = await get('/comparisons.csv?measure=rent&group=all')
    expect(table.body.split('\r\n')[1]).toMatch(/^rent,2022-23,all,,S1,Town S1 Council,50,,,,published,/)
  })

  test('described for programs and for people', async () => {
    const { paths } = (await app.inject({ url: '/api/openapi.json' })).json<{ paths: Record<string, { get: { parameters: { name: string; description?: string }[] } }> }>()
    for (const path of ['authorities', 'authorities/{code}', 'authorities/{code}/profile', 'authorities/{code}/measures/{measure}', 'groups', 'measures', 'measures/{code}', 'observations', 'comparisons']) {
      expect(Object.keys(paths)).toContain(`/api/v1/${path}`)
    }
    const asked = paths['/api/v1/comparisons']?.get.parameters
    expect(asked?.map(({ name }) => name)).toEqual(['measure', 'period', 'group', 'authority', 'as-known-at'])
    expect(asked?.filter(({ description }) => !description)).toEqual([])
    expect((await app.inject({ url: '/api' })).statusCode).toBe(200)
  })

  test('a profile and a series', async () => {
    expect((await answerOf(profileAnswer, '/authorities/S9/profile')).counts).toMatchObject({ measures: 1, best_quarter: 1 })
    const series = await answerOf(trendAnswer, '/authorities/S1/measures/rent?group=all')
    expect(series.points.map((point) => point.value)).toEqual([5, 50])
    expect((await get('/authorities/S1/measures/rent.csv')).body).toContain('2022-23,2022-04-01,2023-03-31,50')
    expect((await get('/authorities/S9/profile.csv')).body.split('\r\n')).toHaveLength(3)
  })

  test('measures, with their history', async () => {
    expect((await get('/measures')).json()).toMatchObject({ items: [{ code: 'rent', title: 'Rent collected', national: true }], next: null })
    expect((await get('/measures/rent')).json()).toMatchObject({
      aliases: ['RENT 1'],
      periods: [{ label: '2021-22', figures: 9 }, { label: '2022-23', figures: 9 }],
      versions: [{ version: 1, known_to: null }],
    })
    expect((await get('/measures?search=nothing')).json()).toEqual({ items: [], next: null })
    expect((await get('/measures/secret')).statusCode).toBe(404)
    expect((await get('/comparisons?measure=secret')).statusCode).toBe(404)
  })

  test('observations page by page, as known at a moment', async () => {
    const first = (await get('/observations?measure=rent&period=2022-23&limit=8&as-known-at=2024-04-30')).json<{ items: { value: number }[]; next: string }>()
    expect([first.items.length, first.items[0]?.value]).toEqual([8, 5])
    const rest = (await app.inject({ url: first.next })).json<{ items: unknown[]; next: null }>()
    expect([rest.items.length, rest.next]).toEqual([1, null])
    expect((await get('/observations?authority=S1')).json<{ items: { value: number }[] }>().items.map(({ value }) => value)).toEqual([5, 50])
  })

  test('authorities and groups', async () => {
    const page = (await get('/authorities?nation=scotland&limit=5')).json<{ items: { code: string }[]; next: string }>()
    expect(page.items.map(({ code }) => code)).toEqual(['S1', 'S2', 'S3', 'S4', 'S5'])
    expect((await app.inject({ url: page.next })).json()).toMatchObject({ items: [{ code: 'S6' }, { code: 'S7' }, { code: 'S8' }, { code: 'S9' }], next: null })
    expect((await get('/authorities/S3')).json()).toMatchObject({ known_name: 'Town S3', predecessors: [], successors: [] })
    expect((await get('/groups?authority=S1')).json<{ items: { address: string }[] }>().items.map(({ address }) => address)).toEqual([
      'all', 'nation:scotland', 'kind:scottish-council', 'tier:upper', 'tier:lower', 'tier:single',
    ])
  })

  test('a question that cannot be understood is refused with what to ask instead', async () => {
    const asked = async (path: string) => {
      const { detail, faults } = (await get(path)).json<{ detail: string; faults?: { field: string }[] }>()
      return [detail, ...(faults ?? []).map(({ field }) => field)].join(' | ')
    }
    expect(await asked('/comparisons')).toContain('| measure')
    expect(await asked('/comparisons?measure=rent&as-known-at=yesterday')).toContain('| as-known-at')
    expect(await asked('/comparisons?measure=rent&as-known-at=2024-02-30')).toContain('| as-known-at')
    expect(await asked('/comparisons?measure=rent&period=2031-32')).toContain('The latest it has are 2022-23, 2021-22. | period')
    expect(await asked('/comparisons?measure=rent&group=planet:mars')).toContain('| group')
    expect(await asked('/comparisons?measure=rant')).toContain('Perhaps rent is meant.')
  })
})
