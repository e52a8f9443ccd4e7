/** Making a file to keep, as a job: for tables that take longer than somebody waits for a page. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip, type Gzip } from 'node:zlib'
import { z } from 'zod'
import type { Permissions } from '../../access/actor.ts'
import { formatCount } from '../../figures/index.ts'
import { jobKind, type JobKind } from '../../jobs/index.ts'
import { notAllowed } from '../../problems.ts'
import { admit } from '../../web/access-rules.ts'
import { inWorkingFolder } from '../../working-folders.ts'
import { countedCsv, type Counted } from '../count.ts'
import type { Export } from '../export.ts'
import { askedAt, type ExportSource } from '../source.ts'
import { dropExpired, keepExport, keptInWords } from './store.ts'

const day = 24 * 60 * 60 * 1000
const input = z.object({ address: z.string() })
export type KeepJob = JobKind<z.output<typeof input>>

/** Where a kept file is found. */
export const keptAddress = (id: string) => `/downloads/kept/${id}`

/** Makes the file of a table as its asker may see it, counts and hashes it, and keeps it: all of it or nothing. */
export function keepingJob(sources: readonly ExportSource[], permissions: Permissions): KeepJob {
  return jobKind({
    name: 'exports.keep',
    input,
    repeatable: true,
    async run(work, house) {
      const { actor, input: { address } } = work
      if (actor.kind !== 'person') throw notAllowed('Files are kept for people only.')
      const asked = askedAt(sources, address)
      admit(actor, asked.source.access, permissions)
      const table = await asked.source.open({ ...asked, actor, house })
      const { account, memberships } = actor
      const organisation = memberships[0]?.organisation ?? null
      const said = (rows: number) => work.progress({ done: rows, of: null, says: `${formatCount(rows)} rows so far.` })
      return withRowsOnDisk(table, said, (path, counted) =>
        house.store.change(actor, 'exports.keep', async (trx) => {
          const id = await keepExport(trx, { account, organisation, address: asked.address, page: asked.page, table, counted, path, now: house.now() })
          const outcome = { says: `The file is ready, with ${formatCount(counted.rows)} rows.`, href: keptAddress(id) }
          await work.keep(trx, outcome)
          return { subject: `export:${id.slice(0, 6)}`, organisation, says: keptInWords(table, counted), result: outcome }
        }))
    },
  })
}

/** Removes files whose week is over, once a day. */
export const droppingJob: JobKind<null> = jobKind({
  name: 'exports.drop-expired',
  input: z.null(),
  repeatable: true,
  async run({ actor }, house) {
    const dropped = await dropExpired(house.store, actor, house.now())
    return { says: `${formatCount(dropped)} expired files removed.`, href: null }
  },
  next: (_ended, { now }) => new Date(now().getTime() + day),
  standing: { title: 'Removing downloads whose week is over', input: null },
})

/** No transaction stays open while the rows are read, so they wait on disk as lines of compressed JSON until all are there. */
function withRowsOnDisk<T>(table: Export, said: (rows: number) => void, work: (path: string, counted: Counted) => Promise<T>): Promise<T> {
  return inWorkingFolder('export', async (folder) => {
    const path = join(folder, 'rows')
    const packed = createGzip({ level: 4 })
    const writing = pipeline(packed, createWriteStream(path))
    const counting = countedCsv({ ...table, rows: copied(table, packed, said) })
    const [counted] = await Promise.all([counting, writing])
    if (!counted) throw new Error('A count without a limit has none.')
    return work(path, counted)
  })
}

/** The rows, each written to the copy as it goes by. */
async function* copied({ rows }: Export, copy: Gzip, said: (rows: number) => void) {
  let count = 0
  try {
    for await (const row of rows) {
      if (!copy.write(`${JSON.stringify(row)}\n`)) await once(copy, 'drain')
      if (++count % 1000 === 0) said(count)
      yield row
    }
    copy.end()
  } catch (cause) {
    copy.destroy(cause instanceof Error ? cause : new Error(String(cause)))
    throw cause
  }
}
