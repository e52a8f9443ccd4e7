import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { newOrganisation, newPerson } from '#slices/people/builders.ts'
import { people } from '#slices/people/index.ts'
import { buildAuthorities } from '#slices/places/builders.ts'
import { places } from '#slices/places/index.ts'
import { indicators } from '../index.ts'
import { askedServer, textOf, type Browsing } from './asking.ts'

// The pages of imports and recipes through the real server, with files as people upload them.

let database: TestStore
let server: Awaited<ReturnType<typeof askedServer>>
let officer: Browsing
let reader: Browsing
let elsewhere: Browsing
let stranger: Browsing
beforeAll(async () => {
  database = await embeddedStore()
  server = await askedServer(database, [people, places, indicators])
  const [northmere, southmere] = [await newOrganisation(server.house, { slug: 'northmere', name: 'Northmere' }), await newOrganisation(server.house, { slug: 'southmere', name: 'Southmere' })]
  officer = server.signIn(await newPerson(server.house, northmere, { name: 'Mara Fell', roles: ['performance-officer'] }))
  reader = server.signIn(await newPerson(server.house, northmere, { roles: ['reader'] }))
  elsewhere = server.signIn(await newPerson(server.house, southmere, { roles: ['performance-officer', 'administrator'] }))
  stranger = server.stranger()
  await buildAuthorities(database.store, [
    { code: 'S90000001', known_name: 'Northmere' }, { code: 'S90000002', known_name: 'Southmere' }, { code: 'S90000003', known_name: 'Easter Ling' },
  ])
})
afterAll(async () => {
  await server.app.close()
  await database.close()
})

const recipe = {
  recipe: 'bins', title: 'Bins emptied on time', about: 'What the depot sends.', publisher: 'Depot', source: 'https://depot.example/bins', licence: 'OGL', produces: 'observations',
  leave_out: [{ where: { column: 'council', is: 'Total' }, because: 'the line of totals' }],
  authority: { column: 'council', by: 'name' }, period: { column: 'year', kind: 'financial-year' }, measure: { code: { fixed: 'bins-on-time' } },
  values: [{ value: 'on_time', numerator: 'emptied', denominator: 'due' }], missing: { '*': 'suppressed' },
  measures: {
    title: { fixed: 'Bins emptied on time' }, unit: { fixed: '%' }, unit_kind: { fixed: 'percentage' }, suffix: { fixed: '%' }, polarity: { fixed: 'higher' },
    numerator_multiplier: { fixed: '100' },
  },
}
const own = { whose: 'national', recipe: 'own', recipe_text: JSON.stringify(recipe) }
const file = (content: string, name = 'bins.csv') => ({ name, content: `council,year,on_time,emptied,due\n${content}` })
const first = file('Northmere,2022-23,91.5,915,1000\nSouthmere,2022-23,88,800,1000\nEaster Ling,2022-23,*,,\nTotal,2022-23,90,,\n')

/** Uploads and gives the address of the page that follows. */
async function uploaded(browsing: Browsing, fields: Record<string, string>, sent: { name: string; content: string | Buffer }): Promise<string> {
  const answer = await browsing.upload('/imports/new', fields, sent)
  expect(answer.statusCode, textOf(answer)).toBe(303)
  return String(answer.headers.location)
}

/** Uploads and presses the last button; gives the address of the import. */
async function imported(browsing: Browsing, fields: Record<string, string>, sent: { name: string; content: string | Buffer }): Promise<string> {
  const address = await uploaded(browsing, fields, sent)
  const answer = await browsing.post(`${address}/import`, {})
  expect(answer.headers.location, textOf(answer)).toMatch(/^\/imports\/\d+$/)
  return String(answer.headers.location)
}

