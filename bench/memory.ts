import { fork } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { openDatabase } from '#kernel/db/open.ts'
import { startOver } from '#kernel/db/start.ts'
import { importFile } from '#slices/indicators/index.ts'
import { sliceNames } from '#app'
import { benchRecipe, publishedFile } from './importing.ts'
import type { Cluster } from './cluster.ts'
import { seconds, type Result } from './results.ts'

// Memory is measured in a process that does nothing else: this file starts itself. It reads a file by recipe, spools it, copies it
// into the database, holds it against itself and against the store and checks every series. Then it stops: what is left is one
// statement of the database's own.

const enough = 'enough was seen'

interface Used {
  rows: number
  peak: number
  took: number
}

async function measure(databaseUrl: string, file: string): Promise<void> {
  const { store } = await startOver(await openDatabase({ databaseUrl, dataDir: '', baseUrl: '' }), sliceNames)
  const began = performance.now()
  let rows = 0
  const ended = await importFile(store, { kind: 'system', name: 'bench' }, { name: 'bench.csv', open: () => createReadStream(file) }, benchRecipe, {
    progress(one) {
      rows = one.rows
      if (one.phase === 'writing') throw new Error(enough)
    },
  }).catch((cause: unknown) => cause)
  if (!(ended instanceof Error && ended.message === enough)) throw new Error('The file was not read as far as it should have been.', { cause: ended })
  const used: Used = { rows, peak: process.resourceUsage().maxRSS * 1024, took: performance.now() - began }
  await store.close()
  process.send?.(used)
}

function measuredApart(databaseUrl: string, file: string): Promise<Used> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, ['measure', databaseUrl, file])
    let used: Used | undefined
    child.on('message', (message: Used) => (used = message))
    child.on('error', reject)
    child.on('exit', (code) => (used ? resolve(used) : reject(new Error(`The process that measures memory ended with ${code}.`))))
  })
}

/** The most memory of a process that takes in a file, all but the last statement, and one ten times as large. */
export async function measureMemory(cluster: Cluster, database: string, folder: string, measures: readonly [number, number]): Promise<Result> {
  const [small, large] = measures
  const of = async (count: number) => measuredApart(cluster.addressOf(database), await publishedFile(cluster, database, folder, count))
  const [one, ten] = [await of(small), await of(large)]
  const size = ({ rows, peak, took }: Used) => `${rows.toLocaleString('en-GB')} rows ${Math.round(peak / 2 ** 20)} MB (${seconds(took)})`
  return {
    what: 'most memory of a process that reads, stages and checks a file of figures, and one ten times as large',
    measured: `${size(one)}; ${size(ten)}`, ratio: ten.peak / one.peak, target: 'flat: at most 1.25', met: ten.peak / one.peak <= 1.25,
    limit: 'what the collector leaves lying between two rounds',
  }
}

if (process.send && process.argv[2] === 'measure') await measure(process.argv[3] ?? '', process.argv[4] ?? '')
