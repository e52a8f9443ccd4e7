/** From an upload and what the dry run said to exactly what the page shows. */
import { downloadsOf } from '#kernel/exports/index.ts'
import { formatMoment } from '#kernel/figures/index.ts'
import type { DataTable } from '#kernel/web/components/data-table/data-table.ts'
import { countOf, formatCount } from '#kernel/figures/index.ts'
import { nouns, reasonWords, type ImportReport } from '../imports/report.ts'
import { uploadAddress } from './addresses.ts'
import type { Checked } from './check.ts'
import type { FirstRows } from './first-rows.ts'
import { namesAtOnce, shownAtOnce } from './rules.ts'
import type { Upload } from './uploads.ts'
import { countsSentence, importButton, otherCounts, refusalCells, refusalColumns, sizeInWords, warningColumns, warningGroups } from './words.ts'

/** Warnings of one check that a page shows. */
const warningsEach = 5

export function checkedView(upload: Upload, { holds, fits }: { holds: boolean; fits: number }) {
  const { recipe, checked } = upload
  return {
    fileName: upload.file_name,
    fits,
    facts: factsOf(upload),
    recipeTitle: recipe?.title ?? null,
    recipeName: recipe?.recipe ?? null,
    checked: recipe && checked ? { ...reportView(checked, recipe.produces, upload.id), holds, recipeAbout: recipe.about ?? null } : null,
  }
}

function factsOf(upload: Upload) {
  const { recipe, checked } = upload
  return [
    { term: 'File', text: `${upload.file_name}, ${sizeInWords(upload.bytes)}, uploaded ${formatMoment(upload.made_at)}` },
    { term: 'Whose figures', text: upload.national ? 'National figures, seen by everyone' : `Local figures of ${upload.organisation_name}, seen by its people` },
    ...(recipe ? [{ term: 'Recipe', text: `${recipe.title} (${recipe.recipe})` }] : []),
    ...(checked ? readAs(checked.report) : []),
  ]
}

const delimiters: Record<string, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'upright lines' }

/** How the file was read, where it could be. */
function readAs({ file }: ImportReport) {
  if (!('encoding' in file)) return []
  const header = file.header_line === null ? 'no header' : `header on line ${file.header_line}`
  const cells = delimiters[file.delimiter] ? `cells parted by ${delimiters[file.delimiter] ?? ''}, ` : ''
  return [
    { term: 'Read as', text: `${file.encoding.toUpperCase()} (${file.encoding_reason}), ${cells}${header}, ${countOf(file.columns.length, 'column')}` },
    { term: 'SHA-256', html: `<code class="bv-hash">${file.sha256}</code>` },
  ]
}

function reportView({ report, rows, names }: Checked, produces: ImportReport['produces'], upload: string) {
  const { counts, outcome } = report
  return {
    outcome,
    lead: leadOf(report, produces),
    button: outcome === 'would-import' ? importButton(counts, produces) : null,
    refusals: refusalTable(report),
    refusalFiles: downloadsOf(report.refusals.length < counts.refused ? `the first ${report.refusals.length} of them` : 'all of them', `${uploadAddress(upload)}/refusals`),
    warningFiles: downloadsOf('all warnings', `${uploadAddress(upload)}/warnings`),
    names: names.slice(0, namesAtOnce).map((name, place) => ({ ...name, id: `name-${place}` })),
    moreNames: Math.max(0, names.length - namesAtOnce),
    registerMissing: names.length > 1 && names.every(({ candidates }) => candidates.length === 0),
    warningCount: formatCount(Object.values(counts.warnings).reduce((sum, count) => sum + count, 0)),
    warnings: warningGroups(counts.warnings, (check) => report.warnings.filter((warning) => warning.check === check).slice(0, warningsEach)),
    warningColumns,
    others: otherCounts(counts, produces),
    measures: { count: countOf(counts.measures_made, ...nouns.measures), codes: report.measures_made.slice(0, 100), more: Math.max(0, counts.measures_made - 100) },
    notes: report.notes,
    rows: rowsTable(rows),
  }
}

/** The answer in a sentence or two. */
function leadOf({ outcome, counts }: ImportReport, produces: ImportReport['produces']): string[] {
  switch (outcome) {
    case 'refused':
      return [`This file cannot be imported as it is: ${countOf(counts.refused, 'place', 'places')} in it cannot be read as the recipe says.`, 'A file is imported whole or not at all, so nothing would be left half done.']
    case 'nothing-new':
      return ['Importing this file would change nothing: everything in it is here already, just so.', countsSentence(counts, produces, 'would')]
    case 'would-import':
    case 'imported':
      return [countsSentence(counts, produces, 'would'), 'Nothing has been saved yet.']
  }
}

function refusalTable({ refusals, counts }: ImportReport): DataTable | null {
  if (refusals.length === 0) return null
  const shown = refusals.slice(0, shownAtOnce)
  const caption = shown.length < counts.refused ? `The first ${shown.length} of ${formatCount(counts.refused)} places that cannot be read` : 'Every place that cannot be read'
  return { id: 'refusals', caption, columns: refusalColumns, narrow: 'cards', rows: shown.map(refusalCells) }
}

function rowsTable(rows: FirstRows): DataTable | null {
  switch (rows.kind) {
    case 'none':
      return null
    case 'figures':
      return rows.figures.length === 0 ? null : {
        id: 'first-rows', caption: 'The first figures as they would become', narrow: 'scroll',
        columns: [{ text: 'Line' }, { text: 'Measure' }, { text: 'Authority or area' }, { text: 'Period' }, { text: 'Value', numeric: true }, { text: 'Numerator', numeric: true }, { text: 'Denominator', numeric: true }, { text: 'Status' }],
        rows: rows.figures.map((one) => [
          { text: one.line }, { text: one.measure }, { text: one.place }, { text: one.period },
          one.value === null ? { absence: 'no figure' } : { text: one.value }, { text: one.numerator ?? '' }, { text: one.denominator ?? '' },
          { text: one.reason === null ? one.status : (reasonWords as Record<string, string>)[one.reason] ?? one.reason },
        ]),
      }
    case 'cells':
      return rows.rows.length === 0 ? null : {
        id: 'first-rows', caption: 'The first rows as they were read', narrow: 'scroll',
        columns: [{ text: 'Line' }, ...rows.columns.map((text) => ({ text: text === '' ? 'without a name' : text }))],
        rows: rows.rows.map(({ line, cells }) => [{ text: line }, ...rows.columns.map((_, place) => ({ text: cells[place] ?? '' }))]),
      }
  }
}
