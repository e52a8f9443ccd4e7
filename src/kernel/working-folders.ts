/**
 * Folders for files that one piece of work needs for as long as it lasts. Whoever makes one removes it; what a process left that was
 * killed is removed by a later one.
 */
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const purposes = ['import', 'upload', 'export'] as const

const hour = 60 * 60 * 1000
/** How long nothing may have been written before a folder is nobody's: when its process is gone, and when one of that number is there, in milliseconds. */
const untouched = { gone: hour, there: 24 * hour }

/** Makes a folder that nobody else can read. Its name says what for and by which process. */
export function workingFolder(purpose: (typeof purposes)[number]): Promise<string> {
  return mkdtemp(join(tmpdir(), `workbench-${purpose}-${process.pid}-`))
}

const ownName = new RegExp(`^workbench-(?:${purposes.join('|')})-(\\d+)-\\w{6}$`)

/** Gives the work a folder, and removes it afterwards. */
export async function inWorkingFolder<T>(purpose: (typeof purposes)[number], work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await workingFolder(purpose)
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Removes what a process of this program left that has just ended. */
export async function removeFoldersOf(pid: number): Promise<void> {
  for (const one of await ownFolders()) if (one.pid === pid) await rm(one.path, { recursive: true, force: true })
}

/** Removes what processes of this account left long ago. Gives how many folders that were. */
export async function clearLeftFolders(now = Date.now()): Promise<number> {
  let cleared = 0
  for (const { path, pid, changed } of await ownFolders()) {
    if (now - changed < (isThere(pid) ? untouched.there : untouched.gone)) continue
    await rm(path, { recursive: true, force: true })
    cleared += 1
  }
  return cleared
}

interface OwnFolder {
  path: string
  pid: number
  /** When it, or anything in it, was last written to. */
  changed: number
}

/** Folders with a name of ours that belong to this account. A link of such a name is not followed. */
async function ownFolders(): Promise<OwnFolder[]> {
  const found: OwnFolder[] = []
  for (const name of await readdir(tmpdir())) {
    const pid = ownName.exec(name)?.[1]
    if (pid === undefined) continue
    const path = join(tmpdir(), name)
    try {
      const folder = await lstat(path)
      if (!folder.isDirectory() || (process.getuid && folder.uid !== process.getuid())) continue
      const inside = await Promise.all((await readdir(path)).map(async (file) => (await lstat(join(path, file))).mtimeMs))
      found.push({ path, pid: Number(pid), changed: Math.max(folder.mtimeMs, ...inside) })
    } catch (cause) {
      // Whoever it belongs to removed it meanwhile.
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    }
  }
  return found
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}
