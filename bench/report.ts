import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const page = join(import.meta.dirname, '..', 'docs', 'performance.md')

/** Puts the text into docs/performance.md between the two marks of its part, in place of what an earlier run wrote there. */
export function writeBetween(part: string, text: string): void {
  const [before, after] = [`<!-- ${part}: written by npm run ${part} -->`, `<!-- end of ${part} -->`]
  const all = readFileSync(page, 'utf8')
  const [start, end] = [all.indexOf(before), all.indexOf(after)]
  if (start === -1 || end < start) throw new Error(`docs/performance.md has no place for ${part}: it needs the lines ${before} and ${after}.`)
  writeFileSync(page, `${all.slice(0, start + before.length)}\n\n${text}\n\n${all.slice(end)}`)
}
