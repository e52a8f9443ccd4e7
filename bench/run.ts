import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pino from 'pino'
import type { Config } from '#kernel/config.ts'
import type { Store } from '#kernel/db/index.ts'
import { completeHouse } from '#kernel/slice.ts'
import { addressOf, startProgram } from '../test/program.ts'
import { startCluster, type Cluster } from './cluster.ts'
import type { Size } from './content.ts'
import { measureEmbedded } from './embedded.ts'
import { forget, forgetLeftovers, measureImport, publishedFile, uploadForJob } from './importing.ts'
import { measureMemory } from './memory.ts'
import { measurePages, steadyLoad } from './pages.ts'
import { measureQuestions, pickList, questionResults } from './questions.ts'
import { machine, tableOf, writeResults, type Result } from './results.ts'
import { builtDatabase, doubledDatabase, openStore, settingsFor } from './stores.ts'

const help = `npm run bench -- [--size full|small] [--cache FOLDER] [--only PART,…] [--write yes|no]

Measures the workbench on a PostgreSQL server of its own and on PGlite, and writes the table of docs/performance.md.

  --size    full: 3,000 measures, 400 authorities, ten periods (12 million figures; a tenth on PGlite). small: seconds, to try the bench itself
  --cache   where the server and what was built in it are kept from run to run; left out: a folder for temporary files
  --only    questions, pages, load, import, memory, embedded; left out: all
  --write   whether the table goes into docs/performance.md; left out: only of a full run of all parts`

const parts = ['questions', 'pages', 'import', 'load', 'memory', 'embedded'] as const

const { values } = parseArgs({
  options: { size: { type: 'string', default: 'full' }, cache: { type: 'string', default: join(tmpdir(), 'workbench-bench') }, only: { type: 'string', default: parts.join(',') }, write: { type: 'string' }, help: { type: 'boolean' } },
})

interface Plan {
  size: Size
  embedded: Size
  database: string
  /** New measures of the imported file, 4,000 rows each; and of the two files memory is measured by. */
  imported: number
  memory: readonly [number, number]
  /** Seconds for which pages are asked, and for which the load is held. */
  pages: number
  load: number
}

const plans: Record<string, Plan> = {
  full: {
    size: { measures: 3000, authorities: 400, periods: 10 }, embedded: { measures: 300, authorities: 400, periods: 10 }, database: 'bench_12m',
    imported: 250, memory: [250, 2500], pages: 6, load: 60,
  },
  small: {
    size: { measures: 60, authorities: 400, periods: 10 }, embedded: { measures: 10, authorities: 400, periods: 10 }, database: 'bench_small',
    imported: 5, memory: [2, 5], pages: 1, load: 5,
  },
}

const log = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${text}\n`)

if (values.help) process.stdout.write(`${help}\n`)
else await bench()

async function bench(): Promise<void> {
  const plan = plans[values.size]
  const only = new Set(values.only.split(','))
  if (!plan || [...only].some((part) => !(parts as readonly string[]).includes(part))) throw new Error(help)
  mkdirSync(values.cache, { recursive: true })
  const about = machine()
  const began = new Date()
  const cluster = await startCluster(values.cache)
  try {
    const { server, results } = await measured(cluster, plan, only)
    const facts = [
      `Measured on ${began.toISOString().slice(0, 16).replace('T', ' ')} UTC by \`npm run bench\`${values.size === 'full' ? '' : ` at size ${values.size}`}: ${about} ${server}, PGlite 0.5.16 (PostgreSQL 18).`,
      `The server holds ${(plan.size.measures * plan.size.authorities * plan.size.periods).toLocaleString('en-GB')} figures, and everything is asked through the program's own doors, with row-level security on, in one process.`,
    ]
    process.stdout.write(`${[...facts, '', ...tableOf(results)].join('\n')}\n`)
    const isWhole = values.size === 'full' && only.size === parts.length
    if (values.write === 'yes' || (values.write === undefined && isWhole)) writeResults(results, facts)
  } finally {
    await cluster.stop()
  }
}

