import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openDatabase } from '#kernel/db/open.ts'
import { checksums } from '#kernel/testing/checksums.ts'
import { describePublished } from '#kernel/testing/published.ts'
import { furnish, temporaryFolder } from '#kernel/testing/store.ts'

// A program that is killed has no chance to tidy up: what the store holds afterwards is what it held before, or all of it.

const program = join(import.meta.dirname, '..', 'src', 'cli.ts')

describePublished('an import that is killed', (path) => {
  test('leaves the store as it was, at whatever moment', async () => {
    const { folder, remove } = temporaryFolder()
    await furnish(folder)
    const start = (...args: string[]) =>
      spawn(process.execPath, [program, ...args], { env: { PATH: process.env.PATH, DATA_DIR: folder, DEMO: 'off' }, stdio: 'ignore' })
    const run = async (...args: string[]) => (await once(start(...args), 'exit'))[0] as number
    const contents = async () => {
      const database = await openDatabase({ databaseUrl: null, dataDir: folder, baseUrl: '' })
      try {
        return await checksums(database)
      } finally {
        await database.close()
      }
    }
    expect(await run('import', path('authority-register/uk-local-authorities-with-future.csv'), '--recipe', 'uk-authority-register')).toBe(0)
    expect(await run('import', path('lgbf/indicator-information-2024-03.csv'), '--recipe', 'lgbf-measures-cash')).toBe(0)
    const before = await contents()

    const figures = ['import', path('lgbf/raw-cash-annual-2023-08.csv'), '--recipe', 'lgbf-cash-annual-2023']
    const began = performance.now()
    expect(await run(...figures, '--dry-run')).toBe(0)
    const whole = performance.now() - began
    expect(await contents(), 'after a dry run').toEqual(before)

    for (const share of [0.35, 0.55, 0.75, 0.9]) {
      const child = start(...figures)
      const ended = once(child, 'exit')
      await Promise.race([pause(whole * share), ended])
      const running = child.exitCode === null
      child.kill('SIGKILL')
      await ended
      if (running) expect(await contents(), `killed after ${Math.round(share * 100)}%`).toEqual(before)
    }

    expect(await run(...figures)).toBe(0)
    const after = await contents()
    expect(after).not.toEqual(before)
    expect(await run(...figures), 'again').toBe(0)
    expect(await contents()).toEqual(after)
    remove()
  }, 240_000)
})
