import { parseArgs } from 'node:util'
import { PGlite } from '@electric-sql/pglite'
import type { Actor } from '#kernel/access/actor.ts'
import { openEmbedded } from '#kernel/db/open.ts'
import { embeddedParsers } from '#kernel/db/parsers.ts'
import { startOver } from '#kernel/db/start.ts'
import { comparison, profile, trend } from '#slices/benchmarking/index.ts'
import { sliceNames } from '#app'

// How long an authority's profile takes on the embedded database: node bin/run.mjs bench/profile.ts --measures 3000

const { values } = parseArgs({
  options: {
    measures: { type: 'string', default: '3000' },
    authorities: { type: 'string', default: '400' },
    periods: { type: 'string', default: '3' },
    own: { type: 'string', default: '12' },
  },
})
const [measures, authorities, periods, own] = [values.measures, values.authorities, values.periods, values.own].map(Number)

const opened = openEmbedded(await PGlite.create({ parsers: embeddedParsers }))
const { store } = await startOver(opened, sliceNames)

/** Every authority has the latest periods; the first also has earlier ones. */
async function generate(): Promise<void> {
  await opened.rows(`insert into places.authority_kind values ('unitary', 'Unitary', 'Unitaries', 'single')`)
  await opened.rows(`insert into places.authority (code, name, known_name, kind, nation, source)
    select 'X' || n, 'Authority ' || n, 'Authority ' || n, 'unitary', 'nowhere', 'bench' from generate_series(1, ${authorities}) n`)
  await opened.rows(`insert into places.comparator_group (type, source, slug, title, of_authority, publisher)
    values ('neighbours', 'bench', 'X1', 'its 30 neighbours', 1, 'bench')`)
  await opened.rows(`insert into places.group_member (comparator_group, authority) select 1, n from generate_series(2, 31) n`)
  await opened.rows(`insert into indicators.measure (code) select 'm' || n from generate_series(1, ${measures}) n`)
  await opened.rows(`insert into indicators.measure_version (measure, version, known_from, title, unit, unit_kind, polarity, publisher)
    select n, 1, '2020-01-01', 'Measure ' || n, '%', 'percentage', 'higher', 'bench' from generate_series(1, ${measures}) n`)
  await opened.rows(`insert into indicators.period (kind, label, starts, ends)
    select 'calendar-year', y::text, (y || '-01-01')::date, (y || '-12-31')::date from generate_series(${2025 - own!}, 2024) y`)
  await opened.rows(`insert into indicators.import (produces, recipe_name, recipe, file_name, bytes, sha256, made_by, known_from, counts)
    values ('observations', 'bench', '{}', 'bench', 0, '', 'bench', '2020-01-01', '{}')`)
  await opened.rows(`insert into indicators.observation (measure, period, authority, known_from, value, numerator, denominator, import)
    select m, p, a, '2020-01-01', round((random() * 100)::numeric, 2), 1, 1, 1
      from generate_series(1, ${measures}) m, generate_series(1, ${own}) p, generate_series(1, ${authorities}) a
     where a = 1 or p > ${own! - periods!}`)
  await opened.rows('analyze')
}

const asked: Actor = { kind: 'public' }

async function time(name: string, work: () => Promise<unknown>): Promise<void> {
  const times: number[] = []
  for (let turn = 0; turn < 4; turn += 1) {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  }
  console.log(`${name.padEnd(60)} first ${times[0]!.toFixed(0)} ms, then ${Math.min(...times.slice(1)).toFixed(0)} ms`)
}

const start = performance.now()
await generate()
console.log(`generated in ${((performance.now() - start) / 1000).toFixed(1)} s`)
await time(`profile of ${measures} measures among 30 neighbours`, () => store.read(asked, (db) => profile(db, { authority: 'X1' })))
await time(`profile of ${measures} measures among all ${authorities}`, () => store.read(asked, (db) => profile(db, { authority: 'X1', group: 'all' })))
await time(`comparison of ${authorities}`, () => store.read(asked, (db) => comparison(db, { measure: 'm7', group: 'all' })))
await time(`series among ${authorities}`, () => store.read(asked, (db) => trend(db, { measure: 'm7', authority: 'X1', group: 'all' })))
await store.close()
