import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { newOrganisation, newPerson } from '#slices/people/builders.ts'
import { people } from '#slices/people/index.ts'
import { buildAuthorities } from '#slices/places/builders.ts'
import { places } from '#slices/places/index.ts'
import { indicators } from '../../index.ts'
import { askedServer, textOf, type Browsing } from '../asking.ts'

// A file nobody has a recipe for, brought in by saying what its columns mean.

let database: TestStore
let server: Awaited<ReturnType<typeof askedServer>>
let officer: Browsing
let elsewhere: Browsing
beforeAll(async () => {
  database = await embeddedStore()
  server = await askedServer(database, [people, places, indicators])
  const [northmere, southmere] = [await newOrganisation(server.house, { slug: 'northmere', name: 'Northmere' }), await newOrganisation(server.house, { slug: 'southmere', name: 'Southmere' })]
  officer = server.signIn(await newPerson(server.house, northmere, { name: 'Mara Fell', roles: ['performance-officer'] }))
  elsewhere = server.signIn(await newPerson(server.house, southmere, { roles: ['performance-officer'] }))
  await buildAuthorities(database.store, [
    { code: 'S90000001', known_name: 'Northmere' }, { code: 'S90000002', known_name: 'Southmere' }, { code: 'S90000003', known_name: 'Easter Ling' }, { code: 'S90000004', known_name: 'Wester Ling' },
  ])
})
afterAll(async () => {
  await server.app.close()
  await database.close()
})

const libraries = [
  'Visits to libraries,,,,', ',,,,', 'Council,Year,Visits,Remark,Region',
  'Northmere,2022-23,"18,300",,North', 'Southmere,2022-23,..,,South', 'Easter Ling,2022-23,700,,North', 'West Ling,2022-23,650,,North', 'Total,2022-23,"19,650",,',
  'Northmere,2023-24,"17,100",,North', 'Southmere,2023-24,"9,000",,South', 'Easter Ling,2023-24,690,,North', 'West Ling,2023-24,640,,North', 'Total,2023-24,"27,430",,',
].join('\n')

const about = { title: 'Visits to libraries', name: 'library-visits', publisher: 'Ling Libraries', source: 'https://ling.example', licence: 'OGL', unit: 'visits', unit_kind: 'count', polarity: 'none', decimals: '0' }

/** Uploads a file to be pointed at; gives the address of its steps. */
async function begun(browsing: Browsing, content: string | Buffer, name = 'library-visits.csv', recipe = 'by-columns'): Promise<string> {
  const answer = await browsing.upload('/imports/new', { whose: 'national', recipe, recipe_text: '' }, { name, content })
  expect(answer.headers.location, textOf(answer)).toMatch(/\/guide\/found$/)
  return String(answer.headers.location).replace(/\/found$/, '')
}

