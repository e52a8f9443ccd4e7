import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, test } from 'vitest'

/** Published files lie beside the checkout and are not part of it. */
const folder = resolve(import.meta.dirname, '../../../../shared/data')

/** The path of a published file, or null where this machine does not have it. */
export function published(relativePath: string): string | null {
  const path = resolve(folder, relativePath)
  return existsSync(path) ? path : null
}

/**
 * A group of tests on published files. Without the files the group is reported as skipped, except in continuous integration,
 * where their absence fails: a check that looked at nothing must not pass there.
 */
export function describePublished(name: string, tests: (path: (relativePath: string) => string) => void): void {
  const present = existsSync(folder)
  if (!present && process.env.CI === 'true') {
    test(`${name}: the published files are there`, () => {
      throw new Error(`The published files are missing: expected them in ${folder}.`)
    })
    return
  }
  describe.runIf(present)(name, () => tests((relativePath) => resolve(folder, relativePath)))
}
