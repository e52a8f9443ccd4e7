/** Reads every row of a small file (a register, a list of definitions) that its recipe does not leave out. */
import type { Row } from '#kernel/tables/index.ts'
import { giveUpOn, refuseTooManyRows } from './limits.ts'
import type { ImportRequest } from './preparing.ts'
import { openFile, type FileFacts, type OpenFile } from './reading.ts'
import type { Recipe } from './recipe.ts'
import { isFault, type Fault } from './report.ts'
import { bindLeaveOut } from './texts.ts'

export interface ReadRow<T> {
  line: number
  item: T
}

/** Reads with what `bind` makes of the file's columns. What a row cannot give is refused with its line. */
export async function readRows<T>(
  { source, recipe, findings }: ImportRequest<Recipe>,
  bind: (file: OpenFile) => (row: Row) => T | Fault,
): Promise<{ facts: FileFacts; rows: ReadRow<T>[] }> {
  const file = await openFile(source, recipe, (problem) => {
    findings.refuseTable(problem)
    giveUpOn(findings, source.name)
  })
  findings.columnLabel = file.label
  try {
    const rows: ReadRow<T>[] = []
    const leaveOut = bindLeaveOut(recipe.leave_out, file.place)
    const read = bind(file)
    for await (const row of file.rows) {
      findings.counts.rows_read++
      const because = leaveOut(row.cells)
      if (because !== undefined) {
        findings.leaveOut(because)
        continue
      }
      const item = read(row)
      if (isFault(item)) findings.refuse({ line: row.line, ...item })
      else rows.push({ line: row.line, item })
      giveUpOn(findings, source.name)
      refuseTooManyRows(rows.length, source.name)
    }
    findings.notes.push(...file.notes)
    if (rows.length === 0 && findings.counts.refused === 0) {
      findings.refuse({ line: null, column: null, seen: 'no row is left to import', expected: 'at least one row', message: 'No row is left to import. The file may have been cut short, or the recipe may be for another file.' })
    }
    return { facts: file.facts, rows }
  } catch (cause) {
    await file.close()
    throw cause
  }
}

/** The fault of a text that a row needs and does not give. */
export function missingText(what: string): Fault {
  return { column: what, seen: '', expected: `a ${what}`, message: `The row does not say its ${what}, or says a word that the recipe does not translate.` }
}
