import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { createServer } from '#kernel/web/server.ts'
import { newOrganisation, newPerson } from '#slices/people/builders.ts'
import { overview } from './index.ts'
import { spanInWords } from './pages.ts'

let database: TestStore
let house: House
let app: FastifyInstance
let actor: Actor = { kind: 'public' }

beforeAll(async () => {
  database = await embeddedStore()
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!' })
  house = completeHouse({ store: database.store, config, log: pino({ level: 'silent' }), now: () => new Date('2026-11-21T12:00:00Z') })
  app = await createServer(house, { slices: [overview], identify: () => Promise.resolve(actor) })
})
afterAll(async () => {
  await app.close()
  await database.close()
})

/** The text of a page's main part, as one line, with the addresses of its links in brackets. */
async function read(path: string, as: Actor = { kind: 'public' }, status = 200): Promise<string> {
  actor = as
  const answer = await app.inject(path)
  expect(answer.statusCode).toBe(status)
  const main = /<main[^>]*>(.*)<\/main>/s.exec(answer.body)?.[1] ?? ''
  return main
    .replace(/<a [^>]*href="([^"]*)"[^>]*>/g, '[$1] ').replace(/<[^>]+>/g, ' ').replaceAll('&amp;', '&').replace(/\s+/g, ' ').trim()
}

test('a new installation says that there are no figures yet and how they come', async () => {
  const home = await read('/')
  expect(home).toContain('All 0 authorities')
  expect(home).toContain('No figures yet.')
  expect(await read('/authorities')).toContain('No authorities in being now.')
})

