import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

// docs/security.md says of every requirement of OWASP ASVS 5.0 up to level 2 how it stands. A table that skips one, or names a test
// that is not there, would say more than is true.

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs', 'security.md'), 'utf8')
const rows = [...page.matchAll(/^\| (V\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| (.+) \|$/gm)].map(([, id = '', level = '', asks = '', state = '', evidence = '']) => ({ id, level, asks, state, evidence }))

/** How many requirements each chapter of the standard has at levels 1 and 2. */
const inTheStandard: Record<string, number> = {
  V1: 27, V2: 11, V3: 19, V4: 10, V5: 9, V6: 35, V7: 18, V8: 7, V9: 7, V10: 29, V11: 14, V12: 9, V13: 13, V14: 9, V15: 13, V16: 16, V17: 7,
}

describe('the table of the standard', () => {
  test('has every requirement of levels 1 and 2 once', () => {
    const chapters: Record<string, number> = {}
    for (const { id } of rows) chapters[id.split('.')[0] ?? ''] = (chapters[id.split('.')[0] ?? ''] ?? 0) + 1
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
    expect(chapters).toEqual(inTheStandard)
    expect([rows.filter(({ level }) => level === '1').length, rows.filter(({ level }) => level === '2').length]).toEqual([70, 183])
  })

  test('gives each a state and a reason, and its own sum', () => {
    const counts = new Map<string, number>()
    for (const { id, state, evidence } of rows) {
      expect(['met', 'part', 'not yet', 'yours', 'not here'], id).toContain(state)
      expect(evidence.length, id).toBeGreaterThan(3)
      counts.set(state, (counts.get(state) ?? 0) + 1)
    }
    for (const [state, count] of counts) expect(page).toContain(`${count} ${state}`)
  })

  test('names files that exist', () => {
    const named = [...page.matchAll(/`((?:src|test|docs|bench)\/[\w./-]+)`/g)].map(([, path = '']) => path)
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
    expect(named.length).toBeGreaterThan(40)
  })
})
