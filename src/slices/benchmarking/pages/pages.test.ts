import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { everyone, type Actor } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { completeHouse } from '#kernel/slice.ts'
import { createServer } from '#kernel/web/server.ts'
import { buildBreak, buildFigures, buildMeasure } from '#slices/indicators/builders.ts'
import { newOrganisation, newPerson } from '#slices/people/builders.ts'
import { buildAuthorities, buildGroup, buildLayout } from '#slices/places/builders.ts'
import { benchmarking } from '../index.ts'

const letters = [...'HGFEDCBA']
const years = ['2018-19', '2019-20', '2020-21', '2021-22', '2022-23', '2023-24']

let database: TestStore
let app: FastifyInstance
let officer: Actor
let id: Map<string, number>

beforeAll(async () => {
  database = await embeddedStore()
  const { store } = database
  const now = () => new Date()
  id = await buildAuthorities(store, letters.map((letter) => ({ code: `S${letter}`, known_name: `${letter}-shire` })))
  const all = letters.map((letter) => id.get(`S${letter}`)!)
  const own = id.get('SA')!
  await buildGroup(store, { type: 'family', source: 'test', slug: 'first-four', title: 'First four', members: all.slice(4) })
  await buildGroup(store, { type: 'neighbours', source: 'oflog', slug: 'SA', of: own, members: all.slice(0, 7) })
  await buildLayout(store, { slug: 'seven', authorities: new Map([...id].filter(([code]) => code !== 'SD')) })

  const paid = await buildMeasure(store, {
    code: 'paid', aliases: ['PAID 1'], title: 'Invoices paid on time', explanation: 'Of all invoices.', service: 'Finance', dimension: 'efficiency',
    numerator_name: 'Invoices paid on time', denominator_name: 'Invoices', licence: 'OGL', decimals: 1, notes: 'A <b>note</b>.',
  })
  await buildFigures(store, paid, years.flatMap((period, y) => all.map((authority, i) => (
    { authority, period, value: 50 + 5 * i + y, numerator: 500 + 50 * i + 10 * y, denominator: 1000 }
  ))))
  await buildFigures(store, paid, [{ authority: own, period: '2022-23', value: 71.5, status: 'revised' }], { knownFrom: new Date('2024-03-03T10:00:00Z') })
  await buildFigures(store, paid, [
    { authority: own, period: '2023-24', value: 66.6, status: 'provisional' },
    { authority: id.get('SB')!, period: '2023-24', value: null, reason: 'suppressed' },
  ], { knownFrom: new Date('2024-06-01T10:00:00Z') })
  await buildBreak(store, paid, '2020-04-01', 'Late invoices count since')

  const staff = await buildMeasure(store, { code: 'posts', title: 'Posts filled', polarity: 'midpoint', midpoint: 100 })
  await buildFigures(store, staff, all.map((authority, i) => ({ authority, period: '2023-24', value: 96 + i })))
  const context = await buildMeasure(store, { code: 'older', title: 'Older people', polarity: 'none' })
  await buildFigures(store, context, all.map((authority, i) => ({ authority, period: '2023-24', value: 20 + i })))
  const few = await buildMeasure(store, { code: 'few', title: 'Counted by few' })
  await buildFigures(store, few, all.slice(3).map((authority, i) => ({ authority, period: '2023-24', value: 20 + i })))
  await buildMeasure(store, { code: 'empty', title: 'Not yet measured' })
  const organisation = await newOrganisation({ store, now }, { slug: 'ashire', name: 'Ashire Council', authority: 'SA' })
  officer = await newPerson({ store, now }, organisation)
  const local = await buildMeasure(store, { code: 'local-secret', title: 'Own local measure', service: 'Secret service', organisation: organisation.id })
  await buildFigures(store, local, [{ authority: own, period: '2023-24', value: 12 }], { organisation: organisation.id })

  app = await createServer(
    completeHouse({ store, config: readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'off' }), log: pino({ level: 'silent' }), now }),
    { slices: [benchmarking], identify: (request) => Promise.resolve(request.headers['x-who'] === 'officer' ? officer : everyone) },
  )
})
afterAll(async () => {
  await app.close()
  await database.close()
})