describe('before the first import', () => {
  test('the list teaches what an import is, and offers one only to those who may make it', async () => {
    expect(textOf(await stranger.get('/imports'))).toContain('No figures have been imported yet.')
    expect((await stranger.get('/imports')).body).not.toContain('Import a file')
    expect((await reader.get('/imports')).body).not.toContain('href="/imports/new"')
    expect((await officer.get('/imports')).body).toContain('href="/imports/new"')
  })

  test('the form is for those who may import', async () => {
    expect((await stranger.get('/imports/new')).headers.location).toBe('/sign-in?next=%2Fimports%2Fnew')
    expect((await reader.get('/imports/new')).statusCode).toBe(403)
    expect((await officer.get('/imports/new')).statusCode).toBe(200)
  })
})

describe('the upload form', () => {
  test('refused, it keeps what was chosen and typed and links each fault to its field', async () => {
    const answer = await officer.upload('/imports/new', { whose: '', recipe: 'own', recipe_text: '{"recipe": "Bins!"}' }, null)
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain('<title>Error: Import a file')
    expect(answer.body).toMatch(/href="#whose"\s*>Choose whose figures these are/)
    expect(answer.body).toMatch(/href="#file"\s*>Choose the file to import/)
    expect(answer.body).toContain('{&quot;recipe&quot;: &quot;Bins!&quot;}')
  })

  test('a recipe of one’s own that cannot be followed is refused fault by fault, and the file is asked for again', async () => {
    const answer = await officer.upload('/imports/new', { ...own, recipe_text: JSON.stringify({ ...recipe, title: undefined, period: {} }) }, first)
    expect(answer.statusCode).toBe(422)
    expect(textOf(answer)).toMatch(/title: .*period/s)
    expect(textOf(answer)).toContain('choose the file again')
  })

  test.each([
    ['an empty file', { whose: 'national', recipe: 'by-columns' }, { name: 'x.csv', content: '' }, 'x.csv is empty'],
    ['figures of another organisation', { whose: 'of-southmere', recipe: 'by-columns' }, first, 'Choose whose figures these are'],
    ['a recipe that is not there', { whose: 'national', recipe: 'nobody-knows' }, first, 'Choose a recipe from the list'],
    ['a register as local figures', { whose: 'of-northmere', recipe: 'uk-authority-register' }, first, 'the same for everyone'],
  ])('refuses %s in a sentence', async (_what, fields, sent, sentence) => {
    const answer = await officer.upload('/imports/new', fields, sent)
    expect([answer.statusCode, textOf(answer)]).toEqual([422, expect.stringContaining(sentence)])
  })

  test('a file no recipe expects is shown for its columns to be pointed at, and another recipe can be chosen for it', async () => {
    const guided = await uploaded(officer, { whose: 'national', recipe: 'by-columns' }, first)
    expect(guided).toMatch(/\/guide\/found$/)
    const address = guided.replace('/guide/found', '')
    expect(textOf(await officer.get(address))).toContain('No recipe expects columns like those of this file')
    const answer = await officer.post(`${address}/recipe`, own)
    const checked = await officer.follow(answer)
    expect(textOf(checked)).toContain('3 figures would be new')
    expect(checked.body, 'the recipe can be corrected where it was typed').toContain('&quot;Bins emptied on time&quot;')
  })
})

