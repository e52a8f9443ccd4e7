import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openDatabase, type Opened } from '#kernel/db/open.ts'
import { demonstrationPassword } from '#slices/people/index.ts'
import { addressOf, freePort, startProgram } from '../test/program.ts'
import { writeBetween } from './report.ts'

// `npm run kills`: the program is killed at random moments, half of the times while it imports and half while people write. After
// each: the database opens, every import is there whole or not at all, every acknowledged write is there, the trail holds.

const { values } = parseArgs({ options: { times: { type: 'string', default: '200' }, seed: { type: 'string', default: '20261122' }, write: { type: 'boolean', default: false } } })
const times = Number(values.times)
const random = randomFrom(Number(values.seed))
const folder = mkdtempSync(join(tmpdir(), 'workbench-kills-'))
const DATA_DIR = join(folder, 'data')
const settings = { DATA_DIR, DEMO: 'on' }
const [figures, authorities] = [9_000, 30]

interface Tally {
  kills: number
  /** Kills before anything was acknowledged of what was under way. */
  nothing: number
  /** Kills after which all of it was there. */
  whole: number
  acknowledged: number
  faults: string[]
}

try {
  const first = startProgram({ ...settings, PORT: String(await freePort()) })
  await addressOf(first)
  first.process.kill('SIGTERM')
  await first.ended
  const imports = await killImports(Math.ceil(times / 2))
  const writes = await killWrites(Math.floor(times / 2))
  const text = report(imports, writes)
  console.log(text)
  if (values.write) writeBetween('kills', text)
  process.exitCode = imports.faults.length + writes.faults.length > 0 ? 1 : 0
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Looks into the folder after a kill, as the next start would. */
async function look<T>(tally: Tally, ask: (database: Opened) => Promise<T>): Promise<T> {
  const database = await openDatabase({ databaseUrl: null, dataDir: DATA_DIR, baseUrl: '' })
  try {
    const [trail] = await database.rows<{ holds: boolean }>(
      `select h.entry = (select count(*) from kernel.trail) and h.hash = (select hash from kernel.trail order by entry desc limit 1)
              and not exists (select from (select previous_hash, lag(hash) over (order by entry) as before from kernel.trail) t where before is not null and previous_hash <> before) as holds
         from kernel.trail_head h`,
    )
    if (!trail?.holds) tally.faults.push(`after kill ${tally.kills} the trail does not hold`)
    return await ask(database)
  } finally {
    await database.close()
  }
}

function newTally(): Tally {
  return { kills: 0, nothing: 0, whole: 0, acknowledged: 0, faults: [] }
}

async function killImports(count: number): Promise<Tally> {
  const tally = newTally()
  let codes: string[] = []
  await look(tally, async (database) => void (codes = (await database.rows<{ code: string }>(`select code from places.authority where code like 'X%' order by 1 limit ${authorities}`)).map(({ code }) => code)))
  const recipe = join(folder, 'recipe.json')
  writeFileSync(recipe, JSON.stringify({
    recipe: 'kills', title: 'Kills', publisher: 'Made for this run (fictional)', source: 'made here', licence: 'none', produces: 'observations',
    authority: { column: 'code' }, period: { column: 'year' }, measure: { code: { column: 'measure' } }, values: [{ value: 'value' }],
    measures: { title: { column: 'measure' }, unit: { fixed: 'number' }, unit_kind: { fixed: 'count' }, polarity: { fixed: 'none' } },
  }))
  const fileOf = (nth: number) => {
    const years = 10
    const measures = figures / years / codes.length
    const lines = codes.flatMap((code) => Array.from({ length: years }, (_, year) => Array.from({ length: measures }, (_, measure) => `${code},${2010 + year},kills-${nth}-${measure},${year * measure}`))).flat()
    const file = join(folder, `release-${nth}.csv`)
    writeFileSync(file, ['code,year,measure,value', ...lines].join('\n'))
    return file
  }
  const importing = (nth: number) => startProgram(settings, { file: 'src/cli.ts', args: ['import', fileOf(nth), '--recipe', recipe, '--json'] })
  const began = performance.now()
  const whole = importing(0)
  if ((await whole.ended) !== 0) throw new Error(`The import does not work:\n${whole.said()}`)
  const usual = performance.now() - began

  for (let nth = 1; nth <= count; nth++) {
    const program = importing(nth)
    await Promise.race([pause(random() * usual * 1.05), program.ended])
    program.process.kill('SIGKILL')
    const wasDone = (await program.ended) === 0
    tally.kills++
    const { rows, imports } = await look(tally, async (database) => ({
      rows: (await database.rows<{ n: number }>(`select count(*)::int as n from indicators.observation o join indicators.measure m on m.id = o.measure where m.code like 'kills-${nth}-%'`))[0]?.n ?? -1,
      imports: (await database.rows<{ n: number }>(`select count(*)::int as n from indicators.import where file_name = 'release-${nth}.csv'`))[0]?.n ?? -1,
    }))
    if (rows === 0 && imports === 0) tally.nothing++
    else if (rows === figures && imports === 1) tally.whole++
    else tally.faults.push(`import ${nth}: ${rows} of ${figures} figures and ${imports} imports are there`)
    if (wasDone) tally.acknowledged++
    if (wasDone && rows !== figures) tally.faults.push(`import ${nth} said it was done and is not there`)
    rmSync(join(folder, `release-${nth}.csv`))
    say('imports', tally)
  }
  return tally
}

/** Two people write at once, and note what was acknowledged. */
async function killWrites(count: number): Promise<Tally> {
  const tally = newTally()
  const acknowledged: string[] = []
  for (let nth = 1; nth <= count; nth++) {
    const program = startProgram({ ...settings, PORT: String(await freePort()) })
    const address = await addressOf(program)
    const before = acknowledged.length
    const writers = [1, 2].map((writer) => write(address, `${nth} ${writer}`, acknowledged))
    // Not before somebody was told that something was kept: there is nothing to lose until then.
    while (acknowledged.length === before && program.process.exitCode === null) await pause(5)
    await pause(random() * 1_000)
    program.process.kill('SIGKILL')
    await program.ended
    await Promise.all(writers)
    tally.kills++
    tally.acknowledged = acknowledged.length
    if (acknowledged.length === before) tally.nothing++
    else tally.whole++
    const there = await look(tally, (database) => database.rows<{ title: string; members: number }>(
      `select g.title, (select count(*)::int from places.group_member m where m.comparator_group = g.id) as members from places.comparator_group g where g.title like 'kills %' and g.known_to = 'infinity'`))
    const members = new Map(there.map((list) => [list.title, list.members]))
    if (members.size !== there.length) tally.faults.push(`after kill ${nth} a list is there twice`)
    for (const title of acknowledged) if (!members.has(title)) tally.faults.push(`the list “${title}” was acknowledged and is gone`)
    for (const { title, members: found } of there) if (found !== 3) tally.faults.push(`the list “${title}” has ${found} of 3 members`)
    say('writes', tally)
  }
  return tally
}

/** Signs in and makes lists of authorities one after another until the program is gone. */
async function write(address: string, name: string, acknowledged: string[]): Promise<void> {
  const cookies = new Map<string, string>()
  const ask = async (path: string, fields?: Record<string, string>) => {
    const answer = await fetch(address + path, {
      redirect: 'manual', headers: { cookie: [...cookies.values()].join('; ') },
      ...(fields ? { method: 'POST', body: new URLSearchParams(fields) } : {}),
    })
    for (const one of answer.headers.getSetCookie()) cookies.set(one.split('=')[0] ?? '', one.split(';')[0] ?? '')
    return { status: answer.status, token: /name="_csrf" value="([^"]+)"/.exec(await answer.text())?.[1] ?? '' }
  }
  try {
    const { token } = await ask('/sign-in')
    await ask('/sign-in', { _csrf: token, email: 'officer@northmere.example', password: demonstrationPassword, next: '/' })
    const form = await ask('/groups/new')
    for (let nth = 1; ; nth++) {
      const title = `kills ${name} ${nth}`
      const { status } = await ask('/groups/new', { _csrf: form.token, name: title, organisation: 'northmere', members: 'X07000001\nX07000002\nX07000003' })
      if (status === 303) acknowledged.push(title)
      else return
    }
  } catch {
    // The program was killed: what it had not acknowledged may be there or not.
  }
}

function say(what: string, { kills, faults }: Tally): void {
  if (kills % 10 === 0) console.log(`${what}: ${kills} kills, ${faults.length} faults`)
}

function report(imports: Tally, writes: Tally): string {
  const faults = [...imports.faults, ...writes.faults]
  return `${imports.kills + writes.kills} kills (signal 9), Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}, moments by the seed ${values.seed}. After each the database opened and the trail's chain held, or it is listed as a fault.

| killed while | kills | nothing was kept | all of it was kept | acknowledged before the kill | faults |
|---|---|---|---|---|---|
| importing ${figures.toLocaleString('en-GB')} figures by the command line | ${imports.kills} | ${imports.nothing} | ${imports.whole} | ${imports.acknowledged} imports | ${imports.faults.length} |
| two people make lists of authorities on pages | ${writes.kills} | ${writes.nothing} | ${writes.whole} | ${writes.acknowledged} lists, all there afterwards but for the faults | ${writes.faults.length} |
${faults.length > 0 ? `\n${faults.slice(0, 20).map((fault) => `- ${fault}`).join('\n')}\n` : ''}`
}

/** The same moments in every run with the same seed (a linear congruential generator; nothing here is secret). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
}
