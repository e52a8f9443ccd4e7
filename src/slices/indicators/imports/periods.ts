/** Reads the period of a row and remembers which periods a file has. */
import { isRefusedPeriod, parsePeriod, shiftPeriod, type Period, type PeriodKind } from '#kernel/periods/index.ts'
import type { Fault } from './report.ts'
import type { PeriodRule } from './recipe-parts.ts'
import { bindTemplate, type Cells, type ColumnPlace } from './texts.ts'

/** A period with its place in the list of those the file has. */
export type IndexedPeriod = Period & { index: number }

/** The periods of a file, each once. There are hundreds of them at most. */
export class Periods {
  readonly all: IndexedPeriod[] = []
  readonly #byKey = new Map<string, IndexedPeriod>()

  index(period: Period): IndexedPeriod {
    const key = `${period.kind} ${period.starts} ${period.ends}`
    const known = this.#byKey.get(key)
    if (known) return known
    const indexed = { ...period, index: this.all.length }
    this.all.push(indexed)
    this.#byKey.set(key, indexed)
    return indexed
  }
}

/** `measureKind` is what the measure says of its periods; the recipe's own word wins. */
export type PeriodReader = (cells: Cells, measureKind: PeriodKind | null) => IndexedPeriod | Fault

export function bindPeriod(rule: PeriodRule, periods: Periods, place: ColumnPlace): PeriodReader {
  const label = labelOf(rule, place)
  const column = rule.column ?? rule.template ?? null
  const seen = new Map<string, IndexedPeriod | Fault>()
  return (cells, measureKind) => {
    const text = label(cells)
    const kind = rule.kind ?? measureKind ?? undefined
    const key = `${kind ?? ''} ${text}`
    const known = seen.get(key)
    if (known) return known
    const read = parsePeriod(text, { ...(kind ? { kind } : {}), ...(rule.year_starts ? { yearStarts: rule.year_starts } : {}) })
    const result = isRefusedPeriod(read)
      ? { column, seen: text, expected: read.expected, message: read.refused }
      : periods.index(rule.shift === undefined ? read : shiftPeriod(read, rule.shift))
    seen.set(key, result)
    return result
  }
}

function labelOf({ column, template, fixed }: PeriodRule, place: ColumnPlace): (cells: Cells) => string {
  if (column !== undefined) {
    const at = place(column)
    return (cells) => (cells[at] ?? '').trim()
  }
  return template === undefined ? () => fixed ?? '' : bindTemplate(template, place, (inserted) => inserted)
}
