import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fictionalAuthorities } from '#slices/places/index.ts'
import { breaks, deliberateMismatches, makeReleases, measures, periods, type DemonstrationObservation } from './index.ts'

const releases = makeReleases()
const all = releases.flatMap((release) => release.observations)
const current = new Map(measures.map((measure) => [measure.code, measure.versions.at(-1)!]))
const authorities = new Map(fictionalAuthorities.map((one) => [one.code, one]))
const period = new Map(periods.map((one) => [one.label, one]))
const keyOf = (one: DemonstrationObservation) => `${one.measure} ${one.authority ?? one.area} ${one.period}`

/** What is known in the end. */
const latest = new Map(all.map((one) => [keyOf(one), one]))

/** Place of an authority among those with a figure, 0 the best and 1 the worst. */
function standing(measure: string, code: string, label: string): number {
  const lower = current.get(measure)?.polarity === 'lower'
  const values = [...latest.values()].filter((one) => one.measure === measure && one.period === label && one.authority && one.value !== null)
  const ordered = values.sort((a, b) => (lower ? 1 : -1) * ((a.value ?? 0) - (b.value ?? 0)))
  return ordered.findIndex((one) => one.authority === code) / (ordered.length - 1)
}

describe('the fictional measures', () => {
  it('are 120, in every dimension and polarity, for fourteen services', () => {
    expect(measures).toHaveLength(120)
    const versions = [...current.values()]
    const different = (key: 'dimension' | 'polarity' | 'service') => new Set(versions.map((one) => one[key]))
    expect(different('dimension').size).toBe(6)
    expect(different('polarity')).toEqual(new Set(['higher', 'lower', 'midpoint', 'none']))
    expect(different('service').size).toBe(14)
    expect(versions.filter((one) => one.period_kind === 'financial-quarter')).toHaveLength(12)
  })

  it('have readable codes, aliases and titles of their own, and say that they are fictional', () => {
    for (const list of [measures.map((one) => one.code), measures.flatMap((one) => one.aliases), [...current.values()].map((one) => one.title)]) {
      expect(new Set(list).size).toBe(120)
    }
    expect(measures.every((one) => /^fso-[a-z0-9]+(-[a-z0-9]+)*$/.test(one.code) && one.fictional)).toBe(true)
    const versions = measures.flatMap((one) => one.versions)
    expect(versions.every((one) => one.publisher.startsWith('Fictional ') && one.notes.startsWith('Fictional'))).toBe(true)
  })

  it('have a midpoint where that is best, and only there', () => {
    for (const one of current.values()) expect(one.midpoint !== null).toBe(one.polarity === 'midpoint')
  })

  it('have versions that follow one another without a gap, and one break in series', () => {
    for (const { versions } of measures) {
      expect(versions.map((one) => one.version)).toEqual(versions.map((_, place) => place + 1))
      expect(versions.at(-1)?.known_to).toBe('infinity')
      versions.slice(1).forEach((one, place) => expect(one.known_from).toBe(versions[place]?.known_to))
    }
    expect(breaks).toHaveLength(1)
    expect(measures.find((one) => one.code === breaks[0]?.measure)?.versions).toHaveLength(2)
  })
})

