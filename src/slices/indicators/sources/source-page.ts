/** From what is known of a watched source to what its pages show. */
import { formatMoment } from '#kernel/figures/index.ts'
import type { DataTable } from '#kernel/web/components/data-table/data-table.ts'
import { uploadAddress } from '../pages/addresses.ts'
import { sourceAddress } from './addresses.ts'
import type { looksOf, waitingFile, WatchedSource } from './queries.ts'

const often: Record<string, string> = { day: 'Every day', week: 'Every week', month: 'Every 30 days' }
const found: Record<string, string> = { unchanged: 'Nothing new', new: 'Something new', failed: 'Failed' }

export function sourcesTable(rows: readonly WatchedSource[]): DataTable {
  return {
    id: 'sources', caption: 'Watched sources by name', captionHidden: true, narrow: 'cards', empty: 'No source is watched yet.',
    columns: [{ text: 'Source' }, { text: 'How often' }, { text: 'Last look' }, { text: 'How it stands', prose: true }],
    rows: rows.map((row) => [{ text: row.name, href: sourceAddress(row.id) }, { text: often[row.every] ?? row.every }, { text: lastLook(row) }, { text: standing(row) }]),
  }
}

const lastLook = ({ last_looked_at }: WatchedSource) => (last_looked_at ? formatMoment(last_looked_at) : 'not yet')

export function standing({ failing_since, last_fault, last_looked_at }: WatchedSource): string {
  if (failing_since) return `Failing since ${formatMoment(failing_since)}: ${last_fault ?? ''}`
  return last_looked_at ? 'The last look went well.' : 'Nobody has looked yet.'
}

export function sourceFacts(source: WatchedSource) {
  return [
    { term: 'Address', text: source.address, href: source.address },
    { term: 'Recipe', text: source.recipe },
    { term: 'Whose figures', text: source.national ? 'National figures, seen by everyone' : `Local figures of ${source.organisation_name}` },
    { term: 'How often', text: source.stopped_at ? `No longer watched since ${formatMoment(source.stopped_at)}` : (often[source.every] ?? source.every) },
    { term: 'Watched by', text: `${source.watched_by}, ${source.organisation_name}` },
    { term: 'Last look', text: lastLook(source) },
    { term: 'How it stands', text: standing(source) },
  ]
}

/** The file that waits for this reader, or for whoever watches the source. A stranger to the file sees no link to it. */
export function waitingSentence({ upload, watched_by }: WatchedSource, waiting: Awaited<ReturnType<typeof waitingFile>>) {
  if (waiting) return { says: `The file ${waiting.file_name} waits for you.`, href: uploadAddress(waiting.id) }
  return upload === null ? null : { says: `The last new file was kept for ${watched_by}, for two weeks or until it was imported or let go of.`, href: null }
}

export const looksTable = (rows: Awaited<ReturnType<typeof looksOf>>): DataTable => ({
  id: 'looks', caption: 'The latest looks, the last one first', captionHidden: true, narrow: 'cards', empty: 'Nobody has looked yet.',
  columns: [{ text: 'When' }, { text: 'Result' }, { text: 'What was found', prose: true }],
  rows: rows.map((row) => [{ text: formatMoment(row.looked_at) }, { text: found[row.found] ?? row.found }, { text: row.says }]),
})
