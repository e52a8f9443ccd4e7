/** Turns rows of a file into drafts of observations: every cell is read, every code and name found, or the row is refused. */
import { isRefusedFigure, parseFigure, type Decimal, type FigureOptions } from '#kernel/figures/index.ts'
import type { Row } from '#kernel/tables/index.ts'
import type { AuthorityLookup } from '#slices/places/index.ts'
import type { MeasureRegister } from '../measures/register.ts'
import { MeasureMaker } from './making.ts'
import { bindPeriod, Periods, type PeriodReader } from './periods.ts'
import { bindPlace, type PlaceRef, type PlaceReader } from './whose.ts'
import type { OpenFile } from './reading.ts'
import type { ObservationsRecipe } from './recipe.ts'
import type { Reason } from './recipe-parts.ts'
import type { ValueColumns } from './recipe-values.ts'
import { virtualColumns } from './columns.ts'
import { valueSources, type ValueSource } from './wide.ts'
import { wordScale, type WordScale } from './words.ts'
import { isFault, type Fault, type Findings } from './report.ts'
import { bindCell, bindLeaveOut, bindMeasureCode, type Cells, type TextOf } from './texts.ts'

export type Status = 'published' | 'provisional' | 'estimated' | 'low' | 'revised' | 'absent'

/** One figure as it would be kept. Numbers are exact decimal texts. */
export interface Draft {
  line: number
  /** Column of the value. */
  column: string
  /** Index in the maker's list of measures. */
  measure: number
  /** Index in the list of periods. */
  period: number
  place: PlaceRef
  value: Decimal | null
  numerator: Decimal | null
  denominator: Decimal | null
  lower: Decimal | null
  upper: Decimal | null
  status: Status
  reason: Reason | null
  marker: string | null
}

/** Reads one file by one recipe. `row` gives the drafts of a row; what cannot be read is told to the findings. */
export class Drafting {
  readonly measures: MeasureMaker
  readonly periods = new Periods()
  readonly #findings: Findings
  readonly #leaveOut: (cells: Cells) => string | undefined
  readonly #readers: ValueReader[]
  readonly #extends: (cells: string[]) => string[]

  constructor(recipe: ObservationsRecipe, opened: OpenFile, authorities: AuthorityLookup, register: MeasureRegister, findings: Findings) {
    this.#findings = findings
    const sources = valueSources(recipe, opened, findings)
    const { file, virtual } = withVirtual(recipe, opened)
    this.#extends = virtual === 0 ? (cells) => cells : (cells) => [...cells, ...Array<string>(virtual).fill('')]
    this.measures = new MeasureMaker(recipe, register, file.place)
    this.#leaveOut = bindLeaveOut(recipe.leave_out, file.place)
    const shared = sharedReaders(recipe, file, authorities, this.periods)
    this.#readers = sources.map((source) => new ValueReader(recipe, source, file, shared, this.measures))
  }

  /** Measures are found before periods, because a measure may say what kind of year a bare label means. */
  row({ line, cells: written }: Row): Draft[] {
    const cells = this.#extends(written)
    const because = this.#leaveOut(cells)
    if (because !== undefined) {
      this.#findings.leaveOut(because)
      return []
    }
    const drafts: Draft[] = []
    const told = new Set<string>()
    for (const reader of this.#readers) {
      const result = reader.read(line, cells)
      if (typeof result === 'string') this.#findings.leaveOut(result)
      else if (isFault(result)) {
        // A name that no column of the row can do without is refused once, not once for each of its values.
        if (told.has(result.message)) continue
        told.add(result.message)
        this.#findings.refuse({ line, ...result })
      } else drafts.push(result)
    }
    return drafts
  }
}

/** The file as it looks to a recipe with wide columns: what their headings give stands after the columns of the file. */
function withVirtual(recipe: ObservationsRecipe, file: OpenFile): { file: OpenFile; virtual: number } {
  const names = virtualColumns(recipe)
  const width = file.columns.length
  const at = new Map(names.map((name, index) => [name, width + index]))
  return { file: { ...file, place: (name) => at.get(name) ?? file.place(name) }, virtual: names.length }
}

