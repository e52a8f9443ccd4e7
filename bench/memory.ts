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
// into the database, holds it against itself and against the store and checks every series, and keeps nothing.

interface Used {
  rows: number
  peak: number
  took: number
}

if (process.send && process.argv[2] === 'measure') await measure(process.argv[3] ?? '', process.argv[4] ?? '')

async function measure(databaseUrl: string, file: string): Promise<void> {
  const { store } = await startOver(await openDatabase({ databaseUrl, dataDir: '', baseUrl: '' }), sliceNames)
  const began = performance.now()
  const report = await importFile(store, { kind: 'system', name: 'bench' }, { name: 'bench.csv', open: () => createReadStream(file) }, benchRecipe, { dryRun: true })
  const used: Used = { rows: report.counts.new, peak: process.resourceUsage().maxRSS * 1024, took: performance.now() - began }
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

/** The most memory of a process that tries a file and one ten times as large. */
export async function measureMemory(cluster: Cluster, database: string, folder: string, measures: readonly [number, number]): Promise<Result> {
  const [small, large] = measures
  const of = async (count: number) => measuredApart(cluster.addressOf(database), await publishedFile(cluster, database, folder, count))
  const [one, ten] = [await of(small), await of(large)]
  const size = ({ rows, peak, took }: Used) => `${rows.toLocaleString('en-GB')} rows ${Math.round(peak / 2 ** 20)} MB (${seconds(took)})`
  return {
    what: 'most memory of a process that tries a file of figures with every check, and one ten times as large',
    measured: `${size(one)}; ${size(ten)}`, ratio: ten.peak / one.peak, target: 'flat: at most 1.25', met: ten.peak / one.peak <= 1.25,
    limit: 'what the collector leaves lying between two rounds',
  }
}