async function get(url: string, who = '') {
  const answer = await app.inject({ url, headers: who === '' ? {} : { 'x-who': who } })
  const words = answer.body.replace(/<svg[\s\S]*?<\/svg>/g, '').replace(/<[^>]+>/g, ' ').replace(/&nbsp;|\u00a0/g, ' ').replace(/\s+/g, ' ')
  return { status: answer.statusCode, html: answer.body, words, location: answer.headers.location, type: String(answer.headers['content-type']) }
}

describe('the register of measures', () => {
  test('lists what each is, with its latest period, in alphabetical order', async () => {
    const { status, words } = await get('/measures')
    expect(status).toBe(200)
    expect(words).toContain('5 measures.')
    expect(words).toMatch(/Counted by few.*Invoices paid on time Of all invoices\. paid · %.*Finance Efficiency higher is better Test 2023-24 7 authorities/)
    expect(words).toMatch(/Not yet measured .* no figures yet/)
  })

  test('is narrowed by words, another code, service, direction, publisher and whose it is', async () => {
    expect((await get('/measures?search=INVOICES+time')).words).toContain('1 measure fits.')
    expect((await get('/measures?search=paid%201')).words).toContain('1 measure fits.')
    expect((await get('/measures?service=Finance&dimension=efficiency&polarity=higher&publisher=Test&scope=national')).words).toContain('1 measure fits.')
    expect((await get('/measures?search=100%25')).words).toContain('No measure fits.')
    expect((await get('/measures?scope=local')).words).toContain('No measure fits.')
  })

  test('is downloaded whole', async () => {
    const { type, html } = await get('/measures.csv?polarity=none')
    expect(type).toContain('text/csv')
    expect(html.trim().split('\r\n')).toHaveLength(2)
    expect(html).toContain('older,Older people')
  })

  test('shows an organisation its own local measures, and nobody else', async () => {
    expect((await get('/measures', 'officer')).words).toContain('local: Ashire Council')
    expect((await get('/measures')).html).not.toMatch(/Own local measure|Secret service/)
    expect((await get('/measures.csv')).html).not.toContain('local-secret')
    for (const url of ['/measures/local-secret', '/authorities/SA/measures/local-secret']) {
      expect((await get(url)).status).toBe(404)
      expect((await get(url, 'officer')).status).toBe(200)
    }
    const beside = await get('/compare?authority=SA&measure=local-secret&service=Secret+service')
    expect(beside.words).toContain('There is no measure local-secret, or it is not for you to see.')
    expect(beside.html).not.toContain('Own local measure')
  })
})

