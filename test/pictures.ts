import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { openBrowser, screens } from '#kernel/testing/browser.ts'
import { demonstrationPassword } from '#slices/people/index.ts'
import { published } from '#kernel/testing/published.ts'
import { arrive, awkwardFiles, bringInByPointing } from './journeys/guided.ts'
import { temporaryStart } from './program.ts'

// `npm run pictures`: takes the pictures of the README from the real program on the demonstration, at the width of a desk
// screen and of a phone.

/** What is pictured, by the name of the file. */
const pictures: Record<string, string> = {
  home: '/',
  authorities: '/authorities',
  profile: '/authorities/X07000001',
  measures: '/measures',
  measure: '/measures/fso-recycling?authority=X07000001',
  'one-measure': '/authorities/X07000001/measures/fso-recycling',
  compare: '/compare?authority=X07000001&authority=X07000005&authority=X07000008&measure=fso-recycling&measure=fso-relet-days&measure=fso-council-tax',
  imports: '/imports',
  import: '/imports/40',
  people: '/people/organisations/northmere',
  trail: '/trail',
}

/** Steps of a guided import that are pictured, for each of five awkward files. */
const steps = ['found', 'columns', 'preview']
// `npm run pictures -- guided` takes only these.
const onlyGuided = process.argv[2] === 'guided'

/** Where the published files are: the register first, then each file by pointing. */
async function guidedImports(page: Page): Promise<void> {
  const register = published('authority-register/uk-local-authorities-with-future.csv')
  if (!register) return
  page.setDefaultTimeout(120_000)
  await page.goto(`${address}/imports/new?recipe=uk-authority-register`)
  await page.getByLabel('National figures').check()
  await page.getByLabel('File', { exact: true }).setInputFiles(register)
  await page.getByRole('button', { name: 'Check this file' }).click()
  await arrive(page, /\/imports\/new\/[^/]+$/)
  await page.getByRole('button', { name: /^Import / }).click()
  await arrive(page, /\/imports\/\d+$/)
  for (const file of awkwardFiles) {
    await bringInByPointing(page, address, file, published(file.from) ?? '', async (step) => {
      if (steps.includes(step)) await page.screenshot({ path: join(folder, `guided-${file.word}-${step}.png`), clip: { x: 0, y: 0, width: screens.desk.width, height: 1100 }, fullPage: true })
    })
  }
}

const folder = join(import.meta.dirname, '..', 'docs', 'pictures')
mkdirSync(folder, { recursive: true })
const { address, stop } = await temporaryStart()
// The browser's package unpacks Open Sans; signs it lacks, such as arrows, come from the machine's own fonts.
const fonts = join(tmpdir(), 'workbench-fonts.conf')
writeFileSync(fonts, `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${join(tmpdir(), 'fonts')}</dir>
  <alias binding="strong"><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias binding="strong"><family>Arial</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
`)
process.env.FONTCONFIG_FILE = fonts
const browser = await openBrowser()
try {
  for (const [name, viewport] of Object.entries(screens)) {
    const page = await browser.newPage({ viewport, deviceScaleFactor: 1, locale: 'en-GB' })
    await page.goto(`${address}/sign-in`)
    await page.getByLabel('Email address').fill('admin@northmere.example')
    await page.getByLabel('Password', { exact: true }).fill(demonstrationPassword)
    await page.getByRole('button', { name: 'Sign in' }).click()
    if (name === 'desk') await guidedImports(page)
    for (const [picture, path] of onlyGuided ? [] : Object.entries(pictures)) {
      const answer = await page.goto(address + path, { waitUntil: 'networkidle' })
      if (answer?.status() !== 200) throw new Error(`${path} was answered with ${answer?.status()}.`)
      const whole = Number(await page.evaluate('document.documentElement.scrollHeight'))
      const height = Math.min(whole, name === 'desk' ? 1100 : 1400)
      await page.screenshot({ path: join(folder, `${picture}-${name}.png`), clip: { x: 0, y: 0, width: viewport.width, height }, fullPage: true })
    }
    await page.close()
  }
} finally {
  await browser.close()
  await stop()
}
console.log(`The pictures are in ${folder}.`)
