/** Metadata of a CSV file after the W3C recommendation "Metadata Vocabulary for Tabular Data" (CSVW). */
import type { Circumstances } from './about-sheet.ts'
import type { Counted } from './count.ts'
import type { Datatype, Export } from './export.ts'

export const metadataType = 'application/csvm+json'
/** What is put after the name of a CSV file: where the recommendation looks first. */
export const metadataEnding = '-metadata.json'

const datatypes: Record<Datatype, string | { base: string }> = {
  text: 'string',
  number: 'number',
  whole: 'integer',
  date: 'date',
  moment: 'datetime',
  'yes-no': 'boolean',
}

const guardNote =
  'Text that begins with =, +, -, @, a tab or a line end (also in full width), and is not a number, has one apostrophe put before it, so that no spreadsheet runs it as a formula; ' +
  'text that begins with apostrophes followed by one of these gets one more. To read the text as it was, remove one apostrophe from cells that begin with apostrophes followed by one of these characters. Numbers are never changed.'

/** The description of the CSV file at `address`. Leaves count and hash out where they are not known yet. */
export function csvMetadata(table: Omit<Export, 'rows'>, { source, madeAt }: Circumstances, address: string, counted: Counted | null) {
  const { title, description, publisher, licence, origin, knownAt, columns } = table
  return {
    '@context': ['http://www.w3.org/ns/csvw', { '@language': 'en' }],
    url: address,
    'dc:title': title,
    'dc:description': description,
    ...(publisher === null ? {} : { 'dc:publisher': publisher }),
    ...(licence === null ? {} : { 'dc:license': /^https?:\/\/\S+$/.test(licence) ? { '@id': licence } : licence }),
    'dc:source': [source, origin].flatMap((address) => (address ? [{ '@id': address }] : [])),
    'dc:created': { '@value': madeAt.toISOString(), '@type': 'xsd:dateTime' },
    'dc:valid': { '@value': (knownAt ?? madeAt).toISOString(), '@type': 'xsd:dateTime' },
    ...(counted ? { 'dc:extent': `${counted.rows} rows, ${counted.bytes} bytes` } : {}),
    ...(counted ? { 'dc:identifier': `sha256:${counted.sha256}` } : {}),
    notes: [
      ...(counted ? [{ rows: counted.rows, bytes: counted.bytes, sha256: counted.sha256, of: 'the whole file, from its first byte to its last line end' }] : []),
      guardNote,
      'An empty cell has no value.',
    ],
    dialect: { encoding: 'utf-8', delimiter: ',', quoteChar: '"', doubleQuote: true, header: true, headerRowCount: 1, lineTerminators: ['\r\n'], skipBlankRows: false, trim: false },
    tableSchema: {
      columns: columns.map((column) => ({
        name: column.name,
        titles: column.name,
        'dc:title': column.title,
        'dc:description': column.description,
        datatype: datatypes[column.datatype],
      })),
    },
  }
}
