import type { Executor } from './migrate.ts'

interface Column {
  schema: string
  table: string
  column: string
  type: string
  nullable: boolean
  has_default: boolean
  generated: boolean
}

const types: Record<string, string> = {
  bool: 'boolean',
  int4: 'number',
  int8: 'number',
  float8: 'number',
  numeric: 'Numeric',
  text: 'string',
  date: 'string',
  timestamptz: 'Timestamp',
  jsonb: 'Json',
  bytea: 'Uint8Array',
  _int4: 'number[]',
  _text: 'string[]',
}

/** The TypeScript of every table of the given schemas, read from the migrated database itself. */
export async function tableTypes(database: Executor, schemas: readonly string[]): Promise<string> {
  const columns = await database.rows<Column>(`
    select n.nspname as schema, c.relname as table, a.attname as column, t.typname as type,
           not a.attnotnull as nullable, a.atthasdef or a.attidentity <> '' as has_default,
           a.attidentity = 'a' or a.attgenerated <> '' as generated
      from pg_attribute a
      join pg_class c on c.oid = a.attrelid
      join pg_namespace n on n.oid = c.relnamespace
      join pg_type t on t.oid = a.atttypid
     where c.relkind in ('r', 'p', 'v') and a.attnum > 0 and not a.attisdropped
       and n.nspname in (${schemas.map((name) => `'${name}'`).join(', ')})
     order by array_position(array[${schemas.map((name) => `'${name}'`).join(', ')}], n.nspname::text), c.relname, a.attnum`)
  const tables = Map.groupBy(columns, (column) => `${column.schema}.${column.table}`)
  const blocks = [...tables].map(([name, own]) => `  '${name}': {\n${own.map(line).join('\n')}\n  }`)
  return `${head}export interface Database {\n${blocks.join('\n')}\n}\n`
}

const head = `// Made from the migrated database by \`npm run types\`; a test compares it with the migrations. Do not edit.
import type { ColumnType, GeneratedAlways, JSONColumnType } from 'kysely'

/** An exact decimal number as text; given as text or number. */
type Numeric = ColumnType<string, string | number, string | number>
/** The text 'infinity' stands for "until further notice". */
type Timestamp = ColumnType<Date, Date | string, Date | string>
type Json = JSONColumnType<object>
/** May be left out of an insert. */
type Generated<T> = T extends ColumnType<infer S, infer I, infer U> ? ColumnType<S, I | undefined, U> : ColumnType<T, T | undefined, T>

`

function line({ column, type, nullable, has_default, generated }: Column): string {
  const known = types[type]
  if (!known) throw new Error(`No TypeScript type is known for the database type ${type} (column ${column}). Add it to tables.ts.`)
  const value = nullable ? `${known} | null` : known
  if (generated) return `    ${column}: GeneratedAlways<${value}>`
  if (has_default) return `    ${column}: Generated<${value}>`
  return `    ${column}: ${value}`
}
