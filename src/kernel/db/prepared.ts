import { sql } from 'kysely'

const mark = '/* prepared */'

/**
 * Begins the text of a statement that pages ask again and again: a server then keeps it parsed and planned for each connection, which
 * for statements over several tables with policies takes longer than answering them. PostgreSQL keeps plans for each role and looks
 * at who asks when the statement runs, so what anybody sees is the same. Only for texts of which there are few: every parameter is a
 * parameter, and the answer has columns by name.
 */
export const prepared = sql.raw(`${mark} `)

const names = new Map<string, string>()

/** The name a server shall keep a statement by; undefined for one that is planned each time. */
export function preparedName(text: string): string | undefined {
  // Kysely's own statements carry the mark behind their first word.
  if (!text.slice(0, 40).includes(mark)) return undefined
  const known = names.get(text)
  if (known !== undefined) return known
  const name = `workbench_${names.size + 1}`
  names.set(text, name)
  return name
}
