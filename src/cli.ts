import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import pino from 'pino'
import { createLog } from '#kernel/log.ts'
import { readConfig, type Config } from '#kernel/config.ts'
import type { Store } from '#kernel/db/index.ts'
import { startStore } from '#kernel/db/start.ts'
import { jobCommands } from '#kernel/jobs/index.ts'
import { Problem, SettingsProblem } from '#kernel/problems.ts'
import type { Command, House, Terminal } from '#kernel/slice.ts'
import { sliceNames, slices } from '#app'
import { backup, restore } from './backing-up.ts'
import { doctor } from './doctor.ts'
import { worker } from './worker.ts'
import { completeHouse } from '#kernel/slice.ts'

// The command line: npm run -s bv -- <command> …

const commands: Command[] = [migrateCommand(), doctor, worker, ...jobCommands, backup, restore, ...slices.flatMap((slice) => slice.commands ?? [])]

const terminal: Terminal = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  progress(text) {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`)
  },
}

// A reader such as head may leave early; that is no fault of anybody's.
process.stdout.on('error', (fault: NodeJS.ErrnoException) => process.exit(fault.code === 'EPIPE' ? 0 : 1))

process.exitCode = await run(process.argv.slice(2))

async function run(args: string[]): Promise<number> {
  // A command is one or two words: "import", "trail verify".
  const command = commands.find(({ name }) => name === args.slice(0, 2).join(' ')) ?? commands.find(({ name }) => name === args[0])
  if (!command) return listCommands(args[0])
  const rest = args.slice(command.name.split(' ').length)
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.out(command.help)
    return 0
  }
  try {
    return await inHouse(command, rest, readConfig())
  } catch (cause) {
    return explain(cause, command, rest.includes('--json'))
  }
}

function listCommands(asked: string | undefined): number {
  const known = asked === undefined || asked === '--help' || asked === '-h' || asked === 'help'
  const print = known ? terminal.out : terminal.err
  if (!known) print(`There is no command "${asked}". The commands are:\n`)
  const width = Math.max(...commands.map(({ name }) => name.length))
  for (const { name, summary } of commands.toSorted((a, b) => a.name.localeCompare(b.name))) print(`  ${name.padEnd(width)}  ${summary}`)
  print('\nnpm run -s bv -- <command> --help says more about each.')
  return known ? 0 : 2
}

async function inHouse(command: Command, args: string[], config: Config): Promise<number> {
  const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel, pino.destination(2))
  const now = () => new Date()
  const store = await storeFor(command, config)
  if (!store) return command.run(args, { config, log, now } as House, terminal)
  try {
    return await command.run(args, { ...completeHouse({ store, config, log, now }), slices }, terminal)
  } finally {
    await store.close()
  }
}

/** The store a command needs; null for one that does without, or can do without what is not there or held by a running workbench. */
async function storeFor({ needsStore }: Command, config: Config): Promise<Store | null> {
  if (needsStore === false || (needsStore === 'if-there' && !config.databaseUrl && !existsSync(config.dataDir))) return null
  try {
    return (await startStore(config, sliceNames)).store
  } catch (cause) {
    if (needsStore === 'if-there' && cause instanceof SettingsProblem) return null
    throw cause
  }
}

/** What went wrong: in sentences, and for machines that asked for JSON also as that. Only a fault of ours shows its stack. */
function explain(cause: unknown, command: Command, asJson: boolean): number {
  if (asJson) terminal.out(JSON.stringify(problemDocument(cause)))
  if (cause instanceof SettingsProblem) cause.faults.forEach(terminal.err)
  else if (cause instanceof Problem) {
    terminal.err(cause.message)
    for (const { field, message } of cause.faults) terminal.err(`  ${field}: ${message}`)
  } else if (isArgumentFault(cause)) {
    terminal.err(`${cause.message}\n\n${command.help}`)
    return 2
  } else {
    terminal.err(`This is a fault of the workbench, not of what you gave it. Nothing was half done.\n${cause instanceof Error ? cause.stack : String(cause)}`)
  }
  return 1
}

/** The members of RFC 9457 that the programming interface answers with, too. */
function problemDocument(cause: unknown): object {
  if (cause instanceof Problem) return { outcome: 'refused', code: cause.code, title: 'Refused', detail: cause.message, faults: cause.faults }
  if (cause instanceof SettingsProblem) return { outcome: 'refused', code: 'settings', title: 'The installation cannot be used', detail: cause.message, faults: [] }
  if (isArgumentFault(cause)) return { outcome: 'refused', code: 'usage', title: 'The command was not understood', detail: cause.message, faults: [] }
  return { outcome: 'failed', code: 'fault', title: 'A fault of the workbench', detail: 'Nothing was half done. The error output says more.', faults: [] }
}

function isArgumentFault(cause: unknown): cause is Error {
  return cause instanceof Error && String((cause as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')
}

function migrateCommand(): Command {
  return {
    name: 'migrate',
    summary: 'Bring the database forward to this version',
    help: 'npm run -s bv -- migrate [--json]\n\nRuns the migrations that have not run yet on the database the settings name. Starting the workbench does the same.',
    needsStore: false,
    async run(args, house, { out }) {
      const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
      const { store, ran } = await startStore(house.config, sliceNames)
      await store.close()
      if (values.json) out(JSON.stringify({ ran }))
      else out(ran.length === 0 ? 'The database is up to date.' : `Ran ${ran.length} migrations:\n${ran.map((name) => `  ${name}`).join('\n')}`)
      return 0
    },
  }
}
