import { isUtf8 } from 'node:buffer'
import { analyse } from 'chardet'
import iconv from 'iconv-lite'
import { TableProblem } from './problem.ts'

/** Encodings that are recognised. Others can be given by name where iconv-lite knows them. */
export type KnownEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

export interface EncodingGuess {
  encoding: KnownEncoding
  /** Bytes of the byte order mark, 0 without one. */
  mark: 0 | 2 | 3
  /** Why, in words, for the page where a person may choose another. */
  reason: string
  /** Other encodings the bytes might be in, likeliest first. */
  others: string[]
}

/**
 * Finds the encoding from the first bytes of a file (a few thousand are enough to tell). UTF-8 is recognised strictly. A text
 * in none of the Unicode encodings is taken for Windows-1252, which is what UK publishers use; `others` names what else it may be.
 */
export function detectEncoding(bytes: Uint8Array): EncodingGuess {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', mark: 3, reason: 'it starts with the mark of UTF-8', others: [] }
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', mark: 2, reason: 'it starts with the mark of UTF-16LE', others: [] }
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', mark: 2, reason: 'it starts with the mark of UTF-16BE', others: [] }
  const wide = wideOrder(bytes)
  if (wide) return { encoding: wide, mark: 0, reason: 'every other byte is zero, as in UTF-16', others: [] }
  if (isUtf8(bytes.subarray(0, bytes.length - unfinished(bytes)))) {
    return { encoding: 'utf-8', mark: 0, reason: 'all of it is valid UTF-8', others: [] }
  }
  const others = analyse(bytes).map((match) => match.name.toLowerCase()).filter((name) => name !== 'windows-1252' && name !== 'utf-8' && knowsEncoding(name))
  return { encoding: 'windows-1252', mark: 0, reason: 'it is not valid UTF-8, and most such files are in Windows-1252', others: others.slice(0, 3) }
}

/** UTF-16 without a mark: mostly western text leaves one byte of each pair zero and never the other. */
function wideOrder(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const pairs = Math.min(Math.floor(bytes.length / 2), 2048)
  let firstZero = 0
  let secondZero = 0
  for (let i = 0; i < pairs; i += 1) {
    if (bytes[2 * i] === 0) firstZero += 1
    if (bytes[2 * i + 1] === 0) secondZero += 1
  }
  if (pairs === 0) return undefined
  if (secondZero > pairs * 0.6 && firstZero < pairs * 0.05) return 'utf-16le'
  return firstZero > pairs * 0.6 && secondZero < pairs * 0.05 ? 'utf-16be' : undefined
}

/** How many bytes at the end are the beginning of a UTF-8 character whose rest is still to come. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0
  }
  return 0
}

/**
 * Turns bytes into text piece by piece. UTF-8 is checked strictly: a byte that cannot be there stops the reading with its line,
 * because a quietly replaced character would be a changed name.
 */
export async function* decode(bytes: AsyncIterable<Uint8Array>, encoding: string, file: string): AsyncGenerator<string> {
  if (encoding === 'utf-8') yield* decodeUtf8(bytes, file)
  else yield* decodeOther(bytes, encoding, file)
}

async function* decodeUtf8(bytes: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0)
  let line = 1
  let first = true
  const text = (piece: Buffer): string => {
    if (!isUtf8(piece)) throw invalidUtf8(piece, line, file)
    line += countBreaks(piece)
    const decoded = piece.toString('utf8')
    const marked = first && decoded.startsWith('\ufeff')
    first &&= decoded === ''
    return marked ? decoded.slice(1) : decoded
  }
  for await (const chunk of bytes) {
    const piece = Buffer.concat([rest, chunk])
    const whole = piece.length - unfinished(piece)
    rest = piece.subarray(whole)
    yield text(piece.subarray(0, whole))
  }
  yield text(rest)
}

/** Whether a name given by a person is one of an encoding. */
export const knowsEncoding = (name: string): boolean => iconv.encodingExists(name)

async function* decodeOther(bytes: AsyncIterable<Uint8Array>, encoding: string, file: string): AsyncGenerator<string> {
  if (!knowsEncoding(encoding)) {
    throw new TableProblem('encoding', {
      file, line: null, column: null, seen: `the encoding "${encoding}" is not known`, expected: 'utf-8, windows-1252, utf-16le or utf-16be',
    })
  }
  const decoder = iconv.getDecoder(encoding, { stripBOM: true })
  for await (const chunk of bytes) yield decoder.write(Buffer.from(chunk))
  yield decoder.end() ?? ''
}

function countBreaks(piece: Buffer): number {
  let breaks = 0
  for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, at + 1)) breaks += 1
  return breaks
}

/** Finds the line at fault and shows it as it would read in the encoding the file seems to be in. */
function invalidUtf8(piece: Buffer, firstLine: number, file: string): TableProblem {
  let line = firstLine
  let start = 0
  let end = lineEnd(piece, start)
  while (isUtf8(piece.subarray(start, end)) && end < piece.length) {
    start = end + 1
    end = lineEnd(piece, start)
    line += 1
  }
  const wrong = piece.subarray(start, end)
  const likely = detectEncoding(piece).encoding
  const shown = iconv.decode(wrong, likely === 'utf-8' ? 'windows-1252' : likely).slice(0, 60)
  const seems = likely === 'utf-8' ? 'the file is damaged or cut short' : `the file looks like ${likely}, in which the line reads "${shown}"`
  return new TableProblem('encoding', {
    file, line, column: null, seen: `there are bytes that are not UTF-8; ${seems}`, expected: 'UTF-8 throughout, or another encoding named in the recipe',
  })
}

function lineEnd(piece: Buffer, from: number): number {
  const at = piece.indexOf(10, from)
  return at === -1 ? piece.length : at
}
