import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SettingsProblem } from '../problems.ts'

/**
 * Takes the data folder for this process. Two processes on one PGlite folder both start, and the second one's writes
 * are lost without a word; so a lock of the operating system stands in front. It is the lock SQLite takes on an empty
 * file, because that one exists on every platform and ends with the process, however the process ends.
 *
 * @returns a function that gives the folder back
 * @throws SettingsProblem naming the process that holds it
 */
export function lockFolder(folder: string, address: string): () => void {
  const holderFile = join(folder, 'held-by.json')
  const lock = openLock(folder)
  try {
    lock.exec('pragma locking_mode = exclusive; pragma journal_mode = memory; begin exclusive; create table if not exists held (x)')
  } catch {
    lock.close()
    throw new SettingsProblem([heldBy(folder, holderFile)])
  }
  nameHolder(folder, address)
  return () => {
    rmSync(holderFile, { force: true })
    lock.close()
  }
}

/** Says who holds the folder and where it answers: again, once the port is known. For whoever holds the lock. */
export function nameHolder(folder: string, address: string): void {
  writeFileSync(join(folder, 'held-by.json'), JSON.stringify({ process: process.pid, command: process.argv.slice(2).join(' '), address }))
}

function openLock(folder: string): DatabaseSync {
  try {
    return new DatabaseSync(join(folder, 'lock'))
  } catch {
    throw new SettingsProblem([`DATA_DIR: nothing can be written in the folder ${folder}. Choose a folder this account may write to.`])
  }
}

function heldBy(folder: string, holderFile: string): string {
  let holder: { process: number; address: string } | undefined
  try {
    holder = JSON.parse(readFileSync(holderFile, 'utf8')) as { process: number; address: string }
  } catch {
    // The holder may be between taking the lock and writing its name: the refusal stands without it.
  }
  const who = holder ? `process ${holder.process}` : 'another process'
  const where = holder?.address ? ` If that is the workbench itself, use it at ${holder.address} (pages, or the API under /api/v1).` : ''
  return `The database in ${folder} is in use by ${who}.${where} Stop that process first, choose another folder with DATA_DIR, or use a PostgreSQL server with DATABASE_URL.`
}
