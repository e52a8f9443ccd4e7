const delimiters = [',', '\t', ';', '|'] as const
export type Delimiter = (typeof delimiters)[number]

/** How the delimiter is named to people. */
export const delimiterNames: Record<Delimiter, string> = { ',': 'comma', '\t': 'tab', ';': 'semicolon', '|': 'vertical bar' }

/**
 * The delimiter that parts the first lines of a file most evenly. Lines that hold no table (titles, notes) count for little.
 * A file with none of them is one column, which a comma reads well.
 */
export function detectDelimiter(head: string): Delimiter {
  const best = delimiters
    .map((delimiter) => ({ delimiter, ...evenness(head, delimiter) }))
    .filter((candidate) => candidate.cells > 0)
    .sort((a, b) => b.lines - a.lines || b.cells - a.cells)
  return best[0]?.delimiter ?? ','
}

/** The commonest number of delimiters on a line (but not none), and how many lines have it. */
function evenness(head: string, delimiter: Delimiter): { lines: number; cells: number } {
  const counts = new Map<number, number>()
  for (const count of countsByLine(head, delimiter)) {
    if (count > 0) counts.set(count, (counts.get(count) ?? 0) + 1)
  }
  const [cells = 0, lines = 0] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? []
  return { lines, cells }
}

/** Delimiters outside quotation marks, for each of the first hundred lines. */
function countsByLine(head: string, delimiter: Delimiter): number[] {
  const counts = [0]
  let quoted = false
  for (const character of head) {
    if (character === '"') quoted = !quoted
    else if (!quoted && character === delimiter) counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1
    else if (!quoted && character === '\n' && counts.push(0) > 100) break
  }
  return counts
}
