import { globSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { everyone } from '../access/actor.ts'
import { readConfig } from '../config.ts'
import type { Slice } from '../slice.ts'
import { accessibilityFaults, openBrowser, screens } from '../testing/browser.ts'
import { embeddedStore } from '../testing/store.ts'
import type { TestStore } from '../testing/store.ts'
import { createServer } from './server.ts'
import { completeHouse } from '#kernel/slice.ts'

// Pages of the frame and every component, in a real browser.

const components = globSync('*/macro.njk', { cwd: new URL('./components/', import.meta.url).pathname })
  .map((file) => file.split('/')[0])
  .sort()

const gallery: Slice = {
  name: 'gallery',
  title: 'Gallery',
  navigation: ['Authorities', 'Measures', 'Compare', 'Imports', 'Trail'].map((text) => ({
    text,
    href: text === 'Measures' ? '/gallery' : `/${text.toLowerCase()}`,
  })),
  routes(app) {
    app.get('/gallery', { config: { access: 'public' } }, (_request, reply) =>
      reply.page('kernel/web/examples/gallery.njk', {
        title: 'Components',
        section: 'Measures',
        components,
        knownAt: '3 March 2024',
        breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Measures', href: '/measures' }, { text: 'Components' }],
      }),
    )
  },
}

let database: TestStore
let app: FastifyInstance
let browser: Browser
let page: Page
let address: string

beforeAll(async () => {
  database = await embeddedStore()
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'on' })
  app = await createServer(
    completeHouse({ store: database.store, config, log: pino({ level: 'silent' }), now: () => new Date() }),
    { slices: [gallery], identify: () => Promise.resolve(everyone) },
  )
  address = await app.listen({ port: 0 })
  browser = await openBrowser()
  page = await (await browser.newContext()).newPage()
})
afterAll(async () => {
  await browser.close()
  await app.close()
  await database.close()
})

test('every component has examples', () => expect(components.length).toBeGreaterThan(6))

describe.each(['/gallery', '/help', '/cookies', '/privacy', '/accessibility', '/api', '/nowhere'])('%s', (path) => {
  test.each(Object.entries(screens))(
    'has no fault axe can find and fits the screen of a %s',
    async (_name, viewport) => {
      await page.setViewportSize(viewport)
      const complaints: string[] = []
      page.on('console', (message) => {
        if (/Content Security Policy|Error/.test(message.text())) complaints.push(message.text())
      })
      await page.goto(address + path, { waitUntil: 'networkidle' })
      const { faults, rulesApplied } = await accessibilityFaults(page)
      expect(faults).toEqual([])
      expect(rulesApplied).toBeGreaterThan(15)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width)
      expect(complaints.filter((text) => !text.includes('404'))).toEqual([])
      page.removeAllListeners('console')
    },
  )
})

test('scripts of the frame run under the policy', async () => {
  await page.setViewportSize(screens.phone)
  await page.goto(`${address}/gallery`)
  await page.getByRole('button', { name: 'Menu' }).click()
  expect(await page.getByRole('link', { name: 'Compare' }).isVisible()).toBe(true)
})

test('on paper there is no navigation, and what is fictional or as known at a date still says so', async () => {
  await page.goto(`${address}/gallery`)
  await page.emulateMedia({ media: 'print' })
  expect(await page.getByRole('navigation').first().isVisible()).toBe(false)
  expect(await page.getByText('Fictional figures.').isVisible()).toBe(true)
  expect(await page.getByText('As known at 3 March 2024.').isVisible()).toBe(true)
  await page.emulateMedia({ media: 'screen' })
})
