import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv } from 'node:process'

// What comes with the workbench from others: under which licences, and whether anybody has warned of it.

const root = join(import.meta.dirname, '..')
export const licencePage = join(root, 'docs', 'licences.md')

/** A package as the lock file has it. */
export interface Locked {
  version?: string
  license?: string
  dev?: boolean
  optional?: boolean
}

/** Licences under which the workbench may be passed on together with a package: all permissive. */
const permissive = new Set(['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0', 'Unlicense', '(MIT AND Zlib)'])
/** Tools that are used and not passed on may also be under these. */
const forToolsOnly = new Set(['MPL-2.0', 'Python-2.0'])

export function lockedPackages(): Record<string, Locked> {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> }
  return Object.fromEntries(Object.entries(packages).filter(([path]) => path !== ''))
}

const nameOf = (path: string) => path.replace(/^.*node_modules\//, '')

/** One sentence for each package whose licence has not been looked at or cannot be accepted. */
export function licenceFaults(packages: Record<string, Locked>): string[] {
  return Object.entries(packages).flatMap(([path, { license, dev }]) => {
    if (license !== undefined && (permissive.has(license) || (dev === true && forToolsOnly.has(license)))) return []
    return [`${nameOf(path)} is under ${license ?? 'no stated licence'}, which nobody has accepted${dev ? ' for a tool' : ' for something that is passed on'}.`]
  })
}

/** The page docs/licences.md, from the lock file. */
export function licenceTable(packages: Record<string, Locked>): string {
  const all = Object.entries(packages).map(([path, { license, version, dev }]) => ({ name: `${nameOf(path)} ${version ?? ''}`.trim(), license: license ?? 'not stated', dev: dev === true }))
  const table = (rows: typeof all) => {
    const licences = [...new Set(rows.map(({ license }) => license))].sort()
    return licences.map((licence) => {
      const names = [...new Set(rows.filter(({ license }) => license === licence).map(({ name }) => name))].sort()
      return `| ${licence} | ${names.length} | ${names.join(', ')} |`
    }).join('\n')
  }
  return `# Licences of what others made

Written by \`npm run licences\` from the lock file; \`npm test\` fails when it is out of date, or when a package comes under a licence nobody has accepted.

## Passed on with the workbench

| licence | packages | which |
|---|---|---|
${table(all.filter(({ dev }) => !dev))}

## Tools for building and testing, not passed on

| licence | packages | which |
|---|---|---|
${table(all.filter(({ dev }) => dev))}
`
}

/** What the registry said of known weaknesses. `asked: false` where it has no such list: that is neither good nor bad news. */
export type Advisories = { asked: false; why: string } | { asked: true; serious: string[]; other: string[] }

interface AuditAnswer {
  message?: string
  vulnerabilities?: Record<string, { severity: string; range: string }>
}

export function readAdvisories(answer: string): Advisories {
  let audit: AuditAnswer
  try {
    audit = JSON.parse(answer) as AuditAnswer
  } catch {
    return { asked: false, why: 'npm gave no answer' }
  }
  if (!audit.vulnerabilities) return { asked: false, why: audit.message ?? 'the registry gave no list' }
  const found = Object.entries(audit.vulnerabilities).map(([name, { severity, range }]) => ({ severity, said: `${name} ${range}: ${severity}` }))
  const isSerious = ({ severity }: { severity: string }) => severity === 'high' || severity === 'critical'
  return { asked: true, serious: found.filter(isSerious).map(({ said }) => said), other: found.filter((one) => !isSerious(one)).map(({ said }) => said) }
}

/** Asks the registry for known weaknesses of what is passed on. */
export function askForAdvisories(): Advisories {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { stdout } = spawnSync(npm, ['audit', '--json', '--omit=dev'], { cwd: root, encoding: 'utf8', timeout: 60_000, shell: process.platform === 'win32' })
  return readAdvisories(stdout)
}

if (argv[1] === import.meta.filename) writeFileSync(licencePage, licenceTable(lockedPackages()))
