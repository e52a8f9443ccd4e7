import type { Details } from './kept.ts'

// The details of a profile's measures as the bytes in which they are kept, one measure's after another's, so that a page reads those it
// shows and not thousands.

/** Where the details of a measure lie, and what is wanted of every measure at once. */
interface Place {
  /** First byte, from nought. */
  from: number
  length: number
  direction: Details['direction']
}

/** By the measure's number. */
export type Contents = ReadonlyMap<number, Place>

type PackedPlace = [measure: number, length: number, direction: Details['direction']]

/** @param all in the order in which pages show them, so that those of a page lie together */
export function packedDetails(all: readonly (readonly [measure: number, details: Details])[]): { contents: string; stretches: Uint8Array } {
  // Each ends with a comma: stretches put together are the inside of a list.
  const parts = all.map((one) => Buffer.from(`${JSON.stringify(one)},`))
  const contents = all.map(([measure, { direction }], i): PackedPlace => [measure, parts[i]!.length, direction])
  return { contents: JSON.stringify(contents), stretches: Buffer.concat(parts) }
}

export function unpackedContents(text: string): Contents {
  const contents = new Map<number, Place>()
  let from = 0
  for (const [measure, length, direction] of JSON.parse(text) as PackedPlace[]) {
    contents.set(measure, { from, length, direction })
    from += length
  }
  return contents
}

/** Details that nobody wants are read along where they lie between others: fewer stretches are quicker than fewer bytes. */
const smallGap = 4096

/** The stretches in which the details of some measures lie. Measures that are not among the contents are left out. */
export function stretchesOf(contents: Contents, measures: readonly number[]): { from: number; length: number }[] {
  const places = measures.flatMap((measure) => contents.get(measure) ?? []).sort((a, b) => a.from - b.from)
  const stretches: { from: number; length: number }[] = []
  for (const { from, length } of places) {
    const last = stretches.at(-1)
    if (last && from - last.from - last.length <= smallGap) last.length = from + length - last.from
    else stretches.push({ from, length })
  }
  return stretches
}

/** What the text of stretches put together says. */
export function unpackedDetails(text: string): Map<number, Details> {
  const all = JSON.parse(`[${text}null]`) as ([number, Details] | null)[]
  return new Map(all.filter((one) => one !== null))
}
