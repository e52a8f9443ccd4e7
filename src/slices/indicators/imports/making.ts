/** Finds the measure of a row in the register, or works out the one the recipe says how to make. */
import { nearNames } from '#kernel/tables/index.ts'
import type { PeriodKind } from '#kernel/periods/index.ts'
import type { MeasureRegister, RegisteredMeasure } from '../measures/register.ts'
import type { MeasureRecord } from '../measures/commands.ts'
import { bindMeasure, type MeasureReader } from './measure-fields.ts'
import type { Fault } from './report.ts'
import type { ObservationsRecipe } from './recipe.ts'
import type { Cells, ColumnPlace } from './texts.ts'

/** A measure of the file: in the register (id), or to be made (record). */
export interface FileMeasure {
  index: number
  code: string
  id: number | null
  record: MeasureRecord | null
  /** What the recipe says of a measure that the register has: not taken, only set beside it. */
  described: MeasureRecord | null
  periodKind: PeriodKind | null
}

export class MeasureMaker {
  readonly all: FileMeasure[] = []
  readonly #register: MeasureRegister
  readonly #make: MeasureReader | null
  readonly #seen = new Map<string, FileMeasure | Fault>()

  constructor(recipe: ObservationsRecipe, register: MeasureRegister, place: ColumnPlace) {
    this.#register = register
    this.#make = recipe.measures ? bindMeasure(recipe.measures, recipe, place) : null
  }

  /** The measures that are to be made. */
  get made(): FileMeasure[] {
    return this.all.filter((measure) => measure.record !== null)
  }

  find(code: string | null, cells: Cells): FileMeasure | Fault {
    if (code === null) {
      return { column: 'measure', seen: '', expected: 'a measure', message: 'The row does not say which measure it is about. If such rows are to be left out, the recipe should say so.' }
    }
    const known = this.#seen.get(code)
    if (known) return known
    const result = this.#look(code, cells)
    this.#seen.set(code, result)
    return result
  }

  #look(code: string, cells: Cells): FileMeasure | Fault {
    const found = this.#register.find(code)
    const [only] = found
    if (found.length > 1) {
      return { column: 'measure', seen: code, expected: 'a code of one measure', message: `"${code}" is an alias of several measures: ${found.map((one) => one.code).join(', ')}.` }
    }
    const same = only && this.all.find((measure) => measure.code === only.code)
    if (same) return same
    if (only?.defined) return this.#standing(only, cells)
    if (!this.#make) return only ? withoutDefinition(only.code) : this.#unknown(code)
    const record = this.#make(only?.code ?? code, cells)
    if ('message' in record) return record
    return this.#add({ code: record.code, id: null, record, described: null, periodKind: record.period_kind })
  }

  #standing({ code, id, period_kind }: RegisteredMeasure, cells: Cells): FileMeasure {
    const described = this.#make?.(code, cells) ?? null
    return this.#add({ code, id, record: null, described: described && !('message' in described) ? described : null, periodKind: period_kind as PeriodKind | null })
  }

  #add(measure: Omit<FileMeasure, 'index'>): FileMeasure {
    const indexed = { ...measure, index: this.all.length }
    this.all.push(indexed)
    return indexed
  }

  #unknown(code: string): Fault {
    const near = nearNames(this.#register.codes, code)
    const hint = near.length > 0 ? ` Similar codes: ${near.join(', ')}.` : ''
    return {
      column: 'measure', seen: code, expected: 'a measure in the register',
      message: `The register has no measure "${code}".${hint} Import its definition first, or say under "measures" in the recipe how to make it.`,
    }
  }
}

function withoutDefinition(code: string): Fault {
  return {
    column: 'measure', seen: code, expected: 'a measure with a definition that stands',
    message: `The measure "${code}" has no definition that stands: the import that brought it was withdrawn. Import its definition again, or say under "measures" in the recipe how to make it.`,
  }
}
