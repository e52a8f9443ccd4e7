import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { readConfig } from '#kernel/config.ts'
import { lockFolder } from '#kernel/db/lock.ts'
import { startStore } from '#kernel/db/start.ts'
import { SettingsProblem } from '#kernel/problems.ts'
import { asSuperuser, createServerDatabase } from '#kernel/testing/server.ts'
import { furnish, temporaryFolder } from '#kernel/testing/store.ts'
import { sliceNames } from '#app'
import { addressOf, freePort, startProgram, type How, type Program, type Settings } from './program.ts'

// The real program as a process of its own: how it starts, stops, and says what is wrong.

const secret = 'a secret of more than thirty-two characters'
const running: Program[] = []
const clearing: (() => void)[] = []

function folder(): string {
  const { folder, remove } = temporaryFolder()
  clearing.push(remove)
  return folder
}

/** A folder the workbench was started in before: a first start makes its database, which takes longer than all else. */
async function usedFolder(): Promise<string> {
  const used = folder()
  await furnish(used)
  return used
}

function start(settings: Settings, how?: How): Program {
  const program = startProgram({ DEMO: 'off', ...settings }, how)
  running.push(program)
  return program
}

/** The workbench does not start, says so in one plain line, and shows nobody a stack. */
async function refusal(program: Program): Promise<string> {
  expect(await program.ended).toBe(1)
  const said = program.said().trim()
  expect(said.split('\n')).toHaveLength(1)
  expect(said).toMatch(/\.$/)
  expect(said).not.toMatch(/\bat .*\.ts:\d+/)
  return said
}

afterEach(async () => {
  for (const { process, ended } of running.splice(0)) {
    process.kill('SIGKILL')
    await ended
  }
  for (const clear of clearing.splice(0)) clear()
})

describe('a start', () => {
  test('serves, and stops with code 0 on SIGTERM; a second start finds everything in place', async () => {
    const DATA_DIR = folder()
    for (let nth = 1; nth <= 2; nth++) {
      const program = start({ DATA_DIR }, { through: 'bin/run.mjs' })
      const address = await addressOf(program)
      expect((await fetch(`${address}/health/ready`)).status).toBe(200)
      expect((await fetch(`${address}/sign-in`)).status).toBe(200)
      program.process.kill('SIGTERM')
      expect(await program.ended).toBe(0)
    }
  })

  test('stops with code 0 on Ctrl-C, which a terminal sends to npm and to the program alike', async () => {
    const program = start({ DATA_DIR: await usedFolder() }, { through: 'bin/run.mjs', detached: true })
    await addressOf(program)
    process.kill(-(program.process.pid ?? 0), 'SIGINT')
    expect(await program.ended).toBe(0)
  })

  test('without the demonstration says how to add the first person, when nobody can sign in', async () => {
    const program = start({ DATA_DIR: await usedFolder() })
    await program.until(/Nobody can sign in yet\. .*users add --help/)
  })

  test('works after the one before was killed while it served', async () => {
    const DATA_DIR = await usedFolder()
    const killed = start({ DATA_DIR })
    await addressOf(killed)
    killed.process.kill('SIGKILL')
    await killed.ended
    await addressOf(start({ DATA_DIR }))
  })

  test('with the demonstration prints who can sign in, and one of them can', async () => {
    const program = start({ DATA_DIR: folder(), DEMO: 'on' })
    const address = await addressOf(program)
    const [, email = ''] = await program.until(/^ {2}(\S+@\S+)/m)
    const [, password = ''] = await program.until(/the password is the same for all:\n {2}(.+)/)
    const page = await fetch(`${address}/sign-in`)
    const token = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
    const cookie = page.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ')
    const answer = await fetch(`${address}/sign-in`, {
      method: 'POST', redirect: 'manual', headers: { cookie }, body: new URLSearchParams({ _csrf: token, email, password, next: '/account' }),
    })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account'])
  })

  test('that lets others reach it loads no demonstration unless told to', async () => {
    const DATA_DIR = folder()
    const settings = { DATA_DIR, HOST: '0.0.0.0', DEMO: '' }
    const empty = start(settings)
    await empty.until(/The demonstration was not loaded, because HOST or BASE_URL lets others reach the workbench\..*DEMO=on/)
    await empty.until(/Nobody can sign in yet/)
    // Before this it does not listen to being told to stop.
    await addressOf(empty)
    empty.process.kill('SIGTERM')
    expect(await empty.ended).toBe(0)
    for (const HOST of ['0.0.0.0', '192.0.2.7', '::']) expect(readConfig({ SESSION_SECRET: secret, HOST }), HOST).toMatchObject({ demo: 'off', demonstrationSignIns: false })
    expect(readConfig({ SESSION_SECRET: secret, BASE_URL: 'https://bestvalue.example' })).toMatchObject({ demo: 'off', demonstrationSignIns: false })
    expect(readConfig({ SESSION_SECRET: secret, HOST: '0.0.0.0', DEMO: 'on' })).toMatchObject({ demo: 'on', demonstrationSignIns: true })
    expect(readConfig({ SESSION_SECRET: secret, HOST: '::1' })).toMatchObject({ demo: 'on', demonstrationSignIns: true })
  })
})

