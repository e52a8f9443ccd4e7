/** From an import that was made to exactly what its page shows. */
import type { Actor } from '#kernel/access/actor.ts'
import { compareDecimals, decimalOf, formatCount, formatDifference, formatFigure, formatMoment, multiplyDecimals, roundDecimal, type FigureFormat } from '#kernel/figures/index.ts'
import type { DataTable } from '#kernel/web/components/data-table/data-table.ts'
import { statedMoment, type importById, type MadeImport } from '../imports/queries.ts'
import { nouns, reasonWords } from '../imports/report.ts'
import type { Recipe } from '../imports/recipe.ts'
import type { FigureChange } from '../observations/changes.ts'
import { importAddress } from './addresses.ts'
import type { MadeMeasure, WouldReturn } from './queries.ts'
import { countsSentence, sizeInWords, wholeCounts } from './words.ts'

export type OneImport = Awaited<ReturnType<typeof importById>>
type Produces = Recipe['produces']

/** Who made it, for this reader: the names of officers are for those who sign in. */
export function madeBy({ made_by, account }: Pick<MadeImport, 'made_by' | 'account'>, actor: Actor): string {
  return account !== null && actor.kind === 'public' ? 'an officer who signed in' : made_by
}

const whoseOf = (organisation: string | null) => organisation ?? 'National'

/** The list, the latest first. */
export function importsTable(rows: readonly MadeImport[], names: ReadonlyMap<number, { name: string }>, actor: Actor): DataTable {
  return {
    id: 'imports', caption: 'Imports, the latest first', captionHidden: true, narrow: 'cards',
    columns: [{ text: 'Import' }, { text: 'When' }, { text: 'By' }, { text: 'Whose figures' }, { text: 'Recipe' }, { text: 'What it did' }, { text: 'Stands' }],
    rows: rows.map((row) => [
      { text: `${row.id}: ${row.file_name}`, href: importAddress(row.id) },
      { text: formatMoment(row.made_at) },
      { text: madeBy(row, actor) },
      { text: whoseOf(row.organisation === null ? null : (names.get(row.organisation)?.name ?? 'An organisation')) },
      { text: row.recipe_name },
      { text: countsSentence(wholeCounts(row.counts), row.produces as Produces, 'did') },
      { text: row.withdrawn_at ? `withdrawn ${formatMoment(row.withdrawn_at)}` : 'yes' },
    ]),
  }
}

/** Who, when, which file, by which recipe. */
export function importFacts(made: OneImport, organisation: string | null, recipeHref: string | null, actor: Actor) {
  // Figures that did not come through a recipe, such as demonstration data, keep only the name of what made them.
  const recipe = made.recipe as Partial<Recipe>
  const title = recipe.title ?? made.recipe_name
  const stated = statedMoment(made)
  return [
    { term: 'When', text: formatMoment(made.made_at) },
    ...(stated ? [{ term: 'Known from', text: `${formatMoment(stated)}, as stated when it was imported` }] : []),
    { term: 'By', text: madeBy(made, actor) },
    { term: 'Whose figures', text: organisation === null ? 'National figures, seen by everyone' : `Local figures of ${organisation}` },
    { term: 'File', text: `${made.file_name}, ${sizeInWords(made.bytes)}` },
    { term: 'SHA-256', html: `<code class="bv-hash">${made.sha256}</code>` },
    recipeHref ? { term: 'Recipe', text: title, href: recipeHref } : { term: 'Recipe', text: title },
    ...(recipe.publisher ? [{ term: 'Publisher', text: recipe.publisher }] : []),
    ...(recipe.licence ? [{ term: 'Licence', text: recipe.licence }] : []),
  ]
}

/** What was withdrawn, when, by whom and why; null while the import stands. */
export function withdrawnSentence(made: OneImport, actor: Actor): string | null {
  if (!made.withdrawn_at) return null
  const who = actor.kind === 'public' ? '' : ` by ${made.withdrawn_by ?? 'somebody'}`
  return `This import was withdrawn on ${formatMoment(made.withdrawn_at)}${who}. The reason: ${made.withdrawn_why ?? 'not given'}`
}