describe('with some authorities and a measure', () => {
  let own: Actor
  let other: Actor
  beforeAll(async () => {
    const owner = await newOrganisation(house, { slug: 'oldmere', name: 'Oldmere Council', authority: 'X1' })
    own = await newPerson(house, owner)
    other = await newPerson(house, await newOrganisation(house))
    await database.raw.rows(`insert into places.authority_kind values ('borough', 'Borough', 'Boroughs', 'single'), ('county', 'County', 'Counties', 'upper')`)
    await database.raw.rows(`insert into places.authority (code, name, known_name, kind, nation, region, region_name, starts, ends, source) values
      ('X1', 'Oldmere Council', 'Oldmere', 'borough', 'aldermark', 'north-vale', 'North Vale', '1974-04-01', null, 'test'),
      ('X2', 'Newmere & Lea Council', 'Newmere & Lea', 'borough', 'aldermark', 'southlea', 'Southlea', '2020-04-01', null, 'test'),
      ('X3', 'Lea County Council', 'Lea', 'county', 'northern-islands', null, null, null, '2020-03-31', 'test')`)
    await database.raw.rows(`insert into places.authority_key select id, 'ecode', 'E9001' from places.authority where code = 'X3'`)
    await database.raw.rows(`insert into places.succession select p.id, n.id, '2020-04-01' from places.authority p, places.authority n where p.code = 'X3' and n.code = 'X2'`)
    await database.raw.rows(`insert into indicators.period (kind, label, starts, ends) values ('financial-year', '2023-24', '2023-04-01', '2024-03-31')`)
    for (const [code, title, organisation] of [['recycling', 'Household waste recycled', null], ['own-waste', 'Waste left out by us', owner.id]] as const) {
      await database.raw.rows(`with new as (insert into indicators.measure (code, organisation, audience) values ('${code}', ${organisation}, '${organisation ? 'organisation' : 'public'}') returning *),
        version as (insert into indicators.measure_version (measure, version, title, unit, unit_kind, polarity, publisher, service, explanation, organisation, audience)
          select id, 1, '${title}', '%', 'percentage', 'higher', 'A publisher', 'Waste', 'Share of what people throw away.', organisation, audience from new),
        file as (insert into indicators.import (organisation, audience, produces, recipe_name, recipe, file_name, bytes, sha256, made_by, known_from, counts)
          select organisation, audience, 'observations', 'test', '{}', '${code}.csv', 1, 'x', 'test', '2026-10-0${organisation ? 2 : 1}', '{}' from new returning id),
        alias as (insert into indicators.measure_alias (measure, alias, normal, organisation, audience) select id, 'BV 82a ${code}', 'bv82a${code.replaceAll('-', '')}', organisation, audience from new)
        insert into indicators.observation (measure, period, authority, organisation, audience, known_from, value, import)
          select new.id, p.id, a.id, new.organisation, new.audience, '2026-10-01', 40, file.id from new, file, indicators.period p, places.authority a where a.code = 'X1'`)
    }
  })

  test('home names the files that came in last, with what they are about', async () => {
    const home = await read('/')
    expect(home).toContain('1 Oct 2026 1 figure for 1 measure, from the file recycling.csv [/measures/recycling] Household waste recycled')
    expect(home).toContain('All 2 authorities')
    expect(home).not.toContain('own-waste')
  })

  test('home leads somebody signed in to their own authority, and to nothing that does not exist', async () => {
    const home = await read('/', own)
    expect(home).toContain('Your organisation Oldmere Council [/authorities/X1] How we compare')
    expect(home).toContain('own-waste.csv')
    expect(await read('/', other)).toContain('so it has no profile')
  })

  test.each([
    ['', ['Newmere & Lea Council', 'Oldmere Council']],
    ['?being=ended', ['Lea County Council']],
    ['?being=all', ['Lea County Council', 'Newmere & Lea Council', 'Oldmere Council']],
    ['?name=mere&kind=&nation=', ['Newmere & Lea Council', 'Oldmere Council']],
    ['?being=all&name=e9001', ['Lea County Council']],
    ['?region=southlea', ['Newmere & Lea Council']],
    ['?being=all&kind=county', ['Lea County Council']],
    ['?being=all&nation=northern-islands', ['Lea County Council']],
    ['?name=100%25', []],
  ])('the list of authorities%s holds who answers to it, by name', async (query, names) => {
    actor = { kind: 'public' }
    const { body } = await app.inject(`/authorities${query}`)
    expect([...body.matchAll(/rowheader"><a[^>]*>([^<]*)</g)].map((match) => match[1]!.replace('&amp;', '&'))).toEqual(names)
  })

  test('an ended authority names who took over', async () => {
    expect(await read('/authorities?being=ended')).toContain('until 2020: now [/authorities/X2] Newmere & Lea')
  })

  test('a choice that does not exist is refused, not ignored', async () => {
    expect(await read('/authorities?being=soon', undefined, 422)).toContain('Use now, ended or all')
  })

  test('search finds authorities and measures by name, word and code', async () => {
    expect(await read('/search?q=lea')).toContain('2 authorities found for “lea”')
    expect(await read('/search?q=E9001')).toContain('[/authorities/X3] Lea County Council County · ended 31 Mar 2020')
    const waste = await read('/search?q=waste+throw')
    expect(waste).toContain('1 measure found')
    expect(waste).toContain('[/measures/recycling] Household waste recycled Waste · % · A publisher')
    expect(await read('/search?q=bv82a-recycling')).toContain('[/measures/recycling]')
    expect(await read('/search?q=%25')).toContain('Nothing found for “%”.')
    expect(await read('/search')).not.toContain('found')
  })

  test('a local measure is found by its organisation and by nobody else', async () => {
    expect(await read('/search?q=waste', own)).toContain('2 measures found')
    expect(await read('/search?q=waste', other)).toContain('1 measure found')
    expect(await read('/search?q=own-waste')).toContain('Nothing found')
  })
})

test('the years of an authority are said as people say them', () => {
  expect(spanInWords('1974-04-01', null)).toBe('since 1974')
  expect(spanInWords('1974-04-01', '2020-03-31')).toBe('1974 to 2020')
  expect(spanInWords(null, '2020-03-31')).toBe('until 2020')
  expect(spanInWords(null, null)).toBe('')
})
