/** Guesses which columns hold the figures and what belongs to them. No database, no web. */
import { countryIn } from './areas.ts'
import { wordsOf } from './headings.ts'
import { statusMeaning } from './markers.ts'
import { scaleOf } from './scales.ts'
import { shareOf, type Profile } from './profile.ts'
import type { Guess } from './roles.ts'
import { decides, type SampleTable } from './table.ts'

const saysWord = (pattern: RegExp) => (column: Profile) => pattern.test(wordsOf(column.heading))
const saysNumerator = saysWord(/\b(numerator|num|nmr)\b/)
const saysDenominator = saysWord(/\b(denominator|den|denom)\b/)
// Both together speak of what comes of dividing the one by the other.
const isNumerator = (column: Profile) => saysNumerator(column) && !saysDenominator(column)
const isDenominator = (column: Profile) => saysDenominator(column) && !saysNumerator(column)
const isLower = saysWord(/\b(lci|lcl|lower|ll)\b/)
const isUpper = saysWord(/\b(uci|ucl|upper|ul)\b/)
const isStatus = saysWord(/\b(status|flag|marker|symbol|shorthand|provisional)\b/)
const isUnit = saysWord(/^(unit|units|unit of measure(ment)?|uom)$/)
const isPolarity = saysWord(/\b(polarity|direction|good is|better)\b/)
const isNote = saysWord(/\b(notes?|comments?|footnotes?|source|link|url|website|caveats?)\b/)
const speaksOfDerived = saysWord(/\b(rank|ranking|order|pct|percentile|median|mads?|mean|average|avg|deviation|changes?|difference|quartile|decile|z ?score|compared|inequality|num den av)\b/)
/** A long heading describes a figure; a short one may say what was worked out from it. */
const isDerived = (column: Profile) => speaksOfDerived(column) && wordsOf(column.heading).split(' ').length <= 5
const isGroup = saysWord(/\b(fg|family ?group|group)\b/)
const isIdentity = saysWord(/\b(urn|id|code|ukprn|ref|reference|easting|northing|latitude|longitude)\b/)

/** Numbers or their markers; a column that only says yes or no is neither. */
const isNumeric = ({ numbers, markers, filled }: Profile) => numbers > 0 && numbers + markers >= filled * 0.6
const onlyMarkers = ({ markers, filled }: Profile) => filled > 0 && markers >= filled * 0.95

