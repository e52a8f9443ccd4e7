import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packed, unpacked, type Unpacked } from './packing.ts'

const number = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0))
const period = fc.constantFrom(
  { label: '2022-23', kind: 'financial-year', starts: '2022-04-01', ends: '2023-03-31' },
  { label: '2022', kind: 'calendar-year', starts: '2022-01-01', ends: '2022-12-31' },
)
const position = fc.record({
  period: fc.option(period), value: number, status: fc.constantFrom('published', 'absent', '__proto__'), reason: fc.option(fc.constantFrom('missing', 'suppressed')),
  compared: fc.nat(), minimum: number, quartile_lower: number, median: number, quartile_upper: number, maximum: number,
  rank: fc.option(fc.nat()), quartile: fc.option(fc.constantFrom(1, 2, 3, 4)), position: fc.string(),
})
const kept = fc.uniqueArray(fc.record({ measure: fc.nat(50), revision: fc.nat(3), position: fc.option(position) }), { selector: ({ measure }) => measure })

test('what is packed is unpacked as it was, of the measures that still hold', () => {
  fc.assert(
    fc.property(kept, fc.nat(3), (all, revision) => {
      const text = packed(all)
      expect(together(unpacked(text, () => true))).toEqual(new Map(all.map((one) => [one.measure, one.position])))
      const still = all.filter((one) => one.revision === revision).map(({ measure }) => measure)
      expect([...together(unpacked(text, (_measure, of) => of === revision)).keys()].sort()).toEqual(still.sort())
    }),
  )
})

const together = ({ positions, others }: Unpacked) => new Map([...positions, ...others.map((measure) => [measure, null] as const)])
