import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readConfig } from '#kernel/config.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { accessibilityFaults, openBrowser, screens } from '#kernel/testing/browser.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { createServer } from '#kernel/web/server.ts'
import { newOrganisation, newPerson, testPassword } from '../builders.ts'
import { identify, people } from '../index.ts'
import { codeAt } from '../second-factor/rules.ts'
import { callbackPath } from './callback.ts'
import { testClient, testProvider, type TestProvider } from './test-provider.ts'

// An administrator's first day, in a real browser: in through the provider, a second factor added, out, in with the code, and out again at
// the provider. Every page is looked at on a desk and on a phone.

vi.setConfig({ testTimeout: 180_000 })

let provider: TestProvider
let database: TestStore
let house: House
let app: FastifyInstance
let browser: Browser
beforeAll(async () => {
  database = await embeddedStore()
  const settings = { SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'off' }
  // The address is known once the server listens, and the provider wants it first: an empty server finds a free port.
  const { port, close } = await freePort()
  await close()
  const baseUrl = `http://127.0.0.1:${port}`
  provider = await testProvider(baseUrl, callbackPath)
  const config = readConfig({
    ...settings, BASE_URL: baseUrl, OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: testClient.id, OIDC_CLIENT_SECRET: testClient.secret, OIDC_LABEL: 'Northmere Council',
  })
  house = completeHouse({ store: database.store, config, log: pino({ level: 'silent' }), now: () => new Date(Date.now() + ahead) })
  app = await createServer(house, { slices: [people], identify: (request) => identify(house, request) })
  await app.listen({ port, host: '127.0.0.1' })
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  await app.close()
  await provider.stop()
  await database.close()
})

let ahead = 0

async function freePort() {
  const { createServer: plainServer } = await import('node:net')
  const server = plainServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { port, close: () => new Promise((closed) => server.close(closed)) }
}

const faults: string[] = []
const looked = new Set<string>()

/** Looks at the page it is on at the width of a desk and of a phone, the first time it is met. */
async function look(page: Page, name: string): Promise<void> {
  if (looked.has(name)) return
  looked.add(name)
  for (const [screen, viewport] of Object.entries(screens)) {
    await page.setViewportSize(viewport)
    const found = await accessibilityFaults(page)
    faults.push(...found.faults.map((fault) => `${name} on a ${screen}: ${fault}`))
    const width = Number(await page.evaluate('document.documentElement.scrollWidth'))
    if (width > viewport.width) faults.push(`${name} is ${width} pixels wide on a ${screen}`)
  }
}

/** Presses Tab until what has the focus bears this name. */
async function reach(page: Page, role: 'link' | 'button' | 'textbox', name: string | RegExp): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: typeof name === 'string' }).first()
  await wanted.waitFor({ state: 'visible' })
  for (let pressed = 0; pressed < 100; pressed++) {
    await page.keyboard.press('Tab')
    if ((await page.locator('*:focus').and(wanted).count()) > 0) return
  }
  throw new Error(`Tab does not reach the ${role} ${String(name)} on ${page.url()}`)
}

async function follow(page: Page, role: 'link' | 'button', name: string | RegExp): Promise<void> {
  await reach(page, role, name)
  await Promise.all([page.waitForEvent('domcontentloaded'), page.keyboard.press('Enter')])
}

async function type(page: Page, name: string | RegExp, words: string): Promise<void> {
  await reach(page, 'textbox', name)
  await page.keyboard.insertText(words)
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 }).innerText()
const code = (key: string) => codeAt(key, house.now())

async function signInAtProvider(page: Page, name: string): Promise<void> {
  await page.getByLabel('Name').fill(name)
  await Promise.all([page.waitForURL(`${house.config.baseUrl}/**`), page.getByRole('button', { name: 'Sign in' }).click()])
}

test.each([['with scripts', true], ['without scripts', false]])('an administrator comes in through the provider, adds a second factor and uses it, by keyboard, %s', async (how, javaScriptEnabled) => {
  const organisation = await newOrganisation(house, { name: 'Northmere Council' })
  const person = await newPerson(house, organisation, { roles: ['administrator'], name: 'Dev Rowntree' })
  provider.people.set(person.email, { sub: person.email, email: person.email, email_verified: true })
  const context = await browser.newContext({ javaScriptEnabled, viewport: screens.desk, acceptDownloads: true })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => void (message.type() === 'error' && !message.text().includes('422') && complaints.push(message.text())))
  await page.goto(`${house.config.baseUrl}/people`)
  expect(await heading(page)).toBe('Sign in')
  await look(page, 'sign-in')
  await follow(page, 'button', 'Sign in with Northmere Council')
  await signInAtProvider(page, person.email)

  expect(await heading(page)).toBe('Add an authenticator app')
  await look(page, 'enrolment')
  const key = (await page.locator('.bv-secret').innerText()).replaceAll(' ', '')
  await type(page, '6-digit code', code(key))
  await follow(page, 'button', 'Add this app')
  expect(await heading(page)).toBe('Your recovery codes')
  await look(page, 'recovery codes')
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /as a text file/ }).click()])
  expect(download.suggestedFilename()).toBe('recovery-codes.txt')
  await follow(page, 'button', 'I have kept them')
  expect(await heading(page)).toBe('People')

  await page.goto(`${house.config.baseUrl}/account/second-factor`)
  await look(page, 'second factor')
  ahead += 11 * 60_000
  await follow(page, 'button', 'Make new recovery codes')
  expect(await heading(page)).toBe('Confirm that it is you')
  await look(page, 'confirm')
  await type(page, 'Code', code(key))
  await follow(page, 'button', 'Confirm and go on')
  expect(await heading(page)).toBe('Your recovery codes')
  await page.goto(`${house.config.baseUrl}/account/provider`)
  await look(page, 'link with the provider')

  await follow(page, 'button', 'Sign out')
  expect(await heading(page)).toBe('You have signed out')
  await look(page, 'signed out')
  await page.goto(`${house.config.baseUrl}/sign-in?next=%2Fpeople`)
  await type(page, 'Email address', person.email)
  await type(page, 'Password', testPassword)
  await Promise.all([page.waitForEvent('domcontentloaded'), page.keyboard.press('Enter')])
  expect(await heading(page)).toBe('Enter your code')
  await look(page, 'code')
  await type(page, '6-digit code', '000000')
  await follow(page, 'button', 'Continue')
  expect(await page.getByText('This code was not accepted').first().isVisible()).toBe(true)
  await look(page, 'code refused')
  ahead += 60_000
  await type(page, '6-digit code', code(key))
  await follow(page, 'button', 'Continue')
  expect(new URL(page.url()).pathname).toBe('/people')
  await context.close()
  expect(complaints, how).toEqual([])
  expect(faults).toEqual([])
  expect(looked.size).toBe(9)
})
