import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { demonstrationPassword } from '#slices/people/index.ts'
import { addressOf, freePort, startProgram, type Program } from '../test/program.ts'
import { makeDatabase, startCluster, type Cluster } from './cluster.ts'
import { writeBetween } from './report.ts'

// `npm run soak`: two web processes and a worker on one PostgreSQL server, for an hour, with visitors, people who sign in, and
// imports. Looks at memory, connections and every answer.

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' }, rate: { type: 'string', default: '10' }, write: { type: 'boolean', default: false } } })
const [minutes, rate] = [Number(values.minutes), Number(values.rate)]
const day = 24 * 60 * 60_000

interface Sample {
  minute: number
  /** Megabytes of each process, in the order web, web, worker. */
  memory: number[]
  connections: number
  idleInTransaction: number
}

interface Answer {
  ms: number
  /** What was wrong with it; null when nothing was. */
  fault: string | null
}

const folder = mkdtempSync(join(tmpdir(), 'workbench-soak-'))
// The server's own account must be able to reach its folder.
chmodSync(folder, 0o755)
const cluster = await startCluster(join(folder, 'server'))
const programs: Program[] = []
async function soak(): Promise<void> {
  await makeDatabase(cluster, 'soak')
  const settings = { DATABASE_URL: cluster.addressOf('soak'), SESSION_SECRET: 'a secret of the soak, long enough to be one', DATA_DIR: folder, DEMO: 'on' }
  const addresses: string[] = []
  for (const nth of [1, 2]) {
    const web = startProgram({ ...settings, PORT: String(await freePort()) })
    programs.push(web)
    addresses.push(await addressOf(web))
    console.log(`web process ${nth} serves at ${addresses.at(-1)}`)
  }
  const worker = startProgram(settings, { file: 'src/cli.ts', args: ['worker'] })
  programs.push(worker)

  const answers: Answer[] = []
  const samples: Sample[] = []
  const until = Date.now() + Math.min(minutes * 60_000, day)
  const goesOn = () => Date.now() < until
  await Promise.all([visit(addresses, answers, goesOn), signInAndOut(addresses, answers, goesOn), importAgain(settings, answers, goesOn), look(samples, goesOn)])
  const text = report(answers, samples)
  console.log(text)
  if (values.write) writeBetween('soak', text)
  process.exitCode = answers.some(({ fault }) => fault !== null) || !isFlat(samples) ? 1 : 0
}

async function ask(answers: Answer[], url: string, how: RequestInit = {}, wanted: (status: number) => boolean = (status) => status === 200): Promise<Response | null> {
  const began = performance.now()
  try {
    const answer = await fetch(url, { redirect: 'manual', ...how })
    const body = await answer.clone().arrayBuffer()
    const fault = wanted(answer.status) && (answer.status !== 200 || body.byteLength > 0) ? null : `${answer.status} ${url}`
    answers.push({ ms: performance.now() - began, fault })
    return answer
  } catch (cause) {
    answers.push({ ms: performance.now() - began, fault: `${String(cause)} ${url}` })
    return null
  }
}

/** Visitors who are not signed in, at a steady rate, whether or not earlier answers have come. */
async function visit(addresses: string[], answers: Answer[], goesOn: () => boolean): Promise<void> {
  const paths = await pathsToVisit(addresses[0] ?? '')
  const open = new Set<Promise<unknown>>()
  for (let nth = 0; goesOn(); nth++) {
    const asking = ask(answers, `${addresses[nth % addresses.length]}${paths[nth % paths.length]}`)
    open.add(asking)
    void asking.finally(() => open.delete(asking))
    await pause(1000 / rate)
  }
  await Promise.all(open)
}

/** Pages of every sort, and their downloads: found by following the first pages, as a visitor would. */
async function pathsToVisit(address: string): Promise<string[]> {
  const linksOf = async (path: string, pattern: RegExp) => [...(await (await fetch(address + path)).text()).matchAll(/href="([^"#]+)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&')).filter((href) => pattern.test(href))
  const authorities = (await linksOf('/authorities', /^\/authorities\/[^/?]+$/)).slice(0, 12)
  const measures = (await linksOf('/measures', /^\/measures\/[^/?.]+$/)).slice(0, 12)
  const both = authorities.flatMap((authority, nth) => (measures[nth] ? [`${authority}${measures[nth]}`] : []))
  const downloads = (await Promise.all([...authorities.slice(0, 2), ...measures.slice(0, 2)].map((path) => linksOf(path, /\.(csv|xlsx|ods|json)(\?|$)/)))).flat().filter((href) => href.startsWith('/'))
  return ['/', '/authorities', '/measures', '/help', '/health/ready', '/api/v1/measures', '/api/v1/authorities', ...authorities, ...measures, ...both, ...downloads]
}

/** One person after another signs in, looks at what only they may see, and signs out. */
async function signInAndOut(addresses: string[], answers: Answer[], goesOn: () => boolean): Promise<void> {
  for (let nth = 0; goesOn(); nth++) {
    const address = addresses[nth % addresses.length] ?? ''
    const page = await ask(answers, `${address}/sign-in`)
    const cookies = new Map<string, string>()
    const keep = (answer: Response | null) => answer?.headers.getSetCookie().forEach((one) => cookies.set(one.split('=')[0] ?? '', one.split(';')[0] ?? ''))
    const token = async (answer: Response | null) => /name="_csrf" value="([^"]+)"/.exec((await answer?.text()) ?? '')?.[1] ?? ''
    const cookie = () => [...cookies.values()].join('; ')
    keep(page)
    const body = new URLSearchParams({ _csrf: await token(page), email: 'officer@northmere.example', password: demonstrationPassword, next: '/account' })
    keep(await ask(answers, `${address}/sign-in`, { method: 'POST', headers: { cookie: cookie() }, body }, (status) => status === 303))
    // The session holds at every process.
    for (const other of addresses) for (const path of ['/account', '/imports', '/']) await ask(answers, other + path, { headers: { cookie: cookie() } })
    const account = await ask(answers, `${address}/account`, { headers: { cookie: cookie() } })
    await ask(answers, `${address}/sign-out`, { method: 'POST', headers: { cookie: cookie() }, body: new URLSearchParams({ _csrf: await token(account) }) }, (status) => status === 303)
    await pause(5_000)
  }
}

