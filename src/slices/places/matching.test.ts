import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { areaLevelOf, kindOf, kindOfGss, realKinds } from './kinds.ts'
import { editDistance } from './likeness.ts'
import { indexNames, matchName, type NamedAuthority } from './matching.ts'
import { nameWithoutKind, normalName } from './names.ts'

let ids = 0
function authority(code: string, kind: string, name: string, known_name: string, more: Partial<NamedAuthority> = {}) {
  return { id: ++ids, code, kind, name, known_name, starts: null, ends: null, other_names: [], ...more } satisfies NamedAuthority
}

const informal = (...names: string[]) => ({ other_names: names.map((name) => ({ name, basis: 'register' as const })) })

const index = indexNames([
  authority('E08000021', 'metropolitan-district', 'Newcastle City Council', 'Newcastle upon Tyne', informal('newcastle')),
  authority('E07000195', 'district', 'Newcastle-under-Lyme Borough Council', 'Newcastle-under-Lyme'),
  authority('E10000011', 'county', 'East Sussex County Council', 'East Sussex'),
  authority('E10000032', 'county', 'West Sussex County Council', 'West Sussex'),
  authority('E10000034', 'county', 'Worcestershire County Council', 'Worcestershire'),
  authority('E07000237', 'district', 'Worcester City Council', 'Worcester'),
  authority('E10000009', 'county', 'Dorset County Council', 'Dorset County', { ends: '2019-03-31' }),
  authority('E06000059', 'unitary', 'Dorset Council', 'Dorset', { starts: '2019-04-01' }),
  authority('E06000023', 'unitary', 'Bristol City Council', 'Bristol, City of'),
  authority('S12000036', 'scottish-council', 'City of Edinburgh Council', 'City of Edinburgh'),
  authority('S12000013', 'scottish-council', 'Comhairle nan Eilean Siar', 'Eilean Siar'),
  authority('S12000035', 'scottish-council', 'Argyll and Bute Council', 'Argyll and Bute'),
  authority('W06000001', 'welsh-council', 'Isle of Anglesey County Council', 'Isle of Anglesey', informal('Ynys Môn')),
  authority('E09000001', 'city-corporation', 'City of London Corporation', 'City of London'),
  authority('E09000018', 'london-borough', 'London Borough of Hounslow', 'Hounslow'),
  authority('E47000001', 'combined-authority', 'Greater Manchester Combined Authority', 'Greater Manchester'),
  authority('E06000033', 'unitary', 'Southend-on-Sea City Council', 'Southend-on-Sea', {
    other_names: [{ name: 'Southend', basis: 'confirmed' }],
  }),
  authority('E07000146', 'district', "King's Lynn and West Norfolk Borough Council", "King's Lynn and West Norfolk"),
])

function answer(name: string, during?: { starts: string; ends: string }) {
  const match = matchName(name, index, during)
  if ('authority' in match) return match.authority.code
  return 'doubtful' in match ? match.doubtful.map((one) => one.authority.code) : 'unknown'
}

