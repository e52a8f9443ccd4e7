import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Role } from '#kernel/access/actor.ts'
import { organisationKinds, roles, rolesIn, rolesInWords } from './rules.ts'
import { actionInWords, differences, whatInWords, whoInWords } from './trail/rules.ts'

describe('roles', () => {
  test('are told in one order however they are given, each once', () => {
    const some = fc.array(fc.constantFrom<Role>(...roles), { maxLength: 12 })
    fc.assert(fc.property(some, (held) => {
      expect(rolesInWords(held)).toBe(rolesInWords([...held].reverse()))
      expect(rolesInWords(held).split(/, | and /)).toHaveLength(Math.max(1, new Set(held).size))
    }))
    expect(rolesInWords(['administrator', 'reader', 'performance-officer'])).toBe('performance officer, administrator and reader')
    expect(rolesInWords([])).toBe('no role')
  })

  test('of every kind of organisation include one who administers it, and every role has its place', () => {
    for (const kind of organisationKinds) expect(rolesIn(kind)).toContain('administrator')
    expect(new Set(organisationKinds.flatMap((kind) => rolesIn(kind)))).toEqual(new Set(roles))
  })
})

describe('the trail in words', () => {
  test('names a person with the organisation and the program with an article', () => {
    expect(whoInWords({ actor_kind: 'person', actor_name: 'Mara Fell' }, 'Northmere')).toBe('Mara Fell (Northmere)')
    expect(whoInWords({ actor_kind: 'system', actor_name: 'command line' }, null)).toBe('The command line')
    expect(whoInWords({ actor_kind: 'system', actor_name: 'the sign-in page' }, 'Northmere')).toBe('The sign-in page (Northmere)')
  })

  test('tells an entry without a sentence of its own by action and subject', () => {
    expect(whatInWords({ says: null, action: 'imports.make', subject: 'import:12' })).toBe('did “imports: make” to import:12')
    expect(actionInWords('people.change-roles')).toBe('people: change roles')
  })

  test('shows of before and after what differs', () => {
    expect(differences('{"roles":["reader"],"name":"Mara"}', '{"roles":["reader","auditor"],"name":"Mara"}')).toEqual(['roles: reader → reader, auditor'])
    expect(differences(null, '{"active":true,"subject_id":7}')).toEqual(['active: yes', 'subject id: 7'])
    expect(differences('{"value":1.5}', null)).toEqual(['value: was 1.5'])
    expect(differences(null, null)).toEqual([])
  })

  test('says nothing about what stayed the same', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (fields) => {
      expect(differences(JSON.stringify(fields), JSON.stringify(fields))).toEqual([])
    }))
  })
})
