// Starts a program of the workbench on the Node it is pinned to. Plain JavaScript that Node 20 understands, because it
// runs before anything is installed. Usage: node bin/run.mjs FILE|COMMAND [arguments]
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(join(root, 'package.json'))

installWhatIsMissing()
const node = pinnedNode()
const [program, ...rest] = process.argv.slice(2)
const target = program?.endsWith('.ts') ? [join(root, program)] : [join(root, 'node_modules', program, `${program}.mjs`)]
const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...target, ...rest], { stdio: 'inherit' })
// The terminal sends Ctrl-C to the whole group; the child decides when it is done.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))

/** Runs `npm ci` once for each state of the lock file. */
function installWhatIsMissing() {
  const lock = join(root, 'package-lock.json')
  const stamp = join(root, 'node_modules', '.workbench-installed')
  const wanted = createHash('sha256').update(readFileSync(lock)).digest('hex')
  const isInstalled = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
  if (isInstalled()) return
  const turn = takeTurn(isInstalled)
  if (!turn) return
  process.stderr.write('Installing what is missing (this happens once for each version)…\n')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const done = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  rmdirSync(turn)
  if (done.status !== 0) {
    process.stderr.write('npm could not install the packages. The lines above say why; check that the package registry can be reached.\n')
    process.exit(1)
  }
  writeFileSync(stamp, wanted)
}

/** Two installs in one folder spoil each other: the second waits. Returns the mark to remove, or null when the other one did the work. */
function takeTurn(isInstalled) {
  const mark = join(root, '.installing')
  for (;;) {
    try {
      mkdirSync(mark)
      return mark
    } catch (cause) {
      if (cause.code !== 'EEXIST') throw cause
    }
    const age = Date.now() - (statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    if (age > 15 * 60_000) rmdirSync(mark)
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
    if (isInstalled()) return null
  }
}

/** The Node the lock file pins for this platform, or the machine's own where that is new enough. */
function pinnedNode() {
  const own = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  try {
    const folder = dirname(require.resolve(`${own}/package.json`))
    return join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  } catch {
    if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
    process.stderr.write(`There is no packaged Node 24 for ${process.platform} ${process.arch}. Install Node 24 or later and try again.\n`)
    process.exit(1)
  }
}
