import type { Session } from '../db/session.ts'

/** A table of ours: its quoted name, the columns whose content is kept (generated ones make themselves), and what it points to. */
export interface TableToCopy {
  name: string
  columns: string[]
}

/** Every table with content of its own, each after those it points to, so that they can be filled in this order. */
export async function tablesInOrder(session: Session): Promise<TableToCopy[]> {
  const tables = await session.rows<TableToCopy & { points_to: string[] }>(`
    select format('%I.%I', n.nspname, c.relname) as name,
           (select json_agg(format('%I', a.attname) order by a.attnum) from pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
           (select coalesce(json_agg(distinct format('%I.%I', fn.nspname, f.relname)), '[]') from pg_constraint k
              join pg_class f on f.oid = k.confrelid join pg_namespace fn on fn.oid = f.relnamespace
             where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as points_to
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence = 'p'
       and n.nspname not in ('pg_catalog', 'information_schema')
     order by 1`)
  const ordered: TableToCopy[] = []
  const waiting = [...tables]
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ points_to }) => !waiting.some(({ name }) => points_to.includes(name)))
    if (next === -1) throw new Error(`These tables point to each other in a circle: ${waiting.map(({ name }) => name).join(', ')}`)
    ordered.push(...waiting.splice(next, 1).map(({ name, columns }) => ({ name, columns })))
  }
  return ordered
}
