import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { clearLeftFolders, inWorkingFolder, removeFoldersOf, workingFolder } from './working-folders.ts'

// In a folder for temporary files of its own.

let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'workbench-'))
  vi.stubEnv('TMPDIR', place)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(place, { recursive: true, force: true })
})

/** A process that has ended. */
const gone = spawnSync(process.execPath, ['--version']).pid

function left(name: string, hours: number, file: string | null = 'drafts.copy'): string {
  const path = join(place, name)
  mkdirSync(path)
  if (file !== null) writeFileSync(join(path, file), 'figures')
  const then = new Date(Date.now() - hours * 3_600_000)
  for (const one of [...(file === null ? [] : [join(path, file)]), path]) utimesSync(one, then, then)
  return path
}

test('what a killed process left is cleared by a later one, by age, and nothing else is', async () => {
  const cleared = [left(`workbench-import-${gone}-abc123`, 2), left(`workbench-upload-${gone}-ABC_12`, 30), left(`workbench-export-${process.pid}-abc123`, 25)]
  const recent = left(`workbench-import-${gone}-abc124`, 2)
  writeFileSync(join(recent, 'drafts.copy'), 'written just now')
  const kept = [
    recent,
    left(`workbench-import-${gone}-abc125`, 0.5),
    left(`workbench-import-${process.pid}-abc126`, 23),
    left('workbench-import-abcdef', 50),
    left('workbench-server-12-abcdef', 50),
    left(`somebody-workbench-import-${gone}-abc123`, 50),
    left(`workbench-import-${gone}-abc123-more`, 50),
  ]
  expect(await clearLeftFolders()).toBe(3)
  expect(cleared.filter((path) => existsSync(path))).toEqual([])
  expect(kept.filter((path) => !existsSync(path))).toEqual([])
})

test('a link or a file with a name of ours is left alone, and so is what the link leads to', async () => {
  const elsewhere = left('elsewhere', 50)
  symlinkSync(elsewhere, join(place, `workbench-import-${gone}-abc123`))
  writeFileSync(join(place, `workbench-upload-${gone}-abc123`), 'a file')
  expect(await clearLeftFolders(Date.now() + 100 * 3_600_000)).toBe(0)
  expect(existsSync(join(elsewhere, 'drafts.copy'))).toBe(true)
})

test('a folder is there for as long as the work lasts, for this account alone, also where the work fails', async () => {
  const folders: string[] = []
  const work = inWorkingFolder('upload', (folder) => {
    folders.push(folder)
    expect(existsSync(folder)).toBe(true)
    return Promise.reject(new Error('The work failed.'))
  })
  await expect(work).rejects.toThrow('The work failed.')
  expect(folders.map((folder) => existsSync(folder))).toEqual([false])
})

test('what a process left that has just ended is removed at once', async () => {
  const [its, own] = [left(`workbench-import-${gone}-abc123`, 0), await workingFolder('import')]
  await removeFoldersOf(gone)
  expect([existsSync(its), existsSync(own)]).toEqual([false, true])
})
