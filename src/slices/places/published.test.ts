import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { expect, it } from 'vitest'
import { describePublished } from '#kernel/testing/published.ts'
import { indexNames, matchName, type NameIndex, type Span } from './matching.ts'
import { nameWithoutKind, normalName } from './names.ts'
import { readFormerCodes, readRegister, readRows } from './testing.ts'

interface Tally {
  /** Distinct names that found an authority. */
  matched: number
  doubtful: string[]
  unknown: string[]
  /** Names whose authority is not the one the file's own code names. */
  wrong: string[]
}

/** Matches each distinct pair of a name and the code that the file gives beside it. */
function tally(rows: readonly (readonly [name: string, code?: string])[], index: NameIndex, former: Map<string, string>, during?: Span) {
  const result: Tally = { matched: 0, doubtful: [], unknown: [], wrong: [] }
  const distinct = new Map(rows.map((row) => [row.join('|'), row]))
  for (const [name, code] of distinct.values()) {
    const match = matchName(name, index, during)
    if ('doubtful' in match) result.doubtful.push(name)
    else if ('unknown' in match) result.unknown.push(name)
    else {
      result.matched++
      const expected = code && (former.get(code) ?? code)
      if (expected && match.authority.code !== expected) result.wrong.push(`${name} ${code} ${match.authority.code}`)
    }
  }
  return result
}

const isCouncil = (code: string | undefined) => /^(E(06|07|08|09|10)|W06|S12|N09)/.test(code ?? '')
const financialYear = (first: number) => ({ starts: `${first}-04-01`, ends: `${first + 1}-03-31` })