describe('a dry run', () => {
  test('says what would happen, shows the first rows as they would become, and saves nothing', async () => {
    const address = await uploaded(officer, own, first)
    const page = textOf(await officer.get(address))
    expect(page).toContain('3 figures would be new, 0 would replace earlier ones, 0 are the same, 1 has no value. Nothing has been saved yet.')
    expect(page).toContain('Import 3 figures')
    expect(page).toContain('1 row left out Because: the line of totals.')
    expect(page).toContain('The value is not numerator ÷ denominator: 1')
    expect(page).toMatch(/2 bins-on-time Northmere 2022-23 91.5 915 1000 published/)
    expect(page).toContain('no figure suppressed')
    expect(textOf(await stranger.get('/imports'))).toContain('No figures have been imported yet.')
    const csv = await officer.get(`${address}/warnings.csv`)
    expect(csv.body).toMatch(/^\ufeffcheck,line,column,seen,expected,message\r\nvalue-disagrees,3,on_time,88,80,/)
  })

  test('of a file that cannot be read names line, column, what stands there and what was expected, and offers no import', async () => {
    const address = await uploaded(officer, own, file('Northmere,2022-23,ninety,915,1000\nSouthmere,20-21-22,88,800,1000\n'))
    const answer = await officer.get(address)
    const page = textOf(answer)
    expect(page).toContain('This file cannot be imported as it is: 2 places in it cannot be read')
    expect(page).toMatch(/line 2 on_time ninety/)
    expect(page).not.toMatch(/Import \d/)
    const csv = (await officer.get(`${address}/refusals.csv`)).body
    expect(csv.split('\r\n')[1]).toMatch(/^2,on_time,ninety,/)
    expect((await officer.post(`${address}/import`, {})).headers.location).toBe(address)
    expect(textOf(await officer.get('/imports'))).toContain('No figures have been imported yet.')
  })

  test('a name nobody can be sure of is confirmed by a person, remembered with the trail, and the file read again', async () => {
    const address = await uploaded(officer, own, file('Northmere,2022-23,91.5,915,1000\nEastern Ling,2022-23,70,700,1000\n'))
    const page = await officer.get(address)
    expect(textOf(page)).toContain('“Eastern Ling” on line 3 means')
    expect(page.body).toContain('value="S90000003"')
    const nobody = await officer.post(`${address}/names`, { name: 'Eastern Ling', authority: 'other', code: 'S99' })
    expect([nobody.statusCode, textOf(nobody)]).toEqual([422, expect.stringContaining('There is no authority with the code S99')])
    expect((await officer.post(`${address}/names`, { name: 'Eastern Ling', code: '' })).statusCode).toBe(422)
    const answer = await officer.post(`${address}/names`, { name: 'Eastern Ling', authority: 'S90000003', code: '' })
    expect(textOf(await officer.follow(answer))).toContain('2 figures would be new')
    const [entry] = await database.raw.rows<{ says: string }>(`select says from kernel.trail where action = 'places.confirm-name'`)
    expect(entry?.says).toBe('confirmed that “Eastern Ling” means Easter Ling Council (S90000003)')
  })

  test('is kept for a day, for its own person only', async () => {
    const address = await uploaded(officer, own, first)
    for (const other of [elsewhere, reader, stranger]) {
      expect([403, 404, 303]).toContain((await other.get(address)).statusCode)
      expect((await other.get(`${address}/warnings.csv`)).body).not.toContain('value-disagrees')
    }
    expect((await elsewhere.get(address)).statusCode).toBe(404)
    expect((await elsewhere.post(`${address}/import`, {})).statusCode).toBe(404)
    expect((await elsewhere.post(`${address}/drop`, {})).statusCode).toBe(404)
    expect((await officer.get(address)).statusCode).toBe(200)
    server.later(25 * 60 * 60 * 1000)
    expect((await officer.get(address)).statusCode).toBe(404)
    await uploaded(officer, own, first)
    const kept = await database.raw.rows(`select id from indicators.upload`)
    const parts = await database.raw.rows(`select upload from indicators.upload_part`)
    expect([kept.length, parts.length]).toEqual([1, 1])
  })
})

