/** Finds the measure of a row in the register, or works out the one the recipe says how to make. */
import { nearNames } from '#kernel/tables/index.ts'
import type { PeriodKind } from '#kernel/periods/index.ts'
import type { MeasureRegister } from '../measures/register.ts'
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
    if (found.length === 1 && found[0]) return this.#add({ code: found[0].code, id: found[0].id, record: null, periodKind: found[0].period_kind as PeriodKind | null })
    if (found.length > 1) {
      return { column: 'measure', seen: code, expected: 'a code of one measure', message: `"${code}" is an alias of several measures: ${found.map((one) => one.code).join(', ')}.` }
    }
    if (!this.#make) return this.#unknown(code)
    const record = this.#make(code, cells)
    if ('message' in record) return record
    return this.#add({ code, id: null, record, periodKind: record.period_kind })
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
