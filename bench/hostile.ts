import { parseArgs } from 'node:util'
import { PGlite } from '@electric-sql/pglite'
import type { Actor } from '#kernel/access/actor.ts'
import { openEmbedded } from '#kernel/db/open.ts'
import { embeddedParsers } from '#kernel/db/parsers.ts'
import { startOver } from '#kernel/db/start.ts'
import { importFile, readRecipe } from '#slices/indicators/index.ts'
import { sliceNames } from '#app'
import { councils } from '../test/hostile/file.ts'
import { hostileFiles, kindCount } from '../test/hostile/files.ts'
import { tryFile, type Trial } from '../test/hostile/trial.ts'
import { prepare } from '../test/hostile/world.ts'
import { writeBetween } from './report.ts'

// `npm run hostile`: a thousand damaged and hostile files, and files of ten million rows, on the embedded database. Whatever a file
// is, it is imported whole or not at all, in bounded time and memory, and whoever brought it reads a plain reason.

const { values } = parseArgs({ options: { files: { type: 'string', default: '1000' }, rows: { type: 'string', default: '10000000' }, seed: { type: 'string', default: '1' }, write: { type: 'boolean', default: false } } })
const rows = Number(values.rows)

const raw = openEmbedded(await PGlite.create({ parsers: embeddedParsers }))
const { store } = await startOver(raw, sliceNames)
const database = { store, raw, own: raw, close: () => store.close() }
await prepare(database)

const trials: Trial[] = []
for (const file of hostileFiles(Number(values.files), Number(values.seed))) {
  const trial = await tryFile(database, file)
  trials.push(trial)
  if (trial.faults.length > 0) console.log(trial)
  if (trials.length % 100 === 0) console.log(`${trials.length} files tried`)
}
const long = rows > 0 ? await endless() : []
const text = report()
console.log(text)
if (values.write) writeBetween('hostile', text)
await database.close()
process.exitCode = trials.some(({ faults }) => faults.length > 0) || long.some(({ outcome }) => outcome === 'fault') ? 1 : 0

interface Long {
  what: string
  outcome: string
  reason: string
  seconds: number
  /** Megabytes of the whole program at its largest, above what it had before. */
  memory: number
}

/** Files of very many rows, made as they are read. */
async function endless(): Promise<Long[]> {
  const sound = (row: number) => `${councils[row % 4] ?? ''},${2000 + (Math.floor(row / 4) % 20)}-${String((2001 + (Math.floor(row / 4) % 20)) % 100).padStart(2, '0')},m${Math.floor(row / 80)},${row % 100}\n`
  return [
    await bring('figures, all of them sound', sound),
    await bring('figures, none of which can be read', (row) => `Nowhere ${row % 7},2020-21,m1,${row}\n`),
    await bring('rows that are left out', (row) => `Total,2020-21,m1,${row}\n`),
    await bring('blank rows', () => ',,,\n'),
  ]
}

async function bring(what: string, rowOf: (row: number) => string): Promise<Long> {
  const system: Actor = { kind: 'system', name: 'hostile files' }
  const recipe = readRecipe(JSON.stringify({
    recipe: 'endless', title: 'Endless', publisher: 'Test', source: 'a test', licence: 'none', produces: 'observations', authority: { column: 'Council', by: 'name' },
    period: { column: 'Year' }, measure: { code: { column: 'Code' } }, values: [{ value: 'Value' }], leave_out: [{ where: { column: 'Council', is: 'Total' }, because: 'totals' }],
    measures: { title: { column: 'Code' }, unit: { fixed: 'x' }, unit_kind: { fixed: 'other' }, polarity: { fixed: 'none' } },
  }), 'endless.json')
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let most = before
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 200)
  const begun = performance.now()
  try {
    const report = await importFile(store, system, { name: `${what}.csv`, open: () => pieces(rowOf) }, recipe)
    const reason = report.refusals.find(({ line }) => line === null)?.message ?? report.refusals[0]?.message ?? report.explanation[0] ?? ''
    return { what, outcome: report.outcome, reason, seconds: (performance.now() - begun) / 1000, memory: (most - before) / 1e6 }
  } catch (cause) {
    return { what, outcome: 'fault', reason: String(cause), seconds: (performance.now() - begun) / 1000, memory: (most - before) / 1e6 }
  } finally {
    clearInterval(watch)
  }
}

async function* pieces(rowOf: (row: number) => string): AsyncGenerator<Uint8Array> {
  let text = 'Council,Year,Code,Value\n'
  for (let row = 0; row < rows; row += 1) {
    text += rowOf(row)
    if (text.length < 200_000 && row < rows - 1) continue
    yield await Promise.resolve(Buffer.from(text))
    text = ''
  }
}

function report(): string {
  const times = trials.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)
  const of = (outcome: Trial['outcome']) => trials.filter((trial) => trial.outcome === outcome).length
  const slowest = trials.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, 3)
  const faults = trials.filter((trial) => trial.faults.length > 0)
  return [
    `${trials.length} files of ${kindCount} kinds, seed ${values.seed}: ${of('refused')} refused with a reason, ${of('imported')} imported whole (the damage had left a whole file), ${of('nothing-new')} with nothing new; ${faults.length === 0 ? 'no fault' : `${faults.length} faults`}. After each, the checksum of every table was held against the one before.`,
    `Half took less than ${(times[Math.floor(times.length / 2)] ?? 0).toFixed(0)} ms, the longest ${((times.at(-1) ?? 0) / 1000).toFixed(1)} s. The longest were ${slowest.map(({ kind, milliseconds }) => `${kind} (${(milliseconds / 1000).toFixed(1)} s)`).join(', ')}.`,
    ...(long.length === 0 ? [] : [[
      `| a file of ${rows.toLocaleString('en-GB')} rows | outcome | time | memory above the start | what is said |`, '|---|---|---|---|---|',
      ...long.map(({ what, outcome, reason, seconds, memory }) => `| ${what} | ${outcome} | ${seconds.toFixed(0)} s | ${memory.toFixed(0)} MB | ${reason} |`),
    ].join('\n')]),
  ].join('\n\n')
}
