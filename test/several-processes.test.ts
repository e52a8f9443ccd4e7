import { createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readConfig, type Config } from '#kernel/config.ts'
import { startStore } from '#kernel/db/start.ts'
import { writeLetter } from '#kernel/mail/index.ts'
import { openMailServer } from '#kernel/testing/mail-server.ts'
import { createServerDatabase } from '#kernel/testing/server.ts'
import { temporaryFolder } from '#kernel/testing/store.ts'
import { fillWithDemonstration, sliceNames } from '#app'
import { completeHouse, type House } from '#kernel/slice.ts'
import { importing } from '#slices/indicators/pages/working.ts'
import { demonstrationPassword, demonstrationSignIns, personOf } from '#slices/people/index.ts'
import { addressOf, startProgram, type Program } from './program.ts'
import { figuresOf, uploaded } from './uploading.ts'

// Two web processes and a worker on one PostgreSQL server, as real processes, behind a proxy that only knows what any proxy knows.

// Seconds on an idle machine; patience for one that is busy with something else.
vi.setConfig({ testTimeout: 240_000 })
const patience = { timeout: 60_000 }

/** A proxy that takes turns among the processes that say they are ready, and looks whether they are every tenth of a second. */
class Proxy {
  readonly #ready = new Set<string>()
  readonly #known = new Set<string>()
  readonly #server: Server
  readonly #looking: NodeJS.Timeout
  #turn = 0

