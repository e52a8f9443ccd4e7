import { createHash } from 'node:crypto'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { accessibilityFaults, openBrowser, screens } from '#kernel/testing/browser.ts'
import { everyAddress, linksIn, openDemonstration, partsOf, publicVisitor, visitors, type Demonstration, type Visitor } from './demonstration.ts'

// Every page for everybody, on the demonstration: pages that are added later are looked at without a change here.

vi.setConfig({ testTimeout: 300_000 })

let demonstration: Demonstration
let everybody: Visitor[]
let origin: string
beforeAll(async () => {
  demonstration = await openDemonstration()
  everybody = [publicVisitor, ...(await visitors(demonstration.app))]
  origin = await demonstration.app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => demonstration.close())

const ask = (visitor: Visitor, address: string) => demonstration.app.inject({ url: address, headers: { cookie: visitor.cookie, host: 'localhost' } })
const isPage = (type: unknown) => String(type).startsWith('text/html')

/** One of each sort of link is enough: the same route with the same questions asked. */
function sortOf(address: string): string {
  const sort = sorts.get(address) ?? workedOut(address)
  sorts.set(address, sort)
  return sort
}

/** Thirteen visitors are offered mostly the same links. */
const sorts = new Map<string, string>()

function workedOut(address: string): string {
  const url = new URL(address, 'http://here.invalid')
  const route = demonstration.routes.find(({ method, url: pattern }) => method === 'GET' && matches(pattern, url.pathname))
  return `${route?.url ?? url.pathname} ${[...new Set(url.searchParams.keys())].sort().join(' ')}`
}

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  return wanted.length === given.length && wanted.every((part, place) => part === given[place] || part.startsWith(':'))
}

/**
 * How a page is built: its elements with their classes, roles and names of attributes, and whether there is text in them,
 * but not which. Rows, items and marks of a chart that are built alike count once, so a longer table is no other page.
 */
