import { PGlite } from '@electric-sql/pglite'
import { openEmbedded } from '#kernel/db/open.ts'
import { embeddedParsers } from '#kernel/db/parsers.ts'
import { startOver } from '#kernel/db/start.ts'
import { importFile } from '#slices/indicators/index.ts'
import { createReadStream } from 'node:fs'
import { sliceNames } from '#app'
import type { Cluster } from './cluster.ts'
import { defineMeasures, fillFigures, fillRegisters, publishedFigures, type Size } from './content.ts'
import { benchRecipe, publishedFile } from './importing.ts'
import { measureQuestions, pickList, questionResults } from './questions.ts'
import { seconds, type Result } from './results.ts'

/** The same questions and the same import on the embedded database, in memory, with a tenth of the figures. */
export async function measureEmbedded(cluster: Cluster, database: string, folder: string, size: Size, measures: number, log: (text: string) => void): Promise<Result[]> {
  const raw = await PGlite.create({ parsers: embeddedParsers })
  const { store } = await startOver(openEmbedded(raw), sliceNames)
  try {
    const run = (sql: string) => raw.exec(sql)
    await fillRegisters(run, size)
    for (let from = 1; from <= size.measures; from += 100) await fillFigures(run, [from, Math.min(from + 99, size.measures)], size)
    await run('analyze')
    await pickList(run)
    log('filled the embedded database')
    const about = `PGlite, ${(size.measures * size.authorities * size.periods).toLocaleString('en-GB')} figures`
    const questions = questionResults(await measureQuestions(store), null, size.measures, about)
    const file = await publishedFile(cluster, database, folder, measures)
    const copying = await copiedInside(raw, measures)
    const began = performance.now()
    await importFile(store, { kind: 'system', name: 'bench' }, { name: 'bench.csv', open: () => createReadStream(file) }, benchRecipe)
    const importing = performance.now() - began
    return [...questions, {
      what: `import of ${(measures * 4000).toLocaleString('en-GB')} rows by recipe with every check, beside a bare COPY into the same table, ${about}`,
      measured: `${seconds(importing)}; COPY ${seconds(copying)}`, ratio: copying / importing, target: '', met: null, limit: 'program and database share one thread',
    }]
  } finally {
    await store.close()
  }
}

async function copiedInside(raw: PGlite, measures: number): Promise<number> {
  await raw.exec('begin')
  await defineMeasures((sql) => raw.exec(sql), 1, measures, 'raw-')
  const { rows } = await raw.query<{ first: number }>(`select min(id) as first from indicators.measure where code like 'raw-%'`)
  const first = (rows[0]?.first ?? 1) - 1
  const { blob } = await raw.query(`copy (select ${first} + f.m, f.p, f.a, '2025-06-01', f.value, f.numerator, f.denominator, 1, 1
    from (${publishedFigures(measures, true)}) f order by f.m, f.p, f.a) to '/dev/blob'`)
  const began = performance.now()
  await raw.query(`copy indicators.observation (measure, period, authority, known_from, value, numerator, denominator, import, line) from '/dev/blob'`, [], { blob: blob! })
  const took = performance.now() - began
  await raw.exec('rollback')
  return took
}
