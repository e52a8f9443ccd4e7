/** Office Open XML spreadsheets (ECMA-376), written row by row. */
import type { Readable } from 'node:stream'
import { aboutRows, type Circumstances } from './about-sheet.ts'
import { archiveOf, type ArchiveEntry } from './archive.ts'
import type { Datatype, Export, ExportCell } from './export.ts'
import { inStretches } from './stretches.ts'
import { valueOf } from './values.ts'
import { declaration, escaped } from './xml.ts'

/** A sheet has 1,048,576 lines, and the first one holds the headings. */
const mostRows = 1_048_575
const longestText = 32_767
const cutMark = ' … (cut: a cell of a workbook holds 32,767 characters. The CSV file has all of it.)'

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packages = 'http://schemas.openxmlformats.org/package/2006'
/** Places in the list of cell formats in `styles`. */
const [bold, dayFormat, momentFormat] = [1, 2, 3]

/** The table as a workbook: its rows on one sheet, or several where one cannot hold them, and a last sheet that says what it is. */
export function writtenAsXlsx(table: Export, circumstances: Circumstances, rowsEach = mostRows): Readable {
  return archiveOf(entriesOf(table, circumstances, rowsEach), circumstances.madeAt)
}

async function* entriesOf(table: Export, circumstances: Circumstances, rowsEach: number): AsyncGenerator<ArchiveEntry, void> {
  const names: string[] = []
  const rows = await inStretches(table.rows)
  try {
    do {
      names.push(names.length === 0 ? 'Data' : `Data ${names.length + 1}`)
      yield { name: partName(names.length), content: dataSheet(table, rows.next(rowsEach)) }
    } while (!rows.isOver)
  } finally {
    await rows.close()
  }
  names.push('About')
  yield { name: partName(names.length), content: aboutSheet(aboutRows(table, circumstances, rows.count)) }
  yield { name: 'xl/workbook.xml', content: workbook(names) }
  yield { name: 'xl/_rels/workbook.xml.rels', content: workbookLinks(names) }
  yield { name: 'xl/styles.xml', content: styles }
  yield { name: '_rels/.rels', content: `${declaration}<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>` }
  yield { name: '[Content_Types].xml', content: contentTypes(names) }
}

const partName = (sheet: number) => `xl/worksheets/sheet${sheet}.xml`

async function* dataSheet({ columns }: Export, rows: AsyncIterable<readonly ExportCell[]>): AsyncGenerator<string, void> {
  const letters = columns.map((_column, place) => columnLetters(place))
  const widths = columns.map(({ datatype }, place) => `<col min="${place + 1}" max="${place + 1}" width="${datatype === 'text' ? 24 : 16}" customWidth="1"/>`)
  yield `${declaration}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>` +
    `<cols>${widths.join('')}</cols><sheetData>${headingRow(columns.map(({ title }) => title))}`
  let line = 1
  for await (const row of rows) {
    line++
    yield `<row r="${line}">${row.map((cell, place) => cellXml(cell, columns[place]?.datatype ?? 'text', `${letters[place]}${line}`)).join('')}</row>`
  }
  yield '</sheetData></worksheet>'
}

const headingRow = (titles: readonly string[]) => `<row r="1">${titles.map((title, place) => textCell(title, `${columnLetters(place)}1`, bold)).join('')}</row>`

function aboutSheet(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((cells, line) =>
    `<row r="${line + 1}">${cells.map((text, place) => textCell(text, `${columnLetters(place)}${line + 1}`, place === 0 ? bold : 0)).join('')}</row>`)
  return `${declaration}<worksheet xmlns="${main}"><cols><col min="1" max="3" width="24" customWidth="1"/><col min="4" max="4" width="80" customWidth="1"/></cols><sheetData>${lines.join('')}</sheetData></worksheet>`
}

/** A, B, … Z, AA, AB: the name of the column at a place counted from 0. */
export function columnLetters(place: number): string {
  const last = String.fromCharCode(65 + (place % 26))
  return place < 26 ? last : columnLetters(Math.floor(place / 26) - 1) + last
}

function cellXml(cell: ExportCell, datatype: Datatype, at: string): string {
  const value = valueOf(cell, datatype)
  switch (value.kind) {
    case 'empty':
      return ''
    case 'number':
      return `<c r="${at}"><v>${value.digits}</v></c>`
    case 'yes-no':
      return `<c r="${at}" t="b"><v>${value.yes ? 1 : 0}</v></c>`
    case 'date':
      return dayCell(new Date(value.day), value.day, dayFormat, at)
    case 'moment':
      return dayCell(value.at, value.at.toISOString(), momentFormat, at)
    case 'text':
      return textCell(value.text, at, 0)
  }
}

/** Days are counted from the end of 1899. Before March 1900 programs disagree, because one took that year for a leap year: such days are text. */
function dayCell(moment: Date, text: string, format: number, at: string): string {
  const days = (moment.valueOf() - Date.UTC(1899, 11, 30)) / 86_400_000
  return days < 61 ? textCell(text, at, 0) : `<c r="${at}" s="${format}"><v>${days}</v></c>`
}

/** Marked as text, which a spreadsheet never runs, whatever it begins with. */
function textCell(text: string, at: string, format: number): string {
  if (text === '') return ''
  const style = format === 0 ? '' : ` s="${format}"`
  return `<c r="${at}"${style} t="inlineStr"><is><t xml:space="preserve">${cellText(text)}</t></is></c>`
}

const plain = /^[ !#-%'-;=?-^`-~]*$/

function cellText(text: string): string {
  const whole = text.length <= longestText ? text : text.slice(0, longestText - cutMark.length).replace(/[\ud800-\udbff]$/, '') + cutMark
  return plain.test(whole) ? whole : escaped(lawful(whole))
}

/** Characters that XML cannot hold are written as the format has it, by number between underscores; so is text that looks like that. */
function lawful(text: string): string {
  return text.toWellFormed()
    .replace(/_(?=x[0-9a-f]{4})/gi, '_x005F_')
    // eslint refuses control characters in a pattern, so what is lawful is listed instead.
    .replace(/[^\t\n\u0020-\ufffd]/g, (character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
}

const workbook = (names: readonly string[]) =>
  `${declaration}<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${names.map((name, place) => `<sheet name="${name}" sheetId="${place + 1}" r:id="rId${place + 1}"/>`).join('')}</sheets></workbook>`

function workbookLinks(names: readonly string[]): string {
  const sheets = names.map((_name, place) => `<Relationship Id="rId${place + 1}" Type="${office}/worksheet" Target="worksheets/sheet${place + 1}.xml"/>`)
  return `${declaration}<Relationships xmlns="${packages}/relationships">${sheets.join('')}<Relationship Id="rId${names.length + 1}" Type="${office}/styles" Target="styles.xml"/></Relationships>`
}

function contentTypes(names: readonly string[]): string {
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
  const sheets = names.map((_name, place) => `<Override PartName="/${partName(place + 1)}" ContentType="${type}.worksheet+xml"/>`)
  return `${declaration}<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
    `<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/>` +
    `<Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/>${sheets.join('')}</Types>`
}

const styles = `${declaration}<styleSheet xmlns="${main}">` +
  '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>' +
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
  '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>' +
  '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>' +
  '</styleSheet>'
