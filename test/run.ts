import { spawn, spawnSync } from 'node:child_process'
import { buffer } from 'node:stream/consumers'
import { join } from 'node:path'
import { readFileSync, rmSync } from 'node:fs'
import { askForAdvisories } from './dependencies.ts'

// `npm test`: every check, then every test. The last line is the count that continuous integration reads.

const root = join(import.meta.dirname, '..')
const bin = (name: string) => join(root, 'node_modules', name)
const report = join(root, 'node_modules', '.tests.json')

const checks: [string, string[]][] = [
  ['types', [bin('typescript/bin/tsc'), '--noEmit']],
  ['lint', [bin('eslint/bin/eslint.js'), '.', '--max-warnings=0']],
  ['dead code', [bin('knip/bin/knip.js')]],
]

let passed = 0
let failed = 0
let skipped = 0

// Each of them uses one core, and what it says is shown when it has ended.
await Promise.all(checks.map(async ([name, args]) => {
  const started = performance.now()
  const check = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve) => check.once('close', resolve))
  const [said, complaints, status] = await Promise.all([buffer(check.stdout), buffer(check.stderr), ended])
  process.stdout.write(said)
  process.stderr.write(complaints)
  console.log(`${status === 0 ? 'passed' : 'FAILED'}  ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  if (status === 0) passed++
  else failed++
}))

lookAtAdvisories()
rmSync(report, { force: true })
const { status } = spawnSync(
  process.execPath,
  [bin('vitest/vitest.mjs'), 'run', '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
)
try {
  const counts = JSON.parse(readFileSync(report, 'utf8')) as { numPassedTests: number; numFailedTests: number; numPendingTests: number; numFailedTestSuites: number }
  passed += counts.numPassedTests
  failed += counts.numFailedTests
  skipped += counts.numPendingTests
  // A file that could not even be loaded has no failed test of its own.
  if (counts.numFailedTests === 0 && status !== 0) failed++
} catch {
  console.error('The tests ended without a report.')
  failed++
}

if (skipped > 0) console.log(`${skipped} tests were skipped because the published data is not beside this checkout.`)
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(failed === 0 ? 0 : 1)

/** Known weaknesses of what is passed on. A registry without such a list cannot be asked, which is said and counts as nothing. */
function lookAtAdvisories(): void {
  const advisories = askForAdvisories()
  if (!advisories.asked) return console.log(`not asked  known weaknesses of packages: ${advisories.why}`)
  for (const one of advisories.other) console.log(`noticed  ${one}`)
  for (const one of advisories.serious) console.log(`FAILED  ${one}`)
  if (advisories.serious.length > 0) failed++
  else {
    console.log('passed  no serious weakness is known in what is passed on')
    passed++
  }
}