describe('finding an authority by name', () => {
  it.each([
    ['Edinburgh City', 'S12000036'],
    ['Edinburgh, City of', 'S12000036'],
    ['Argyll & Bute', 'S12000035'],
    ['Comhairle nan Eilean Siar', 'S12000013'],
    ['YNYS MON', 'W06000001'],
    ['Bristol UA', 'E06000023'],
    ['City of Bristol', 'E06000023'],
    ['Hounslow LB', 'E09000018'],
    ['London Borough of Hounslow (e)', 'E09000018'],
    ['Kings Lynn & West Norfolk', 'E07000146'],
    ['Worcestershire', 'E10000034'],
    ['Worcester', 'E07000237'],
    ['Newcastle upon  Tyne', 'E08000021'],
    ['Newcastle Under Lyme', 'E07000195'],
    ['London Corporation', 'E09000001'],
    ['Southend', 'E06000033'],
    ['Greater Manchester CA', 'unknown'],
    ['Greater Manchester Combined Authority', 'E47000001'],
  ])('takes %s as %s', (name, code) => {
    expect(answer(name)).toEqual(code)
  })

  it('does not guess which Newcastle is meant, though a register calls one of them so', () => {
    expect(answer('Newcastle')).toEqual(['E08000021', 'E07000195'])
  })

  it('does not take a region for an authority of the same name', () => {
    expect(answer('London')).toEqual(['E09000001'])
    expect(answer('Greater Manchester')).toEqual(['E47000001'])
  })

  it('tells a county from the unitary of the same name by the days a figure is about, and only so', () => {
    expect(answer('Dorset')).toEqual(['E06000059', 'E10000009'])
    expect(answer('Dorset', { starts: '2017-04-01', ends: '2018-03-31' })).toBe('E10000009')
    expect(answer('Dorset', { starts: '2023-04-01', ends: '2024-03-31' })).toBe('E06000059')
    expect(answer('Dorset', { starts: '2018-04-01', ends: '2021-03-31' })).toEqual(['E06000059', 'E10000009'])
    expect(answer('Dorset Council')).toBe('E06000059')
    expect(answer('Dorset CC')).toBe('unknown')
  })

  it('does not take a district when the name says county', () => {
    expect(answer('Worcester County Council')).toEqual(['E07000237'])
    expect(answer('Worcester District Council')).toBe('E07000237')
  })

  it('does not choose between two authorities that share a part of a name', () => {
    expect(answer('Sussex')).toBe('unknown')
    const match = matchName('Sussex', index)
    expect('unknown' in match && match.unknown.map((one) => one.authority.code)).toEqual(
      expect.arrayContaining(['E10000011', 'E10000032']))
  })

  it('says in a sentence why a name is doubtful', () => {
    const match = matchName('Dorset', index)
    expect('doubtful' in match && match.doubtful[1]?.why).toBe(
      '“Dorset” may mean Dorset County Council (E10000009) until 2019-03-31.')
  })

  it('knows nobody by an empty name', () => {
    expect(matchName(' The Council ', index)).toEqual({ unknown: [] })
  })
})

describe('the form names are compared in', () => {
  it('stays the same when made again', () => {
    const word = fc.oneof(
      fc.constantFrom('City', 'of', '&', 'and', 'The', "King's", 'Môn', 'St.', 'Saint', 'UA', '(e)', 'na h-Eileanan', 'Council'),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
    )
    fc.assert(fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      for (const form of [normalName, nameWithoutKind]) {
        const once = form(words.join(' '))
        expect(form(once)).toBe(once)
      }
    }))
  })

  it('does not depend on case, order, “&” or “the”', () => {
    expect(normalName('The City of Perth & Kinross')).toBe(normalName('KINROSS AND PERTH, city'))
  })

  it('keeps a county apart from a city of the same name', () => {
    expect(normalName('Derby City')).not.toBe(normalName('Derby County'))
  })
})

describe('how far apart two spellings are', () => {
  it('counts letters put in, taken out and changed, the same both ways', () => {
    expect(editDistance('folkstone', 'folkestone')).toBe(1)
    expect(editDistance('', 'rutland')).toBe(7)
    const text = fc.string({ maxLength: 8 })
    fc.assert(fc.property(text, text, (a, b) => editDistance(a, b) === editDistance(b, a) && (editDistance(a, b) === 0) === (a === b)))
  })
})

describe('kinds and codes', () => {
  it('gives every kind a title of its own', () => {
    expect(new Set(realKinds.map((kind) => kind.title)).size).toBe(realKinds.length)
  })

  it('reads the types of the registers, and the two authorities they hide', () => {
    expect(kindOf('NMD')).toBe('district')
    expect(kindOf('ILB')).toBe('london-borough')
    expect(kindOf('UA', 'E06000053')).toBe('sui-generis')
    expect(kindOf('LBO', 'E09000001')).toBe('city-corporation')
    expect(kindOf('PARISH')).toBeNull()
    expect(kindOfGss('S12000036')).toBe('scottish-council')
    expect(kindOfGss('E12000001')).toBeNull()
  })

  it.each([
    ['E92000001', 'country'], ['K02000001', 'country'], ['W92000004', 'country'], ['E12000007', 'region'],
    ['E10000002', 'county-area'], ['E13000001', 'county-area'], ['E47000001', 'combined-authority-area'],
    ['E23000005', 'police'], ['E31000017', 'fire'], ['TLC31', 'statistical'], ['E54000027', 'statistical'],
  ])('places %s as a %s', (code, level) => {
    expect(areaLevelOf(code)).toBe(level)
  })

  it('does not place what is not a code', () => {
    expect(areaLevelOf('Urban')).toBeNull()
    expect(areaLevelOf('E1200000')).toBeNull()
  })
})
