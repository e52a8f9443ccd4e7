import { Readable } from 'node:stream'
import type { Circumstances } from './about-sheet.ts'
import { writtenAsCsv } from './csv.ts'
import type { Export } from './export.ts'
import { writtenAsJson } from './json.ts'
import { writtenAsOds } from './ods.ts'
import { writtenAsXlsx } from './xlsx.ts'

export const exportFormats = ['csv', 'xlsx', 'ods', 'json'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** The formats that every table on a page is offered in. */
export const downloadFormats = ['csv', 'xlsx', 'ods'] as const

/** Media types, as sent with a file. */
export const mediaTypes: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
  json: 'application/json; charset=utf-8',
}

/** The table in a format, written as fast as it is read. When its rows fail the stream ends with their error, never early without one. */
export function written(table: Export, format: ExportFormat, circumstances: Circumstances): Readable {
  switch (format) {
    case 'csv':
      return Readable.from(writtenAsCsv(table), { objectMode: false })
    case 'json':
      return Readable.from(writtenAsJson(table), { objectMode: false })
    case 'xlsx':
      return writtenAsXlsx(table, circumstances)
    case 'ods':
      return writtenAsOds(table, circumstances)
  }
}
