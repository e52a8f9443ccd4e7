import { crc32 } from 'node:zlib'
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl'
import { SheetProblem } from './fault.ts'
import { limits } from './limits.ts'

export interface Unpacked {
  kind: 'xlsx' | 'ods'
  /** The parts with figures in them, by name. Nothing else of the package was unpacked. */
  parts: Map<string, Buffer>
}

const sayAgain = 'a spreadsheet saved anew as .xlsx or .ods, or its sheet saved as CSV'

/**
 * Takes a spreadsheet's package apart. Only what is needed is unpacked, bytes are counted as they come and not as the file
 * claims, and what could do harm is refused: entity declarations, macros, encryption, figures fetched from other files.
 */
export async function unpack(bytes: Buffer): Promise<Unpacked> {
  const zip = await opened(bytes)
  try {
    const entries = await entriesOf(zip)
    const names = [...entries.keys()]
    refuseOtherSorts(names)
    const kind = names.some((name) => name.toLowerCase() === '[content_types].xml') ? 'xlsx' : 'ods'
    refuseHarmful(names)
    const wanted = [...entries.values()].filter(({ fileName }) => (kind === 'xlsx' ? isSheetPart(fileName) : odsParts.has(fileName)))
    const parts = new Map<string, Buffer>()
    let room: number = limits.unpacked
    for (const entry of wanted) {
      const part = await partOf(zip, entry, room)
      room -= part.length
      refuseDeclarations(part, entry.fileName)
      parts.set(entry.fileName, part)
    }
    refuseOdsDangers(parts)
    return { kind, parts }
  } finally {
    zip.close()
  }
}

async function opened(bytes: Buffer): Promise<ZipFile> {
  try {
    return await fromBufferPromise(bytes, { autoClose: false, lazyEntries: true, strictFileNames: false })
  } catch (cause) {
    throw damaged(cause)
  }
}

const damaged = (cause: unknown, part?: string) => {
  const why = cause instanceof Error ? cause.message.slice(0, 160) : 'it cannot be read'
  return new SheetProblem({ fault: 'cut-short', seen: `the spreadsheet's package is damaged or cut short (${part === undefined ? '' : `${shortName(part)}: `}${why})`, expected: sayAgain })
}

const shortName = (name: string) => (name.length > 80 ? `${name.slice(0, 80)}…` : name)

async function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > limits.entries) {
    throw new SheetProblem({ fault: 'too-large', seen: `the spreadsheet's package has ${zip.entryCount} parts`, expected: `at most ${limits.entries}` })
  }
  const entries = new Map<string, Entry>()
  try {
    for await (const entry of zip.eachEntry()) {
      if (entries.has(entry.fileName)) throw new SheetProblem({ fault: 'unsafe', seen: `the spreadsheet's package has two parts named ${shortName(entry.fileName)}`, expected: sayAgain })
      if (entry.isEncrypted()) throw new SheetProblem({ fault: 'unsafe', seen: 'the file is protected by a password', expected: 'a file without a password' })
      entries.set(entry.fileName, entry)
    }
  } catch (cause) {
    throw cause instanceof SheetProblem ? cause : damaged(cause)
  }
  return entries
}

function refuseOtherSorts(names: readonly string[]): void {
  const sort = otherSort(new Set(names.map((name) => name.toLowerCase())))
  if (sort !== undefined) throw new SheetProblem({ fault: 'not-a-table', seen: `the file is ${sort}`, expected: 'a spreadsheet (.xlsx or .ods) or CSV' })
}

function otherSort(names: ReadonlySet<string>): string | undefined {
  const has = (start: string) => [...names].some((name) => name.startsWith(start))
  if (names.has('xl/workbook.bin')) return 'a binary workbook (.xlsb); save it as .xlsx'
  if (names.has('[content_types].xml')) return has('word/') ? 'a Word document' : has('ppt/') ? 'a presentation' : undefined
  if (has('index/')) return 'a Numbers document; export it as Excel or CSV'
  return names.has('content.xml') && names.has('mimetype') ? undefined : 'a ZIP archive; unpack it and choose one of the files inside'
}

