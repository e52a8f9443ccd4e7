import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** The real program as a process of its own, with what it wrote so far. */
export interface Program {
  process: ChildProcess
  /** Standard output and error together, as a person at a terminal sees them. */
  said(): string
  /** Waits until the program has said this, and fails with what it did say when it ends or takes too long. */
  until(words: RegExp, seconds?: number): Promise<RegExpExecArray>
  /** The exit code once it has ended; null when a signal ended it. */
  ended: Promise<number | null>
}

export interface Settings {
  DATA_DIR: string
  [name: string]: string
}

export interface How {
  file?: string
  args?: string[]
  /** A program that starts it. */
  through?: string
  /** In a process group of its own, as a terminal does. */
  detached?: boolean
}

/** Starts `src/main.ts` or another program with these settings and none of the machine's own. */
export function startProgram(settings: Settings, { file = 'src/main.ts', args = [], through, detached = false }: How = {}): Program {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...(through ? [through] : []), file, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', LOG_LEVEL: 'error', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached,
  })
  let said = ''
  child.stdout.on('data', (part: Buffer) => (said += part.toString()))
  child.stderr.on('data', (part: Buffer) => (said += part.toString()))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { process: child, said: () => said, ended, until: (words, seconds = 60) => heard(child, () => said, words, seconds) }
}

async function heard(child: ChildProcess, said: () => string, words: RegExp, seconds: number): Promise<RegExpExecArray> {
  const patience = Date.now() + seconds * 1000
  for (;;) {
    const match = words.exec(said())
    if (match) return match
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > patience) {
      throw new Error(`The program did not say ${String(words)}. It said:\n${said()}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

/** Waits for the address the program prints when it is ready. */
export async function addressOf(program: Program): Promise<string> {
  const [, address = ''] = await program.until(/is at (http:\S+)/)
  await program.until(/Press Ctrl-C/)
  return address
}

/** A port nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** The program on a new demonstration: in a folder that goes when it is stopped, or in the database the settings name. */
export async function temporaryStart(settings: Record<string, string> = {}): Promise<{ address: string; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'workbench-'))
  const program = startProgram({ DATA_DIR: folder, DEMO: 'on', ...settings })
  return {
    address: await addressOf(program),
    async stop() {
      program.process.kill('SIGTERM')
      await program.ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
