/** Every warning and every change of an import, page by page: an import's own stay as they are, so each page is a short read of its own. */
import type { Actor } from '#kernel/access/actor.ts'
import type { Store } from '#kernel/db/index.ts'
import { columnFor, type ColumnOf } from '#kernel/exports/index.ts'
import { changesAfter, type KeyedChange } from '../observations/changes.ts'
import { warningsOf } from './queries.ts'

const chunk = 5_000

/** The warnings in the order of the checks. */
export async function* everyWarning(store: Store, actor: Actor, id: number) {
  for (let after = 0; ;) {
    const from = after
    const rows = await store.read(actor, (db) => warningsOf(db, id, chunk, from))
    yield* rows
    if (rows.length < chunk) return
    after = rows.at(-1)?.seq ?? 0
  }
}

/** The changes in the order in which measures, periods and places first came in. */
export async function* everyChange(store: Store, actor: Actor, id: number): AsyncGenerator<KeyedChange, void> {
  for (let after: KeyedChange | null = null; ;) {
    const from: KeyedChange | null = after
    const rows: KeyedChange[] = await store.read(actor, (db) => changesAfter(db, id, from, chunk))
    yield* rows
    if (rows.length < chunk) return
    after = rows.at(-1) ?? null
  }
}

const column = columnFor<KeyedChange>()

export const changeColumns: readonly ColumnOf<KeyedChange>[] = [
  column('measure', 'text', 'Code of the measure.', (row) => row.measure),
  column('title', 'text', 'Title of the measure as it is now.', (row) => row.title),
  column('code', 'text', 'Code of the authority or area.', (row) => row.code),
  column('name', 'text', 'Name of the authority or area.', (row) => row.name),
  column('period', 'text', 'Label of the period.', (row) => row.period),
  column('was', 'number', 'The value before. Empty: there was none.', (row) => row.was),
  column('was_reason', 'text', 'Why there was no value before.', (row) => row.was_reason),
  column('is_now', 'number', 'The value it brought. Empty: none.', (row) => row.is_now),
  column('is_now_reason', 'text', 'Why it brought no value.', (row) => row.is_now_reason),
  column('difference', 'number', 'is_now − was, in the unit of the measure.', (row) => row.difference),
  column('new', 'yes-no', 'Whether no figure was known before.', (row) => row.new),
  column('line', 'whole', 'Line of the file it came from.', (row) => row.line),
]
