import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { expect, test } from 'vitest'
import { readConfig, settingDefaults } from '#kernel/config.ts'
import { completeHouse } from '#kernel/slice.ts'
import { serverStore } from '#kernel/testing/store.ts'
import { createApp } from '#app'
import { startProgram } from './program.ts'

// What the page for operators says, held against the program.

const docs = join(import.meta.dirname, '..', 'docs')
const page = readFileSync(join(docs, 'operating.md'), 'utf8')
const dashboard = readFileSync(join(docs, 'operating', 'dashboard.json'), 'utf8')

test('the table of settings has every setting, once, with its default', () => {
  const table = /## Settings[^]*?(?=\n## )/.exec(page)?.[0] ?? ''
  const rows = [...table.matchAll(/^\| `(\w+)` \| ([^|]*) \| [^|]+ \|$/gm)].map(([, name = '', said = '']) => [name, said] as const)
  const defaults = settingDefaults()
  expect(rows.map(([name]) => name).sort()).toEqual(Object.keys(defaults).sort())
  for (const [name, said] of rows) {
    const meant = defaults[name]
    if (Array.isArray(meant)) expect(said, name).toBe('none')
    else if (meant !== undefined) expect(said, name).toBe(String(meant as string | number))
  }
  expect(rows.length).toBeGreaterThan(25)
})

test('every metric of the dashboard and of the alerts is there', async () => {
  const database = await serverStore()
  const token = 'a token of thirty-two characters!!'
  const house = completeHouse({ store: database.store, config: readConfig({ SESSION_SECRET: token, DEMO: 'off', METRICS_TOKEN: token }), log: pino({ level: 'silent' }), now: () => new Date() })
  const app = await createApp(house)
  const { body } = await app.inject({ url: '/metrics', headers: { authorization: `Bearer ${token}` } })
  await app.close()
  await database.close()
  const named = new Set([...(page + dashboard).matchAll(/\b(?:bv_(?!actor|keeper)|nodejs_|process_)[a-z_0-9]+/g)].map(([name]) => name))
  for (const name of named) expect(body, name).toContain(`# TYPE ${name.replace(/_(?:bucket|count|sum)$/, '')} `)
  expect(named.size).toBeGreaterThan(10)
  expect((JSON.parse(dashboard) as { panels: unknown[] }).panels.length).toBeGreaterThan(8)
})

test('every file it names and every command it gives is there', async () => {
  for (const [, file = ''] of page.matchAll(/\]\((?!#)([^)]+)\)/g)) expect(existsSync(join(docs, file)), file).toBe(true)
  const program = startProgram({ DATA_DIR: '' }, { file: 'src/cli.ts' })
  await program.ended
  const known = [...program.said().matchAll(/^ {2}([a-z]+(?: [a-z-]+)?) {2,}/gm)].map(([, name]) => name)
  const given = [...page.matchAll(/`?(?:npm run -s )?bv (?:-- )?([a-z]+(?: [a-z-]+)?)/g)].map(([, words = '']) => words)
  for (const words of given) expect(known.some((name) => name === words || name === words.split(' ')[0]), words).toBe(true)
  expect(given.length).toBeGreaterThan(8)
})
