import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { Actor } from '#kernel/access/actor.ts'
import type { Store } from '#kernel/db/index.ts'
import { isOver } from '#kernel/jobs/index.ts'
import type { House } from '#kernel/slice.ts'
import { importFile, readRecipe } from '#slices/indicators/index.ts'
import { importing } from '#slices/indicators/pages/working.ts'
import { newOrganisation, newPerson } from '#slices/people/builders.ts'
import { uploaded } from '../test/uploading.ts'
import type { Cluster } from './cluster.ts'
import { publishedFigures, defineMeasures } from './content.ts'
import { seconds, type Result } from './results.ts'

const actor: Actor = { kind: 'system', name: 'bench' }

/** Reads the file the bench writes: a row for each figure with numerator and denominator, of measures the register does not have. */
export const benchRecipe = readRecipe(JSON.stringify({
  recipe: 'bench', title: 'Figures of the bench', publisher: 'Bench', source: 'https://example.org', licence: 'none', produces: 'observations',
  authority: { column: 'Authority', by: 'gss' }, period: { column: 'Year', kind: 'financial-year' }, measure: { code: { column: 'Measure' } },
  status: { p: 'provisional' }, values: [{ value: 'Value', numerator: 'Numerator', denominator: 'Denominator', status: 'Status' }],
  measures: {
    title: { column: 'Measure' }, unit: { fixed: '%' }, unit_kind: { fixed: 'percentage' }, polarity: { fixed: 'higher' }, numerator_multiplier: { fixed: '100' },
  },
}), 'bench.json')

/** A published file of so many new measures, 4,000 rows each, kept from run to run. */
export async function publishedFile(cluster: Cluster, database: string, folder: string, measures: number): Promise<string> {
  const file = join(folder, `new-${measures}-measures.csv`)
  if (existsSync(file)) return file
  await cluster.asSuperuser(database, (client) =>
    pipeline(client.query(copyTo(`copy (${publishedFigures(measures)}) to stdout with (format csv, header)`)), createWriteStream(file)))
  return file
}

/** The import of a file by recipe, with every check, beside a bare COPY of the same rows into the same table. */
export async function measureImport(cluster: Cluster, database: string, store: Store, folder: string, measures: number): Promise<Result> {
  const file = await publishedFile(cluster, database, folder, measures)
  const copying = await cluster.asSuperuser(database, (client) => copied(client, join(folder, `raw-${measures}.copy`), measures))
  const began = performance.now()
  const phases: string[] = []
  let [phase, since] = ['', began]
  const next = (name: string) => {
    if (name === phase) return
    if (phase !== '') phases.push(`${phase} ${seconds(performance.now() - since)}`)
    ;[phase, since] = [name, performance.now()]
  }
  const report = await importFile(store, actor, { name: 'bench.csv', open: () => createReadStream(file) }, benchRecipe, { progress: (one) => next(one.phase) })
  next('')
  const importing = performance.now() - began
  if (report.outcome !== 'imported' || report.counts.new !== measures * 4000) throw new Error(`The import of the bench went wrong: ${report.explanation.join(' ')}`)
  await cluster.asSuperuser(database, (client) => forget(client, report.import ?? 0))
  return {
    what: `import of ${(measures * 4000).toLocaleString('en-GB')} rows by recipe with every check, beside a bare COPY into the same table`,
    measured: `${seconds(importing)} (${phases.join(', ')}); COPY ${seconds(copying)}`,
    ratio: copying / importing, target: 'at least 0.50', met: copying / importing >= 0.5,
    limit: 'four foreign keys and four indexes for each row, which COPY pays too; then reading the file on one core',
  }
}

/** Uploads a file as somebody's page would, and gives what imports it as a job and waits for its end. Seconds are those of the job. */
export async function uploadForJob(house: House, file: string): Promise<() => Promise<{ id: number; seconds: number }>> {
  const organisation = await newOrganisation(house, { slug: `bench-${Date.now()}` })
  const person = await newPerson(house, organisation, { roles: ['performance-officer'] })
  const upload = await uploaded(house, { account: person.account, organisation: organisation.id, content: readFileSync(file), fileName: 'bench.csv', by: benchRecipe })
  return async () => {
    const began = performance.now()
    const asked = await house.jobs.ask(person, importing, { key: upload, input: { upload }, title: 'Importing bench.csv', organisation: organisation.id })
    for (;;) {
      const job = await house.jobs.find(person, asked.id)
      if (job?.state === 'done') return { id: Number(/\d+$/.exec(job.outcome?.href ?? '')?.[0]), seconds: (performance.now() - began) / 1000 }
      if (!job || isOver(job)) throw new Error(`The import of the bench went wrong: ${job?.reason ?? 'its job is gone.'}`)
      await pause(500)
    }
  }
}

/** COPY of the rows that the import would write, in the order of the file; undone afterwards. */
async function copied(client: pg.Client, file: string, measures: number): Promise<number> {
  await client.query('begin')
  await defineMeasures((sql) => client.query(sql), 1, measures, 'raw-')
  const { rows } = await client.query<{ first: number }>(`select min(id)::int as first from indicators.measure where code like 'raw-%'`)
  const first = (rows[0]?.first ?? 1) - 1
  await pipeline(client.query(copyTo(`copy (
    select ${first} + f.m, f.p, f.a, '2025-06-01', f.value, f.numerator, f.denominator, 1, 1
      from (${publishedFigures(measures, true)}) f order by f.m, f.p, f.a) to stdout`)), createWriteStream(file))
  const began = performance.now()
  await pipeline(createReadStream(file), client.query(copyFrom(
    'copy indicators.observation (measure, period, authority, known_from, value, numerator, denominator, import, line) from stdin')))
  const took = performance.now() - began
  await client.query('rollback')
  await client.query('vacuum indicators.observation')
  return took
}

/** Takes an import out of the store altogether, which no door of the program does, so that the next run finds it as it was. */
export async function forget(client: pg.Client, id: number): Promise<void> {
  await client.query('set session_replication_role = replica')
  await client.query('delete from indicators.observation where import = $1', [id])
  await client.query('delete from indicators.import_warning where import = $1', [id])
  await client.query(`delete from indicators.measure_state s using indicators.measure_version v where v.measure = s.measure and v.import = $1`, [id])
  const { rows } = await client.query<{ measure: number }>('delete from indicators.measure_version where import = $1 returning measure', [id])
  const measures = rows.map(({ measure }) => measure)
  await client.query('delete from indicators.measure_alias where measure = any($1)', [measures])
  await client.query('delete from indicators.measure where id = any($1)', [measures])
  await client.query('delete from indicators.import where id = $1', [id])
  await client.query('set session_replication_role = origin')
  await client.query('vacuum analyze indicators.observation')
}

/** Takes out what an earlier run left behind when it was stopped. */
export async function forgetLeftovers(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ id: number }>('select id from indicators.import where id > 1')
  for (const { id } of rows) await forget(client, id)
}
