/** Words inspectorates use, in order from the worst to the best. No database, no web. */

import { markerMeaning } from './markers.ts'

export interface Scale {
  name: string
  /** In small letters, the worst first. */
  words: readonly string[]
}

const scales: readonly Scale[] = [
  { name: 'grades of inspection', words: ['inadequate', 'requires improvement', 'good', 'outstanding'] },
]

/** The scale whose words nearly all cells are, in any case; null where none has them, or there are fewer than two different ones. */
export function scaleOf(columns: readonly { distinct: ReadonlyMap<string, number> }[]): Scale | null {
  const counts = new Map<string, number>()
  for (const { distinct } of columns) {
    for (const [text, count] of distinct) {
      const word = text.toLowerCase().trim()
      if (!markerMeaning(word)) counts.set(word, (counts.get(word) ?? 0) + count)
    }
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  return scales.find(({ words }) => {
    const known = words.filter((word) => counts.has(word))
    return known.length >= 2 && known.reduce((sum, word) => sum + (counts.get(word) ?? 0), 0) >= total * 0.9
  }) ?? null
}