describe('a guided import', () => {
  test('goes from the file to the report by its steps, and leaves a recipe that brings in the next edition', async () => {
    const guide = await begun(officer, libraries)
    const found = textOf(await officer.get(`${guide}/found`))
    expect(found).toContain('Header on line 3, 5 columns, 10 rows below it.')
    expect(found).toContain('Visits to libraries')

    const afterFound = await officer.post(`${guide}/found`, { encoding: '', delimiter: '', header: '', sheet: '', path: '', do: 'next' })
    expect(afterFound.headers.location).toBe(`${guide}/columns`)
    const columns = textOf(await officer.get(`${guide}/columns`))
    expect(columns).toMatch(/Council Northmere Southmere Easter Ling/)
    expect(columns).toContain('Most of its cells are names of authorities in the register.')
    expect(columns).toMatch(/“\.\.” in 1 cell means/)

    expect((await officer.post(`${guide}/columns`, { do: 'next' })).headers.location).toBe(`${guide}/measures`)
    const refused = await officer.post(`${guide}/measures`, { ...about, publisher: '', decimals: '9' })
    expect(refused.statusCode).toBe(422)
    expect(textOf(refused)).toContain('Say who published the file')
    expect(refused.body).toContain('value="https://ling.example"')
    expect((await officer.post(`${guide}/measures`, about)).headers.location).toBe(`${guide}/names`)

    expect(textOf(await officer.get(`${guide}/names`))).toContain('“West Ling”, on 2 rows, the first on line 7, means')
    const unanswered = await officer.post(`${guide}/names`, {})
    expect([unanswered.statusCode, textOf(unanswered).includes('Say whom “West Ling” means')]).toEqual([422, true])
    const preview = await officer.follow(await officer.post(`${guide}/names`, { 'means-0': 'S90000004' }))
    expect(textOf(preview)).toContain('8 figures would be new')
    expect(textOf(preview)).toContain('Import 8 figures')
    expect(await database.raw.rows('select 1 from indicators.observation')).toEqual([])

    const recipe = JSON.parse((await officer.get(`${guide}/recipe.json`)).body) as { recipe: string }
    expect(recipe).toMatchObject({ recipe: 'library-visits', authority: { column: 'Council', by: 'name' }, missing: { '..': 'not-available' }, leave_out: [{ because: 'totals' }] })
    const done = await officer.post(`${guide.replace(/\/guide$/, '')}/import`, { keep: 'yes' })
    expect(done.headers.location).toMatch(/^\/imports\/\d+$/)
    expect(textOf(await officer.follow(done))).toContain('8 figures were new')

    const next = await officer.upload('/imports/new', { whose: 'national', recipe: 'northmere/library-visits', recipe_text: '' }, { name: 'library-visits-2025.csv', content: libraries.replaceAll('2023-24', '2024-25') })
    expect(textOf(await officer.follow(next))).toContain('4 figures would be new')
  })

  test('keeps what was said, asks for what nobody can know, and takes back what was wrongly guessed', async () => {
    const guide = await begun(officer, 'Council,Visits\nNorthmere,12\nSouthmere,pending\nEaster Ling,7\nWester Ling,9\n', 'visits.csv', 'by-pointing')
    const open = await officer.post(`${guide}/columns`, { do: 'next', 'period-fixed': 'last year' })
    expect(open.statusCode).toBe(422)
    expect(textOf(open)).toContain('"last year" cannot be read as a period')
    expect(open.body).toContain('value="last year"')
    const asked = textOf(await officer.post(`${guide}/columns`, { do: 'next' }))
    expect(asked).toContain('Say for when the figures are')
    expect(asked).toContain('Say what these mean where a number should stand: “pending”')
    expect((await officer.post(`${guide}/columns`, { do: 'next', 'period-fixed': '2023-24', 'marker-0': 'not-available' })).headers.location).toBe(`${guide}/measures`)
    const twice = await officer.post(`${guide}/columns`, { do: 'next', 'role-1': 'authority-name' })
    expect(textOf(twice)).toContain('“Council” and “Visits” are both said to be “Authority: its name”. Only one can be')
    expect((await officer.get(`${guide}/columns`)).body).toContain('value="2023-24"')
    expect(textOf(await officer.get(guide))).toContain('What the columns mean')
  })

  test('reads a file anew when told how, and says when that cannot be', async () => {
    const guide = await begun(officer, Buffer.from('Council;Year;Café visits\nNorthmere;2023-24;5\nSouthmere;2023-24;6\n', 'latin1'), 'cafes.csv')
    expect(textOf(await officer.get(`${guide}/found`))).toMatch(/WINDOWS-1252.*parted by semicolons.*Café visits/)
    expect((await officer.post(`${guide}/found`, { encoding: 'utf-8', delimiter: '', header: '', sheet: '', path: '' })).statusCode).toBe(422)
    const strange = await officer.post(`${guide}/found`, { encoding: '', delimiter: '', header: '40', sheet: '', path: '' })
    expect([strange.statusCode, textOf(strange).includes('No row of the file begins on line 40')]).toEqual([422, true])
  })

  test('shows hundreds of columns together where they are alike, and one by one where asked', async () => {
    const lines = Array.from({ length: 120 }, (_, place) => `Service ${place + 1} cost`)
    const rows = ['Northmere', 'Southmere', 'Easter Ling'].map((name, row) => [name, ...lines.map((_, place) => String((row + 1) * 100 + place))].join(','))
    const guide = await begun(officer, [['Council', ...lines].join(','), ...rows].join('\n'), 'costs-2023-24.csv')
    const page = await officer.get(`${guide}/columns`)
    expect(textOf(page)).toContain('120 columns alike')
    expect(page.body.match(/<select/g)?.length).toBeLessThan(8)
    const narrowed = await officer.get(`${guide}/columns?role=value-of-measure&find=cost&page=2`)
    expect(textOf(narrowed)).toContain('120 columns')
    expect(narrowed.body).toContain('Service 26 cost')
    await officer.post(`${guide}/columns?role=value-of-measure&page=2`, { 'role-26': 'ignore', do: 'stay' })
    expect(textOf(await officer.get(`${guide}/columns`))).toContain('119 columns alike')
    expect((await officer.post(`${guide}/columns`, { do: 'next' })).headers.location).toBe(`${guide}/measures`)
    await officer.post(`${guide}/measures`, { ...about, name: 'service-costs' })
    expect(textOf(await officer.follow(await officer.post(`${guide}/names`, {})))).toContain('357 figures would be new')
  })

  test('is nobody else’s, at any of its addresses', async () => {
    const guide = await begun(officer, libraries, 'again.csv', 'by-pointing')
    for (const part of ['', '/found', '/columns', '/measures', '/names', '/recipe.json']) {
      expect((await elsewhere.get(guide + part)).statusCode, part).toBe(404)
      if (part !== '/recipe.json') expect((await elsewhere.post(guide + part, { do: 'next' })).statusCode, part).toBe(404)
    }
  })
})