describe('an import', () => {
  let address: string
  test('by the last button is reported in the past tense to everyone, with the names of officers for those who sign in', async () => {
    address = await imported(officer, own, first)
    const page = textOf(await officer.get(address))
    expect(page).toContain('3 figures were new, 0 replaced earlier ones, 0 were the same, 1 has no value.')
    expect(page).toContain('By Mara Fell')
    expect(page).toMatch(/SHA-256 [0-9a-f]{64}/)
    expect(page).toMatch(/Bins emptied on time Northmere 2022-23 not known 91.5%/)
    const open = textOf(await stranger.get(address))
    expect(open).toContain('3 figures were new')
    expect(open).not.toContain('Mara Fell')
    expect(textOf(await stranger.get('/imports'))).toContain('bins.csv')
    expect((await stranger.get(`${address}/warnings.csv`)).body).toContain('value-disagrees,3,on_time,88,80,')
  })

  test('the same file again changes nothing and says so', async () => {
    const page = textOf(await officer.get(await uploaded(officer, own, first)))
    expect(page).toContain('Importing this file would change nothing')
    expect(page).not.toMatch(/Import \d/)
  })

  test('of a later edition lists what was, what is now and the difference', async () => {
    const second = await imported(officer, own, file('Northmere,2022-23,93,930,1000\nSouthmere,2022-23,80,800,1000\nEaster Ling,2022-23,77,770,1000\n', 'bins-again.csv'))
    const page = textOf(await officer.get(second))
    expect(page).toContain('0 figures were new, 3 replaced earlier ones')
    expect(page).toMatch(/Northmere 2022-23 91.5% 93.0% \+1.5 percentage points/)
    expect(page).toMatch(/Easter Ling 2022-23 no figure: suppressed 77.0%/)
    const csv = (await stranger.get(`${second}/changes.csv`)).body
    expect(csv).toContain('bins-on-time,Bins emptied on time,S90000001,Northmere,2022-23,91.5,,93,,1.5,false,2')
    expect((await stranger.get('/imports/4711')).statusCode).toBe(404)
  })

  test('made while a dry run is open makes that one ask to be checked again', async () => {
    const waiting = await uploaded(officer, own, file('Northmere,2021-22,90,900,1000\n'))
    await imported(officer, own, file('Southmere,2021-22,90,900,1000\n'))
    const page = textOf(await officer.get(waiting))
    expect(page).toContain('Something was imported or withdrawn since this file was checked')
    expect((await officer.post(`${waiting}/import`, {})).headers.location).toBe(waiting)
    await officer.post(`${waiting}/try`, {})
    expect(textOf(await officer.get(waiting))).toContain('Import 1 figure')
  })

  test('is withdrawn for a reason, after saying what returns', async () => {
    const [latest] = await database.raw.rows<{ id: number }>(`select id from indicators.import where file_name = 'bins-again.csv'`)
    const second = `/imports/${latest?.id}`
    expect((await stranger.get(`${second}/withdraw`)).statusCode).toBe(303)
    expect((await reader.get(`${second}/withdraw`)).statusCode).toBe(403)
    expect((await elsewhere.post(`${second}/withdraw`, { why: 'It is not ours.' })).statusCode).toBe(403)
    const page = textOf(await officer.get(`${second}/withdraw`))
    expect(page).toContain('3 of its figures are shown at present')
    expect(page).toContain('For 3 of them the earlier figure returns.')
    expect((await officer.post(`${second}/withdraw`, { why: ' ' })).body).toMatch(/href="#why"\s*>Say why the import is withdrawn/)
    const done = await officer.follow(await officer.post(`${second}/withdraw`, { why: 'The depot sent the wrong week.' }))
    expect(textOf(done)).toMatch(/This import was withdrawn on .* by Mara Fell. The reason: The depot sent the wrong week./)
    expect((await officer.post(`${second}/withdraw`, { why: 'again' })).statusCode).toBe(409)
    expect(textOf(await stranger.get('/imports'))).toContain('withdrawn')
  })

  test('of local figures exists for its organisation only, readers included', async () => {
    const local = await imported(officer, { ...own, whose: 'of-northmere', recipe_text: JSON.stringify({ ...recipe, measure: { code: { fixed: 'local-bins' } } }) }, first)
    expect(textOf(await reader.get(local))).toContain('Local figures of Northmere')
    expect((await reader.get(`${local}/withdraw`)).statusCode).toBe(403)
    for (const other of [elsewhere, stranger]) {
      for (const path of [local, `${local}/warnings.csv`, `${local}/changes.csv`, `/api/v1${local}`]) expect((await other.get(path)).statusCode).toBe(404)
      expect((await other.get('/imports')).body).not.toContain(`href="${local}"`)
      const list = (await other.get('/api/v1/imports')).json<{ items: { id: number }[] }>()
      expect(list.items.map(({ id }) => `/imports/${id}`)).not.toContain(local)
    }
    expect((await elsewhere.post(`${local}/withdraw`, { why: 'spite' })).statusCode).toBe(404)
  })
})

