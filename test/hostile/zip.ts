import { crc32, deflateRawSync } from 'node:zlib'

/** A part of a package, and what the package untruly says of it. */
export interface Part {
  name: string
  content: Uint8Array | string
  lies?: { size?: number; crc?: number; encrypted?: boolean; localSize?: number; localName?: string; method?: number }
}

/** Puts a package together by hand, because no honest program writes the ones that are needed here. */
export function zip(parts: readonly Part[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content, lies = {} } of parts) {
    const data = Buffer.from(content)
    const packed = deflateRawSync(data)
    const flags = lies.encrypted ? 1 : 0
    const fixed = (size: number) => {
      const fields = Buffer.alloc(22)
      fields.writeUInt16LE(flags, 0)
      fields.writeUInt16LE(lies.method ?? 8, 2)
      fields.writeUInt32LE((lies.crc ?? crc32(data)) >>> 0, 8)
      fields.writeUInt32LE(packed.length, 12)
      fields.writeUInt32LE(size >>> 0, 16)
      return fields
    }
    const local = Buffer.concat([Buffer.from('PK\x03\x04\x14\0', 'latin1'), named(fixed(lies.localSize ?? lies.size ?? data.length), lies.localName ?? name), packed])
    const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\0\x14\0', 'latin1'), named(fixed(lies.size ?? data.length), name, offset)])
    locals.push(local)
    directory.push(entry)
    offset += local.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, listed, end])
}

/** The fields that both headers share, the length of the name, and in the directory where the part lies. */
function named(fixed: Buffer, name: string, offset?: number): Buffer {
  const text = Buffer.from(name)
  const rest = Buffer.alloc(offset === undefined ? 2 : 16)
  if (offset !== undefined) rest.writeUInt32LE(offset, 12)
  fixed.writeUInt16LE(text.length, 20)
  return Buffer.concat([fixed, rest, text])
}
