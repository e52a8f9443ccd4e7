/** A ZIP file written while it is read: the container of XLSX and ODS. */
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { ZipFile } from 'yazl'

/** One file of the archive. Whole content is stored as it is, without compression; content in pieces is compressed as it comes. */
export interface ArchiveEntry {
  name: string
  content: string | AsyncIterable<string>
}

/** Spreadsheets are mostly repetition: the quickest setting already makes them a twentieth, the usual one takes twice as long. */
const compressionLevel = 2
const pieceSize = 32 * 1024

/**
 * The entries as one archive. The next entry is asked for when the one before has been written, so that nothing is held in memory. When an
 * entry fails, or the reader goes away, the stream ends with an error and never as a shorter archive.
 */
export function archiveOf(entries: AsyncIterable<ArchiveEntry> | Iterable<ArchiveEntry>, at: Date): Readable {
  const zip = new ZipFile()
  const output = zip.outputStream as Readable
  const stop = new AbortController()
  output.once('close', () => stop.abort())
  zip.once('error', (cause: Error) => output.destroy(cause))
  fill(zip, entries, at, stop.signal).catch((cause: unknown) => output.destroy(cause instanceof Error ? cause : new Error(String(cause))))
  return output
}

async function fill(zip: ZipFile, entries: Parameters<typeof archiveOf>[0], at: Date, signal: AbortSignal): Promise<void> {
  for await (const { name, content } of entries) {
    if (typeof content === 'string') zip.addBuffer(Buffer.from(content), name, { mtime: at, compress: false })
    else await addPieces(zip, name, content, at, signal)
  }
  zip.end()
}

async function addPieces(zip: ZipFile, name: string, content: AsyncIterable<string>, mtime: Date, signal: AbortSignal): Promise<void> {
  const pieces = Readable.from(gathered(content), { objectMode: false })
  const gone = () => pieces.destroy()
  if (signal.aborted) gone()
  signal.addEventListener('abort', gone, { once: true })
  try {
    zip.addReadStream(pieces, name, { mtime, compressionLevel })
    await finished(pieces)
  } finally {
    signal.removeEventListener('abort', gone)
  }
}

/** Fewer, larger pieces: a stream costs more for each piece than for each letter. */
async function* gathered(content: AsyncIterable<string>): AsyncGenerator<string, void> {
  let piece = ''
  for await (const part of content) {
    piece += part
    if (piece.length >= pieceSize) {
      yield piece
      piece = ''
    }
  }
  if (piece !== '') yield piece
}
