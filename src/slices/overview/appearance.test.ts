import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '#kernel/config.ts'
import { accessibilityFaults, openBrowser, screens } from '#kernel/testing/browser.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { createServer } from '#kernel/web/server.ts'
import { indicators } from '#slices/indicators/index.ts'
import { people } from '#slices/people/index.ts'
import { places } from '#slices/places/index.ts'
import { overview } from './index.ts'
import { completeHouse } from '#kernel/slice.ts'

// The pages in a real browser, over the whole demonstration: ended authorities, a name of ninety characters, absent figures.

let database: TestStore
let app: FastifyInstance
let browser: Browser
let page: Page
let address: string

beforeAll(async () => {
  database = await embeddedStore()
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'on' })
  const house = completeHouse({ store: database.store, config, log: pino({ level: 'silent' }), now: () => new Date() })
  for (const slice of [people, places, indicators]) await slice.seed?.(house)
  app = await createServer(house, { slices: [overview], identify: () => Promise.resolve({ kind: 'public' }) })
  address = await app.listen({ port: 0 })
  browser = await openBrowser()
  page = await (await browser.newContext()).newPage()
}, 120_000)
afterAll(async () => {
  await browser.close()
  await app.close()
  await database.close()
})

const longName = '/authorities/X07000020'

/** Narrowed where axe would otherwise look at the same kind of row a hundred times over. */
describe.each([
  '/', '/authorities?being=ended', '/authorities?name=nobody', `${longName}?dimension=economy`, `${longName}?sort=position&absence=none`,
  '/authorities/X06000001?group=all&as-known-at=2018-01-01&service=Housing', '/authorities/X07000001?as-known-at=2001-01-01', '/search?q=north',
  '/help/profiles', '/help/groups', '/help/downloads', '/help/signing-in', '/help/people', '/help/programs',
])('%s', (path) => {
  test.each(Object.entries(screens))('has no fault axe can find and fits the screen of a %s', { timeout: 60_000 }, async (_name, viewport) => {
    await page.setViewportSize(viewport)
    await page.goto(address + path)
    const { faults, rulesApplied } = await accessibilityFaults(page)
    expect(faults).toEqual([])
    expect(rulesApplied).toBeGreaterThan(15)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width)
  })
})

test.each(['/authorities?being=all', '/authorities/X08000001', longName])('%s fits every screen in full', { timeout: 60_000 }, async (path) => {
  for (const viewport of Object.values(screens)) {
    await page.setViewportSize(viewport)
    await page.goto(address + path)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width)
  }
})

test('a service can be closed and opened by keyboard, without any script', { timeout: 60_000 }, async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: screens.desk })
  const plain = await context.newPage()
  await plain.goto(address + longName)
  const row = plain.locator('.bv-service').first().locator('tbody tr').first()
  expect(await row.isVisible()).toBe(true)
  await plain.locator('summary', { hasText: 'Climate' }).focus()
  await plain.keyboard.press('Enter')
  expect(await row.isVisible()).toBe(false)
  await context.close()
})

test('choosing a group and a position by form leads to an address that keeps both', { timeout: 60_000 }, async () => {
  await page.setViewportSize(screens.desk)
  await page.goto(address + longName)
  await page.getByLabel('Compared with').selectOption('nation:aldermark')
  await page.getByLabel('Position', { exact: true }).selectOption('best')
  await page.getByRole('button', { name: 'Apply' }).click()
  const query = new URL(page.url()).searchParams
  expect([query.get('group'), query.get('position')]).toEqual(['nation:aldermark', 'best'])
  expect(await page.locator('.bv-profile__words').allInnerTexts()).not.toContain('in the lowest quarter')
  expect(await page.getByLabel('Compared with').inputValue()).toBe('nation:aldermark')
})

test('on paper a profile shows its figures, also of a service that was closed, and no form', { timeout: 60_000 }, async () => {
  await page.goto(address + longName)
  await page.locator('summary', { hasText: 'Climate' }).click()
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('.bv-filter').isVisible()).toBe(false)
  expect(await page.getByRole('link', { name: 'Trees planted' }).isVisible()).toBe(true)
  await page.emulateMedia({ media: 'screen' })
})
