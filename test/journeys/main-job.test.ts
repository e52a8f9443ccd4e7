import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openBrowser, screens } from '#kernel/testing/browser.ts'
import { createServerDatabase } from '#kernel/testing/server.ts'
import { demonstrationPassword } from '#slices/people/index.ts'
import { temporaryStart } from '../program.ts'

// The main job on the real program, from the first screen to the trail, with the keyboard alone: nothing is clicked, and no address is
// typed after the first.

vi.setConfig({ testTimeout: 300_000 })

let browser: Browser
beforeAll(async () => void (browser = await openBrowser()))
afterAll(() => browser.close())

/** A person at a keyboard. */
class Keyboard {
  readonly page: Page
  constructor(page: Page) {
    this.page = page
  }

  /** Presses Tab until what has the focus bears this name, as a screen reader would say it. */
  async reach(role: 'link' | 'button' | 'searchbox' | 'textbox' | 'combobox', name: string | RegExp): Promise<void> {
    const wanted = this.page.getByRole(role, { name, exact: typeof name === 'string' }).first()
    await wanted.waitFor({ state: 'visible', timeout: 10_000 })
    for (let pressed = 0; pressed < 400; pressed++) {
      await this.page.keyboard.press('Tab')
      if ((await this.page.locator('*:focus').and(this.page.getByRole(role, { name, exact: typeof name === 'string' })).count()) > 0) return
    }
    throw new Error(`Tab does not reach the ${role} ${String(name)} on ${this.page.url()}`)
  }

  /** Follows a link, or sends a form, and waits for the page it leads to. */
  async follow(role: 'link' | 'button', name: string | RegExp): Promise<void> {
    await this.reach(role, name)
    await Promise.all([this.page.waitForEvent('domcontentloaded'), this.page.keyboard.press('Enter')])
  }

  async type(role: 'searchbox' | 'textbox', name: string | RegExp, text: string): Promise<void> {
    await this.reach(role, name)
    await this.page.keyboard.type(text)
  }

  async send(): Promise<void> {
    await Promise.all([this.page.waitForEvent('domcontentloaded'), this.page.keyboard.press('Enter')])
  }

  heading() {
    return this.page.getByRole('heading', { level: 1 }).innerText()
  }

  path() {
    return new URL(this.page.url()).pathname
  }
}

const onServer = async () => ({ DATABASE_URL: (await createServerDatabase()).ordinary, SESSION_SECRET: 'a secret of more than thirty-two characters' })

describe.each([
  ['on PGlite', () => Promise.resolve({})],
  ['on a PostgreSQL server', onServer],
])('%s', (_where, settings) => {
  let stop: () => Promise<void>
  let origin: string
  beforeAll(async () => void ({ address: origin, stop } = await temporaryStart(await settings())))
  afterAll(() => stop())

  test.each([
    ['with scripts', true],
    ['without scripts', false],
  ])('%s somebody signs in, finds their council, sees where it stands and why, and who changed what', async (_name, javaScriptEnabled) => {
    const context = await browser.newContext({ javaScriptEnabled, viewport: screens.desk })
    const page = await context.newPage()
    const keys = new Keyboard(page)
    await page.goto(origin)

    await keys.follow('link', 'Sign in')
    await keys.type('textbox', 'Email address', 'admin@northmere.example')
    await keys.type('textbox', 'Password', demonstrationPassword)
    await keys.send()
    expect(keys.path()).toBe('/')
    expect(await page.getByText('Dev Rowntree').isVisible()).toBe(true)

    await keys.type('searchbox', 'Find an authority', 'Northmere')
    await keys.send()
    await keys.follow('link', 'Northmere District Council')
    expect(keys.path()).toBe('/authorities/X07000001')
    expect(await keys.heading()).toBe('Northmere District Council')

    await keys.follow('link', 'Household waste recycled or composted')
    expect(keys.path()).toBe('/authorities/X07000001/measures/fso-recycling')
    expect(await keys.heading()).toBe('Household waste recycled or composted')
    expect(await page.locator('#statement').innerText()).toMatch(/Northmere.*%/)

    await keys.follow('link', /^Every authority’s figure for/)
    expect(keys.path()).toBe('/measures/fso-recycling')
    expect(await page.getByRole('row').count()).toBeGreaterThan(15)
    await keys.follow('link', 'Tarnside')
    expect(keys.path()).toBe('/authorities/X07000005/measures/fso-recycling')

    await keys.follow('link', 'Compare')
    await keys.type('searchbox', /authority/i, 'Northmere')
    await keys.send()
    await keys.type('searchbox', /authority/i, 'Tarnside')
    await keys.send()
    await keys.type('searchbox', /measure/i, 'fso-recycling')
    await keys.send()
    const compared = await page.locator('main').innerText()
    for (const words of ['Northmere', 'Tarnside', 'Household waste recycled or composted']) expect(compared).toContain(words)

    await keys.follow('link', 'Imports')
    await keys.follow('link', /fictional-returns-2024-25\.csv/)
    expect(await page.locator('main').innerText()).toMatch(/\d,\d{3}/)

    await keys.follow('link', 'People')
    await keys.follow('link', 'Northmere District Council')
    expect(await page.locator('main').innerText()).toContain('Mara Fell')

    await keys.follow('link', 'Trail')
    expect(await page.locator('main').innerText()).toMatch(/Dev Rowntree.* signed in/)
    await context.close()
  })
})
