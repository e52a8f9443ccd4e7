/** Numbers that look like chance and are the same on every run. */

/** A source of numbers for one thing, named by a text: the same text gives the same numbers, whatever else is drawn. */
export function chance(seed: string): Chance {
  let state = hash(seed)
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  // The sum of twelve is near enough to the bell curve and, unlike a logarithm, alike on every machine.
  const normal = () => Array.from({ length: 12 }, uniform).reduce((sum, one) => sum + one, -6)
  return { uniform, normal }
}

export interface Chance {
  /** From 0 up to, not including, 1. */
  uniform: () => number
  /** Around 0, with a standard deviation of 1. */
  normal: () => number
}

/** One lasting trait, around 0 with a standard deviation of 1: asked for often, so remembered. */
export function trait(seed: string): number {
  const known = traits.get(seed)
  if (known !== undefined) return known
  const made = chance(seed).normal()
  traits.set(seed, made)
  return made
}

const traits = new Map<string, number>()

/** 32 bits from a text (FNV-1a). */
function hash(text: string): number {
  let bits = 0x811c9dc5
  for (let place = 0; place < text.length; place++) bits = Math.imul(bits ^ text.charCodeAt(place), 0x01000193)
  return bits | 0
}
