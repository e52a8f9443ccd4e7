import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { accessibilityFaults, openBrowser, screens } from '#kernel/testing/browser.ts'
import { describePublished } from '#kernel/testing/published.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { newOrganisation, newPerson } from '#slices/people/builders.ts'
import { people } from '#slices/people/index.ts'
import { places } from '#slices/places/index.ts'
import { importFile, indicators, readyRecipe } from '#slices/indicators/index.ts'
import { askedServer } from '#slices/indicators/pages/asking.ts'
import { importCommands } from '#slices/indicators/imports/command-line.ts'
import { awkwardFiles, bringInByPointing, type AwkwardFile } from './guided.ts'

// An officer brings in five awkward files by pointing, from the upload to the report, in a real browser.

const system: Actor = { kind: 'system', name: 'test' }

describePublished('by pointing, an officer brings in', (path) => {
  let database: TestStore
  let server: Awaited<ReturnType<typeof askedServer>>
  let browser: Browser
  let address: string
  let session: string
  beforeAll(async () => {
    database = await embeddedStore()
    const register = path('authority-register/uk-local-authorities-with-future.csv')
    await importFile(database.store, system, { name: basename(register), open: () => createReadStream(register) }, readyRecipe('uk-authority-register'))
    server = await askedServer(database, [people, places, indicators])
    const northmere = await newOrganisation(server.house, { slug: 'northmere', name: 'Northmere District Council' })
    session = server.signIn(await newPerson(server.house, northmere, { name: 'Mara Fell', roles: ['performance-officer'] })).cookie.split('=')[1] ?? ''
    address = await server.app.listen({ port: 0, host: '127.0.0.1' })
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await server.app.close()
    await database.close()
  })

  async function walk(file: AwkwardFile, javaScriptEnabled: boolean, seen: (page: Page, step: string) => Promise<void>): Promise<string> {
    const context = await browser.newContext({ javaScriptEnabled, viewport: screens.desk })
    await context.addCookies([{ name: 'bv-session', value: session, url: address }])
    const page = await context.newPage()
    page.setDefaultTimeout(120_000)
    await bringInByPointing(page, address, file, path(file.from), (step) => seen(page, step))
    const report = await page.locator('main').innerText()
    await context.close()
    return report
  }

  const expected: Record<string, { script: boolean; figures: RegExp; found: RegExp }> = {
    'ods': { script: true, figures: /365 figures were new/, found: /“Figures”, one of 2 .*Header on line 3|Header on line 3/s },
    'wide': { script: true, figures: /3,\d{3} figures were new/, found: /Header on line 1, 14 columns/ },
    'outturn': { script: true, figures: /4[01],\d{3} figures were new/, found: /£ thousand/ },
    'windows-1252': { script: true, figures: /4\d,\d{3} figures were new/, found: /WINDOWS-1252/ },
    'json': { script: false, figures: /7,458 figures were new/, found: /flatMetricData/ },
  }

  test.each(awkwardFiles)('$word: $name, from the upload to the report', async (file) => {
    const { script, figures, found } = expected[file.word] ?? { script: true, figures: /-/, found: /-/ }
    const faults: string[] = []
    const report = await walk(file, script, async (page, step) => {
      if (step === 'found') expect(await page.locator('main').innerText()).toMatch(found)
      if (!script) return
      // The widest file shows whether every step is usable by everybody and on a phone.
      if (file.word === 'outturn') faults.push(...(await accessibilityFaults(page)).faults.map((fault) => `${step}: ${fault}`))
      for (const viewport of [screens.phone, screens.desk]) {
        await page.setViewportSize(viewport)
        const width = Number(await page.evaluate('document.documentElement.scrollWidth'))
        if (width > viewport.width) faults.push(`${step} of ${file.word} is ${width} pixels wide at ${viewport.width}`)
      }
    })
    expect(report).toMatch(figures)
    expect(faults).toEqual([])
  }, 300_000)

  test('and the recipe that was kept works on the command line, by its name and as a downloaded file', async () => {
    const run = async (...args: string[]) => {
      const said: string[] = []
      const command = importCommands.find(({ name }) => name === args.slice(0, 2).join(' ')) ?? importCommands.find(({ name }) => name === args[0])
      const code = await command?.run(args.slice(command.name.split(' ').length), server.house, { out: (text) => void said.push(text), err: (text) => void said.push(text), progress: () => undefined })
      return { code, said: said.join('\n') }
    }
    const folder = mkdtempSync(join(tmpdir(), 'guided-'))
    const file = awkwardFiles.find(({ word }) => word === 'wide')
    if (!file) throw new Error('There is no wide file.')
    const wide = path(file.from)
    expect((await run('recipes')).said).toContain('wide-by-pointing')
    expect(await run('import', wide, '--recipe', 'wide-by-pointing', '--dry-run')).toMatchObject({ code: 0, said: expect.stringContaining('nothing') as string })
    expect((await run('import', wide, '--recipe', 'northmere/wide-by-pointing', '--dry-run')).code).toBe(0)
    const shown = await run('recipes', 'show', 'wide-by-pointing')
    writeFileSync(join(folder, 'wide.json'), shown.said)
    expect((await run('import', wide, '--recipe', join(folder, 'wide.json'), '--dry-run')).code).toBe(0)
    rmSync(folder, { recursive: true })
  }, 120_000)
})
