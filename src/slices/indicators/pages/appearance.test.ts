import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessibilityFaults, openBrowser, screens } from '#kernel/testing/browser.ts'
import { describePublished } from '#kernel/testing/published.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { newOrganisation, newPerson } from '#slices/people/builders.ts'
import { people } from '#slices/people/index.ts'
import { places } from '#slices/places/index.ts'
import { indicators } from '../index.ts'
import { askedServer, textOf, type Browsing } from './asking.ts'

// The way of an officer with files as published: through the pages, in a real browser, on a desk and on a phone.

describePublished('the pages of imports with published files', (path) => {
  let database: TestStore
  let server: Awaited<ReturnType<typeof askedServer>>
  let browser: Browser
  let page: Page
  let address: string
  let officer: Browsing
  beforeAll(async () => {
    database = await embeddedStore()
    server = await askedServer(database, [people, places, indicators])
    const northmere = await newOrganisation(server.house, { slug: 'northmere', name: 'Northmere District Council' })
    officer = server.signIn(await newPerson(server.house, northmere, { name: 'Mara Fell', roles: ['performance-officer'] }))
    address = await server.app.listen({ port: 0, host: '127.0.0.1' })
    browser = await openBrowser()
    const context = await browser.newContext()
    await context.addCookies([{ name: 'bv-session', value: officer.cookie.split('=')[1] ?? '', url: address }])
    page = await context.newPage()
  })
  afterAll(async () => {
    await browser.close()
    await server.app.close()
    await database.close()
  })

  /** Asks axe about the page at an address, and whether it fits both screens. */
  async function looksRight(where: string): Promise<void> {
    await page.setViewportSize(screens.desk)
    await page.goto(address + where, { waitUntil: 'networkidle' })
    const { faults, rulesApplied } = await accessibilityFaults(page)
    expect(faults, where).toEqual([])
    expect(rulesApplied).toBeGreaterThan(15)
    for (const viewport of Object.values(screens)) {
      await page.setViewportSize(viewport)
      expect(await page.evaluate('document.documentElement.scrollWidth'), `${where} at ${viewport.width} pixels`).toBeLessThanOrEqual(viewport.width)
    }
  }

  const send = async (recipe: string, file: string) => {
    const answer = await officer.upload('/imports/new', { whose: 'national', recipe, recipe_text: '' }, { name: basename(file), content: readFileSync(path(file)) })
    expect(answer.statusCode, textOf(answer)).toBe(303)
    return String(answer.headers.location)
  }
  const bringIn = async (recipe: string, file: string) => {
    const answer = await officer.post(`${await send(recipe, file)}/import`, {})
    expect(answer.headers.location, textOf(answer)).toMatch(/^\/imports\/\d+$/)
    return String(answer.headers.location)
  }

  test.each(['/imports', '/imports/new', '/recipes', '/recipes/new', '/recipes/lgbf-real-annual', '/recipes/uk-authority-register', '/help/importing', '/help/import-warnings', '/help/withdrawing'])(
    '%s has no fault axe can find and fits both screens', (where) => looksRight(where))

  test('a file whose authorities the register does not have yet says so in full', async () => {
    const where = await send('lgbf-families', 'lgbf/family-groups.csv')
    expect(textOf(await officer.get(where))).toContain('This file cannot be imported as it is')
    await looksRight(where)
  })

  test('the yearly figures come in by the recipe their columns ask for, with the publisher’s own mismatches among the warnings', async () => {
    await bringIn('uk-authority-register', 'authority-register/uk-local-authorities-with-future.csv')
    await bringIn('lgbf-measures-cash', 'lgbf/indicator-information-2024-03.csv')
    await looksRight(await send('by-columns', 'lgbf/indicator-information-2024-03.csv'))
    const where = await send('by-columns', 'lgbf/raw-cash-annual-2023-08.csv')
    const dryRun = textOf(await officer.get(where))
    expect(dryRun).toMatch(/[\d,]+ figures would be new, 0 would replace earlier ones/)
    expect(dryRun).toContain('The value is not numerator ÷ denominator')
    await looksRight(where)
    const [, button] = /(Import [\d,]+ figures)/.exec(dryRun) ?? []
    const answer = await officer.post(`${where}/import`, {})
    const done = String(answer.headers.location)
    expect(textOf(await officer.get(done))).toContain(`${button?.replace('Import ', '')} were new`)
    await looksRight(done)
  }, 300_000)

  test('the next release is compared with it, and its change list and withdrawal look right', async () => {
    const done = await bringIn('lgbf-cash-annual', 'lgbf/raw-cash-annual-2024-03.csv')
    const report = textOf(await officer.get(done))
    expect(report).toMatch(/[\d,]+ figures were new, [\d,]+ replaced earlier ones, [\d,]+ were the same/)
    expect(report).toContain('Figures that replaced earlier ones: 1 to 25 of')
    await looksRight(`${done}?page=2`)
    await looksRight(`${done}/withdraw`)
    const csv = (await officer.get(`${done}/changes.csv`)).body.trimEnd().split('\r\n')
    const [counts] = await database.raw.rows<{ changed: number }>(`select count(*) as changed from indicators.observation where import = ${done.split('/')[2] ?? ''}`)
    expect(csv.length - 1).toBe(Number(counts?.changed))
  }, 300_000)
})
