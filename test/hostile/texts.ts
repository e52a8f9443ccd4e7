import iconv from 'iconv-lite'
import { gzipSync } from 'node:zlib'
import { csvOf, table, type HostileFile, type HostileKind } from './file.ts'
import type { Random } from './random.ts'

// Text tables that are cut, shifted, wrongly encoded, endless or not tables at all.

const csv = (content: string | Uint8Array, must: HostileFile['must'], recipe?: object): HostileFile =>
  ({ name: 'figures.csv', bytes: typeof content === 'string' ? Buffer.from(content) : content, must, ...(recipe ? { recipe } : {}) })

/** A sound table with one of its rows changed. */
function changed(random: Random, change: (row: string[]) => string[]): string {
  const rows = table(random)
  const at = random.whole(1, rows.length - 1)
  return csvOf(rows.map((row, index) => (index === at ? change(row) : row)))
}

const insertedAt = (random: Random, text: string, inserted: Uint8Array): Buffer => {
  const bytes = Buffer.from(text)
  const at = random.whole(0, bytes.length)
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)])
}

const signatures: Record<string, () => Uint8Array> = {
  pdf: () => Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj'),
  png: () => Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]),
  html: () => Buffer.from('<!DOCTYPE html><html><body><p>Not found</p></body></html>'),
  xml: () => Buffer.from('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'),
  gzip: () => gzipSync('Council,Year,Value\n'),
  exe: () => Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'),
  lfs: () => Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n'),
  json: () => Buffer.from('{"Council": ["North Glen"]}'),
}

export const textKinds: HostileKind[] = [
  { kind: 'cut at any byte', make: (random) => { const bytes = Buffer.from(csvOf(table(random))); return csv(bytes.subarray(0, random.whole(0, bytes.length - 1)), 'any') } },
  { kind: 'in UTF-16, with or without its mark', make: (random) => csv(iconv.encode(csvOf(table(random)), random.one(['utf-16le', 'utf-16be']), { addBOM: random.next() < 0.5 }), 'any') },
  { kind: 'in UTF-16, read as UTF-8', make: (random) => csv(iconv.encode(csvOf(table(random)), 'utf-16le'), 'refused', { file: { encoding: 'utf-8' } }) },
  { kind: 'with bytes that are not UTF-8', make: (random) => csv(insertedAt(random, csvOf(table(random)), Buffer.from([random.one([0xff, 0xfe, 0xc0, 0xe9, 0x80])])), 'refused', { file: { encoding: 'utf-8' } }) },
  { kind: 'in an encoding nobody knows', make: (random) => csv(csvOf(table(random)), 'refused', { file: { encoding: random.one(['klingon', '../../etc/passwd', 'utf-99']) } }) },
  { kind: 'with a row shifted to the right', make: (random) => csv(changed(random, (row) => ['', ...row]), 'refused') },
  { kind: 'with a row shifted to the left', make: (random) => csv(changed(random, (row) => row.slice(1)), 'refused') },
  { kind: 'with columns that changed places', make: (random) => csv(changed(random, ([council = '', year = '', value = '', note = '']) => [year, council, value, note]), 'refused') },
  { kind: 'with a cell of a million characters for a number', make: (random) => csv(changed(random, ([council = '', year = '', , note = '']) => [council, year, random.one(['9', 'x', '-']).repeat(1_000_000), note]), 'refused') },
  { kind: 'with a cell of a million characters for a name', make: (random) => csv(changed(random, ([, ...rest]) => ['G'.repeat(1_000_000), ...rest]), 'refused') },
  { kind: 'with a cell of a million characters that nobody reads', make: (random) => csv(changed(random, (row) => [...row.slice(0, 3), 'n'.repeat(1_000_000)]), 'refused') },
  { kind: 'with zero bytes', make: (random) => csv(insertedAt(random, csvOf(table(random)), Buffer.alloc(random.whole(1, 5))), 'refused') },
  { kind: 'with a header and no rows', make: (random) => csv(random.one(['Council,Year,Value,Note\n', 'Council,Year,Value,Note', '\ufeffCouncil,Year,Value,Note\r\n\r\n\r\n']), 'refused') },
  { kind: 'with nothing in it', make: (random) => csv(random.one(['', '\ufeff', '\n\n\n', '   ', ',,,\n,,,\n', '\0']), 'refused') },
  { kind: 'with a quotation mark never closed', make: (random) => csv(changed(random, ([council = '', year = '', value = '', note = '']) => [council, year, value, `"${note}`]), 'refused') },
  { kind: 'with a quotation mark in the middle of a cell', make: (random) => csv(changed(random, ([council = '', ...rest]) => [`"${council.slice(0, 3)}"${council.slice(3)}`, ...rest]), 'refused') },
  { kind: 'of another sort with the wrong name', make: (random) => csv(signatures[random.one(Object.keys(signatures))]?.() ?? Buffer.alloc(0), 'refused') },
  { kind: 'of bytes by chance', make: (random) => csv(random.bytes(random.whole(1, 5000)), 'refused') },
  { kind: 'without a column the recipe needs', make: (random) => csv(csvOf(table(random)).replace(random.one(['Council', 'Year', 'Value']), 'Other'), 'refused') },
  { kind: 'with the same figure twice, differently', make: (random) => { const rows = table(random); const [council = '', year = '', value = ''] = random.one(rows.slice(1)); return csv(csvOf([...rows, [council, year, `${value}1`, '']]), 'refused') } },
  { kind: 'with one row among sound ones that cannot be read', make: (random) => csv(changed(random, (row) => { const at = random.whole(0, 2); return row.map((cell, index) => (index === at ? random.one(['nobody', '?', '£', '12 34', '1.2.3', '--5', '1e', '∞', 'NaN', '0x10']) : cell)) }), 'refused') },
  { kind: 'with formulas for numbers', make: (random) => csv(changed(random, ([council = '', year = '', , note = '']) => [council, year, random.one(['=1+1', '@SUM(A1)', '+cmd|calc!A0', '-2+3', '=HYPERLINK(1)']), note]), 'refused') },
  { kind: 'with control characters in a name', make: (random) => csv(changed(random, ([council = '', ...rest]) => [`${council.slice(0, 2)}${random.one(['\u0007', '\u202e', '\u200d', '\u001b[31m'])}${council.slice(2)}X`, ...rest]), 'refused') },
  { kind: 'with a row of very many cells', make: (random) => csv(changed(random, (row) => [...row, ...Array<string>(random.whole(10_000, 50_000)).fill('1')]), 'refused') },
  { kind: 'with very many rows of nothing useful', make: (random) => csv(`Council,Year,Value,Note\n${`${random.one(['a', ',', '"",', 'x,y,z,'])}\n`.repeat(50_000)}`, 'refused') },
  { kind: 'with numbers beyond all bounds', make: (random) => csv(changed(random, ([council = '', year = '', , note = '']) => [council, year, random.one(['1e400', `1${'0'.repeat(400)}`, '1e999999999', '-1e400', `0.${'0'.repeat(5000)}1`]), note]), 'any') },
  { kind: 'as a spreadsheet that is text', make: (random) => ({ name: 'figures.xlsx', bytes: Buffer.from(csvOf(table(random))), recipe: { file: { format: random.one(['xlsx', 'ods']), header: 'find' } }, must: 'refused' }) },
]
