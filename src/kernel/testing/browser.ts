import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import chromium from '@sparticuz/chromium'
import { chromium as driver } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'

// That package is made for cloud functions. In one process a closed page takes the browser with it, and without web
// security the browser would forgive what a real one refuses.
const unwanted = new Set([
  '--single-process',
  '--no-zygote',
  '--disable-web-security',
  '--allow-running-insecure-content',
])

/** A headless Chromium that came with the packages; nothing is downloaded. */
export async function openBrowser(): Promise<Browser> {
  return driver.launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args.filter((arg) => !unwanted.has(arg)),
    headless: true,
  })
}

/** Screens every page must look right on. */
export const screens = { desk: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } }

/** The axe that comes with its package for this driver. That package itself carries every element that is right out of the page and into another. */
const axe = readFileSync(createRequire(import.meta.resolve('@axe-core/playwright')).resolve('axe-core/axe.min.js'), 'utf8')

interface Findings {
  violations: { id: string; help: string; nodes: { target: string[] }[] }[]
  rulesApplied: number
}

/** What axe finds on the page, as one line each; empty when nothing. Also says how many rules it could apply. */
export async function accessibilityFaults(page: Page): Promise<{ faults: string[]; rulesApplied: number }> {
  if (page.frames().length > 1) throw new Error('There is a frame in this page, and what is in it is not looked at.')
  await page.evaluate(axe)
  // Every rule is applied; only what is wrong is written out in full.
  const { violations, rulesApplied } = await page.evaluate<Findings>(`axe.run({ resultTypes: ['violations'] })
    .then(({ violations, passes }) => ({ violations, rulesApplied: violations.length + passes.length }))`)
  return { faults: violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ target }) => target.join(' ')).join('; ')})`), rulesApplied }
}
