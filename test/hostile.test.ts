import { afterAll, beforeAll, expect, test } from 'vitest'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { hostileFiles, kindCount } from './hostile/files.ts'
import { tryFile, type Trial } from './hostile/trial.ts'
import { prepare } from './hostile/world.ts'

// A part of the files; `npm run hostile` tries a thousand of them and the ten million rows.

const count = 150
let database: TestStore

beforeAll(async () => {
  database = await embeddedStore()
  await prepare(database)
}, 60_000)
afterAll(() => database.close())

test('of damaged and hostile files nothing is imported in part, and each gets a plain reason', { timeout: 300_000 }, async () => {
  const trials: Trial[] = []
  for (const file of hostileFiles(count, 1)) trials.push(await tryFile(database, file))
  expect(trials.filter(({ faults }) => faults.length > 0)).toEqual([])
  expect(new Set(trials.map(({ kind }) => kind)).size).toBe(kindCount)
  expect(trials.filter(({ outcome }) => outcome === 'refused').length).toBeGreaterThan(count * 0.7)
})