describe('the fictional figures', () => {
  it('are the same on every run', () => {
    const print = (made: unknown) => createHash('sha256').update(JSON.stringify(made)).digest('hex')
    expect(print(makeReleases())).toBe(print(releases))
  })

  it('cover twelve years and twenty-eight quarters, for every measure', () => {
    expect(periods).toHaveLength(40)
    expect([periods[0]?.label, periods[11]?.label, periods[39]?.label]).toEqual(['2013-14', '2024-25', '2024-25 Q4'])
    expect(all.length).toBeGreaterThan(50_000)
    for (const [code, version] of current) {
      const labels = new Set(all.filter((one) => one.measure === code).map((one) => one.period))
      expect(labels.size).toBe(version.period_kind === 'financial-quarter' ? 28 : 12)
    }
  })

  it('are of authorities in being throughout the period that do the work', () => {
    for (const one of all) {
      const authority = authorities.get(one.authority ?? '')
      const span = period.get(one.period)!
      if (!authority) continue
      expect(current.get(one.measure)?.kinds).toContain(authority.kind)
      expect(authority.starts <= span.starts && (authority.ends ?? '9999') >= span.ends).toBe(true)
    }
  })

  it('are absent with a reason, or there without one', () => {
    for (const one of all) {
      expect([one.value === null, one.reason !== null]).toEqual([one.status === 'absent', one.status === 'absent'])
      expect((one.authority === null) !== (one.area === null)).toBe(true)
    }
    const reasons = new Set(all.map((one) => one.reason).filter((reason) => reason !== null))
    expect(reasons.size).toBe(6)
    const statuses = new Set(all.map((one) => one.status))
    expect(statuses).toEqual(new Set(['published', 'provisional', 'estimated', 'low', 'revised', 'absent']))
  })

  it('equal numerator over denominator after multipliers, but for a few slips made on purpose', () => {
    const slips = new Set<string>()
    let compared = 0
    for (const one of all) {
      if (one.value === null || one.numerator === null || one.denominator === null) continue
      const version = current.get(one.measure)!
      const exact = (one.numerator * version.numerator_multiplier) / (one.denominator * version.denominator_multiplier)
      const near = Math.abs(exact - one.value) <= 10 ** -(version.decimals + 2) * 0.51
      compared++
      if (!near) slips.add(`${one.measure} ${one.authority} ${one.period}`)
      if (!near) expect(Math.abs(exact - one.value) / Math.max(exact, one.value)).toBeGreaterThan(version.tolerance)
    }
    expect(compared).toBeGreaterThan(45_000)
    expect([...slips].sort()).toEqual(deliberateMismatches.map((one) => `${one.measure} ${one.authority} ${one.period}`).sort())
  })

  it('stay inside what they measure', () => {
    for (const one of all) {
      const version = current.get(one.measure)!
      if (one.value === null) continue
      expect(one.value).toBeGreaterThanOrEqual(0)
      if (one.denominator !== null) expect(one.denominator).toBeGreaterThan(0)
      if (one.lower !== null && one.upper !== null) expect(one.lower <= one.value && one.value <= one.upper).toBe(true)
      if (version.interval_method === 'wilson' && one.authority) expect(one.numerator).toBeLessThanOrEqual(one.denominator ?? 0)
      const small = version.small_numbers
      if (small !== null && one.authority && one.numerator !== null && one.status !== 'revised') {
        expect(one.numerator === 0 || one.numerator >= small * 0.8).toBe(true)
      }
    }
  })
})

describe('the fictional releases', () => {
  it('come in the order they became known, each figure once in a file', () => {
    expect(releases).toHaveLength(46)
    releases.slice(1).forEach((one, place) => expect(one.known_from >= (releases[place]?.known_from ?? '')).toBe(true))
    for (const { observations, file_name } of releases) {
      expect(file_name).toMatch(/^fictional-[a-z0-9-]+\.csv$/)
      expect(new Set(observations.map(keyOf)).size).toBe(observations.length)
      expect(observations.map((one) => one.line)).toEqual(observations.map((_, place) => place + 2))
    }
    expect(new Set(releases.map((one) => one.file_name)).size).toBe(46)
  })

  it('are all known after the periods they describe', () => {
    for (const release of releases) {
      for (const one of release.observations) expect(period.get(one.period)!.ends < release.known_from.slice(0, 10)).toBe(true)
    }
  })

  it('correct earlier figures, bring one that was missing and take one back', () => {
    const corrections = releases.filter((one) => one.file_name.startsWith('fictional-correction-'))
    expect(corrections).toHaveLength(3)
    const changes = corrections.flatMap((release) => release.observations.filter((one) => one.authority).map((one) => {
      const before = releases.filter((other) => other.known_from < release.known_from)
        .flatMap((other) => other.observations).findLast((other) => keyOf(other) === keyOf(one))
      return [before?.value ?? null, one.value] as const
    }))
    expect(changes.length).toBeGreaterThan(40)
    expect(changes.filter(([was, is]) => was !== is).length).toBeGreaterThan(35)
    expect(changes.filter(([was, is]) => was === null && is !== null)).toHaveLength(1)
    expect(changes.filter(([was, is]) => was !== null && is === null)).toHaveLength(1)
  })

  it('leave some of the latest year provisional', () => {
    const provisional = [...latest.values()].filter((one) => one.status === 'provisional')
    expect(new Set(provisional.map((one) => one.period))).toEqual(new Set(['2024-25', '2024-25 Q4']))
    expect(provisional.length).toBeGreaterThan(300)
  })
})

describe('the stories in the figures', () => {
  it('show Northmere slow to re-let homes and good at recycling', () => {
    expect(standing('fso-relet-days', 'X07000001', '2023-24')).toBeGreaterThan(0.75)
    expect(standing('fso-relet-days', 'X07000001', '2015-16')).toBeLessThan(0.7)
    expect(standing('fso-recycling', 'X07000001', '2023-24')).toBeLessThan(0.25)
  })

  it('show Steelhaven’s children’s services failing and coming back', () => {
    expect(standing('fso-repeat-referrals', 'X08000001', '2016-17')).toBeGreaterThan(0.75)
    expect(standing('fso-repeat-referrals', 'X08000001', '2023-24')).toBeLessThan(0.5)
  })

  it('show Kingsferry in trouble with money, and its accounts missing', () => {
    expect(standing('fso-reserves', 'X06000002', '2024-25')).toBeGreaterThan(0.9)
    expect(latest.get('fso-reserves X06000002 2023-24')?.reason).toBe('missing')
  })
})
