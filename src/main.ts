import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { createLog } from '#kernel/log.ts'
import { readConfig, type Config } from '#kernel/config.ts'
import { openControl } from '#kernel/control.ts'
import type { Store } from '#kernel/db/index.ts'
import type { Opened } from '#kernel/db/open.ts'
import { nameHolder } from '#kernel/db/lock.ts'
import { startStore } from '#kernel/db/start.ts'
import { startPost } from '#kernel/mail/index.ts'
import { SettingsProblem } from '#kernel/problems.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { createApp, fillWithDemonstration, holdsDemonstration, sliceNames, whoMaySignIn } from '#app'
import { controlDeeds } from './backing-up.ts'

// `npm start`: reads the settings, opens the store, serves, and stops cleanly.

const say = (text: string) => void process.stdout.write(`${text}\n`)

try {
  await start(readConfig())
} catch (cause) {
  if (!(cause instanceof SettingsProblem)) throw cause
  for (const fault of cause.faults) process.stderr.write(`${fault}\n`)
  process.exitCode = 1
}

/** The workbench while it serves. */
interface Running {
  store: Store
  opened: Opened
  /** Goes on answering for as long as the settings say, so that proxies notice and send nobody new. */
  drain: () => Promise<void>
  stop: () => Promise<void>
}

async function start(config: Config): Promise<void> {
  let running = await run(config)
  const replace = async <T>(swap: () => T): Promise<T> => {
    await running.stop()
    try {
      return swap()
    } finally {
      // The secret that came with the backup is read again with the other settings.
      running = await run(readConfig())
    }
  }
  const closeControl = config.databaseUrl ? async () => {} : await openControl(config.dataDir, controlDeeds(config, () => running, replace))
  stopOnSignals(async () => {
    await closeControl()
    await running.drain()
    await running.stop()
  })
  say('\nPress Ctrl-C to stop.')
}

async function run(config: Config): Promise<Running> {
  const log = createLog(config.logLevel)
  const now = () => new Date()
  const { store, opened } = await startStore(config, sliceNames, async (empty) => {
    if (config.demo === 'off') return
    say('Loading the demonstration: a fictional nation with its figures. This happens once.')
    await fillWithDemonstration(completeHouse({ store: empty, config, log, now }))
  })
  try {
    const house = completeHouse({ store, config: { ...config, demo: (await holdsDemonstration(store)) ? 'on' : 'off' }, log, now })
    const app = await serve(house)
    const post = startPost(house)
    return {
      store,
      opened,
      async drain() {
        app.drain()
        if (config.drain > 0) await pause(config.drain * 1000)
      },
      async stop() {
        await app.close()
        await post.stop()
        await store.close()
      },
    }
  } catch (cause) {
    await store.close()
    throw cause
  }
}

async function serve(house: House): Promise<FastifyInstance> {
  const { store, config } = house
  const app = await createApp(house)
  try {
    await app.listen({ port: config.port, host: config.host })
  } catch (cause) {
    await app.close()
    throw listeningFault(cause, config)
  }
  const { port } = app.server.address() as AddressInfo
  const address = config.port === 0 ? `http://${config.host}:${port}` : config.baseUrl
  if (store.kind === 'embedded') nameHolder(config.dataDir, address)
  say(`\nBest Value Workbench is at ${address}`)
  for (const line of await whoMaySignIn(house)) say(line)
  return app
}

function listeningFault(cause: unknown, { host, port }: Config): unknown {
  const code = (cause as NodeJS.ErrnoException).code
  if (code === 'EADDRINUSE') return new SettingsProblem([`Port ${port} on ${host} is in use by another program. Stop it, or choose another with PORT.`])
  if (code === 'EACCES') return new SettingsProblem([`Port ${port} may not be used by this account. Choose one above 1023 with PORT.`])
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return new SettingsProblem([`HOST: this machine has no address ${host}. Use 127.0.0.1, or 0.0.0.0 for every address.`])
  return cause
}

/** Finishes what is being answered, then closes the database. A second signal ends at once. */
function stopOnSignals(close: () => Promise<void>): void {
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      void close().then(() => process.exit(0))
    })
  }
}
