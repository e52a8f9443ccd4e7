import { table, type HostileFile, type HostileKind } from './file.ts'
import type { Random } from './random.ts'
import { zip, type Part } from './zip.ts'

// Spreadsheets that lie about themselves, unpack without end, fetch from elsewhere, or are no spreadsheets.

const escaped = (text: string) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)
const letter = (index: number) => String.fromCharCode(65 + index)

interface Sheet {
  /** XML of the rows. */
  rows: string
  prolog?: string
}

const xlsxRows = (rows: readonly string[][]) => rows.map((cells, row) => `<row r="${row + 1}">${cells.map((cell, column) => xlsxCell(cell, `${letter(column)}${row + 1}`)).join('')}</row>`).join('')
const xlsxCell = (cell: string, at: string) => (/^\d+(\.\d+)?$/.test(cell) ? `<c r="${at}"><v>${cell}</v></c>` : `<c r="${at}" t="inlineStr"><is><t>${escaped(cell)}</t></is></c>`)

const head = '<?xml version="1.0" encoding="UTF-8"?>'

function xlsxParts({ rows, prolog = head }: Sheet): Part[] {
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
  const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const packageRelations = 'http://schemas.openxmlformats.org/package/2006/relationships'
  return [
    { name: '[Content_Types].xml', content: `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>` },
    { name: '_rels/.rels', content: `${head}<Relationships xmlns="${packageRelations}"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>` },
    { name: 'xl/workbook.xml', content: `${head}<workbook xmlns="${main}" xmlns:r="${relations}"><sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>` },
    { name: 'xl/_rels/workbook.xml.rels', content: `${head}<Relationships xmlns="${packageRelations}"><Relationship Id="rId1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>` },
    { name: 'xl/worksheets/sheet1.xml', content: `${prolog}<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>` },
  ]
}

const odsCell = (cell: string) => (/^\d+(\.\d+)?$/.test(cell) ? `<table:table-cell office:value-type="float" office:value="${cell}"><text:p>${cell}</text:p></table:table-cell>` : `<table:table-cell office:value-type="string"><text:p>${escaped(cell)}</text:p></table:table-cell>`)
const odsRows = (rows: readonly string[][]) => rows.map((cells) => `<table:table-row>${cells.map(odsCell).join('')}</table:table-row>`).join('')