/** What a heading alone gives away: units, directions, status, notes. */
export function guessByHeading({ columns, rows }: SampleTable, guesses: Map<number, Guess>): void {
  const set = (column: Profile, role: Guess['role'], reason: string) => void guesses.set(column.index, { role, reason })
  for (const column of columns) {
    if (guesses.has(column.index)) continue
    if (column.filled === 0) set(column, isStatus(column) ? 'status' : 'ignore', isStatus(column) ? 'Its heading says that markers stand in it, though none does here.' : 'It is empty.')
    else if (isUnit(column)) set(column, 'unit', 'Its heading says that it holds units.')
    else if (isStatus(column) && shareOf(column, (text) => statusMeaning(text) !== undefined) > 0.5) set(column, 'status', 'Its heading says status, and its cells are markers.')
    else if (isPolarity(column) && shareOf(column, (text) => polarityOf(text) !== null) > 0.9) set(column, 'polarity', 'Its cells say which way is better.')
    else if (isNote(column)) set(column, 'ignore', 'It holds notes, sources or links.')
    else if (numbersRows(column)) set(column, 'ignore', 'It numbers the rows.')
    else if (isPutTogether(column, columns, rows)) set(column, 'ignore', 'It is a key put together from other columns.')
    else if (shareOf(column, (text) => /^[{[]/.test(text)) > 0.3) set(column, 'ignore', 'Its cells hold lists or records, which are not brought in.')
  }
}

/** Whether on each of the first rows its text has those of two other columns in it. */
function isPutTogether(column: Profile, columns: readonly Profile[], rows: SampleTable['rows']): boolean {
  const looked = rows.slice(0, 40).filter(({ cells }) => (cells[column.index] ?? '') !== '')
  const inside = columns.filter((other) => other !== column && looked.every(({ cells }) => {
    const [whole, part] = [cells[column.index] ?? '', (cells[other.index] ?? '').trim()]
    return part.length >= 4 && whole.length > part.length && whole.includes(part)
  }))
  return looked.length >= 5 && column.distinct.size > 1 && inside.length >= 2
}

/** Which way is better, in plain words; null where the words could mean either, such as `desc`. */
export function polarityOf(text: string): 'higher' | 'lower' | 'none' | null {
  const words = text.toLowerCase().trim()
  if (/^(higher|high|higher is better|high is good|higher values? (is|are) better|bigger is better)$/.test(words)) return 'higher'
  if (/^(lower|low|lower is better|low is good|lower values? (is|are) better|smaller is better)$/.test(words)) return 'lower'
  return /^(none|neutral|neither|no polarity|not applicable|n\/a)$/.test(words) ? 'none' : null
}

const numbersRows = ({ heading, whole, distinct, filled, numbers }: Profile) =>
  /^(|#|no\.?|row|index|unnamed: 0)$/i.test(heading) && whole && numbers >= filled * 0.95 && distinct.size >= filled * 0.95

/** Numbers, once authorities, periods and what headings give away are known. `hasMeasures`: rows name their measure in a column. */
export function guessFigures(table: SampleTable, guesses: Map<number, Guess>, hasMeasures: boolean): void {
  const set = (column: Profile, role: Guess['role'], reason: string) => void guesses.set(column.index, { role, reason })
  const byPeriod = [...guesses.values()].some(({ role }) => role === 'value-of-period' || role === 'value-of-both')
  const numeric = table.columns.filter((column) => !guesses.has(column.index) && isNumeric(column) && !onlyMarkers(column))
  const hasPlain = numeric.some((column) => !isDerived(column) && !isGroup(column) && !countryIn(column.heading) && !isCompanion(column) && !(isIdentity(column) && column.whole))
  const own = numeric.filter((column) => {
    if (byPeriod) set(column, 'ignore', 'It is a number beside the columns whose headings are periods.')
    else if (isIdentity(column) && column.whole) set(column, 'ignore', 'Its heading says that it is a code or reference, not a figure.')
    else if (isDerived(column) && hasPlain) set(column, 'ignore', 'Its heading speaks of a rank, an average or a change, which the workbench works out itself.')
    else if (hasMeasures && hasPlain && isGroup(column)) set(column, 'ignore', 'Its heading says that these are figures of a group.')
    else return true
    return false
  })
  const values = own.filter((column) => !belongsTo(column, set) && !(hasMeasures && hasPlain && isOfCountry(column, set)))
  const [best, ...others] = values.toSorted((a, b) => likeValue(b) - likeValue(a))
  if (!best) return
  if (others.length === 0) set(best, 'value', 'It is the one column of numbers that nothing else explains.')
  else if (likeValue(best) >= 3 && (others[0] ? likeValue(others[0]) < likeValue(best) : true)) {
    set(best, 'value', 'Its heading says that it holds the figures.')
    for (const other of others) set(other, 'ignore', `It is another number; the figure is in “${best.name}”.`)
  } else {
    for (const column of values) set(column, 'value-of-measure', 'It is a column of numbers, and its heading says what they are.')
    for (const column of table.columns) {
      if (values.length >= 5 && !guesses.has(column.index) && column.heading !== '' && onlyMarkers(column)) set(column, 'value-of-measure', 'It stands among columns of numbers and holds only markers, so its figures are all absent.')
    }
    for (const column of own) if (!values.includes(column)) set(column, 'ignore', 'It belongs to one of several columns of figures, and only a single one can have a numerator, denominator or limits here.')
  }
}

const isCompanion = (column: Profile) => isNumerator(column) || isDenominator(column) || isLower(column) || isUpper(column)

function belongsTo(column: Profile, set: (column: Profile, role: Guess['role'], reason: string) => void): boolean {
  if (isNumerator(column)) set(column, 'numerator', 'Its heading says numerator.')
  else if (isDenominator(column)) set(column, 'denominator', 'Its heading says denominator.')
  else if (isLower(column)) set(column, 'lower', 'Its heading says lower limit.')
  else if (isUpper(column)) set(column, 'upper', 'Its heading says upper limit.')
  else return false
  return true
}

/** Figures of a country beside those of the row's authority; their numerators follow by the same word in the heading. */
function isOfCountry(column: Profile, set: (column: Profile, role: Guess['role'], reason: string) => void): boolean {
  const country = countryIn(column.heading)
  if (country) set(column, 'value-of-area', `Its heading says that these are figures of ${country.name}, repeated on every row. They are kept for reference.`)
  return country !== undefined
}

function likeValue(column: Profile): number {
  const words = wordsOf(column.heading)
  if (/\b(value|observation|obs value|figure|result)\b/.test(words)) return 5
  if (/\b(indicator|score|percentage|percent|rate|amount|total)\b/.test(words)) return 3
  return /^y$/.test(words) ? 4 : 0
}

/** Columns of judgements: words on a scale that is known, such as good and requires improvement. */
export function guessJudgements(table: SampleTable, guesses: Map<number, Guess>): void {
  const judged = table.columns.filter((column) => !guesses.has(column.index) && scaleOf([column]) !== null)
  for (const column of judged) {
    guesses.set(column.index, { role: judged.length === 1 ? 'value' : 'value-of-measure', reason: 'Its cells are words of a known scale of judgements.' })
  }
}

/** Whether a column only repeats something about the authority, such as its region. */
export const isAboutAuthority = (table: SampleTable, authority: readonly Profile[], column: Profile) =>
  authority.length > 0 && column.distinct.size > 1 && decides(table.rows, authority, column)
