/** Values that are words on an ordinal scale: judgements. The figure kept is the place of the word, the worst being 1. */
import type { Decimal } from '#kernel/figures/index.ts'
import type { Fault } from './report.ts'
import { wordKey, type WordsRule } from './recipe-values.ts'

export interface WordScale {
  /** The words, the worst first. */
  words: readonly string[]
  /** The place of a word or of another word for it, or what is wrong. */
  place: (word: string, column: string) => Decimal | Fault
}

export function wordScale({ worst_to_best: words, synonyms }: Pick<WordsRule, 'worst_to_best'> & Partial<WordsRule>): WordScale {
  const places = new Map(words.map((word, index) => [wordKey(word), String(index + 1)]))
  for (const [word, meant] of Object.entries(synonyms ?? {})) {
    const place = places.get(wordKey(meant))
    if (place !== undefined) places.set(wordKey(word), place)
  }
  return {
    words,
    place: (word, column) => places.get(wordKey(word)) ?? {
      column, seen: word, expected: `one of ${words.join(', ')}`,
      message: `"${word.length > 80 ? `${word.slice(0, 80)}…` : word}" is not a word of the scale. If it means one of them, add it under "synonyms"; if it stands for a judgement that is not there, under "missing".`,
    },
  }
}

/** Whether two scales have the same words in the same order. */
export const sameScale = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((word, index) => wordKey(word) === wordKey(other[index] ?? ''))