describe('the page of a measure', () => {
  test('says the median, the middle half, the range, and who is missing and why', async () => {
    const { words } = await get('/measures/paid?period=2022-23')
    expect(words).toContain('70.3% is the median for 2022-23 of all authorities.')
    expect((await get('/measures/paid')).words).toMatch(/7 of 8 authorities have a figure; 1 has none\. .*Suppressed \(1\) B-shire/)
  })

  test('lists authorities in alphabetical order whatever their rank, with position words and change', async () => {
    const { words } = await get('/measures/paid?period=2022-23')
    const names = [...words.matchAll(/([A-H])-shire (?=\d)/g)].map((match) => match[1])
    expect(names.join('')).toBe('ABCDEFGH')
    expect(words).toMatch(/A-shire 71\.5% revised in the middle half, .* side worse by 16\.5 percentage points since 2021-22/)
    expect(words).toMatch(/H-shire 54\.0% in the lowest quarter better by 1\.0 percentage points since 2021-22/)
  })

  test('points one authority out, and keeps everything chosen in the links and the downloads', async () => {
    const { html, words } = await get('/measures/paid?period=2021-22&authority=SC&group=nation%3Ascotland')
    expect(words).toContain('C-shire has 78.0%: in the middle half, better side.')
    expect(html).toContain('href="/authorities/SC/measures/paid?period=2021-22"')
    expect(html).toContain('/measures/paid/comparison.csv?period=2021-22&amp;group=nation%3Ascotland&amp;authority=SC')
    expect(html).toMatch(/<option value="2021-22" selected>/)
  })

  test('says that nearest to a set value is best, that a measure has no better direction, and that too few have a figure', async () => {
    expect((await get('/measures/posts')).words).toMatch(/Nearest to 100\.0% is best\..* E-shire 99\.0% in the (best quarter|middle half, better side)/)
    const context = (await get('/measures/older')).words
    expect(context).toContain('A-shire 27.0% not compared: no better direction')
    expect(context).toContain('so nothing is ranked')
    expect((await get('/measures/few')).words).toContain('A-shire 24.0% too few to compare (5 have a figure)')
  })

  test('draws its group as a map on which every hexagon is a link that says value, period and position', async () => {
    const { html, words } = await get('/measures/paid?period=2022-23&authority=SC&as-known-at=2024-12-31')
    expect(html).toContain('<a href="/authorities/SH/measures/paid?period=2022-23&amp;as-known-at=2024-12-31"><title>H-shire: 54.0%, 2022-23, in the lowest quarter</title>')
    expect(words).toMatch(/Skip the map of 7 authorities in the best quarter in the middle half, better side in the middle half, worse side in the lowest quarter One hexagon/)
    expect(words).toContain('C-shire has a thick outline. Layout: Layout seven, Test (OGL). Without a hexagon in this layout, and in the table only (1): D-shire.')
    const absent = await get('/measures/paid?period=2023-24')
    expect(absent.html).toContain('<title>B-shire: 2023-24, no figure: suppressed</title>')
    expect(absent.words).toContain('Skip the map of 7 authorities a figure; too few to compare no figure One hexagon')
  })

  test('shades its map by figure alone where no direction is better, and draws none where most have no hexagon', async () => {
    const { html, words } = await get('/measures/older')
    expect(words).toContain('Skip the map of 7 authorities 20.0% to 21.8% above 21.8% to 23.5% above 23.5% to 25.3% above 25.3% to 27.0% One hexagon')
    expect(html).toContain('<title>A-shire: 27.0%, 2023-24, not compared: no better direction</title>')
    expect(html).not.toMatch(/#map-(up|down)/)
    expect((await get('/measures/older?group=neighbours%3Aoflog&authority=SA')).words).toContain('Skip the map')
    await buildGroup(database.store, { type: 'family', source: 'test', slug: 'alone', title: 'Alone', members: [id.get('SD')!] })
    expect((await get('/measures/older?group=family%3Atest%2Falone')).words).not.toContain('Skip the map')
  })

  test('without figures says so and still says what is measured', async () => {
    const { status, words } = await get('/measures/empty')
    expect(status).toBe(200)
    expect(words).toContain('There are no figures for this measure yet.')
    expect(words).toContain('The first definition brought in here.')
  })

  test('escapes what files brought in, sends other codes to the one address, and answers unknown ones with 404', async () => {
    expect((await get('/measures/paid')).html).toContain('A &lt;b&gt;note&lt;/b&gt;.')
    expect((await get('/measures/PAID%201?period=2021-22')).location).toBe('/measures/paid?period=2021-22')
    expect((await get('/measures/nothing-such')).status).toBe(404)
    expect((await get('/measures/paid?period=1999-00')).status).toBe(422)
    expect((await get('/measures/paid?as-known-at=soon')).status).toBe(422)
  })

  test('without the authority whose neighbours they were, shows all authorities', async () => {
    expect((await get('/measures/paid?group=neighbours%3Aoflog')).words).toContain('2023-24: all authorities')
  })
})

describe('the page of one measure for one authority', () => {
  test('opens with the figure, where it stands and a statement to paste', async () => {
    const { words } = await get('/authorities/SA/measures/paid')
    expect(words).toContain('66.6% in 2023-24: too few to compare (7 have a figure).')
    expect(words).toContain('Compared within A-shire and its 7 nearest neighbours (as grouped by Test). Provisional.')
    expect(words).toMatch(/Invoices paid on time: 66\.6% in A-shire in 2023-24 \(provisional\)\. .* It was 71\.5% in 2022-23 \(worse by 4\.9 percentage points\)/)
  })

  test('marks what was revised and what it was until when, absent figures and breaks, each in words', async () => {
    const { words } = await get('/authorities/SA/measures/paid')
    expect(words).toMatch(/2022-23 71\.5% revised Revised once for 2022-23 was 89\.0% until 3 Mar 2024/)
    expect(words).toContain('Break in the series: Late invoices count since')
    const absent = await get('/authorities/SB/measures/paid?period=2023-24')
    expect(absent.words).toMatch(/2023-24 \(shown above\) suppressed no figure .* was 85\.0% until 1 Jun 2024/)
    expect(absent.words).toContain('no figure: suppressed in 2023-24.')
    expect((await get('/authorities/SB/measures/paid')).words).toContain('This is its latest figure. For 2023-24 it has none: suppressed.')
    expect((await get('/authorities/SA/measures/paid?period=2020-21')).words).toContain('It cannot be compared with figures before 2020-21: Late invoices count since.')
  })

  test('gives numerator, denominator, rank and median of each period, and where the figure came from', async () => {
    const { words } = await get('/authorities/SC/measures/paid?group=all')
    expect(words).toMatch(/2021-22 78\.0% published 780 1,000 3rd of 8 70\.5%/)
    expect(words).toMatch(/File test\.csv Read by the recipe test Brought in 1 Jan 2020 00:00 Import/)
    expect((await get('/authorities/SC/measures/paid?group=all', 'officer')).words).toContain('Brought in 1 Jan 2020 00:00 by test')
  })

  test('as known before the corrections shows the figures as they were, and says so in a banner', async () => {
    const { words } = await get('/authorities/SA/measures/paid?as-known-at=2024-03-02')
    expect(words).toContain('As known at the end of 2 Mar 2024.')
    expect(words).toContain('90.0% in 2023-24')
    expect(words).toMatch(/2022-23 89\.0% published/)
    expect(words).not.toMatch(/Revised once|provisional/)
    expect(words).toContain('Source: Test, as known at the end of 2 Mar 2024.')
  })

  test('claims no rank where no direction is better, and goes to the measure where there are no figures', async () => {
    const { words } = await get('/authorities/SA/measures/older')
    expect(words).toContain('Neither direction is better, so it is not ranked.')
    expect(words).toContain('not ranked')
    expect((await get('/authorities/SA/measures/empty')).location).toBe('/measures/empty')
    expect((await get('/authorities/XX/measures/paid')).status).toBe(404)
  })
})

describe('authorities side by side', () => {
  test('stand in alphabetical order with one period for all, and words within one group', async () => {
    const { words } = await get('/compare?authority=SH&authority=SA&measure=paid&measure=older')
    expect(words).toContain('A-shire and H-shire')
    expect(words).toContain('Each measure is shown for one period, the same for every authority')
    expect(words).toMatch(/Invoices paid on time % · 2023-24 66\.6% , A-shire, Invoices paid on time too few to compare \(7 have a figure\) provisional 55\.0%/)
    expect(words).toContain('not compared: no better direction')
  })

  test('are found by part of a name: one is added at once, several are offered, none says so', async () => {
    expect((await get('/compare?measure=paid&add-authority=b-shire')).location).toBe('/compare?authority=SB&measure=paid')
    const several = await get('/compare?authority=SA&add-authority=shire')
    expect(several.words).toContain('“shire” fits 7 authorities. Choose one:')
    expect(several.html).toContain('href="/compare?authority=SA&amp;authority=SB"')
    expect((await get('/compare?add-authority=atlantis')).words).toContain('No authority has “atlantis” in its name or code.')
    expect((await get('/compare?authority=SA&add-measure=invoices')).location).toBe('/compare?authority=SA&measure=paid')
  })

  test('within a group that one does not belong to, its figure is shown and not placed', async () => {
    const { words } = await get('/compare?authority=SA&authority=SH&measure=paid&group=family%3Atest%2Ffirst-four')
    expect(words).toMatch(/H-shire, Invoices paid on time not in this group/)
  })

  test('are downloaded as shown', async () => {
    const { html } = await get('/compare.csv?authority=SH&authority=SA&measure=paid&period=2021-22')
    expect(html.split('\r\n')[1]).toMatch(/^paid,Invoices paid on time,%,2021-22,kind:scottish-council,70\.5,8,SA,A-shire Council,88,,published,,in the best quarter,Test,OGL,false$/)
  })

  test('with nothing chosen say how to begin', async () => {
    expect((await get('/compare')).words).toContain('Choose authorities and measures above; the table appears here.')
  })
})

test('help on comparing, on position words and on how sure we are is listed and can be read', async () => {
  const { html } = await get('/help')
  for (const href of ['/help/comparing', '/help/position-words', '/help/how-sure']) {
    expect(html).toContain(`href="${href}"`)
    expect((await get(href)).status).toBe(200)
  }
})
