/** Finds the measure of a row in the register, or works out the one the recipe says how to make. */
import { nearNames } from '#kernel/tables/index.ts'
import type { PeriodKind } from '#kernel/periods/index.ts'
import type { MeasureRegister, RegisteredMeasure } from '../measures/register.ts'
import type { MeasureRecord } from '../measures/commands.ts'
import { bindMeasure, type MeasureReader } from './measure-fields.ts'
import type { Fault } from './report.ts'
import { sameScale, wordScale, type WordScale } from './words.ts'
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
  /** The words its values are; null: they are numbers. */
  words: WordScale | null
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

  /** `words`: the scale the recipe gives the value. A measure that is on a scale already needs none. */
  find(code: string | null, cells: Cells, words: WordScale | null): FileMeasure | Fault {
    if (code === null) {
      return { column: 'measure', seen: '', expected: 'a measure', message: 'The row does not say which measure it is about. If such rows are to be left out, the recipe should say so.' }
    }
    const known = this.#seen.get(code)
    if (known) return known
    if (this.#seen.size >= mostMeasures) {
      return { column: 'measure', seen: code, expected: `at most ${mostMeasures} measures in one file`, message: `The file has more than ${mostMeasures} measures. Perhaps the recipe takes something else for the measure.` }
    }
    const result = this.#look(code, cells, words)
    this.#seen.set(code, result)
    return result
  }

  #look(code: string, cells: Cells, words: WordScale | null): FileMeasure | Fault {
    const found = this.#register.find(code)
    const [only] = found
    if (found.length > 1) {
      return { column: 'measure', seen: code, expected: 'a code of one measure', message: `"${code}" is an alias of several measures: ${found.map((one) => one.code).join(', ')}.` }
    }
    const same = only && this.all.find((measure) => measure.code === only.code)
    if (same) return same
    if (only?.defined) return this.#standing(only, cells, words)
    if (!this.#make) return only ? withoutDefinition(only.code) : this.#unknown(code)
    const record = this.#make(only?.code ?? code, cells)
    if ('message' in record) return record
    if (words && record.scale && !sameScale(words.words, record.scale)) return otherScale(code, record.scale, words)
    const scaled = withScale(record, words)
    return this.#add({ code: record.code, id: null, record: scaled, described: null, periodKind: record.period_kind, words: words ?? (scaled.scale ? wordScale({ worst_to_best: scaled.scale }) : null) })
  }

  #standing({ code, id, period_kind, scale }: RegisteredMeasure, cells: Cells, words: WordScale | null): FileMeasure | Fault {
    if (words && !sameScale(words.words, scale ?? [])) return otherScale(code, scale, words)
    const made = this.#make?.(code, cells) ?? null
    const described = made && !('message' in made) ? withScale(made, words) : null
    return this.#add({ code, id, record: null, described, periodKind: period_kind as PeriodKind | null, words: words ?? (scale ? wordScale({ worst_to_best: scale }) : null) })
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

/** More than any publisher puts into one file; without a limit a column taken for the measure by mistake would fill the memory. */
const mostMeasures = 50_000

/** The recipe's words are the measure's scale, where the definition does not give one itself. */
const withScale = (record: MeasureRecord, words: WordScale | null): MeasureRecord => (record.scale === null && words ? { ...record, scale: [...words.words] } : record)

function otherScale(code: string, scale: readonly string[] | null, { words }: WordScale): Fault {
  return {
    column: 'measure', seen: words.join(', '), expected: scale?.join(', ') ?? 'numbers',
    message: scale ? `The measure "${code}" is on another scale: ${scale.join(', ')}.` : `The values of the measure "${code}" are numbers, not words.`,
  }
}

function withoutDefinition(code: string): Fault {
  return {
    column: 'measure', seen: code, expected: 'a measure with a definition that stands',
    message: `The measure "${code}" has no definition that stands: the import that brought it was withdrawn. Import its definition again, or say under "measures" in the recipe how to make it.`,
  }
}
