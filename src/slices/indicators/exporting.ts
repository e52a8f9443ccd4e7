/** Writes the store's contents out, page by page, so that memory stays constant and no transaction stays open. */
import type { Actor } from '#kernel/access/actor.ts'
import type { Store } from '#kernel/db/index.ts'
import { csvRow, type CellValue } from '#kernel/tables/index.ts'
import { authorities } from '#slices/places/index.ts'
import { measures } from './measures/queries.ts'
import { observations, type Observation, type ObservationCursor, type ObservationFilter } from './observations/queries.ts'

export type ExportFormat = 'csv' | 'json'
type Item = Record<string, CellValue>

const page = 5_000

/** The figures that fit the filter, as their key orders them. */
export async function* exportedObservations(store: Store, actor: Actor, filter: ObservationFilter): AsyncGenerator<Item> {
  let after: ObservationCursor | undefined
  for (;;) {
    const rows: Observation[] = await store.read(actor, (db) => observations(db, filter, page, after))
    for (const row of rows) yield observationItem(row)
    after = rows.at(-1)
    if (rows.length < page) return
  }
}

function observationItem(row: Observation): Item {
  return {
    measure: row.measure_code, period: row.period_label, period_kind: row.period_kind, starts: row.starts, ends: row.ends,
    authority: row.authority_code, area: row.area_code, name: row.authority_name ?? row.area_name, value: row.value,
    numerator: row.numerator, denominator: row.denominator, lower: row.lower, upper: row.upper, status: row.status, reason: row.reason,
    marker: row.marker, known_from: row.known_from.toISOString(), import: row.import,
  }
}

/** Every measure with its definition as known at the moment, or now. */
export async function* exportedMeasures(store: Store, actor: Actor, knownAt?: Date): AsyncGenerator<Item> {
  const rows = await store.read(actor, (db) => measures(db, knownAt).orderBy('m.code').execute())
  for (const { code, kinds, fictional, known_from, ...row } of rows) {
    const plain = without(row, ['id', 'measure', 'known_to', 'organisation', 'audience'])
    yield { code, ...plain, kinds: kinds.join(', '), fictional: String(fictional), known_from: known_from.toISOString() }
  }
}

/** Every authority there is or was. */
export async function* exportedAuthorities(store: Store, actor: Actor): AsyncGenerator<Item> {
  const rows = await store.read(actor, (db) => authorities(db).orderBy('a.code').execute())
  for (const { fictional, ...row } of rows) yield { ...without(row, ['id']), fictional: String(fictional) }
}

function without<T extends object, K extends keyof T>(row: T, keys: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(row).filter(([key]) => !keys.includes(key as K))) as Omit<T, K>
}

/** Items as a CSV file or one JSON array, piece by piece. */
export async function* written(items: AsyncIterable<Item>, format: ExportFormat): AsyncGenerator<string> {
  let first = true
  for await (const item of items) {
    if (format === 'csv') {
      if (first) yield csvRow(Object.keys(item))
      yield csvRow(Object.values(item))
    } else yield `${first ? '[' : ','}\n${JSON.stringify(item)}`
    first = false
  }
  if (format === 'json') yield first ? '[]\n' : '\n]\n'
}