describePublished('names as publishers write them', (path) => {
  const formal = indexNames(readRegister(path, 'formal'))
  const all = indexNames(readRegister(path))
  const former = readFormerCodes(path)
  const outturn = (file: string) => {
    const rows: string[][] = parse(readFileSync(path(`revenue-outturn/${file}`)), { bom: true, relax_column_count: true })
    return rows.filter((row) => /^E\d{4}$/.test(row[0] ?? '')).map((row) => [row[2] ?? '', row[1] ?? ''] as const)
  }

  it('finds every Scottish council that the benchmarking framework names, from official names alone', () => {
    const rows = readRows(path('lgbf/raw-cash-annual-2024-03.csv'))
    const names = rows.map((row) => row.LocalAuthority ?? '').filter((name) => name !== '')
    expect(tally(names.map((name) => [name]), formal, former)).toEqual({ matched: 32, doubtful: [], unknown: [], wrong: [] })
    for (const [name, code] of [
      ['Eilean Siar', 'S12000013'], ['Edinburgh City', 'S12000036'], ['Argyll & Bute', 'S12000035'],
      ['Dumfries & Galloway', 'S12000006'], ['Perth & Kinross', 'S12000048'],
    ] as const) expect(matchName(name, formal)).toMatchObject({ authority: { code } })
  })

  it('finds all but two that the care inspectors name from official names, and those two by the register’s own', () => {
    const rows = readRows(path('inspections/cqc-local-authority-assessments-2025-10.csv'))
    const names = rows.map((row) => [row.authority_name ?? ''] as const)
    expect(tally(names, formal, former)).toEqual({ matched: 70, doubtful: [], unknown: ['Southend', 'Stoke'], wrong: [] })
    expect(tally(names, all, former)).toMatchObject({ doubtful: [] })
  })

  it('finds those of the inspectors of children’s services, whose codes lag behind two reorganisations', () => {
    const rows = readRows(path('inspections/ofsted-ilacs-judgements.csv'))
    const names = rows.map((row) => [row.local_authority ?? '', row.ltla23cd] as [string, string])
    const renamed = ['buckinghamshire', 'dorset', 'north yorkshire', 'somerset']
    const found = tally(names, all, former)
    expect(found).toMatchObject({ matched: 149, doubtful: renamed, unknown: [] })
    // The file gives the code of Cumbria County Council for both of its successors.
    expect(found.wrong).toEqual(['cumberland E10000006 E06000063', 'westmorland and furness E10000006 E06000064'])
  })

  it('tells counties from the unitaries that took their name by the year of the figures', () => {
    for (const [file, first] of [['rs-2015-16.csv', 2015], ['rs-2016-17.csv', 2016], ['rs-2017-18.csv', 2017]] as const) {
      const councils = outturn(file).filter(([, code]) => isCouncil(code))
      expect(councils).toHaveLength(353)
      const undated = tally(councils, all, former)
      expect(undated.doubtful.sort()).toEqual(['Buckinghamshire', 'Dorset', 'North Yorkshire', 'Somerset'])
      const dated = tally(councils, all, former, financialYear(first))
      expect(dated.doubtful).toEqual([])
      // Names the register does not know: a council renamed since, misspelt in the last file.
      expect(dated.unknown.every((name) => ['Shepway', 'Folkstone and Hythe', 'The Medway Towns UA'].includes(name))).toBe(true)
      // In two years the file has a code for North Yorkshire that no county had.
      expect(dated.wrong.every((wrong) => wrong === 'North Yorkshire E10000022 E10000023')).toBe(true)
    }
  })

  it('takes no police force, fire authority, park or waste body for a council', () => {
    const others = outturn('rs-2017-18.csv').filter(([, code]) => /^E(23|26|31|50)/.test(code))
    expect(others.length).toBeGreaterThan(70)
    expect(tally(others, all, former)).toMatchObject({ matched: 0 })
  })

  it('finds the comparators of Trafford, and does not take England for one of them', () => {
    const files = ['household-waste-recycling', 'planning-applications-major', 'neet', 'children-offending']
    const rows = files.flatMap((file) => readRows(path(`trafford-comparators/${file}.csv`)))
    const found = tally(rows.map((row) => [row.area_name ?? '', row.area_code ?? ''] as const), all, former)
    expect(found.matched).toBeGreaterThanOrEqual(23)
    expect(found).toMatchObject({ wrong: [], doubtful: ['Buckinghamshire'], unknown: ['England'] })
  })

  it('agrees with the codes of the national register of Digital Land and of the statistics office', () => {
    const digital = readRows(path('authority-register/digital-land-local-authority.csv'))
    const pairs = digital.map((row) => [row.name ?? '', row['statistical-geography'] ?? ''] as const)
    const councils = tally(pairs.filter(([, code]) => isCouncil(code)), all, former)
    expect(councils).toMatchObject({ matched: 363, wrong: [], doubtful: [] })
    const office = readRows(path('ons-local-statistics/adult-obesity-prevalence.csv'))
    const areas = office.map((row) => [row.areanm ?? '', row.areacd ?? ''] as const)
    expect(tally(areas.filter(([, code]) => isCouncil(code)), all, former).wrong).toEqual([])
    expect(tally(areas.filter(([, code]) => !isCouncil(code) && !code.startsWith('E47')), all, former)).toMatchObject({ matched: 0 })
  })
})

describePublished('forms of the names in the register', (path) => {
  const register = readRegister(path, 'formal')
  const shared = (form: (name: string) => string) => {
    const owners = new Map<string, Set<string>>()
    for (const one of register) {
      for (const name of [one.name, one.known_name]) owners.set(form(name), (owners.get(form(name)) ?? new Set()).add(one.code))
    }
    return [...owners].filter(([, codes]) => codes.size > 1).map(([form]) => form).sort()
  }

  it('are shared only by authorities that have the very same name', () => {
    expect(register).toHaveLength(470)
    expect(shared((name) => name)).toEqual(['North Yorkshire', 'Somerset'])
    expect(shared(normalName)).toEqual(['north yorkshire', 'somerset'])
  })

  it('without words for the kind are shared only where a unitary took its county’s name', () => {
    expect(shared(nameWithoutKind)).toEqual(['buckinghamshire', 'dorset', 'north yorkshire', 'somerset'])
  })
})
