/** Jobs that come back: the next is put into the queue when one ends, to wait for its time. */
import type { House } from '../slice.ts'
import type { EndedJob, JobKind } from './kind.ts'
import type { JobRow } from './queries.ts'

/** Puts the next into the queue where the kind says there is one. It runs as the same person, for the same organisation. */
export async function planNext(house: House, kind: JobKind, row: JobRow, state: EndedJob<unknown>['state']): Promise<void> {
  const at = await kind.next?.({ input: kind.input.parse(row.input), organisation: row.organisation, state }, house)
  if (!at) return
  const { title, key, organisation, audience, account, asked_by, back } = row
  await house.store.keep((trx) => trx.insertInto('kernel.job')
    .values({ kind: kind.name, key, title, organisation, audience, account, asked_by, back, input: JSON.stringify(row.input), state: 'queued', run_after: at })
    .onConflict((again) => again.doNothing()).execute())
}

/** Asks for the kinds that are always there, once. */
export async function planStanding({ store, now }: House, kinds: readonly JobKind[]): Promise<void> {
  for (const { name, standing } of kinds) {
    if (!standing) continue
    await store.keep((trx) => trx.insertInto('kernel.job')
      .values({ kind: name, key: 'standing', title: standing.title, audience: 'person', asked_by: 'the workbench', input: JSON.stringify(standing.input), state: 'queued', run_after: now() })
      .onConflict((again) => again.doNothing()).execute())
  }
}
