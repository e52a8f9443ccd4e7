/** Turns rows of a file into drafts of observations: every cell is read, every code and name found, or the row is refused. */
import { isRefusedFigure, parseFigure, type Decimal, type FigureOptions } from '#kernel/figures/index.ts'
import type { Row } from '#kernel/tables/index.ts'
import type { AuthorityLookup } from '#slices/places/index.ts'
import type { MeasureRegister } from '../measures/register.ts'
import { MeasureMaker } from './making.ts'
import { bindPeriod, Periods, type PeriodReader } from './periods.ts'
import { bindPlace, type PlaceRef, type PlaceReader } from './whose.ts'
import type { OpenFile } from './reading.ts'
import type { ObservationsRecipe, Reason, ValueColumns } from './recipe.ts'
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

  constructor(recipe: ObservationsRecipe, file: OpenFile, authorities: AuthorityLookup, register: MeasureRegister, findings: Findings) {
    this.#findings = findings
    this.measures = new MeasureMaker(recipe, register, file.place)
    this.#leaveOut = bindLeaveOut(recipe.leave_out, file.place)
    const shared = sharedReaders(recipe, file, authorities, this.periods)
    this.#readers = recipe.values.map((columns) => new ValueReader(recipe, columns, file, shared, this.measures))
  }

  /** Measures are found before periods, because a measure may say what kind of year a bare label means. */
  row({ line, cells }: Row): Draft[] {
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

  constructor(recipe: ObservationsRecipe, columns: ValueColumns, file: OpenFile, shared: SharedReaders, measures: MeasureMaker) {
    const { place } = file
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
  read(line: number, cells: Cells): Draft | string | Fault {
    const because = this.#leaveOut(cells)
    if (because !== undefined) return because
    const measure = this.#measures.find(this.#measure(cells), cells)
    if (isFault(measure)) return measure
    const period = this.#period(cells, measure.periodKind)
    if (isFault(period)) return period
    const place = this.#place(cells, period)
    if (isFault(place)) return place
    const figure = this.#figure(cells)
    if (isFault(figure)) return figure
    return { line, column: this.#column, measure: measure.index, period: period.index, place, ...figure }
  }

  #figure(cells: Cells): Omit<Draft, 'line' | 'column' | 'measure' | 'period' | 'place'> | Fault {
    const status = this.#statusOf(cells)
    if (isFault(status)) return status
    const value = this.#number(this.#value(cells), this.#column, this.#options)
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
  #number(text: string, column: string, options: FigureOptions): { number: Decimal | null; reason: Reason | null; marker: string | null } | Fault {
    if (text === '') return { number: null, reason: 'missing', marker: null }
    const reason = Object.hasOwn(this.#recipe.missing, text) ? this.#recipe.missing[text] : undefined
    if (reason !== undefined) return { number: null, reason, marker: text }
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
