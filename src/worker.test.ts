import { expect, test } from 'vitest'
import { readConfig } from '#kernel/config.ts'
import type { House } from '#kernel/slice.ts'
import { worker } from './worker.ts'

test('a worker says why the embedded database needs none', async () => {
  const said: string[] = []
  const terminal = { out: () => {}, err: (text: string) => void said.push(text), progress: () => {} }
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'off' })
  expect(await worker.run([], { config, now: () => new Date() } as House, terminal)).toBe(1)
  expect(said.join()).toContain('the workbench does its jobs itself')
})

test('JOBS=off is refused where nobody else could do them', () => {
  expect(() => readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', JOBS: 'off' })).toThrow('the embedded database has none')
  expect(readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', JOBS: 'off', DATABASE_URL: 'postgresql://a@b/c' }).jobs).toEqual({ where: 'elsewhere', atOnce: 2, lease: 30 })
  expect(() => readConfig({ JOBS_AT_ONCE: 'many', JOBS_LEASE: '1', DRAIN: '-1' })).toThrow(/JOBS_AT_ONCE: "many".*\nJOBS_LEASE: "1".*\nDRAIN: "-1"|DRAIN/s)
})

test('jobs are done in processes beside on a server, and inside where there is one process only or the settings say so', () => {
  const settings = { SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'off' }
  expect(readConfig(settings).jobs.where).toBe('inside')
  expect(readConfig({ ...settings, DATABASE_URL: 'postgresql://a@b/c' }).jobs.where).toBe('beside')
  expect(readConfig({ ...settings, DATABASE_URL: 'postgresql://a@b/c', JOBS: 'inside' }).jobs.where).toBe('inside')
})
