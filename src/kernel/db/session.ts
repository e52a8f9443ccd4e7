import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import type { PGlite } from '@electric-sql/pglite'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'

/**
 * One connection held for a while by the installation itself, without a role or an actor: for carrying whole tables out
 * and in. `copyOut` and `copyIn` move PostgreSQL's own text form of rows.
 */
export interface Session {
  exec(sql: string): Promise<void>
  rows<R>(sql: string): Promise<R[]>
  /** @param sql `copy (…) to stdout` */
  copyOut(sql: string): Promise<AsyncIterable<Uint8Array>>
  /** @param sql `copy … from stdin` */
  copyIn(sql: string, content: AsyncIterable<Uint8Array>): Promise<void>
}

/** PGlite has no streams: what is copied passes through a blob, which is a device of its own file system. */
export function embeddedSession(database: PGlite): Session {
  return {
    async exec(sql) {
      await database.exec(sql)
    },
    async rows<R>(sql: string) {
      return (await database.query<R>(sql)).rows
    },
    async copyOut(sql) {
      const { blob } = await database.query(sql.replace(/ to stdout$/, " to '/dev/blob'"))
      return Readable.from(blob ? [new Uint8Array(await blob.arrayBuffer())] : [])
    },
    async copyIn(sql, content) {
      const parts: Uint8Array<ArrayBuffer>[] = []
      for await (const part of content) parts.push(new Uint8Array(part))
      await database.query(sql.replace(/ from stdin$/, " from '/dev/blob'"), [], { blob: new Blob(parts) })
    },
  }
}

export function serverSession(client: pg.PoolClient): Session {
  return {
    async exec(sql) {
      await client.query(sql)
    },
    rows: async <R>(sql: string) => (await client.query(sql)).rows as R[],
    copyOut: (sql) => Promise.resolve(client.query(copyTo(sql)) as AsyncIterable<Uint8Array>),
    copyIn: (sql, content) => pipeline(content, client.query(copyFrom(sql))),
  }
}
