import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { verifyTrail } from '#kernel/db/trail.ts'
import { startStore } from '#kernel/db/start.ts'
import type { Config } from '#kernel/config.ts'
import { SettingsProblem } from '#kernel/problems.ts'
import type { Command } from '#kernel/slice.ts'
import { examineProvider } from '#slices/people/index.ts'
import { sliceNames } from '#app'

/** One thing looked at: what it is, whether it is well, and in words what was seen or what to do. */
interface Examination {
  check: string
  well: boolean
  said: string
}

/** Says what is wrong with an installation, and what to do about it. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'Say what is wrong with this installation',
  help: `npm run -s bv -- doctor [--json]

Looks at the settings, the folder, the address, the OpenID Connect provider if there is one, the database, its policies and the trail, and says of each whether it is
well. Exit code 1 when something is not. A running workbench holds the embedded database; then the doctor says so.`,
  needsStore: false,
  async run(args, { config }, { out }) {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
    const seen = [runtime(), folder(config), await address(config), ...(await provider(config)), ...(await database(config))]
    if (values.json) out(JSON.stringify(seen, null, 2))
    else for (const { check, well, said } of seen) out(`${well ? 'well ' : 'WRONG'}  ${check}: ${said}`)
    return seen.every(({ well }) => well) ? 0 : 1
  },
}

function runtime(): Examination {
  const well = Number(process.versions.node.split('.')[0]) >= 24
  return { check: 'runtime', well, said: `Node ${process.versions.node} on ${process.platform} ${process.arch}${well ? '' : '; 24 or later is needed'}` }
}

function folder(config: Config): Examination {
  const place = existsSync(config.dataDir) ? config.dataDir : dirname(config.dataDir)
  try {
    accessSync(place, constants.W_OK)
    const { bavail, bsize } = statfsSync(place)
    const gigabytes = (bavail * bsize) / 1e9
    const well = gigabytes > 1
    return { check: 'folder', well, said: `${config.dataDir} can be written; ${gigabytes.toFixed(1)} GB free${well ? '' : ': make room'}` }
  } catch {
    return { check: 'folder', well: false, said: `${place} cannot be written. Choose another with DATA_DIR.` }
  }
}

function address(config: Config): Promise<Examination> {
  const where = `${config.host}:${config.port}`
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (fault: NodeJS.ErrnoException) => {
      const taken = fault.code === 'EADDRINUSE'
      resolve({ check: 'address', well: taken, said: taken ? `${where} is in use: by the workbench, if it is running; else choose another PORT` : `${where} cannot be used (${fault.code})` })
    })
    probe.listen(config.port, config.host, () => probe.close(() => resolve({ check: 'address', well: true, said: `${where} is free` })))
  })
}

/** The service people sign in with, where the settings name one. */
async function provider(config: Config): Promise<Examination[]> {
  const seen = await examineProvider({ config, now: () => new Date() })
  return seen ? [{ check: 'provider', ...seen }] : []
}

async function database(config: Config): Promise<Examination[]> {
  const kind = config.databaseUrl ? 'PostgreSQL server' : 'embedded database'
  try {
    const { store, ran } = await startStore(config, sliceNames)
    try {
      const trail = await store.read({ kind: 'system', name: 'doctor' }, (db) => verifyTrail(db))
      return [
        { check: 'database', well: true, said: `${kind} answers; ${ran.length === 0 ? 'up to date' : `${ran.length} migrations ran just now`}; policies hold` },
        {
          check: 'trail',
          well: trail.broken === null,
          said: trail.broken ? `broken at entry ${trail.broken.entry}: ${trail.broken.reason}` : `${trail.checked} entries, unbroken`,
        },
      ]
    } finally {
      await store.close()
    }
  } catch (cause) {
    if (cause instanceof SettingsProblem) return cause.faults.map((said) => ({ check: 'database', well: false, said }))
    throw cause
  }
}