function buildOf(content: string): string {
  const tags = content
    .replace(/<([a-z][\w-]*)((?:\s+[^\s=>]+(?:="[^"]*")?)*)\s*\/?>/g, (_tag, name: string, given: string) => `<${name} ${attributesOf(given)}>`)
    .replace(/>[^<]*[^<\s][^<]*</g, '>x<')
    .replace(/>\s+</g, '><')
  let build = tags
  for (const part of ['tr', 'li', 'g', 'path', 'rect', 'circle', 'text', 'option', 'a']) {
    const met = new Set<string>()
    build = build.replace(new RegExp(`<${part} [^>]*>(?:(?!<${part} )[\\s\\S])*?</${part}>`, 'g'), (one) => (met.has(one) ? '' : (met.add(one), one)))
  }
  return build
}

const telling = new Set(['class', 'role', 'type', 'scope', 'aria-hidden', 'aria-live', 'aria-current', 'lang', 'open', 'disabled', 'colspan'])

const attributesOf = (given: string) =>
  [...given.matchAll(/([^\s=]+)(?:="([^"]*)")?/g)].map(([, name = '', value = '']) => (telling.has(name) ? `${name}=${value}` : name)).sort().join(' ')

interface Seen {
  address: string
  status: number
  html: string
}

interface Walk {
  seen: Map<string, Seen>
  broken: string[]
}

// Nothing here changes anything, so each visitor walks once.
const walks = new Map<Visitor, Promise<Walk>>()

function everythingFor(visitor: Visitor): Promise<Walk> {
  const walk = walks.get(visitor) ?? walkAs(visitor)
  walks.set(visitor, walk)
  return walk
}

/** Asks for every page and follows one link of each sort that is found on the way. */
async function walkAs(visitor: Visitor): Promise<Walk> {
  const part = await partsOf(demonstration.database, visitor)
  const seen = new Map<string, Seen>()
  const broken: string[] = []
  const queue = everyAddress(demonstration.routes, part).map(({ address }) => ({ address, from: '' }))
  for (const { address, from } of queue) {
    const sort = sortOf(address)
    if (seen.has(sort) && (from === '' || seen.get(sort)?.status === 200)) continue
    const answer = await ask(visitor, address)
    const html = isPage(answer.headers['content-type']) ? answer.body : ''
    seen.set(sort, { address, status: answer.statusCode, html })
    // Help tells everybody of everything; other pages offer only what may be used.
    const isOffered = from !== '' && !from.startsWith('/help') && answer.statusCode !== 200 && answer.statusCode !== 303
    if (answer.statusCode >= 500 || isOffered) broken.push(`${visitor.name}: ${answer.statusCode} ${address} (linked from ${from || 'nowhere'})`)
    if (answer.statusCode !== 200) continue
    for (const link of linksIn(html)) queue.push({ address: new URL(link, `http://here.invalid${address}`).href.replace('http://here.invalid', ''), from: address })
  }
  return { seen, broken }
}

describe('every page', () => {
  test('is answered to everybody with itself, a redirection or a refusal, and no page leads anybody to a refusal', async () => {
    for (const visitor of everybody) {
      const { seen, broken } = await everythingFor(visitor)
      expect(broken).toEqual([])
      // Programs are told that a token is needed where people are led to sign in.
      const expected = (address: string) => [200, address.startsWith('/api/') ? 401 : 303, 403, 404, 422]
      for (const { status, address } of seen.values()) expect(expected(address), `${visitor.name}: ${address}`).toContain(status)
      expect([...seen.values()].filter(({ status }) => status === 200).length).toBeGreaterThan(15)
    }
    expect(everybody).toHaveLength(13)
  })

  test('that the public is not shown is one that asks them to sign in', async () => {
    const { seen } = await everythingFor(publicVisitor)
    const refused = [...seen.values()].filter(({ status }) => status === 303)
    expect(refused.length).toBeGreaterThan(3)
    for (const { address } of refused) expect((await ask(publicVisitor, address)).headers.location).toMatch(/^\/sign-in\?next=/)
  })

  test('has a title of its own, one heading of the first level, and says that it is fictional', async () => {
    const administrator = everybody.find(({ name }) => name.startsWith('admin@northmere'))
    if (!administrator) throw new Error('Northmere has no administrator.')
    const { seen } = await everythingFor(administrator)
    const pages = [...seen.values()].filter(({ html, status }) => html !== '' && status === 200)
    for (const { address, html } of pages) {
      expect([...html.matchAll(/<h1\b/g)], address).toHaveLength(1)
      expect(html, address).toMatch(/[Ff]ictional/)
      expect(html, address).not.toMatch(/\[object Object\]|\bundefined\b|\bNaN\b/)
    }
    const titles = new Map(pages.map(({ html, address }) => [new URL(address, origin).pathname, /<title>([^<]+)/.exec(html)?.[1] ?? '']))
    expect(new Set(titles.values()).size).toBe(titles.size)
    expect(titles.size).toBeGreaterThan(15)
  })
})

describe('in a browser, every page', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await openBrowser()))
  afterAll(() => browser.close())

  async function contextFor(visitor: Visitor, javaScriptEnabled: boolean): Promise<{ context: BrowserContext; page: Page }> {
    const context = await browser.newContext({ javaScriptEnabled })
    const [name, value] = visitor.cookie.split('=')
    if (name && value) await context.addCookies([{ name, value, url: origin }])
    return { context, page: await context.newPage() }
  }

  /**
   * The pages of a visitor that are built differently from what somebody before was shown: of each route the plain page and
   * one with a question.
   */
  const known = new Set<string>()
  async function newPagesOf(visitor: Visitor): Promise<string[]> {
    const { seen } = await everythingFor(visitor)
    const shapes = new Set<string>()
    return [...seen.values()].flatMap(({ address, status, html }) => {
      const content = /<main\b[\s\S]*<\/main>/.exec(html)?.[0]
      const shape = shapeOf(address)
      if (status !== 200 || content === undefined || shapes.has(shape)) return []
      shapes.add(shape)
      const hash = createHash('sha256').update(buildOf(content)).digest('hex')
      if (known.has(hash)) return []
      known.add(hash)
      return [address]
    })
  }
  const shapeOf = (address: string) => `${sortOf(address).split(' ')[0]} ${address.includes('?')}`
  /** Widths differ in layout only, so each shape of page is looked at on a phone once. */
  const seenOnPhone = new Set<string>()

  test.each(['the public', 'officer@northmere.example', 'admin@northmere.example', 'auditor@audit.example'])('as %s is shown it has no fault axe can find, fits the screen and breaks no rule of its own', async (name) => {
    const visitor = everybody.find((one) => one.name === name) ?? publicVisitor
    const { context, page } = await contextFor(visitor, true)
    const complaints: string[] = []
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    page.on('pageerror', (error) => complaints.push(error.message))
    const pages = await newPagesOf(visitor)
    const faults: string[] = []
    for (const address of pages) {
      for (const [screen, viewport] of Object.entries(screens)) {
        if (screen === 'phone' && seenOnPhone.has(shapeOf(address))) continue
        if (screen === 'phone') seenOnPhone.add(shapeOf(address))
        await page.setViewportSize(viewport)
        await page.goto(origin + address)
        const found = await accessibilityFaults(page)
        expect(found.rulesApplied, address).toBeGreaterThan(15)
        const width = Number(await page.evaluate('document.documentElement.scrollWidth'))
        if (width > viewport.width) faults.push(`${address} is ${width} pixels wide on a ${screen}`)
        faults.push(...found.faults.map((fault) => `${address} on a ${screen}: ${fault}`), ...complaints.splice(0).map((text) => `${address}: ${text}`))
      }
    }
    await context.close()
    expect(faults).toEqual([])
    expect(pages.length).toBeGreaterThan(name === 'the public' ? 10 : 1)
  })

  test('works without JavaScript: everything that can be reached is on the page, and no control waits for a script', async () => {
    const visitor = everybody.find((one) => one.name === 'admin@northmere.example') ?? publicVisitor
    const { context, page } = await contextFor(visitor, false)
    await page.setViewportSize(screens.phone)
    const { seen } = await everythingFor(visitor)
    const pages = [...seen.values()].filter(({ html, status }) => html !== '' && status === 200).map(({ address }) => address)
    const faults: string[] = []
    for (const address of pages) {
      await page.goto(origin + address)
      if (!(await page.locator('h1').isVisible())) faults.push(`${address}: no heading`)
      if (!(await page.getByRole('link', { name: 'People' }).first().isVisible())) faults.push(`${address}: the navigation is hidden`)
      // What is inside a closed <details> is reached by opening it, which needs no script.
      for (const button of await page.locator('main form button:not([type=button])').all()) {
        if (!(await button.isVisible()) && (await button.locator('xpath=ancestor::details').count()) === 0) faults.push(`${address}: a button that cannot be seen`)
      }
      const lonely = await page.locator('main form:not(:has(button, [type=submit]))').count()
      if (lonely > 0) faults.push(`${address}: a form without a button`)
      const idle = await page.locator('main button[type=button]:visible').count()
      if (idle > 0) faults.push(`${address}: a button that does nothing without a script`)
    }
    await context.close()
    expect(faults).toEqual([])
    expect(pages.length).toBeGreaterThan(15)
  })
})
