import { formatCount, formatMoment } from '../figures/index.ts'
import type { DataTable } from '../web/components/data-table/data-table.ts'
import type { PageData } from '../web/frame.ts'
import type { Circumstances } from './about-sheet.ts'
import type { Counted } from './count.ts'
import { datatypeWords } from './datatypes.ts'
import type { Export, ExportColumn } from './export.ts'
import { metadataEnding } from './metadata.ts'
import { downloadsOf } from './source.ts'

interface Shown {
  table: Omit<Export, 'rows'>
  circumstances: Circumstances
  /** Null: more rows than are counted while somebody waits. */
  counted: Counted | null
  /** Address of the CSV file. */
  address: string
  page: string
  /** Whether a file can be kept for whoever asks: they are signed in. */
  mayKeep: boolean
}

/** The page about a table to download: what it is, how many rows it has, how to check a copy, and what the columns mean. */
export function aboutPage({ table, circumstances, counted, address, page, mayKeep }: Shown): PageData {
  const [path = ''] = address.split('?')
  const query = address.slice(path.length)
  const bare = path.replace(/\.csv$/, '')
  return {
    title: table.title,
    section: 'Download',
    breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Where this table is', href: page }, { text: 'Download' }],
    description: table.description,
    files: { ...downloadsOf('this table', `${bare}${query}`), aboutHref: null },
    metadataHref: `${path}${metadataEnding}${query}`,
    facts: [{ term: 'Rows', text: counted ? formatCount(counted.rows) : 'more than 20,000; the metadata says how many' }, ...descriptionItems(table, circumstances.madeAt)],
    columns: columnsTable(table.columns),
    keep: mayKeep ? address : null,
    sha256: counted?.sha256 ?? null,
    fileName: `${table.name}.csv`,
  }
}

/** Who published it, on which terms, and whose knowledge it is. */
export function descriptionItems({ publisher, licence, knownAt }: Omit<Export, 'rows'>, madeAt: Date) {
  return [
    { term: 'Publisher', text: publisher ?? 'stated in each row, or where the row leads' },
    { term: 'Licence', text: licence ?? 'stated in each row, or where the row leads' },
    { term: 'As known at', text: formatMoment(knownAt ?? madeAt) },
  ]
}

/** What the columns mean, as a table. */
export function columnsTable(columns: readonly ExportColumn[]): DataTable {
  return {
    id: 'columns',
    caption: 'Columns',
    narrow: 'cards',
    columns: [{ text: 'Column' }, { text: 'Heading in CSV' }, { text: 'Holds' }, { text: 'Meaning', prose: true }],
    rows: columns.map(({ title, name, datatype, description }) => [{ text: title }, { text: name }, { text: datatypeWords[datatype] }, { text: description }]),
  }
}
