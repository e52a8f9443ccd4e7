import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { everyone } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { accessibilityFaults, openBrowser, screens } from '#kernel/testing/browser.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { createServer } from '#kernel/web/server.ts'
import { buildBreak, buildFigures, buildMeasure } from '#slices/indicators/builders.ts'
import { buildAuthorities, buildGroup, buildLayout } from '#slices/places/builders.ts'
import { benchmarking } from '../index.ts'
import { completeHouse } from '#kernel/slice.ts'

// The pages in a real browser, with as many authorities and as long names as there are.

const many = 400
const longName = 'Upper Wendle, Hallow Forest, the Seven Hundreds, the Vale of Ambersley and Saint Mary-le-Marsh'
const longTitle = 'Households owed a duty to be housed because they are homeless or threatened with it, for each thousand'

let database: TestStore
let app: FastifyInstance
let browser: Browser
let page: Page
let address: string

beforeAll(async () => {
  database = await embeddedStore()
  const { store } = database
  const codes = Array.from({ length: many }, (_, i) => `X${String(i).padStart(8, '0')}`)
  const names = codes.map((_, i) => (i === 0 ? longName : `Wold and Mere number ${i}`))
  const id = await buildAuthorities(store, codes.map((code, i) => ({ code, known_name: names[i]! })))
  const ids = codes.map((code) => id.get(code)!)
  await buildGroup(store, { type: 'family', source: 'test', slug: 'sixty', title: 'The sixty', members: ids.slice(0, 60) })
  await buildLayout(store, { slug: 'sixty', authorities: new Map([...id].slice(0, 60)), across: 13 })
  const measure = await buildMeasure(store, {
    code: 'homeless', title: longTitle, unit: 'per 1,000 households', unit_kind: 'rate', suffix: '', polarity: 'lower', change_as: 'relative',
    service: 'Housing', numerator_name: 'Households owed a duty', denominator_name: 'Households', explanation: `${longTitle}. It says how many.`,
  })
  const years = ['2019-20', '2020-21', '2021-22', '2022-23', '2023-24']
  await buildFigures(store, measure, years.flatMap((period, y) => ids.map((authority, i) => (
    i % 29 === 3 || (i === 0 && y === 2)
      ? { authority, period, value: null, reason: 'suppressed' }
      : { authority, period, value: 2 + ((i * 37) % 101) / 11 + y / 7, numerator: 120 + i, denominator: 40_000 + i }
  ))))
  await buildFigures(store, measure, [{ authority: ids[0]!, period: '2023-24', value: 5.5, status: 'provisional' }], { knownFrom: new Date('2024-03-03') })
  await buildBreak(store, measure, '2021-04-01', 'households and not people are counted since')
  app = await createServer(
    completeHouse({ store, config: readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'on' }), log: pino({ level: 'silent' }), now: () => new Date() }),
    { slices: [benchmarking], identify: () => Promise.resolve(everyone) },
  )
  address = await app.listen({ port: 0 })
  browser = await openBrowser()
  page = await (await browser.newContext({ locale: 'en-GB' })).newPage()
})
afterAll(async () => {
  await browser.close()
  await app.close()
  await database.close()
})

const paths = [
  '/measures',
  // axe takes half a minute over 400 rows that are all alike; they are looked at below.
  '/measures/homeless?authority=X00000000&group=family%3Atest%2Fsixty&as-known-at=2026-12-31',
  '/authorities/X00000000/measures/homeless?group=all',
  `/compare?service=Housing&${[0, 1, 2, 3, 4, 5, 6, 7].map((i) => `authority=X0000000${i}`).join('&')}`,
  '/compare?add-authority=wold',
  '/help/comparing',
  '/help/position-words',
  '/help/how-sure',
]

describe.each(paths)('%s', (path) => {
  test.each(Object.entries(screens))('has no fault axe can find and fits the screen of a %s', async (_name, viewport) => {
    await page.setViewportSize(viewport)
    await page.goto(address + path, { waitUntil: 'networkidle' })
    const { faults, rulesApplied } = await accessibilityFaults(page)
    expect(faults).toEqual([])
    expect(rulesApplied).toBeGreaterThan(15)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width)
  })
})

test('every authority is in the table, in alphabetical order, on a phone as well', async () => {
  await page.setViewportSize(screens.phone)
  await page.goto(`${address}/measures/homeless`)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(screens.phone.width)
  const names = await page.getByRole('table', { name: /in alphabetical order/ }).getByRole('rowheader').allInnerTexts()
  expect(names).toHaveLength(many)
  expect(names.toSorted((a, b) => a.localeCompare(b, 'en'))).toEqual(names)
})

test('the map is walked by keyboard from link to link, and left by one key', async () => {
  await page.setViewportSize(screens.desk)
  await page.goto(`${address}/measures/homeless?group=family%3Atest%2Fsixty`)
  const map = page.getByRole('group', { name: /one hexagon for each authority/ })
  expect(await map.getByRole('link').count()).toBe(60)
  const skip = page.getByRole('link', { name: 'Skip the map of 60 authorities' })
  await skip.focus()
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.textContent'), 'the first of the top row').toMatch(/^Wold and Mere number 52: .*, 2023-24, /)
  await skip.focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.textContent'), 'the first link after the heading of the table').toBe('How figures are compared')
  await map.getByRole('link', { name: /^Wold and Mere number 7: / }).focus()
  await Promise.all([page.waitForURL(/\/authorities\/X00000007\/measures\/homeless\?period=2023-24$/), page.keyboard.press('Enter')])
})

test('on paper the table, the charts and the banner are there, and the forms and buttons are not', async () => {
  await page.goto(`${address}/authorities/X00000000/measures/homeless?group=all&as-known-at=2026-01-01`)
  await page.emulateMedia({ media: 'print' })
  expect(await page.getByText('As known at the end of 1 Jan 2026.', { exact: true }).isVisible()).toBe(true)
  expect(await page.getByRole('img').first().isVisible()).toBe(true)
  expect(await page.getByRole('table').first().isVisible()).toBe(true)
  expect(await page.getByText('was 2.6 until 3 Mar 2024').isVisible()).toBe(true)
  expect(await page.getByRole('button').filter({ visible: true }).count()).toBe(0)
  await page.emulateMedia({ media: 'screen' })
})

test('the statement is copied by a button that is there only where it works', async () => {
  await page.goto(`${address}/authorities/X00000000/measures/homeless?group=all`)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy this text' }).click()
  await page.getByText('Copied.').waitFor()
  const still = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
  await still.goto(`${address}/authorities/X00000000/measures/homeless?group=all`)
  expect(await still.getByRole('button', { name: 'Copy this text' }).count()).toBe(0)
  expect(await still.locator('blockquote').isVisible()).toBe(true)
  await still.context().close()
})