describe('a refused command', () => {
  test('says so as JSON too when JSON was asked for, with the code that scripts look at', async () => {
    const DATA_DIR = await usedFolder()
    for (const [args, code, ended] of [
      [['compare', '--measure', 'nothing-of-this-name', '--json'], 'not-found', 1],
      [['compare', '--nonsense', '--json'], 'usage', 2],
    ] as const) {
      const command = start({ DATA_DIR }, { file: 'src/cli.ts', args: [...args] })
      const [answer] = await command.until(/^\{.*\}$/m)
      expect(JSON.parse(answer)).toMatchObject({ outcome: 'refused', code })
      expect(await command.ended).toBe(ended)
    }
  })
})

describe('the embedded database', () => {
  test('is held by one process: a second start and a command are refused, told by which, and where it answers', async () => {
    const DATA_DIR = await usedFolder()
    const PORT = String(await freePort())
    const holder = start({ DATA_DIR, PORT })
    const address = await addressOf(holder)
    const second = await refusal(start({ DATA_DIR }))
    expect(second).toContain(`in use by process ${holder.process.pid}`)
    expect(second).toContain(address)
    const command = await refusal(start({ DATA_DIR }, { file: 'src/cli.ts', args: ['trail', 'verify'] }))
    expect(command).toContain(`in use by process ${holder.process.pid}`)
    expect(command).toContain(`${address} (pages, or the API under /api/v1)`)
    expect((await fetch(`${address}/health/ready`)).status).toBe(200)
  })

  test.each([300, 1_500])('killed %i ms into the load of the demonstration, leaves nothing that looks finished; the next start works', async (ms) => {
    const DATA_DIR = folder()
    const killed = start({ DATA_DIR, DEMO: 'on' })
    await killed.until(/Loading the demonstration/)
    await new Promise((resolve) => setTimeout(resolve, ms))
    killed.process.kill('SIGKILL')
    expect(await killed.ended).toBe(null)
    expect(existsSync(join(DATA_DIR, 'database'))).toBe(false)
    const next = start({ DATA_DIR, DEMO: 'on' })
    await addressOf(next)
    next.process.kill('SIGTERM')
    expect(await next.ended).toBe(0)
    expect(readdirSync(DATA_DIR)).not.toContain('database.making')
    expect(await heldIn(DATA_DIR)).toEqual({ authorities: 50, measures: 124, imports: 54 })
  })
})

/** The superuser of a machine may read and write everything, so that right is given up for as long as the question takes. */
function withoutPrivileges<T>(ask: () => T): T {
  const isSuperuser = process.geteuid?.() === 0
  if (isSuperuser) process.seteuid?.(65_534)
  try {
    return ask()
  } finally {
    if (isSuperuser) process.seteuid?.(0)
  }
}

function faultOf(work: () => void): string {
  try {
    work()
  } catch (cause) {
    if (cause instanceof SettingsProblem) return cause.faults.join('\n')
    throw cause
  }
  return 'Nothing was wrong.'
}

