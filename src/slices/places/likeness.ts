/** How alike two names look, for suggestions to a person; never for a match. */
import { nameWithoutKind } from './names.ts'

const bodyWords = new Set(['authority', 'combined', 'mayoral'])

/** 0 (nothing in common) to 1: the best of the share of letters that agree, of words shared, and of being short for. */
export function likeness(a: string, b: string): number {
  const mine = telling(a)
  const theirs = telling(b)
  if (mine.size === 0 || theirs.size === 0) return 0
  const shortFor = mine.isSubsetOf(theirs) ? 0.9 : 0
  const words = mine.intersection(theirs).size / mine.union(theirs).size
  return Math.max(shortFor, words, lettersAgree([...mine].join(' '), [...theirs].join(' ')))
}

function telling(name: string): Set<string> {
  return new Set(nameWithoutKind(name).split(' ').filter((word) => word !== '' && !bodyWords.has(word)))
}

function lettersAgree(a: string, b: string): number {
  return 1 - editDistance(a, b) / Math.max(a.length, b.length)
}

/** How many letters must be put in, taken out or changed to turn one text into the other. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const changed = a[row - 1] === b[column - 1] ? 0 : 1
      const above = previous[column] ?? 0
      const left = current[column - 1] ?? 0
      const corner = previous[column - 1] ?? 0
      current.push(Math.min(above + 1, left + 1, corner + changed))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