/** Readers of what a row says once for all its values. */
interface SharedReaders {
  place: PlaceReader | null
  period: PeriodReader | null
  measure: TextOf | null
  authorities: AuthorityLookup
  periods: Periods
}

function sharedReaders(recipe: ObservationsRecipe, file: OpenFile, authorities: AuthorityLookup, periods: Periods): SharedReaders {
  return {
    place: recipe.authority ? bindPlace(recipe.authority, recipe.reference, authorities, file.place) : null,
    period: recipe.period ? bindPeriod(recipe.period, periods, file.place) : null,
    measure: recipe.measure ? bindMeasureCode(recipe.measure, file.place) : null,
    authorities,
    periods,
  }
}

type CellOf = (cells: Cells) => string

/** Reads one value with what belongs to it. */
class ValueReader {
  readonly #column: string
  readonly #recipe: ObservationsRecipe
  readonly #leaveOut: (cells: Cells) => string | undefined
  readonly #measure: TextOf
  readonly #period: PeriodReader
  readonly #place: PlaceReader
  readonly #measures: MeasureMaker
  readonly #value: CellOf
  readonly #others: readonly [name: 'numerator' | 'denominator' | 'lower' | 'upper', column: string, cell: CellOf, options: FigureOptions][]
  readonly #status: CellOf | null
  readonly #options: FigureOptions
  readonly #words: WordScale | null
  /** Texts that the heading gives, the cell's own last, and where in the row they are put before the rest is read. */
  readonly #virtual: readonly string[] | null
  readonly #width: number

