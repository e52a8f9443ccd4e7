import { isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'
import { detectEncoding } from '../encoding.ts'
import { TableProblem } from '../problem.ts'
import type { TableSource } from '../read.ts'

/** A JSON document is held in memory whole, so its size has a limit: about ten times the largest that publishers put out. */
const longestJson = 64_000_000
const deepest = 60

/** Reads a JSON document. Refuses one that is too long, too deep, cut short, or names a key twice in one object. */
export async function readJson(source: TableSource, file: string): Promise<unknown> {
  const text = await textOf(source, file)
  const problem = (seen: string, expected: string) => new TableProblem('json', { file, line: null, column: null, seen, expected })
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (cause) {
    const seen = `the file is not JSON (${cause instanceof Error ? cause.message.replaceAll(/[\n\r\0]/g, ' ').slice(0, 200) : 'it cannot be read'}); it may have been cut short`
    throw new TableProblem('cut-short', { file, line: null, column: null, seen, expected: 'one whole JSON document' })
  }
  const fault = faultIn(text)
  if (fault) throw problem(fault.seen, fault.expected)
  return document
}

async function textOf(source: TableSource, file: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of typeof source === 'function' ? source() : source) {
    length += chunk.length
    if (length > longestJson) {
      const limit = `${longestJson / 1_000_000} MB`
      throw new TableProblem('too-large', { file, line: null, column: null, seen: `the file has more than ${limit}`, expected: `JSON of at most ${limit}; save a large list as CSV, which may have any length` })
    }
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  const { encoding, mark } = detectEncoding(bytes.subarray(0, 4096))
  if (encoding.startsWith('utf-16')) return iconv.decode(bytes, encoding)
  if (isUtf8(bytes)) return bytes.subarray(mark).toString('utf8')
  throw new TableProblem('encoding', { file, line: null, column: null, seen: 'there are bytes that are not UTF-8', expected: 'UTF-8, which JSON always is; the file may be damaged' })
}

/**
 * What the parser does not tell of a document it accepts: a key named twice, of which it quietly keeps the last, and a depth at
 * which whatever walks the document would fail. One pass over the text; only strings and brackets count.
 */
function faultIn(text: string): { seen: string; expected: string } | undefined {
  const open: (Set<string> | null)[] = []
  const tokens = /"((?:[^"\\]|\\.)*)"(\s*:)?|[[\]{}]/gs
  for (const [token, string, colon] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') {
      if (open.push(token === '{' ? new Set() : null) > deepest) return { seen: `the JSON is nested more than ${deepest} deep`, expected: 'lists and objects a few levels deep' }
    } else if (token === '}' || token === ']') open.pop()
    else if (colon !== undefined && string !== undefined) {
      const keys = open.at(-1)
      if (keys?.has(string)) return { seen: `one object names the key "${string.slice(0, 60)}" twice, so one of its two values would be lost`, expected: 'each key once in an object' }
      keys?.add(string)
    }
  }
  return undefined
}