/** How much of the demonstration a folder holds. */
async function heldIn(DATA_DIR: string) {
  const { store } = await startStore(readConfig({ DATA_DIR }), sliceNames)
  try {
    return await store.read({ kind: 'system', name: 'test' }, async (db) => {
      const count = async (table: 'places.authority' | 'indicators.measure' | 'indicators.import') =>
        (await db.selectFrom(table).select(db.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()).count
      return { authorities: await count('places.authority'), measures: await count('indicators.measure'), imports: await count('indicators.import') }
    })
  } finally {
    await store.close()
  }
}

describe('what stands in the way is said in one plain sentence:', () => {
  test('a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    const DATA_DIR = await usedFolder()
    expect(await refusal(start({ DATA_DIR, PORT: String(port) }))).toBe(
      `Port ${port} on 127.0.0.1 is in use by another program. Stop it, or choose another with PORT.`,
    )
    other.close()
    await addressOf(start({ DATA_DIR }))
  })

  test('a file where the folder should be', async () => {
    const file = join(folder(), 'a-file')
    writeFileSync(file, '')
    for (const DATA_DIR of [file, join(file, 'inside')]) {
      expect(await refusal(start({ DATA_DIR }))).toMatch(/^DATA_DIR: the folder .*a-file\S* cannot be written \(E[A-Z]+\)\. Choose a folder/)
    }
  })

  test('a folder that may not be written', () => {
    const DATA_DIR = folder()
    chmodSync(DATA_DIR, 0o555)
    const faults = withoutPrivileges(() => [
      faultOf(() => void readConfig({ DATA_DIR })),
      faultOf(() => void lockFolder(DATA_DIR, '')),
    ])
    expect(faults).toEqual([
      `DATA_DIR: the folder ${DATA_DIR} cannot be written (EACCES). Choose a folder this account may write to.`,
      `DATA_DIR: nothing can be written in the folder ${DATA_DIR}. Choose a folder this account may write to.`,
    ])
  })

  test('a folder somebody else began to use', () => {
    const DATA_DIR = folder()
    writeFileSync(join(DATA_DIR, 'session-secret'), secret, { mode: 0o000 })
    const fault = withoutPrivileges(() => faultOf(() => void readConfig({ DATA_DIR })))
    expect(fault).toMatch(/^DATA_DIR: the folder .* cannot be written \(EACCES\)\. Choose a folder/)
  })

  test('a setting that is not accepted, together with every other one', async () => {
    const program = start({ DATA_DIR: folder(), PORT: 'eighty', DEMO: 'maybe' })
    expect(await program.ended).toBe(1)
    expect(program.said().trim().split('\n')).toEqual([
      'PORT: "eighty" is not accepted. Give a number.',
      'DEMO: "maybe" is not accepted. Give on or off.',
    ])
  })
})

describe('a PostgreSQL server', () => {
  const server = (DATABASE_URL: string, more: Record<string, string> = {}) => start({ DATA_DIR: folder(), SESSION_SECRET: secret, DATABASE_URL, ...more })

  test('serves, and stops with code 0', async () => {
    const { ordinary } = await createServerDatabase()
    const program = server(ordinary)
    expect((await fetch(`${await addressOf(program)}/health/ready`)).status).toBe(200)
    program.process.kill('SIGTERM')
    expect(await program.ended).toBe(0)
  })

  test('that cannot be reached is named', async () => {
    const port = await freePort()
    expect(await refusal(server(`postgresql://nobody:nothing@127.0.0.1:${port}/nowhere`))).toMatch(
      new RegExp(`^The PostgreSQL server in DATABASE_URL cannot be used: connect ECONNREFUSED 127\\.0\\.0\\.1:${port}\\. Check the address`),
    )
  })

  test('that does not accept the password is named, and the password is not', async () => {
    const url = new URL((await createServerDatabase()).ordinary)
    url.password = 'not-the-password'
    const said = await refusal(server(url.href))
    expect(said).toMatch(/^The PostgreSQL server in DATABASE_URL cannot be used: password authentication failed/)
    expect(said).not.toContain('not-the-password')
  })

  test('that is too old is refused with its version', async () => {
    // A real server that says it is an older one: the function that tells the version is found in another schema first.
    const { ordinary } = await createServerDatabase()
    const name = new URL(ordinary).pathname.slice(1)
    await asSuperuser(async (client) => {
      await client.query('create schema older')
      await client.query('grant usage on schema older to public')
      await client.query(`create function older.current_setting(name text) returns text language sql
        return case name when 'server_version_num' then '140012' when 'server_version' then '14.12' else pg_catalog.current_setting(name) end`)
      await client.query(`alter database ${name} set search_path = older, pg_catalog, public`)
    }, name)
    expect(await refusal(server(ordinary))).toBe('The server in DATABASE_URL is PostgreSQL 14.12; the workbench needs 15 or later.')
  })

  test('as a role that could bypass the policies is refused, before anything is made', async () => {
    const { superuser } = await createServerDatabase()
    expect(await refusal(server(superuser))).toBe(
      'The database role postgres is a superuser or bypasses row-level security, so organisations could not be kept apart. Use an ordinary role.',
    )
    const schemas = await asSuperuser((client) => client.query(`select 1 from pg_namespace where nspname = 'kernel'`), new URL(superuser).pathname.slice(1))
    expect(schemas.rows).toEqual([])
  })

  test('killed in the load of the demonstration is not taken for complete', async () => {
    const { ordinary } = await createServerDatabase()
    const killed = server(ordinary, { DEMO: 'on' })
    await killed.until(/Loading the demonstration/)
    await new Promise((resolve) => setTimeout(resolve, 700))
    killed.process.kill('SIGKILL')
    await killed.ended
    expect(await refusal(server(ordinary, { DEMO: 'on' }))).toBe(
      'The demonstration was being loaded into the database in DATABASE_URL when the workbench was stopped, so what is in it is not complete. Make a new, empty database and use that.',
    )
  })
})