export type ChangeLine = FigureChange & { title: string; prefix: string; suffix: string; display_factor: string; decimals: number; scale: string[] | null }

/** The change list, or null when there is nothing to list. */
export function changesTable(rows: readonly ChangeLine[], caption: string): DataTable {
  return {
    id: 'changes', caption, narrow: 'cards', empty: 'There is nothing of this kind in the import.',
    columns: [{ text: 'Measure' }, { text: 'Authority or area' }, { text: 'Period' }, { text: 'Was', numeric: true }, { text: 'Is now', numeric: true }, { text: 'Difference', numeric: true }],
    rows: rows.map((row) => {
      const format: FigureFormat = { prefix: row.prefix, suffix: row.suffix, displayFactor: row.display_factor, decimals: placesShown(row), scale: row.scale }
      return [
        { text: row.title, href: `/measures/${row.measure}` },
        { text: row.name, ...(row.is_area ? {} : { href: `/authorities/${row.code}` }) },
        { text: row.period },
        row.new ? { absence: 'not known' } : figureCell(row.was, row.was_reason, format),
        figureCell(row.is_now, row.is_now_reason, format),
        { text: differenceInWords(row, format) },
      ]
    }),
  }
}

/** As many places as the measure shows everywhere; as many as the figures have, where that would hide the difference. */
function placesShown({ was, is_now, decimals, display_factor }: ChangeLine): number {
  if (was === null || is_now === null) return decimals
  const [before, after] = [was, is_now].map((value) => multiplyDecimals(decimalOf(value), decimalOf(display_factor)))
  if (before === undefined || after === undefined || compareDecimals(roundDecimal(before, decimals), roundDecimal(after, decimals)) !== 0) return decimals
  return Math.max(decimals, placesOf(before), placesOf(after))
}

const placesOf = (number: string) => number.split('.')[1]?.replace(/0+$/, '').length ?? 0

/** The difference of the values; where they are alike, what else is different. */
function differenceInWords(row: ChangeLine, format: FigureFormat): string {
  if (row.new || row.is_now === null || row.was === null) return ''
  if (row.difference !== null && Number(row.difference) !== 0) return formatDifference(row.difference, format)
  const others = ([['numerator', row.was_numerator, row.is_now_numerator], ['denominator', row.was_denominator, row.is_now_denominator]] as const)
    .filter(([, was, now]) => was !== now)
    .map(([what, was, now]) => `${what} was ${was ?? 'missing'}, is now ${now ?? 'missing'}`)
  return others.length > 0 ? others.join('; ') : 'status or limits only'
}

const figureCell = (value: string | null, reason: string | null, format: FigureFormat) =>
  value === null ? { absence: `no figure: ${(reasonWords as Record<string, string>)[reason ?? ''] ?? 'missing'}` } : { text: formatFigure(value, format) }

export function measuresTable(rows: readonly MadeMeasure[]): DataTable | null {
  if (rows.length === 0) return null
  return {
    id: 'measures', caption: 'Definitions of measures that came with it', narrow: 'cards',
    columns: [{ text: 'Measure' }, { text: 'Code' }, { text: 'Version', numeric: true }, { text: 'What changed' }],
    rows: rows.map(({ code, title, version, what_changed }) => [{ text: title, href: `/measures/${code}` }, { text: code }, { text: version }, { text: what_changed ?? 'first definition' }]),
  }
}

/** What withdrawing would do, in sentences. */
export function withdrawalSentences(produces: string, { current, returning }: WouldReturn): string[] {
  if (produces !== 'observations') {
    const many = nouns[produces as Produces][1]
    return [`The ${many} this import brought stop counting from that moment. Where there were earlier ones, they stand again.`]
  }
  const gone = current - returning
  return [
    current === 0 ? 'None of its figures is shown at present: later imports have replaced all of them.' : `${formatCount(current)} of its figures are shown at present, and would no longer be.`,
    ...(returning > 0 ? [`For ${formatCount(returning)} of them the earlier figure returns.`] : []),
    ...(gone > 0 ? [`For ${formatCount(gone)} there is no earlier figure, so there would be none.`] : []),
  ]
}
