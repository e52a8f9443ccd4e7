/** When reading a file is given up, so that none keeps the program or its memory busy without end. */
import { formatCount } from '#kernel/figures/index.ts'
import { TableProblem } from '#kernel/tables/index.ts'
import type { Findings } from './report.ts'

/** Figures of one file. The embedded database works in the memory of this program; a server has its own. */
const mostFigures = { embedded: 2_000_000, server: 100_000_000 } as const
/** Rows of a register, of definitions, of groups or of a hex map, which are held in memory. */
const mostRows = 500_000
/** Places that cannot be read. Whoever has seen so many has seen enough. */
const mostFaults = 100_000

const tooLarge = (file: string, seen: string, expected: string) => new TableProblem('too-large', { file, line: null, column: null, seen, expected })

export function refuseTooManyFigures(kind: keyof typeof mostFigures, figures: number, file: string): void {
  const most = mostFigures[kind]
  if (figures <= most) return
  const way = kind === 'embedded' ? 'bring it in in parts, or use a PostgreSQL server (DATABASE_URL), which takes more' : 'bring it in in parts'
  throw tooLarge(file, `the file has more than ${formatCount(most)} figures`, `at most ${formatCount(most)} at once; ${way}`)
}

export function refuseTooManyRows(rows: number, file: string): void {
  if (rows > mostRows) throw tooLarge(file, `the file has more than ${formatCount(mostRows)} rows`, `a register or list of at most ${formatCount(mostRows)} rows`)
}

/** Stops reading a file of which nothing fits: it is another file than the recipe is for. */
export function giveUpOn(findings: Findings, file: string): void {
  if (findings.counts.refused < mostFaults) return
  throw tooLarge(file, `${formatCount(mostFaults)} places cannot be read, and reading was given up`, 'a file that the recipe fits')
}
