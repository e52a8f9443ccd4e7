/** A table as the answer to a request. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { House } from '../slice.ts'
import type { Circumstances } from './about-sheet.ts'
import { countedCsv } from './count.ts'
import type { Export } from './export.ts'
import { mediaTypes, written, type ExportFormat } from './formats.ts'
import { csvMetadata, metadataEnding, metadataType } from './metadata.ts'

declare module 'fastify' {
  interface FastifyReply {
    /** Where a file is from and when it was made, for the file itself. `page` is an address of this site. */
    circumstances(page: string): Circumstances
  }
}

/** Adds `reply.circumstances`. */
export function answerWithTables(app: FastifyInstance, { config, now }: House): void {
  app.decorateReply('circumstances', (page: string) => ({ source: config.baseUrl + page, madeAt: now() }))
}

/** Addresses of a table: its own without an ending, the question after it (with `?`, or empty), and the page it is found on. */
export interface Place {
  path: string
  search: string
  page: string
}

/** The table as a file. CSV says where its metadata is (RFC 8288). */
export function sendExport(reply: FastifyReply, table: Export, format: ExportFormat, { path, search, page }: Place): FastifyReply {
  if (format === 'csv') addLink(reply, `<${path}.csv${metadataEnding}${search}>; rel="describedby"; type="${metadataType}"`)
  return reply
    .type(mediaTypes[format])
    .header('content-disposition', `attachment; filename="${table.name}.${format}"`)
    .send(written(table, format, reply.circumstances(page)))
}

function addLink(reply: FastifyReply, link: string): void {
  const before = reply.getHeader('link')
  reply.header('link', before === undefined ? link : `${String(before)}, ${link}`)
}

/** The description of the CSV file, with its count and its hash as they are at this moment. */
export async function sendMetadata(reply: FastifyReply, table: Export, { path, search, page }: Place): Promise<FastifyReply> {
  const circumstances = reply.circumstances(page)
  const counted = await countedCsv(table)
  const file = `${path.split('/').at(-1) ?? ''}.csv${search}`
  return reply.type(metadataType).send(JSON.stringify(csvMetadata(table, circumstances, file, counted), null, 2))
}