function odsParts({ rows, prolog = head }: Sheet): Part[] {
  const ns = ['office', 'table', 'text'].map((name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`).join(' ')
  return [
    { name: 'mimetype', content: 'application/vnd.oasis.opendocument.spreadsheet' },
    { name: 'META-INF/manifest.xml', content: `${head}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>` },
    { name: 'content.xml', content: `${prolog}<office:document-content ${ns}><office:body><office:spreadsheet><table:table table:name="Data">${rows}</table:table></office:spreadsheet></office:body></office:document-content>` },
  ]
}

const sheetPart = 'xl/worksheets/sheet1.xml'
const file = (name: string, parts: readonly Part[], must: HostileFile['must'] = 'refused'): HostileFile => ({ name, bytes: zip(parts), must })
const book = (random: Random) => xlsxParts({ rows: xlsxRows(table(random)) })
const either = (random: Random, rows: string[][], prolog?: string): Part[] =>
  random.next() < 0.5 ? xlsxParts({ rows: xlsxRows(rows), ...(prolog === undefined ? {} : { prolog }) }) : odsParts({ rows: odsRows(rows), ...(prolog === undefined ? {} : { prolog }) })

/** The same parts, one of them with a lie. */
const lying = (parts: readonly Part[], lies: NonNullable<Part['lies']>): Part[] => parts.map((part) => (part.name === sheetPart ? { ...part, lies } : part))
const bomb = '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;"><!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]>'
const fetching = '<!DOCTYPE a [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'

const withCell = (random: Random, cell: string) => {
  const rows = table(random)
  const at = random.whole(1, rows.length - 1)
  return xlsxRows(rows).replace(new RegExp(`<c r="C${at + 1}">.*?</c>`), cell.replaceAll('@', `C${at + 1}`))
}

export const sheetKinds: HostileKind[] = [
  { kind: 'a spreadsheet cut at any byte', make: (random) => { const bytes = zip(either(random, table(random))); return { name: 'figures.xlsx', bytes: bytes.subarray(0, random.whole(5, bytes.length - 1)), must: 'refused' } } },
  { kind: 'a spreadsheet with bytes changed', make: (random) => { const bytes = zip(either(random, table(random))); for (let n = random.whole(1, 20); n > 0; n -= 1) bytes[random.whole(4, bytes.length - 1)] = random.whole(0, 255); return { name: 'figures.xlsx', bytes, must: 'any' } } },
  { kind: 'a spreadsheet that unpacks to a thousand times its size', make: (random) => file('figures.xlsx', random.next() < 0.5 ? xlsxParts({ rows: `${xlsxRows(table(random))}${' '.repeat(12_000_000)}` }) : odsParts({ rows: `${odsRows(table(random))}${' '.repeat(12_000_000)}` })) },
  { kind: 'a spreadsheet with entities that multiply', make: (random) => file('figures.xlsx', either(random, table(random), `${head}${random.one([bomb, fetching, bomb.toLowerCase()])}`)) },
  { kind: 'a spreadsheet that takes values from another file', make: (random) => (random.next() < 0.5
    ? file('figures.xlsx', [...book(random), { name: 'xl/externalLinks/externalLink1.xml', content: `${head}<externalLink/>` }])
    : file('figures.ods', odsParts({ rows: `<table:table-source xlink:href="https://elsewhere.invalid/a.ods"/>${odsRows(table(random))}` }))) },
  { kind: 'a spreadsheet with macros', make: (random) => file('figures.xlsm', [...book(random), { name: random.one(['xl/vbaProject.bin', 'xl/macrosheets/sheet1.xml']), content: 'Sub Auto_Open()' }]) },
  { kind: 'a spreadsheet with a password', make: (random) => random.one<() => HostileFile>([
    () => file('figures.xlsx', lying(book(random), { encrypted: true })),
    () => ({ name: 'figures.xlsx', bytes: Buffer.concat([Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), random.bytes(2000)]), must: 'refused' }),
    () => file('figures.ods', odsParts({ rows: odsRows(table(random)) }).map((part) => (part.name.startsWith('META') ? { ...part, content: String(part.content).replace('/>', '><manifest:encryption-data/></manifest:file-entry>') } : part))),
  ])() },
  { kind: 'a spreadsheet that lies about sizes', make: (random) => file('figures.xlsx', lying(book(random), random.one<NonNullable<Part['lies']>>([{ size: random.whole(0, 200) }, { size: 4_000_000_000 }, { crc: random.whole(1, 4_000_000_000) }, { method: 99 }]))) },
  { kind: 'a spreadsheet whose headers disagree', make: (random) => file('figures.xlsx', lying(book(random), random.one<NonNullable<Part['lies']>>([{ localSize: 5 }, { localName: 'xl/worksheets/other1.xml' }])), 'any') },
  { kind: 'a spreadsheet with a part twice', make: (random) => file('figures.xlsx', [...book(random), { name: sheetPart, content: '<worksheet/>' }]) },
  { kind: 'a spreadsheet of very many parts', make: (random) => file('figures.xlsx', [...book(random), ...Array.from({ length: 5_000 }, (_, index) => ({ name: `xl/p${index}.xml`, content: '' }))]) },
  { kind: 'a spreadsheet with a formula and no value', make: (random) => file('figures.xlsx', xlsxParts({ rows: withCell(random, '<c r="@"><f>SUM(A1:A9)</f></c>') }), 'any') },
  { kind: 'a spreadsheet with a formula that calls a program', make: (random) => file('figures.xlsx', xlsxParts({ rows: withCell(random, `<c r="@" t="str"><f>${random.one(['cmd|calc!A0', 'WEBSERVICE("https://elsewhere.invalid")', '[1]Sheet1!A1'])}</f><v>${random.one(['#REF!', 'owned'])}</v></c>`) })) },
  { kind: 'a spreadsheet with a cell of a million characters', make: (random) => file('figures.xlsx', xlsxParts({ rows: withCell(random, `<c r="@" t="inlineStr"><is><t>${Array.from({ length: 100_000 }, () => random.whole(1_000_000_000, 9_999_999_999)).join('')}</t></is></c>`) })) },
  { kind: 'a spreadsheet with zero bytes in its XML', make: (random) => file('figures.xlsx', xlsxParts({ rows: `${xlsxRows(table(random))}\0` })) },
  { kind: 'a spreadsheet with a part in UTF-16', make: (random) => file('figures.xlsx', book(random).map((part) => (part.name === sheetPart ? { ...part, content: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(String(part.content), 'utf16le')]) } : part))) },
  { kind: 'a spreadsheet with one cell at the far corner', make: (random) => file('figures.xlsx', xlsxParts({ rows: `${xlsxRows(table(random))}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>` })) },
  { kind: 'a spreadsheet whose XML is broken', make: (random) => file('figures.xlsx', xlsxParts({ rows: random.one(['<row', '<row r="-1"><c r="A0"><v>1</v></c></row>', '<row r="1"><c r="A1" t="s"><v>99999</v></c></row>', `<row r="1">${'<c>'.repeat(10_000)}`, '</sheetData></worksheet>', '<row r="1e9"><c r="A1000000000"><v>1</v></c></row>']) })) },
  { kind: 'a spreadsheet without its sheets', make: (random) => { const parts = book(random); return file('figures.xlsx', parts.filter(({ name }) => name !== random.one([sheetPart, 'xl/workbook.xml', '[Content_Types].xml'])), 'any') } },
  { kind: 'a package that is no spreadsheet', make: (random) => file('figures.xlsx', random.one<Part[]>([
    [{ name: 'word/document.xml', content: '<w/>' }, { name: '[Content_Types].xml', content: '<Types/>' }],
    [{ name: 'figures.csv', content: 'Council,Year,Value\n' }],
    [{ name: '../../etc/passwd', content: 'root' }],
    [{ name: 'xl/workbook.bin', content: 'x' }, { name: '[Content_Types].xml', content: '<Types/>' }],
    [],
  ].filter((parts) => parts.length > 0))) },
  { kind: 'a spreadsheet of another sheet', make: (random) => ({ ...file('figures.xlsx', book(random)), recipe: { file: { sheet: random.one(['Figures', '', 9].filter((name) => name !== '')), header: 'find' } } }) },
  { kind: 'a spreadsheet with one row among sound ones that cannot be read', make: (random) => file('figures.xlsx', xlsxParts({ rows: withCell(random, '<c r="@" t="e"><v>#DIV/0!</v></c>') })) },
]

/** Kinds that need the memory or the time a spreadsheet is allowed before they are given up: few are enough. */
export const exhaustingKinds: HostileKind[] = [
  { kind: 'a spreadsheet that repeats a row a million times', make: (random) => file('figures.ods', odsParts({ rows: `${odsRows(table(random))}<table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="16000" office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row>` })) },
]