function refuseHarmful(names: readonly string[]): void {
  const unsafe = (seen: string, expected: string) => new SheetProblem({ fault: 'unsafe', seen, expected })
  for (const name of names) {
    if (/(^|\/)vbaProject\.bin$/i.test(name) || /^xl\/macrosheets\//i.test(name) || /^(Basic|Scripts)\/./.test(name)) {
      throw unsafe('the spreadsheet contains macros (programs)', 'a workbook saved without macros, as .xlsx or .ods')
    }
    if (/^xl\/externalLinks\//i.test(name)) {
      throw unsafe('the spreadsheet takes values from other files (external links), which may not be what its publisher sees', 'a workbook whose links have been broken (in Excel: Data, Edit Links, Break Link), or the sheet saved as CSV')
    }
  }
}

/** Everything that may be a sheet or says how to read one; pictures, charts, printing and the like stay packed. */
function isSheetPart(name: string): boolean {
  if (!/\.(xml|rels)$/i.test(name)) return false
  return !/^(docProps|customXml)\/|\/(drawings|media|charts|theme|printerSettings|pivotCache|pivotTables|queryTables|tables|slicers|slicerCaches|comments|threadedComments|persons|activeX|ctrlProps|diagrams)\/|\/comments\d*\.xml$/i.test(name)
}

const odsParts = new Set(['content.xml', 'styles.xml', 'META-INF/manifest.xml'])

async function partOf(zip: ZipFile, entry: Entry, room: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry) as AsyncIterable<Buffer>) {
      length += chunk.length
      refuseBomb(entry, length, room)
      chunks.push(chunk)
    }
  } catch (cause) {
    throw cause instanceof SheetProblem ? cause : damaged(cause, entry.fileName)
  }
  const whole = Buffer.concat(chunks)
  if (crc32(whole) !== entry.crc32) throw damaged(new Error('its checksum is not the one the file states'), entry.fileName)
  return whole
}

function refuseBomb({ fileName, compressedSize }: Entry, length: number, room: number): void {
  const tooMuch = length > room
  if (!tooMuch && (length < limits.ratioFrom || length <= compressedSize * limits.ratio)) return
  throw new SheetProblem({
    fault: 'too-large',
    seen: tooMuch
      ? `unpacked, the spreadsheet has more than ${limits.unpacked / 1_000_000} MB`
      : `${shortName(fileName)} in the spreadsheet unpacks to more than ${limits.ratio} times its size, as in a file made to fill the memory`,
    expected: 'a smaller spreadsheet, or its sheet saved as CSV, which may have any length',
  })
}

/** Declarations of types and entities have no place in a spreadsheet; they are how a few lines of XML become gigabytes. */
function refuseDeclarations(part: Buffer, name: string): void {
  const unsafe = (seen: string) => new SheetProblem({ fault: 'unsafe', seen, expected: sayAgain })
  const [a, b] = part
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || part.includes(0)) throw unsafe(`${shortName(name)} in the spreadsheet is not UTF-8 text`)
  for (const word of ['<!DOCTYPE', '<!ENTITY', '<!doctype', '<!entity']) {
    if (part.includes(word)) throw unsafe(`${shortName(name)} in the spreadsheet declares a document type or entities, which no spreadsheet program writes`)
  }
}

function refuseOdsDangers(parts: ReadonlyMap<string, Buffer>): void {
  if (parts.get('META-INF/manifest.xml')?.includes('encryption-data')) {
    throw new SheetProblem({ fault: 'unsafe', seen: 'the file is protected by a password', expected: 'a file without a password' })
  }
  const content = parts.get('content.xml')
  if (content?.includes('<table:table-source') || content?.includes('<table:cell-range-source') || content?.includes('<table:dde-link')) {
    throw new SheetProblem({ fault: 'unsafe', seen: 'the spreadsheet takes values from other files (external links), which may not be what its publisher sees', expected: 'a spreadsheet whose links have been broken (in LibreOffice: Edit, Links to External Files), or the sheet saved as CSV' })
  }
}