/** A release every minute, in which some figures are new and some corrected. */
async function importAgain(settings: Record<string, string> & { DATA_DIR: string }, answers: Answer[], goesOn: () => boolean): Promise<void> {
  const recipe = join(folder, 'soak.json')
  writeFileSync(recipe, JSON.stringify({
    recipe: 'soak', title: 'Soak', publisher: 'The soak (fictional)', source: 'made here', licence: 'none', produces: 'observations',
    authority: { column: 'code' }, period: { column: 'year' }, measure: { code: { column: 'measure' } }, values: [{ value: 'value' }],
    measures: { title: { column: 'measure' }, unit: { fixed: 'number' }, unit_kind: { fixed: 'count' }, polarity: { fixed: 'none' } },
  }))
  const codes = await cluster.asSuperuser('soak', async (client) => (await client.query('select code from places.authority order by 1')).rows as { code: string }[])
  for (let nth = 1; goesOn(); nth++) {
    const file = join(folder, `release-${nth}.csv`)
    const lines = codes.flatMap(({ code }, place) => [2021, 2022, 2023].map((year) => `${code},${year},soak-${1 + (nth % 5)},${(place * 7 + year + (nth > 5 && place % 3 === 0 ? nth : 0)) % 997}`))
    writeFileSync(file, ['code,year,measure,value', ...lines].join('\n'))
    const began = performance.now()
    const command = startProgram(settings, { file: 'src/cli.ts', args: ['import', file, '--recipe', recipe, '--json'] })
    const code = await command.ended
    answers.push({ ms: 0, fault: code === 0 ? null : `import ${nth} ended with ${code}: ${command.said().slice(0, 300)}` })
    rmSync(file)
    await pause(Math.max(0, Math.min(60_000 - (performance.now() - began), 60_000)))
  }
}

async function look(samples: Sample[], goesOn: () => boolean): Promise<void> {
  const began = Date.now()
  while (goesOn()) {
    samples.push({ minute: (Date.now() - began) / 60_000, memory: programs.map(memoryOf), ...(await connectionsOf(cluster)) })
    await pause(10_000)
  }
}

/** Megabytes the process holds in memory, as Linux counts them. */
function memoryOf({ process: { pid } }: Program): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

function connectionsOf(server: Cluster): Promise<{ connections: number; idleInTransaction: number }> {
  return server.asSuperuser('postgres', async (client) => {
    const { rows } = await client.query(
      `select count(*)::int as connections, count(*) filter (where state like 'idle in transaction%' and state_change < now() - interval '5 seconds')::int as idle from pg_stat_activity where datname = 'soak'`,
    )
    const [row] = rows as { connections: number; idle: number }[]
    return { connections: row?.connections ?? 0, idleInTransaction: row?.idle ?? 0 }
  })
}

const mean = (numbers: number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length
const quarter = (samples: Sample[], nth: number) => samples.slice(Math.floor((samples.length * (nth - 1)) / 4), Math.max(1, Math.floor((samples.length * nth) / 4)))
const memoryIn = (samples: Sample[], nth: number, place: number) => mean(quarter(samples, nth).map(({ memory }) => memory[place] ?? 0))

/** Memory is flat when the last quarter holds no more than the second, within a tenth and ten megabytes. */
function isFlat(samples: Sample[]): boolean {
  return programs.every((_, place) => memoryIn(samples, 4, place) <= memoryIn(samples, 2, place) * 1.1 + 10)
}

function report(answers: Answer[], samples: Sample[]): string {
  const times = answers.map(({ ms }) => ms).filter((ms) => ms > 0).sort((a, b) => a - b)
  const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(0)
  const faults = answers.flatMap(({ fault }) => fault ?? [])
  const names = ['web process 1', 'web process 2', 'worker']
  const rows = programs.map((_, place) => `| ${names[place]} | ${[1, 2, 3, 4].map((nth) => `${memoryIn(samples, nth, place).toFixed(0)} MB`).join(' | ')} |`)
  return `${minutes} minutes on ${cpus().length} processors with ${(totalmem() / 1e9).toFixed(0)} GB, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}: two web processes and a worker on one PostgreSQL server,
with ${rate} visitors' requests a second, people signing in and out, and a release imported every minute.

${answers.length} answers, of which ${faults.length} failed${faults.length > 0 ? ` (${[...new Set(faults)].slice(0, 5).join('; ')})` : ''}; half within ${at(0.5)} ms, 99 % within ${at(0.99)} ms, the slowest ${at(1)} ms. Connections to the
server: ${Math.max(...samples.map(({ connections }) => connections))} at most, ${samples.at(-1)?.connections ?? 0} at the end; left open in a transaction: ${Math.max(...samples.map(({ idleInTransaction }) => idleInTransaction))}.
Memory ${isFlat(samples) ? 'is flat' : 'GROWS'}:

| mean of each quarter of the time | first | second | third | last |
|---|---|---|---|---|
${rows.join('\n')}`
}

try {
  await soak()
} finally {
  for (const { process, ended } of programs) {
    process.kill('SIGTERM')
    await ended
  }
  await cluster.stop()
  rmSync(folder, { recursive: true, force: true })
}