async function measured(cluster: Cluster, plan: Plan, only: ReadonlySet<string>): Promise<{ server: string; results: Result[] }> {
  const { database, size } = plan
  const twice = `${database}_twice`
  await builtDatabase(cluster, database, size, log)
  if (only.has('questions')) await doubledDatabase(cluster, twice, database, size, log)
  for (const name of only.has('questions') ? [database, twice] : [database]) {
    await cluster.asSuperuser(name, (client) => pickList((sql) => client.query(sql)))
  }
  await cluster.asSuperuser(database, forgetLeftovers)
  const store = await openStore(cluster, database)
  const config = settingsFor(cluster.addressOf(database))
  const results: Result[] = []
  try {
    const part = async (name: (typeof parts)[number], work: () => Promise<Result[]>) => {
      if (!only.has(name)) return
      log(name)
      const found = await work().catch((cause: unknown) => [wentWrong(name, cause)])
      results.push(...found)
      for (const line of tableOf(found).slice(2)) log(line)
    }
    await part('questions', async () => {
      const once = await measureQuestions(store)
      const other = await openStore(cluster, twice)
      const doubled = await measureQuestions(other).finally(() => other.close())
      return questionResults(once, doubled, size.measures, 'server')
    })
    await part('pages', () => measurePages(store, config, plan.pages))
    await part('import', async () => [await measureImport(cluster, database, store, values.cache, plan.imported)])
    await part('load', async () => {
      const file = await publishedFile(cluster, database, values.cache, plan.imported)
      const beside = (JOBS: 'on' | 'inside', what: string | null) => loadBeside(cluster, database, store, config, plan.load, JOBS, what)
      const forComparison = (result: Result, limit: string): Result => ({ ...result, target: '', met: null, limit })
      return [
        forComparison(await beside('on', null), 'the same load, for comparison'),
        await beside('on', file),
        forComparison(await beside('inside', file), 'the same, for comparison: reading and parting a file of 40 MB is work for the processor that answers'),
      ]
    })
    await part('memory', async () => [await measureMemory(cluster, database, values.cache, plan.memory)])
    await part('embedded', () => measureEmbedded(cluster, database, values.cache, plan.embedded, Math.ceil(plan.imported / 10), log))
  } finally {
    await store.close()
  }
  const server = await cluster.asSuperuser('postgres', async (client) => (await client.query<{ server_version: string }>('show server_version')).rows[0]?.server_version ?? '')
  return { server: `PostgreSQL ${server}`, results }
}

/** A part that failed is a line of the table: the others are worth having all the same. */
function wentWrong(name: string, cause: unknown): Result {
  log(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
  return { what: `the part "${name}"`, measured: `did not end well: ${cause instanceof Error ? cause.message : String(cause)}`, ratio: null, target: '', met: false, limit: '' }
}

/** The program as a process of its own on this database, asked for pages while it imports a file as a job, or while nothing else goes on. */
async function loadBeside(cluster: Cluster, database: string, store: Store, config: Config, duration: number, JOBS: 'on' | 'inside', file: string | null): Promise<Result> {
  const house = completeHouse({ store, config, log: pino({ level: 'silent' }), now: () => new Date() })
  const program = startProgram({ DATA_DIR: '', DATABASE_URL: cluster.addressOf(database), SESSION_SECRET: config.sessionSecret, DEMO: 'off', JOBS })
  const imports: number[] = []
  try {
    const importNow = file === null ? null : await uploadForJob(house, file)
    return await steadyLoad(await addressOf(program), duration, async () => {
      if (importNow === null) return 'nothing else goes on'
      const { id, seconds } = await importNow()
      imports.push(id)
      const rows = await store.read({ kind: 'system', name: 'bench' }, async (db) => (await db.selectFrom('indicators.import').select('counts').where('id', '=', id).executeTakeFirst())?.counts as { new: number })
      return `a file of ${rows.new.toLocaleString('en-GB')} rows is imported as a job ${JOBS === 'on' ? 'in a process beside, as installed' : 'in the web process (`JOBS=inside`)'}, for ${seconds.toFixed(0)} s of them`
    })
  } finally {
    program.process.kill('SIGTERM')
    await program.ended
    for (const id of imports) await cluster.asSuperuser(database, (client) => forget(client, id))
  }
}