describe('recipes', () => {
  test('are described in words and as JSON, for everyone', async () => {
    const list = textOf(await stranger.get('/recipes'))
    expect(list).toContain('LGBF yearly figures in real terms')
    const page = textOf(await stranger.get('/recipes/lgbf-real-annual'))
    expect(page).toContain('Rows where “LocalAuthority” is blank: rows without a council, at the end of the table.')
    expect(page).toContain('The value is “LA_IndicatorReal”, with numerator “LA_Numerator_real” and denominator “LA_Den_Real”.')
    expect((await stranger.get('/recipes/nothing-like-it')).statusCode).toBe(404)
    expect((await stranger.get('/recipes/schema.json')).json()).toHaveProperty('title')
  })

  test('every ready one has its page', async () => {
    const names = (await stranger.get('/api/v1/recipes')).json<{ items: { name: string }[] }>().items.map(({ name }) => name)
    expect(names.length).toBeGreaterThan(25)
    for (const name of names) expect((await stranger.get(`/recipes/${name}`)).statusCode, name).toBe(200)
  })

  test('of one’s own are checked in plain words by field, saved, used, and exist for the organisation only', async () => {
    const wrong = await officer.post('/recipes/new', { text: JSON.stringify({ ...recipe, values: [] }), organisation: 'northmere', do: 'check' })
    expect([wrong.statusCode, textOf(wrong)]).toEqual([422, expect.stringContaining('values: ')])
    const taken = await officer.post('/recipes/new', { text: JSON.stringify({ ...recipe, recipe: 'lgbf-families' }), organisation: 'northmere', do: 'save' })
    expect([taken.statusCode, textOf(taken)]).toEqual([422, expect.stringContaining('lgbf-families is a ready one')])
    const right = await officer.post('/recipes/new', { text: JSON.stringify(recipe), organisation: 'northmere', do: 'check' })
    expect(textOf(right)).toContain('Nothing is wrong with “Bins emptied on time”')
    const saved = await officer.post('/recipes/new', { text: JSON.stringify(recipe), organisation: 'northmere', do: 'save' })
    expect(saved.headers.location).toBe('/recipes/bins?organisation=northmere')
    expect(textOf(await reader.follow(saved))).toContain('Saved by Northmere')
    for (const other of [elsewhere, stranger]) {
      expect((await other.get('/recipes/bins?organisation=northmere')).statusCode).toBe(404)
      expect((await other.get('/recipes/bins')).statusCode).toBe(404)
      expect((await other.get('/api/v1/recipes/bins')).statusCode).toBe(404)
      expect((await other.get('/recipes')).body).not.toContain('Bins emptied on time')
    }
    const found = await uploaded(officer, { whose: 'national', recipe: 'by-columns' }, file('Northmere,2019-20,91,910,1000\n'))
    expect(textOf(await officer.get(found))).toContain('Bins emptied on time (bins)')
  })
})

describe('programs', () => {
  test('are told of imports page by page and of one with its recipe', async () => {
    const one = (await stranger.get('/api/v1/imports?limit=1')).json<{ items: { id: number; made_by: string; counts: object }[]; next: string }>()
    expect(one.items).toMatchObject([{ made_by: 'an officer who signed in', produces: 'observations', recipe: 'bins', counts: { refused: 0 } }])
    const two = (await stranger.get(one.next)).json<{ items: { id: number }[] }>()
    expect(two.items[0]?.id).toBeLessThan(one.items[0]?.id ?? 0)
    expect((await officer.get(`/api/v1/imports/${one.items[0]?.id}`)).json()).toMatchObject({ made_by: 'Mara Fell', recipe_used: { recipe: 'bins' } })
    expect((await stranger.get('/api/v1/imports.csv')).body).toContain('bins.csv')
    expect((await stranger.get('/api/v1/recipes/lgbf-families')).json()).toMatchObject({ name: 'lgbf-families', organisation: null })
  })
})

test.each(['/help/importing', '/help/import-warnings', '/help/withdrawing'])('help at %s is there', async (address) => {
  expect((await stranger.get(address)).statusCode).toBe(200)
  expect((await stranger.get('/help')).body).toContain(`href="${address}"`)
})
