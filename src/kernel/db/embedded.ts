import { PGlite } from '@electric-sql/pglite'
import {
  CompiledQuery,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import { copiedBy, type CopyRows } from './copy.ts'

/** Kysely on PGlite. There is one connection: whoever holds it, others wait. */
export class EmbeddedDialect implements Dialect {
  readonly #database: PGlite

  constructor(database: PGlite) {
    this.#database = database
  }

  createAdapter = () => new PostgresAdapter()
  createQueryCompiler = () => new PostgresQueryCompiler()
  createDriver = () => new EmbeddedDriver(this.#database)
  createIntrospector = (...[db]: Parameters<Dialect['createIntrospector']>) => new PostgresIntrospector(db)
}

class EmbeddedDriver implements Driver {
  readonly #connection: EmbeddedConnection
  #free: Promise<void> = Promise.resolve()
  #release: (() => void) | undefined

  constructor(database: PGlite) {
    this.#connection = new EmbeddedConnection(database)
  }

  async init() {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#free
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#free = promise
    await before
    this.#release = resolve
    return this.#connection
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings) {
    const isolation = settings.isolationLevel ? ` isolation level ${settings.isolationLevel}` : ''
    const access = settings.accessMode ? ` ${settings.accessMode}` : ''
    await connection.executeQuery(CompiledQuery.raw(`start transaction${isolation}${access}`))
  }

  async commitTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  releaseConnection(): Promise<void> {
    this.#release?.()
    return Promise.resolve()
  }

  async destroy() {}
}

class EmbeddedConnection implements DatabaseConnection {
  readonly #database: PGlite

  constructor(database: PGlite) {
    this.#database = database
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const copied = copiedBy(query.parameters)
    if (copied) return { rows: [], numAffectedRows: await this.#copy(query.sql, copied) }
    const { rows, affectedRows } = await this.#database.query<R>(query.sql, [...query.parameters])
    return { rows, numAffectedRows: BigInt(affectedRows ?? 0) }
  }

  /**
   * PGlite copies from a blob that it takes for a file, which only its superuser may read: the role is put aside for just these
   * statements. A blob for every few megabytes keeps memory constant.
   */
  async #copy(text: string, rows: CopyRows): Promise<bigint> {
    const { rows: roles } = await this.#database.query<{ role: string }>(`select current_setting('role') as role`)
    await this.#database.query(`set local role none`)
    let copied = 0
    for await (const blob of blobsOf(rows)) {
      const { affectedRows } = await this.#database.query(text.replace(/ from stdin$/, ` from '/dev/blob'`), [], { blob })
      copied += affectedRows ?? 0
    }
    await this.#database.query(`select set_config('role', $1, true)`, [roles[0]?.role ?? 'none'])
    return BigInt(copied)
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('The embedded database cannot stream a result. Page through it by key instead.')
  }
}

const blobSize = 8 * 1024 * 1024

/** Pieces put together to blobs that end with a line. */
async function* blobsOf(rows: CopyRows): AsyncGenerator<Blob> {
  let pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of rows) {
    pieces.push(piece)
    size += piece.length
    if (size < blobSize) continue
    const whole = Buffer.concat(pieces)
    const end = whole.lastIndexOf(10) + 1
    yield new Blob([whole.subarray(0, end)])
    pieces = [whole.subarray(end)]
    size = whole.length - end
  }
  if (size > 0) yield new Blob([Buffer.concat(pieces)])
}