  constructor(recipe: ObservationsRecipe, { columns, virtual }: ValueSource, file: OpenFile, shared: SharedReaders, measures: MeasureMaker) {
    const { place } = file
    this.#virtual = virtual
    this.#width = file.columns.length
    const rule = columns.words ?? recipe.words
    this.#words = rule ? wordScale(rule) : null
    this.#recipe = recipe
    this.#measures = measures
    this.#column = columnOf(columns.value)
    this.#leaveOut = bindLeaveOut(columns.leave_out ?? [], place)
    this.#measure = columns.measure ? bindMeasureCode(columns.measure, place) : needed(shared.measure)
    this.#period = columns.period ? bindPeriod(columns.period, shared.periods, place) : needed(shared.period)
    this.#place = placeReader(columns, shared, place)
    this.#value = bindCell(columns.value, place)
    this.#status = columns.status === undefined ? null : bindCell(columns.status, place)
    this.#options = figureOptions(recipe, recipe.numbers.scale)
    this.#others = (['numerator', 'denominator', 'lower', 'upper'] as const).flatMap((name) => {
      const cell = columns[name]
      const scale = name === 'numerator' ? recipe.numbers.numerator_scale : name === 'denominator' ? recipe.numbers.denominator_scale : recipe.numbers.scale
      return cell === undefined ? [] : [[name, columnOf(cell), bindCell(cell, place), figureOptions(recipe, scale)] as const]
    })
  }

  /** A draft, the reason it was left out, or what is wrong. */
  read(line: number, cells: string[]): Draft | string | Fault {
    if (this.#virtual) this.#putVirtual(this.#virtual, cells)
    const because = this.#leaveOut(cells)
    if (because !== undefined) return because
    const measure = this.#measures.find(this.#measure(cells), cells, this.#words)
    if (isFault(measure)) return measure
    const period = this.#period(cells, measure.periodKind)
    if (isFault(period)) return period
    const place = this.#place(cells, period)
    if (isFault(place)) return place
    const figure = this.#figure(cells, measure.words)
    if (isFault(figure)) return figure
    return { line, column: this.#column, measure: measure.index, period: period.index, place, ...figure }
  }

  /** The row is one list for all its columns, so that a thousand of them do not make a thousand copies. */
  #putVirtual(virtual: readonly string[], cells: string[]): void {
    for (const [index, text] of virtual.entries()) cells[this.#width + index] = text
    cells[this.#width + virtual.length - 1] = this.#value(cells)
  }

  #figure(cells: Cells, words: WordScale | null): Omit<Draft, 'line' | 'column' | 'measure' | 'period' | 'place'> | Fault {
    const status = this.#statusOf(cells)
    if (isFault(status)) return status
    const value = this.#number(this.#value(cells), this.#column, this.#options, words)
    if (isFault(value)) return value
    const figure = { value: value.number, numerator: null, denominator: null, lower: null, upper: null } as Figures
    for (const [name, column, cell, options] of this.#others) {
      const other = this.#number(cell(cells), column, options)
      if (isFault(other)) return other
      figure[name] = other.number
    }
    return this.#withStatus(figure, value.reason, value.marker, status)
  }

  #withStatus(figure: Figures, reason: Reason | null, marker: string | null, status: { word: string | null; marker: string | null }) {
    const said = status.word
    const saysAbsent = isReason(said)
    if (figure.value === null) {
      return { ...figure, status: 'absent' as const, reason: saysAbsent ? said : (reason ?? 'missing'), marker: status.marker ?? marker }
    }
    if (saysAbsent) {
      const message = `The marker "${status.marker ?? ''}" says that the figure is ${said}, but a value stands beside it.`
      return { column: this.#column, seen: figure.value, expected: 'a blank beside this marker', message }
    }
    return { ...figure, status: (said ?? 'published') as Status, reason: null, marker: status.marker }
  }

  #statusOf(cells: Cells): { word: string | null; marker: string | null } | Fault {
    const marker = this.#status?.(cells) ?? ''
    if (marker === '') return { word: null, marker: null }
    const word = this.#recipe.status[marker]
    if (word !== undefined) return { word, marker }
    const expected = `one of ${Object.keys(this.#recipe.status).join(', ') || 'the markers under "status"'}, or blank`
    return { column: 'status', seen: marker, expected, message: `The recipe does not say what the status marker "${marker}" means.` }
  }

  /** A number, or why there is none. */
  #number(text: string, column: string, options: FigureOptions, words: WordScale | null = null): { number: Decimal | null; reason: Reason | null; marker: string | null } | Fault {
    if (text === '') return { number: null, reason: 'missing', marker: null }
    const reason = Object.hasOwn(this.#recipe.missing, text) ? this.#recipe.missing[text] : undefined
    if (reason !== undefined) return { number: null, reason, marker: text }
    if (words) {
      const place = words.place(text, column)
      return isFault(place) ? place : { number: place, reason: null, marker: null }
    }
    const number = parseFigure(text, options)
    if (!isRefusedFigure(number)) return { number, reason: null, marker: null }
    // Without a digit it is no number gone wrong but a sign of the publisher's.
    const message = /\d/.test(text) ? number.refused : `"${text.length > 80 ? `${text.slice(0, 80)}…` : text}" is not a number. If it stands for a figure that is not there, add it under "missing".`
    return { column, seen: text, expected: number.expected, message }
  }
}

type Figures = Record<'value' | 'numerator' | 'denominator' | 'lower' | 'upper', Decimal | null>

const absences = new Set<string>(['missing', 'suppressed', 'not-collected', 'not-applicable', 'not-available', 'unreliable'])
const isReason = (word: string | null): word is Reason => word !== null && absences.has(word)

const columnOf = (cell: ValueColumns['value']) => (typeof cell === 'string' ? cell : `${cell.column} (${cell.field})`)

function placeReader(columns: ValueColumns, shared: SharedReaders, place: OpenFile['place']): PlaceReader {
  const { area } = columns
  if (area) return () => ({ area })
  return columns.authority ? bindPlace(columns.authority, undefined, shared.authorities, place) : needed(shared.place)
}

function figureOptions(recipe: ObservationsRecipe, scale: string | undefined): FigureOptions {
  const { percent_as_fraction, magnitudes, footnotes } = recipe.numbers
  return {
    ...(scale === undefined ? {} : { scale }),
    ...(percent_as_fraction === undefined ? {} : { percentAsFraction: percent_as_fraction }),
    ...(magnitudes === undefined ? {} : { magnitudes }),
    ...(footnotes === undefined ? {} : { footnotes }),
  }
}

/** The schema has made sure that a recipe names it for the row or for each value. */
function needed<T>(reader: T | null): T {
  if (reader === null) throw new Error('The recipe names this neither for the row nor for the value, which its schema should have refused.')
  return reader
}
