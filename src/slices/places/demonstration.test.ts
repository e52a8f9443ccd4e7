import { describe, expect, it } from 'vitest'
import { describePublished } from '#kernel/testing/published.ts'
import {
  fictionalAuthorities, fictionalFamilies, fictionalKinds, fictionalNation, fictionalNeighbours, fictionalSuccessions,
} from './demonstration.ts'
import { nameWithoutKind } from './names.ts'
import { readRegister } from './testing.ts'

const today = fictionalAuthorities.filter((one) => one.ends === null)
const byCode = new Map(fictionalAuthorities.map((one) => [one.code, one]))

describe('the fictional nation', () => {
  it('has about 40 authorities of five kinds, all said to be fictional', () => {
    expect(today).toHaveLength(41)
    expect(fictionalAuthorities).toHaveLength(50)
    expect(new Set(today.map((one) => one.kind))).toEqual(new Set(fictionalKinds.map((kind) => kind.code)))
    expect(fictionalAuthorities.every((one) => one.fictional && one.source.includes('ictional'))).toBe(true)
    expect(fictionalNation.name).toContain('fictional')
  })

  it('has codes that are unique and cannot be codes of real places', () => {
    expect(byCode.size).toBe(fictionalAuthorities.length)
    expect([...byCode.keys()].every((code) => /^X\d{8}$/.test(code))).toBe(true)
  })

  it('has one name of ninety characters, to see what pages make of it', () => {
    expect(Math.max(...fictionalAuthorities.map((one) => one.name.length))).toBe(90)
  })

  it('has districts that lie in a county in being for as long as they are', () => {
    const districts = fictionalAuthorities.filter((one) => one.kind === 'fictional-district')
    expect(districts).toHaveLength(24)
    for (const district of districts) {
      const county = byCode.get(district.county ?? '')
      expect(county?.kind).toBe('fictional-county')
      expect(county?.region).toBe(district.region)
      expect(county?.ends ?? '9999').toSatisfy((ends: string) => ends >= (district.ends ?? '9999'))
    }
  })

  it('has as many people in the districts of a county as in the county', () => {
    for (const county of fictionalAuthorities.filter((one) => one.kind === 'fictional-county')) {
      const inside = fictionalAuthorities.filter((one) => one.county === county.code && one.ends === county.ends)
      expect(inside.reduce((people, one) => people + one.population, 0)).toBe(county.population)
    }
  })
})

describe('its reorganisations', () => {
  it('end a body the day before its successors begin', () => {
    for (const { predecessor, successor, on_date } of fictionalSuccessions) {
      expect(byCode.get(successor)?.starts).toBe(on_date)
      expect(byCode.get(predecessor)?.ends).toBe(on_date.replace('04-01', '03-31'))
    }
    const ended = fictionalAuthorities.filter((one) => one.ends !== null).map((one) => one.code)
    expect(new Set(fictionalSuccessions.map((one) => one.predecessor))).toEqual(new Set(ended))
  })

  it('hold a split, a merger, and a county and its districts that became two unitaries', () => {
    const successors = (code: string) => fictionalSuccessions.filter((one) => one.predecessor === code).length
    const predecessors = (code: string) => fictionalSuccessions.filter((one) => one.successor === code).length
    expect([successors('X06000001'), predecessors('X07000020')]).toEqual([2, 3])
    expect([successors('X10000006'), predecessors('X06000009'), predecessors('X06000010')]).toEqual([2, 3, 3])
  })
})

describe('whom they are compared with', () => {
  it('each authority of today is in one family of each grouping', () => {
    for (const source of new Set(fictionalFamilies.map((one) => one.source))) {
      const members = fictionalFamilies.filter((one) => one.source === source).flatMap((one) => one.members)
      expect(members.map((one) => one.authority).sort()).toEqual(today.map((one) => one.code).sort())
    }
    expect(fictionalFamilies.every((one) => one.members.length >= 8)).toBe(true)
  })

  it('each has fifteen nearest neighbours in order, without itself, and nearness is not always mutual', () => {
    expect(fictionalNeighbours).toHaveLength(today.length)
    const pairs = new Set<string>()
    for (const list of fictionalNeighbours) {
      expect(list.members.map((one) => one.position)).toEqual(Array.from({ length: 15 }, (_, place) => place + 1))
      for (const { authority } of list.members) pairs.add(`${list.of_authority} ${authority}`)
    }
    expect(pairs.size).toBe(today.length * 15)
    expect([...pairs].some((pair) => pair.split(' ')[0] === pair.split(' ')[1])).toBe(false)
    expect([...pairs].some((pair) => !pairs.has(pair.split(' ').reverse().join(' ')))).toBe(true)
  })
})

describePublished('beside the real register', (path) => {
  it('has no name that a real authority has', () => {
    const real = new Set(readRegister(path).flatMap((one) =>
      [one.name, one.known_name, ...one.other_names.map((other) => other.name)]).map(nameWithoutKind))
    expect(real.size).toBeGreaterThan(450)
    expect(fictionalAuthorities.filter((one) => real.has(nameWithoutKind(one.name)))).toEqual([])
  })
})
