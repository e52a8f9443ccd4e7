import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packedDetails, stretchesOf, unpackedContents, unpackedDetails } from './kept-details.ts'

test('the details of whichever measures are wanted are found among the bytes, whatever they say', () => {
  const details = fc.record({
    word: fc.option(fc.string({ unit: 'grapheme' })), median_word: fc.constant(null), later_absence: fc.constant(null), change_since_previous: fc.constant(null),
    previous_period: fc.option(fc.string({ maxLength: 3_000 })), previous_value: fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => value + 0),
    direction: fc.constantFrom('better', 'worse', 'same', 'higher', 'lower', null), change_since_first: fc.constant(null), first_period: fc.constant(null),
    first_value: fc.constant(null), spine: fc.constant(null), spine_place: fc.constant(null), series: fc.constant<{ period: string; starts: string; value: number | null }[]>([]), breaks: fc.constant<string[]>([]),
  }, { noNullPrototype: true })
  fc.assert(fc.property(fc.array(details, { maxLength: 30 }), fc.array(fc.nat({ max: 35 })), (all, wanted) => {
    const { contents, stretches } = packedDetails(all.map((one, measure) => [measure, one] as const))
    const places = unpackedContents(contents)
    const read = stretchesOf(places, wanted).map(({ from, length }) => Buffer.from(stretches).subarray(from, from + length).toString()).join('')
    const found = unpackedDetails(read)
    for (const measure of wanted) expect(found.get(measure)).toEqual(all[measure])
    expect([...places].map(([measure, { direction }]) => [measure, direction])).toEqual(all.map(({ direction }, measure) => [measure, direction]))
  }))
})
