/** Says in words what a file is when it is not a text table, or undefined. Looks at the first bytes only. */
export function otherThanTable(head: Uint8Array): string | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, 4096))
  const start = bytes.toString('latin1')
  if (start.startsWith('PK\x03\x04')) return zipped(start)
  if (start.startsWith('%PDF-')) return 'a PDF document'
  if (start.startsWith('\xd0\xcf\x11\xe0')) return 'an old Excel workbook (.xls) or another old Office file'
  if (start.startsWith('\x1f\x8b')) return 'a compressed file (gzip)'
  if (start.startsWith('version https://git-lfs')) return 'a pointer to a file kept elsewhere (Git LFS), not the file itself'
  const text = start.replace(/^\xef\xbb\xbf/, '').trimStart()
  if (/^<(!doctype html|html|head|body)/i.test(text)) return 'a web page (HTML), perhaps an error page saved instead of the file'
  if (/^<\?xml|^<[a-z]+[^,]*>/i.test(text)) return 'an XML document'
  if (/^\{\s*("|\})/.test(text) || /^\[\s*([[{]|\])/.test(text)) return 'a JSON document'
  return undefined
}

function zipped(start: string): string {
  if (start.includes('application/vnd.oasis.opendocument.spreadsheet')) return 'an OpenDocument spreadsheet (.ods)'
  if (start.includes('xl/') || start.includes('[Content_Types].xml')) return 'an Excel workbook (.xlsx) or another Office file'
  return 'a ZIP archive'
}
