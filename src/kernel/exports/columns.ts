import { z } from 'zod'
import type { ColumnOf, Datatype, ExportCell } from './export.ts'

interface Property {
  type?: string
  format?: string
  description?: string
  anyOf?: Property[]
}

/**
 * The columns of a table whose rows the programming interface also answers with: names, datatypes and meanings are those of its schema.
 * Fields that are lists become text with commas; fields that are objects are left out.
 */
export function columnsOf<S extends z.ZodObject>(schema: S): ColumnOf<z.output<S>>[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as { properties?: Record<string, Property> }
  return Object.entries(properties).flatMap(([name, property]) => {
    const datatype = datatypeOf(property)
    return datatype === null ? [] : [{ name, title: titleOf(name), datatype, description: property.description ?? '', cell: (row: z.output<S>) => cellOf(row[name]) }]
  })
}

/** Makes columns for rows of one type: name, datatype, meaning, and how the cell is found. The heading in spreadsheets follows from the name. */
export const columnFor = <T>() => (name: string, datatype: Datatype, description: string, cell: (row: T) => ExportCell): ColumnOf<T> =>
  ({ name, title: titleOf(name), datatype, description, cell })

/** `change_since_first` as a heading: Change since first. */
const titleOf = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ')

function datatypeOf(property: Property): Datatype | null {
  const { type, format } = property.anyOf?.find((one) => one.type !== 'null') ?? property
  if (type === 'object') return null
  if (type === 'number') return 'number'
  if (type === 'integer') return 'whole'
  if (type === 'boolean') return 'yes-no'
  if (format === 'date') return 'date'
  return format === 'date-time' ? 'moment' : 'text'
}

function cellOf(value: unknown): ExportCell {
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}
