import { pipeline } from 'node:stream/promises'
import { CompiledQuery, type PostgresCursor, type PostgresPool, type PostgresPoolClient, type PostgresQueryResult } from 'kysely'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { Trx } from './index.ts'
import { preparedName } from './prepared.ts'

/** Rows for COPY as bytes of PostgreSQL's text format: cells parted by tabs, `\N` for null, a line for each row. */
export type CopyRows = AsyncIterable<Uint8Array>

/** What the drivers recognise a COPY by. It travels where other statements have their parameters. */
class CopyParameter {
  readonly rows: CopyRows
  constructor(rows: CopyRows) {
    this.rows = rows
  }
}

/**
 * Copies rows into a table, many times faster than inserting them. PostgreSQL refuses this for tables with row-level security, so
 * it is for temporary tables of the transaction.
 *
 * @param target table and columns as SQL: `drafts (line, value)`. Never anything a person typed.
 */
export async function copyInto(trx: Trx, target: string, rows: CopyRows): Promise<void> {
  await trx.executeQuery(CompiledQuery.raw(`copy ${target} from stdin`, [new CopyParameter(rows)]))
}

/** The source of a COPY statement, or undefined for every other statement. */
export function copiedBy(parameters: readonly unknown[]): CopyRows | undefined {
  const [first] = parameters
  return first instanceof CopyParameter ? first.rows : undefined
}

/** A text as a cell of the format; null as the mark of nothing. */
export function copyCell(text: string | number | null): string {
  if (text === null) return '\\N'
  return typeof text === 'number' ? String(text) : text.replace(/[\\\n\r\t]/g, escaped)
}

const marks: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const escaped = (character: string) => marks[character] ?? character

/** The pool of a server as Kysely takes it, with connections that also know how to copy, and which statements to keep prepared. */
export function copyingPool(pool: pg.Pool): PostgresPool {
  const known = new WeakMap<pg.PoolClient, CopyingClient>()
  return {
    async connect() {
      const client = await pool.connect()
      const own = known.get(client) ?? new CopyingClient(client)
      known.set(client, own)
      return own
    },
    end: () => pool.end(),
  }
}

class CopyingClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient

  constructor(client: pg.PoolClient) {
    this.#client = client
  }

  query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  query<R>(asked: string | PostgresCursor<R>, parameters: readonly unknown[] = []): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof asked !== 'string') throw new Error('This connection has no cursors. Page through a result by key instead.')
    const rows = copiedBy(parameters)
    return rows ? this.#copy(asked, rows) : this.#ask(asked, parameters)
  }

  /** Of a text with several statements, the answer to the last. */
  async #ask<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    // The driver types the answer to one statement; Kysely wants the command as one of four words, the driver has it as any text.
    const answer = (await this.#client.query({ name: preparedName(text), text, values: [...parameters] })) as unknown as PostgresQueryResult<R> | PostgresQueryResult<R>[]
    return Array.isArray(answer) ? answer.at(-1)! : answer
  }

  async #copy(text: string, rows: CopyRows): Promise<PostgresQueryResult<never>> {
    const into = this.#client.query(copyFrom(text))
    await pipeline(rows, into)
    return { command: 'INSERT', rowCount: into.rowCount, rows: [] }
  }

  release(): void {
    this.#client.release()
  }
}
