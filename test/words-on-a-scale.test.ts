import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '#kernel/config.ts'
import { completeHouse } from '#kernel/slice.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { buildFigures, buildMeasure } from '#slices/indicators/builders.ts'
import { buildAuthorities } from '#slices/places/builders.ts'
import { createApp } from '#app'

// Judgements are words on a scale. Whoever shows one shows the word, and nobody takes the mean of words.

const grades = ['Inadequate', 'Requires improvement', 'Good', 'Outstanding']
let database: TestStore
let app: FastifyInstance

beforeAll(async () => {
  database = await embeddedStore()
  const { store } = database
  const letters = [...'ABCDEFGHIJ']
  const id = await buildAuthorities(store, letters.map((letter) => ({ code: `S${letter}`, known_name: `${letter}-shire` })))
  const judged = await buildMeasure(store, { code: 'judged', title: 'Judgement', unit: 'judgement', unit_kind: 'other', suffix: '', scale: grades, change_as: 'relative', decimals: 0, service: 'Children' })
  const places = [3, 2, 3, 3, 2, 4, 2, 3, 2, 2]
  await buildFigures(store, judged, letters.flatMap((letter, index) => [
    { authority: id.get(`S${letter}`)!, period: '2022-23', value: 1 }, { authority: id.get(`S${letter}`)!, period: '2023-24', value: places[index]! },
  ]))
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'off' })
  app = await createApp(completeHouse({ store, config, log: pino({ level: 'silent' }), now: () => new Date() }))
}, 60_000)
afterAll(async () => {
  await app.close()
  await database.close()
})

async function ask(url: string) {
  const { statusCode, body } = await app.inject({ url })
  const words = body.replace(/<(title|desc)[^>]*>/g, ' ').replace(/<[^>]+>/g, ' ').replace(/&nbsp;|\u00a0/g, ' ').replace(/\s+/g, ' ')
  return { statusCode, body, words }
}

const group = 'group=kind:scottish-council'

describe('a measure on a scale of words', () => {
  test.each([
    [`/authorities/SA/measures/judged?${group}`, ['A-shire: Good in 2023-24', 'between Requires improvement and Good', 'better by 2 steps']],
    [`/measures/judged?${group}&authority=SA`, ['Inadequate, Requires improvement, Good, Outstanding: from the worst to the best', 'None: words on a scale have no mean', 'Outstanding: 1']],
    [`/authorities/SA?${group}`, ['Judgement', 'up 2 steps: better']],
    [`/compare?authority=SA&authority=SF&measure=judged&${group}`, ['Good', 'Outstanding']],
  ])('shows its figures as words on %s', async (url, expected) => {
    const { statusCode, words } = await ask(url)
    expect(statusCode).toBe(200)
    for (const words_ of expected) expect(words).toContain(words_)
    expect(words).not.toMatch(/\b[1-4]\.\d\b|\b2\.5\b/)
  })

  test('answers programs with the word beside the place, and with no mean, deviation or interval', async () => {
    const { measure, group: all, authorities } = JSON.parse((await ask(`/api/v1/comparisons?measure=judged&authority=SA&${group}`)).body) as {
      measure: { scale: string[]; change_as: string }
      group: Record<string, unknown>
      authorities: Record<string, unknown>[]
    }
    expect(measure).toMatchObject({ scale: grades, change_as: 'difference' })
    expect(all).toMatchObject({ median: 2.5, median_word: 'between Requires improvement and Good', mean: null, weighted_mean: null, weighted_over: 0, median_absolute_deviation: null })
    expect(authorities[0]).toMatchObject({ value: 3, word: 'Good', rank: 2, deviation: null, deviation_scaled: null, interval: null, change: 2, previous_value: 1 })
  })

  test.each([
    [`/api/v1/comparisons.csv?measure=judged&${group}`, /,A-shire Council,3,Good,/],
    [`/api/v1/authorities/SA/measures/judged.csv?${group}`, /,3,Good,published,/],
    [`/api/v1/authorities/SA/profile.csv?${group}`, /,2023-24,3,Good,published,/],
    ['/api/v1/observations.csv?measure=judged', /,3,Good,/],
    [`/compare.csv?authority=SA&measure=judged&${group}`, /,3,Good,published,/],
  ])('writes the word beside the place in %s', async (url, expected) => {
    const { statusCode, body } = await ask(url)
    expect([statusCode, body]).toEqual([200, expect.stringMatching(expected)])
  })
})
