/** Writes the store's contents out, page by page, so that memory stays constant and no transaction stays open. */
import type { Actor } from '#kernel/access/actor.ts'
import type { Store } from '#kernel/db/index.ts'
import { wordOn } from '#kernel/figures/index.ts'
import { csvRow, type CellValue } from '#kernel/tables/index.ts'
import { authorities } from '#slices/places/index.ts'
import { measures } from './measures/queries.ts'
import { exportPage, type ExportRow } from './observations/export.ts'
import type { ObservationFilters, ObservationKey } from './observations/queries.ts'

export type ExportFormat = 'csv' | 'json'
type Item = Record<string, CellValue>

const page = 5_000

/** The figures that fit the filters, as their key orders them. What the small-number rule keeps back is not shown. */
export async function* exportedObservations(store: Store, actor: Actor, filters: ObservationFilters): AsyncGenerator<Item> {
  let after: ObservationKey | null = null
  for (;;) {
    const rows: ExportRow[] = await store.read(actor, (db) => exportPage(db, filters, { after, limit: page }))
    for (const row of rows) yield observationItem(row)
    const last = rows.at(-1)
    if (!last || rows.length < page) return
    after = [last.measure, last.period, last.place]
  }
}

const nothing = { value: null, numerator: null, denominator: null, lower: null, upper: null }

function observationItem({ withheld, ...row }: ExportRow): Item {
  const { value, numerator, denominator, lower, upper, status, reason } =
    withheld ? { ...nothing, status: 'absent', reason: 'suppressed' } : row
  return {
    measure: row.code, period: row.label, period_kind: row.kind, starts: row.starts, ends: row.ends, authority: row.authority, area: row.area,
    name: row.name, value, word: value === null || !row.scale ? null : wordOn(row.scale, value), numerator, denominator, lower, upper, status, reason, marker: row.marker,
    known_from: row.known_from.toISOString(), import: row.import,
  }
}

/** Every measure with its definition as known at the moment, or now. */
export async function* exportedMeasures(store: Store, actor: Actor, knownAt?: Date): AsyncGenerator<Item> {
  const rows = await store.read(actor, (db) => measures(db, { knownAt }))
  for (const { code, kinds, scale, fictional, known_from, ...row } of rows) {
    const plain = without(row, ['id', 'organisation', 'audience'])
    yield { code, ...plain, scale: scale?.join(' | ') ?? null, kinds: kinds.join(', '), fictional: String(fictional), known_from: known_from.toISOString() }
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
