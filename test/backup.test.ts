import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { PGlite } from '@electric-sql/pglite'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openEmbedded } from '#kernel/db/open.ts'
import { embeddedParsers } from '#kernel/db/parsers.ts'
import { checksums } from '#kernel/testing/checksums.ts'
import { temporaryFolder } from '#kernel/testing/store.ts'
import { addressOf, freePort, startProgram, type Program } from './program.ts'

// Backup and restore of the whole program as a person at a terminal uses them: the workbench runs, another process asks.

vi.setConfig({ testTimeout: 240_000 })

const running: Program[] = []
const { folder: DATA_DIR, remove } = temporaryFolder()

afterEach(async () => {
  for (const { process, ended } of running.splice(0)) {
    process.kill('SIGKILL')
    await ended
  }
  remove()
})

async function bv(...args: string[]): Promise<Record<string, unknown>> {
  const command = startProgram({ DATA_DIR }, { file: 'src/cli.ts', args: [...args, '--json'] })
  const code = await command.ended
  const answer = /^\{.*\}$/m.exec(command.said())?.[0]
  if (answer === undefined) throw new Error(`${args.join(' ')} ended with ${code} and said:\n${command.said()}`)
  return { ended: code, ...(JSON.parse(answer) as object) }
}

async function stopped(program: Program): Promise<void> {
  program.process.kill('SIGTERM')
  expect(await program.ended).toBe(0)
}

/** What is in the folder's database, with what backups and visits themselves leave behind taken away. */
async function contents(): Promise<Record<string, string>> {
  const opened = openEmbedded(await PGlite.create({ dataDir: join(DATA_DIR, 'database'), parsers: embeddedParsers }))
  const sums = await checksums(opened)
  const [head] = await opened.rows<{ entry: number }>(`select entry from kernel.trail where action = 'demonstration.complete'`)
  const [trail] = await opened.rows<{ sum: string }>(`select md5(string_agg(hash, ',' order by entry)) as sum from kernel.trail where entry <= ${head?.entry ?? 0}`)
  await opened.close()
  const visits = new Set(['kernel.trail', 'kernel.trail_head', 'people.attempt'])
  return { ...Object.fromEntries(Object.entries(sums).filter(([table]) => !visits.has(table))), trail: trail?.sum ?? '' }
}

async function failSigningIn(address: string, email: string): Promise<void> {
  const page = await fetch(`${address}/sign-in`)
  const token = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  const cookie = page.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ')
  await fetch(`${address}/sign-in`, { method: 'POST', redirect: 'manual', headers: { cookie }, body: new URLSearchParams({ _csrf: token, email, password: 'wrong', next: '/' }) })
}

describe('a backup of a running workbench', () => {
  test('is made while people use it, brings everything back while it runs, and again into an empty folder', async () => {
    const PORT = String(await freePort())
    const workbench = startProgram({ DATA_DIR, DEMO: 'on', PORT })
    running.push(workbench)
    const address = await addressOf(workbench)
    const file = join(DATA_DIR, 'everything.backup')

    let asks = true
    const answers: number[] = []
    const visitors = (async () => {
      while (asks) {
        answers.push((await fetch(`${address}/authorities`)).status)
        await failSigningIn(address, `nobody${answers.length}@here.example`)
        // As people ask, and not as fast as can be, which would leave the backup a small part of one processor.
        await pause(100)
      }
    })()
    const made = await bv('backup', file)
    asks = false
    await visitors
    expect(made).toMatchObject({ ended: 0, bytes: statSync(file).size })
    expect(new Set(answers)).toEqual(new Set([200]))
    expect(statSync(file).mode & 0o077).toBe(0)
    expect(await bv('backup', file)).toMatchObject({ ended: 1, detail: expect.stringContaining('exists already') as unknown })

    const secret = readFileSync(join(DATA_DIR, 'session-secret'), 'utf8')
    const restored = await bv('restore', file)
    expect(restored).toMatchObject({ ended: 0, trail_entry: made.trail_entry })
    expect((await fetch(`${address}/authorities`)).status).toBe(200)
    expect(readdirSync(DATA_DIR).filter((name) => name.startsWith('database.before-'))).toHaveLength(1)
    await stopped(workbench)
    const first = await contents()

    // A killed workbench leaves its address behind; the command does the work itself then.
    const killed = startProgram({ DATA_DIR, PORT })
    running.push(killed)
    await addressOf(killed)
    killed.process.kill('SIGKILL')
    await killed.ended
    expect(await bv('restore', file)).toMatchObject({ ended: 0, trail_entry: made.trail_entry })
    expect(await contents()).toEqual(first)
    expect(readFileSync(join(DATA_DIR, 'session-secret'), 'utf8')).toBe(secret)
    expect(await bv('trail', 'verify')).toMatchObject({ ended: 0 })
  })
})
