/** OpenDocument spreadsheets (ISO/IEC 26300), written row by row. */
import type { Readable } from 'node:stream'
import { aboutRows, type Circumstances } from './about-sheet.ts'
import { archiveOf, type ArchiveEntry } from './archive.ts'
import type { Datatype, Export, ExportCell } from './export.ts'
import { inStretches } from './stretches.ts'
import { valueOf } from './values.ts'
import { declaration, escaped } from './xml.ts'

/** What programs can show on one sheet, less the line of headings. */
const mostRows = 1_048_575
const mediaType = 'application/vnd.oasis.opendocument.spreadsheet'
const names = 'urn:oasis:names:tc:opendocument:xmlns:'

/** The table as a spreadsheet: its rows on one sheet, or several where one cannot hold them, and a last sheet that says what it is. */
export function writtenAsOds(table: Export, circumstances: Circumstances, rowsEach = mostRows): Readable {
  return archiveOf(entriesOf(table, circumstances, rowsEach), circumstances.madeAt)
}

function* entriesOf(table: Export, circumstances: Circumstances, rowsEach: number): Generator<ArchiveEntry, void> {
  // Must come first and uncompressed: that is how programs tell the format.
  yield { name: 'mimetype', content: mediaType }
  yield { name: 'META-INF/manifest.xml', content: manifest }
  yield { name: 'meta.xml', content: meta(table.title, circumstances.madeAt) }
  yield { name: 'styles.xml', content: styles }
  yield { name: 'content.xml', content: content(table, circumstances, rowsEach) }
}

async function* content(table: Export, circumstances: Circumstances, rowsEach: number): AsyncGenerator<string, void> {
  yield opening
  const rows = await inStretches(table.rows)
  try {
    for (let sheet = 1; sheet === 1 || !rows.isOver; sheet++) yield* dataSheet(sheet === 1 ? 'Data' : `Data ${sheet}`, table, rows.next(rowsEach))
  } finally {
    await rows.close()
  }
  const about = aboutRows(table, circumstances, rows.count).map((cells) => rowXml(cells.map((text, place) => textCell(text, place === 0 ? 'heading' : null))))
  yield `<table:table table:name="About">${about.join('')}</table:table></office:spreadsheet></office:body></office:document-content>`
}

async function* dataSheet(name: string, { columns }: Export, rows: AsyncIterable<readonly ExportCell[]>): AsyncGenerator<string, void> {
  yield `<table:table table:name="${name}"><table:table-header-rows>${rowXml(columns.map(({ title }) => textCell(title, 'heading')))}</table:table-header-rows>`
  for await (const row of rows) yield rowXml(row.map((cell, place) => cellXml(cell, columns[place]?.datatype ?? 'text')))
  yield '</table:table>'
}

const rowXml = (cells: readonly string[]) => `<table:table-row>${cells.length === 0 ? emptyCell : cells.join('')}</table:table-row>`
const emptyCell = '<table:table-cell/>'

function cellXml(cell: ExportCell, datatype: Datatype): string {
  const value = valueOf(cell, datatype)
  switch (value.kind) {
    case 'empty':
      return emptyCell
    case 'number':
      return `<table:table-cell office:value-type="float" office:value="${value.digits}"><text:p>${value.digits}</text:p></table:table-cell>`
    case 'yes-no':
      return `<table:table-cell office:value-type="boolean" office:boolean-value="${value.yes}"><text:p>${String(value.yes).toUpperCase()}</text:p></table:table-cell>`
    case 'date':
      return dayCell('day', value.day)
    case 'moment':
      return dayCell('moment', value.at.toISOString().slice(0, 19))
    case 'text':
      return textCell(value.text, null)
  }
}

const dayCell = (style: 'day' | 'moment', text: string) =>
  `<table:table-cell table:style-name="${style}" office:value-type="date" office:date-value="${text}"><text:p>${text.replace('T', ' ')}</text:p></table:table-cell>`

/** Marked as text, which a spreadsheet never runs, whatever it begins with. */
function textCell(text: string, style: 'heading' | null): string {
  if (text === '') return emptyCell
  const paragraphs = text.split(/\r\n|\r|\n/).map((line) => `<text:p>${lineXml(line)}</text:p>`)
  return `<table:table-cell${style === null ? '' : ` table:style-name="${style}"`} office:value-type="string">${paragraphs.join('')}</table:table-cell>`
}

const plain = /^(?! )[ !#-%'-;=?-~]*$/

/** Spaces at either end or in a row, and tabs, have elements of their own. Characters that XML cannot hold become the sign for a lost character. */
function lineXml(line: string): string {
  if (plain.test(line) && !line.includes('  ') && !line.endsWith(' ')) return line
  return escaped(line.toWellFormed().replace(/[^\t\u0020-\ufffd]/g, '\ufffd'))
    .replace(/^ | $| {2,}/g, (spaces) => `<text:s text:c="${spaces.length}"/>`)
    .replaceAll('\t', '<text:tab/>')
}

const opening = `${declaration}<office:document-content xmlns:office="${names}office:1.0" xmlns:table="${names}table:1.0" xmlns:text="${names}text:1.0" ` +
  `xmlns:style="${names}style:1.0" xmlns:number="${names}datastyle:1.0" xmlns:fo="${names}xsl-fo-compatible:1.0" office:version="1.2"><office:automatic-styles>` +
  '<number:date-style style:name="day-format"><number:year number:style="long"/><number:text>-</number:text><number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/></number:date-style>' +
  '<number:date-style style:name="moment-format"><number:year number:style="long"/><number:text>-</number:text><number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/><number:text> </number:text>' +
  '<number:hours number:style="long"/><number:text>:</number:text><number:minutes number:style="long"/><number:text>:</number:text><number:seconds number:style="long"/></number:date-style>' +
  '<style:style style:name="heading" style:family="table-cell"><style:text-properties fo:font-weight="bold"/></style:style>' +
  '<style:style style:name="day" style:family="table-cell" style:data-style-name="day-format"/><style:style style:name="moment" style:family="table-cell" style:data-style-name="moment-format"/>' +
  '</office:automatic-styles><office:body><office:spreadsheet>'

const manifest = `${declaration}<manifest:manifest xmlns:manifest="${names}manifest:1.0" manifest:version="1.2">` +
  `<manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="${mediaType}"/>` +
  '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/><manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>' +
  '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/></manifest:manifest>'

/** Nothing: every style used is beside the content. Some programs do not open a file without this part. */
const styles = `${declaration}<office:document-styles xmlns:office="${names}office:1.0" office:version="1.2"></office:document-styles>`

const meta = (title: string, madeAt: Date) =>
  `${declaration}<office:document-meta xmlns:office="${names}office:1.0" xmlns:meta="${names}meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2">` +
  `<office:meta><dc:title>${lineXml(title)}</dc:title><meta:creation-date>${madeAt.toISOString().slice(0, 19)}</meta:creation-date></office:meta></office:document-meta>`
