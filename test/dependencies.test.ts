import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { licenceFaults, licencePage, licenceTable, lockedPackages, readAdvisories } from './dependencies.ts'

describe('the packages of others', () => {
  test('are all under licences that were accepted', () => {
    const packages = lockedPackages()
    expect(licenceFaults(packages)).toEqual([])
    expect(Object.keys(packages).length).toBeGreaterThan(100)
  })

  test('stand with their licences on the page in docs', () => {
    expect(readFileSync(licencePage, 'utf8')).toBe(licenceTable(lockedPackages()))
  })

  test('are refused under a licence nobody looked at, or under one for tools when they are passed on', () => {
    const faults = licenceFaults({ 'node_modules/a': { license: 'SSPL-1.0' }, 'node_modules/b': {}, 'node_modules/c': { license: 'MPL-2.0' }, 'node_modules/d': { license: 'MPL-2.0', dev: true } })
    expect(faults).toEqual([
      'a is under SSPL-1.0, which nobody has accepted for something that is passed on.',
      'b is under no stated licence, which nobody has accepted for something that is passed on.',
      'c is under MPL-2.0, which nobody has accepted for something that is passed on.',
    ])
  })

  test('are known to be weak when the registry says so, and of unknown strength when it says nothing', () => {
    const answer = JSON.stringify({ vulnerabilities: { one: { severity: 'critical', range: '<2' }, two: { severity: 'low', range: '*' } } })
    expect(readAdvisories(answer)).toEqual({ asked: true, serious: ['one <2: critical'], other: ['two *: low'] })
    expect(readAdvisories('{"vulnerabilities":{}}')).toEqual({ asked: true, serious: [], other: [] })
    expect(readAdvisories('{"message":"405 Method Not Allowed"}')).toEqual({ asked: false, why: '405 Method Not Allowed' })
    expect(readAdvisories('')).toEqual({ asked: false, why: 'npm gave no answer' })
  })
})