  constructor() {
    this.#server = createServer((request, response) => this.#pass(request, response))
    this.#looking = setInterval(() => void Promise.all([...this.#known].map((address) => this.#look(address))), 100)
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async add(address: string): Promise<void> {
    this.#known.add(address)
    await vi.waitFor(() => expect(this.#ready.has(address)).toBe(true), patience)
  }

  forget(address: string): void {
    this.#known.delete(address)
    this.#ready.delete(address)
  }

  close(): void {
    clearInterval(this.#looking)
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #look(address: string): Promise<void> {
    const isReady = await fetch(`${address}/health/ready`).then(({ status }) => status === 200, () => false)
    if (isReady && this.#known.has(address)) this.#ready.add(address)
    else this.#ready.delete(address)
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const processes = [...this.#ready]
    const target = processes[this.#turn++ % processes.length]
    if (!target) return void response.writeHead(502).end()
    const passed = ask(target + (request.url ?? '/'), { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'x-process': target })
      answer.pipe(response)
    })
    passed.on('error', () => response.writeHead(502).end())
    request.pipe(passed)
  }
}

let settings: Record<string, string>
let folder: ReturnType<typeof temporaryFolder>
let house: House
const programs: Program[] = []

beforeAll(async () => {
  const { ordinary } = await createServerDatabase()
  folder = temporaryFolder()
  settings = { DATABASE_URL: ordinary, SESSION_SECRET: 'a secret of thirty-two characters!', DRAIN: '1', JOBS_LEASE: '2' }
  const config: Config = readConfig(settings)
  const log = pino({ level: 'silent' })
  const now = () => new Date()
  const { store } = await startStore(config, sliceNames, (empty) => fillWithDemonstration(completeHouse({ store: empty, config, log, now })))
  house = completeHouse({ store, config, log, now })
})
afterAll(async () => {
  for (const program of programs) program.process.kill('SIGKILL')
  await Promise.all(programs.map(({ ended }) => ended))
  await house.store.close()
  folder.remove()
})

function start(extra: Record<string, string> = {}, how: Parameters<typeof startProgram>[1] = {}): Program {
  const program = startProgram({ DATA_DIR: folder.folder, ...settings, ...extra }, how)
  programs.push(program)
  return program
}

async function stopped(program: Program): Promise<number | null> {
  program.process.kill('SIGTERM')
  return program.ended
}

/** Signs in through the proxy, whose processes take turns, and gives the cookie of the session. */
async function signIn(origin: string): Promise<string> {
  const page = await fetch(`${origin}/sign-in`)
  const token = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  const answer = await fetch(`${origin}/sign-in`, {
    method: 'POST', redirect: 'manual', headers: { cookie: cookiesOf(page) },
    body: new URLSearchParams({ _csrf: token, email: demonstrationSignIns[0]?.email ?? '', password: demonstrationPassword, next: '/' }),
  })
  expect(answer.status).toBe(303)
  return cookiesOf(answer)
}

const cookiesOf = (answer: Response) => answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ')

describe('two web processes behind a proxy', () => {
  test('are restarted one after the other under load without a failed request, and nobody is signed out', async () => {
    const proxy = new Proxy()
    const origin = await proxy.listen()
    let running = [start(), start()]
    for (const program of running) await proxy.add(await addressOf(program))
    const cookie = await signIn(origin)

    const faults: string[] = []
    const answeredBy = new Map<string, number>()
    let isOver = false
    const askOnAndOn = async (path: string, headers: Record<string, string>, says: RegExp) => {
      while (!isOver) {
        const answer = await fetch(origin + path, { headers, redirect: 'manual' }).catch((cause: unknown) => String(cause))
        if (typeof answer === 'string') faults.push(`${path}: ${answer}`)
        else {
          const text = await answer.text()
          if (answer.status !== 200 || !says.test(text)) faults.push(`${path}: ${answer.status} ${text.slice(0, 200)}`)
          const who = answer.headers.get('x-process') ?? ''
          answeredBy.set(who, (answeredBy.get(who) ?? 0) + 1)
        }
      }
    }
    const load = [
      askOnAndOn('/account', { cookie }, /Where you are signed in/), askOnAndOn('/imports', { cookie }, /Import a file/),
      askOnAndOn('/help', {}, /Help/), askOnAndOn('/authorities', {}, /Aldermark|Northmere/),
    ]
    for (const old of running) {
      const replacement = start()
      await proxy.add(await addressOf(replacement))
      proxy.forget(await leaving(old))
      running = [...running.filter((one) => one !== old), replacement]
    }
    isOver = true
    await Promise.all(load)
    proxy.close()
    expect(faults).toEqual([])
    expect(answeredBy.size).toBe(4)
    expect(Math.min(...answeredBy.values())).toBeGreaterThan(5)
    for (const program of running) expect(await stopped(program)).toBe(0)
  })

  /** Tells a process to stop and waits until it has; gives its address. It must be the proxy's own look that finds it not ready. */
  async function leaving(program: Program): Promise<string> {
    const address = await addressOf(program)
    program.process.kill('SIGTERM')
    await vi.waitFor(async () => {
      const answer = await fetch(`${address}/health/ready`)
      expect(answer.status).toBe(503)
      expect(answer.headers.get('connection')).toBe('close')
    }, patience)
    expect(await program.ended).toBe(0)
    return address
  }
})

describe('letters', () => {
  test('are sent once each by a worker and a web process together, and by the worker when there is no web process', async () => {
    const mail = await openMailServer()
    const sending = { SMTP_URL: mail.url, MAIL_FROM: 'bestvalue@northmere.example' }
    const system = { kind: 'system', name: 'test' } as const
    const write = (many: number, what: string) => house.store.change(system, 'test.write', async (trx) => {
      const expiresAt = new Date(Date.now() + 3_600_000)
      for (let nth = 0; nth < many; nth++) await writeLetter(trx, house, { organisation: null, to: `${what}-${nth}@northmere.example`, subject: 'A letter', text: 'Words', expiresAt })
      return { subject: 'letter:test', result: null }
    })
    await write(40, 'both')
    const [worker, web] = [start(sending, { file: 'src/cli.ts', args: ['worker'] }), start(sending)]
    await vi.waitFor(() => expect(mail.taken.length).toBeGreaterThanOrEqual(40), patience)
    expect(await stopped(web)).toBe(0)
    await write(1, 'alone')
    await vi.waitFor(() => expect(mail.taken.at(-1)?.to).toEqual(['alone-0@northmere.example']), patience)
    expect(await stopped(worker)).toBe(0)
    await mail.close()
    const readers = mail.taken.flatMap(({ to }) => to)
    expect([readers.length, new Set(readers).size]).toEqual([41, 41])
  })
})

describe('processes that start at the same moment on an empty database', () => {
  test('bring it forward and fill it once', async () => {
    const { ordinary } = await createServerDatabase()
    const config = readConfig({ ...settings, DATABASE_URL: ordinary })
    let filled = 0
    const fill = () => Promise.resolve(void filled++)
    const begun = await Promise.all([1, 2, 3].map(() => startStore(config, sliceNames, fill)))
    expect(filled).toBe(1)
    expect(begun.filter(({ ran }) => ran.length > 0)).toHaveLength(1)
    await Promise.all(begun.map(({ store }) => store.close()))
  })
})

describe('an import whose process is gone in the middle', () => {
  let blocker: pg.Client
  /** Imports are made one after another; whoever holds this lock stops them all where it matters. */
  const hold = () => blocker.query("select pg_advisory_lock(hashtext('indicators.import'))")
  const letGo = () => blocker.query("select pg_advisory_unlock(hashtext('indicators.import'))")
  const waiting = async () => Number((await blocker.query<{ n: string }>("select count(*) as n from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())")).rows[0]?.n)

  beforeAll(async () => {
    blocker = new pg.Client({ connectionString: settings.DATABASE_URL ?? '' })
    await blocker.connect()
  })
  afterAll(() => blocker.end())

  /** Somebody of the demonstration asks for an import. */
  async function askForImport(email: string, authority: string, figures: number) {
    const found = await accountOf(email)
    const person = await personOf(house, found.id)
    if (!person) throw new Error(`${email} may not sign in.`)
    const upload = await uploaded(house, { account: found.id, organisation: found.organisation, content: figuresOf(authority, figures) })
    return { person, job: await house.jobs.ask(person, importing, { key: upload, input: { upload }, title: 'Importing restarts.csv', organisation: found.organisation }) }
  }

  async function accountOf(email: string) {
    const found = await house.store.read({ kind: 'system', name: 'test' }, (db) => db.selectFrom('people.account').select(['id', 'organisation']).where('email', '=', email).executeTakeFirst())
    if (!found) throw new Error(`There is nobody with the address ${email}.`)
    return found
  }

  const imports = () => house.store.read({ kind: 'system', name: 'test' }, (db) => db.selectFrom('indicators.import').select('id').where('file_name', '=', 'restarts.csv').execute())

  test('is made by another process, once, whether the first was killed or only asleep', async () => {
    await hold()
    const killed = start({}, { file: 'src/cli.ts', args: ['worker'] })
    await killed.until(/The worker is doing jobs/)
    const { person, job } = await askForImport('officer@northmere.example', 'X07000001', 50)
    await vi.waitFor(async () => expect(await waiting()).toBe(1), patience)
    killed.process.kill('SIGKILL')
    await killed.ended

    // In the worker itself, so that the signal that puts it to sleep reaches whoever does the work.
    const asleep = start({ JOBS: 'inside' }, { file: 'src/cli.ts', args: ['worker'] })
    await vi.waitFor(async () => expect((await house.jobs.find(person, job.id))?.attempts).toBe(2), patience)
    await vi.waitFor(async () => expect(await waiting()).toBe(1), patience)
    asleep.process.kill('SIGSTOP')

    const web = start()
    await addressOf(web)
    await vi.waitFor(async () => expect((await house.jobs.find(person, job.id))?.attempts).toBe(3), patience)
    await vi.waitFor(async () => expect(await waiting()).toBe(2), patience)
    await letGo()
    asleep.process.kill('SIGCONT')
    await vi.waitFor(async () => expect(await house.jobs.find(person, job.id)).toMatchObject({ state: 'done', outcome: { says: 'The file has been imported.' }, attempts: 3 }), patience)
    expect(await stopped(asleep)).toBe(0)
    expect(await stopped(web)).toBe(0)
    expect(await imports()).toHaveLength(1)
    expect(await house.jobs.find(person, job.id)).toMatchObject({ state: 'done', attempts: 3 })
  })

  test('is stopped by who asked, in the middle of a statement that does not end, and keeps nothing', async () => {
    const before = (await imports()).length
    await hold()
    const worker = start({}, { file: 'src/cli.ts', args: ['worker'] })
    await worker.until(/The worker is doing jobs/)
    const { person, job } = await askForImport('officer@northmere.example', 'X07000001', 60)
    await vi.waitFor(async () => expect(await waiting()).toBe(1), patience)
    expect(await house.jobs.cancel(person, job.id)).toMatchObject({ state: 'running', cancelAsked: true })
    await vi.waitFor(async () => expect(await house.jobs.find(person, job.id)).toMatchObject({ state: 'cancelled', reason: 'It was stopped. Nothing of it was kept.' }), patience)
    await vi.waitFor(async () => expect(await waiting()).toBe(0), patience)
    await letGo()
    expect(await stopped(worker)).toBe(0)
    expect(await imports()).toHaveLength(before)
  })
})
