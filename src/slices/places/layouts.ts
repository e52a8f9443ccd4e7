/** Layouts of hexagons: a nation drawn so that every authority is as large as another. A new edition supersedes; nothing is overwritten. */
import { sql } from 'kysely'
import type { Reader, Trx } from '#kernel/db/index.ts'
import { remembered } from '#kernel/db/remembered.ts'
import type { Tally } from './commands.ts'

/** How rows or columns of hexagons are set against each other, in the words of HexJSON. */
export type Arrangement = 'odd-r' | 'even-r' | 'odd-q' | 'even-q'

/** One hexagon: q counts columns rightwards, r rows upwards. */
export interface LayoutCell {
  /** As the publisher writes it. */
  code: string
  name: string
  /** Id in the register; null: no authority of the register. */
  authority: number | null
  q: number
  r: number
}

export interface LayoutRecord {
  slug: string
  title: string
  arrangement: Arrangement
  publisher: string
  source: string
  licence: string
  /** When it became known. */
  moment: Date
  /** Number of the import that brings it; null: none did. */
  import: number | null
  cells: readonly LayoutCell[]
}

/** Keeps an edition of a layout. One that is drawn or described differently closes the edition before it. */
export async function keepLayout(trx: Trx, { moment, cells, ...layout }: LayoutRecord): Promise<Tally> {
  const present = await trx.selectFrom('places.layout').selectAll().where('slug', '=', layout.slug).where('known_to', '=', sql<Date>`'infinity'`).executeTakeFirst()
  if (present) {
    const hexes = await trx.selectFrom('places.layout_hex').select(['code', 'name', 'authority', 'q', 'r']).where('layout', '=', present.id).execute()
    if (drawingOf(present, hexes) === drawingOf(layout, cells)) return { new: 0, revised: 0, unchanged: 1 }
    await trx.updateTable('places.layout').set({ known_to: moment }).where('id', '=', present.id).execute()
  }
  const { id } = await trx.insertInto('places.layout').values({ ...layout, known_from: moment }).returning('id').executeTakeFirstOrThrow()
  await insertHexes(trx, id, cells)
  return { new: present ? 0 : 1, revised: present ? 1 : 0, unchanged: 0 }
}

type Described = Omit<LayoutRecord, 'moment' | 'import' | 'cells' | 'arrangement'> & { arrangement: string }

/** Everything that makes an edition differ from the one before, as one text. */
function drawingOf({ title, arrangement, publisher, source, licence }: Described, cells: readonly LayoutCell[]): string {
  const sorted = cells.toSorted((a, b) => (a.code < b.code ? -1 : 1))
  return JSON.stringify([title, arrangement, publisher, source, licence, ...sorted.map(({ code, name, authority, q, r }) => [code, name, authority, q, r])])
}

async function insertHexes(trx: Trx, layout: number, cells: readonly LayoutCell[]): Promise<void> {
  await sql`
    insert into places.layout_hex (layout, code, name, authority, q, r)
    select ${layout}, * from unnest(${cells.map(({ code }) => code)}::text[], ${cells.map(({ name }) => name)}::text[],
                                    ${cells.map(({ authority }) => authority)}::int[], ${cells.map(({ q }) => q)}::int[], ${cells.map(({ r }) => r)}::int[])`.execute(trx)
}

/** Takes back what an import brought; the edition that it superseded stands again from the moment on. */
export async function withdrawLayouts(trx: Trx, importNumber: number, moment: Date): Promise<{ closed: number; restored: number }> {
  const closed = await trx.updateTable('places.layout').set({ known_to: moment })
    .where('import', '=', importNumber).where('known_to', '=', sql<Date>`'infinity'`).returning('slug').execute()
  let restored = 0
  for (const { slug } of closed) {
    // Its edition may itself have been brought back once: what it superseded is what ended when the first of them began.
    const { began } = await trx.selectFrom('places.layout').select((row) => row.fn.min('known_from').as('began'))
      .where('slug', '=', slug).where('import', '=', importNumber).executeTakeFirstOrThrow()
    const earlier = await trx.selectFrom('places.layout').select(['id', 'title', 'arrangement', 'publisher', 'source', 'licence', 'import'])
      .where('slug', '=', slug).where('known_to', '=', began).executeTakeFirst()
    if (!earlier) continue
    const { id, ...layout } = earlier
    const again = await trx.insertInto('places.layout').values({ ...layout, slug, known_from: moment }).returning('id').executeTakeFirstOrThrow()
    const cells = await trx.selectFrom('places.layout_hex').select(['code', 'name', 'authority', 'q', 'r']).where('layout', '=', id).execute()
    await insertHexes(trx, again.id, cells)
    restored++
  }
  return { closed: closed.length, restored }
}

/** A layout as it is drawn. */
export interface Layout {
  slug: string
  title: string
  arrangement: Arrangement
  publisher: string
  licence: string
  hexes: {
    /** Code of the authority's page; null: no authority of the register. */
    authority: string | null
    /** As the publisher writes it. */
    name: string
    q: number
    r: number
  }[]
}

/**
 * The layout that holds most of the authorities with these codes; null unless it holds more than half of them. Of two that hold
 * as many, the one with the fewest other hexagons, then the latest. Layouts are ways to draw and not facts: the ones of today
 * serve for figures as known at any moment.
 */
export function layoutHolding(db: Reader, codes: readonly string[]): Promise<Layout | null> {
  return remembered(db, ['layout holding', codes], () => findLayout(db, codes))
}

async function findLayout(db: Reader, codes: readonly string[]): Promise<Layout | null> {
  const { rows } = await sql<{ id: number }>`
    select l.id
      from places.authority a
      join places.layout_hex h on h.authority = a.id
      join places.layout l on l.id = h.layout and l.known_to = 'infinity'
     where a.code = any(${[...codes]}::text[])
     group by l.id, l.slug, l.known_from
    having count(distinct a.id) * 2 > ${codes.length}
     order by count(distinct a.id) desc, (select count(*) from places.layout_hex o where o.layout = l.id), l.known_from desc, l.slug
     limit 1`.execute(db)
  const id = rows[0]?.id
  if (id === undefined) return null
  const layout = await db.selectFrom('places.layout').select(['slug', 'title', 'arrangement', 'publisher', 'licence']).where('id', '=', id).executeTakeFirstOrThrow()
  const hexes = await db.selectFrom('places.layout_hex as h').leftJoin('places.authority as a', 'a.id', 'h.authority')
    .select(['a.code as authority', 'h.name', 'h.q', 'h.r']).where('h.layout', '=', id).execute()
  return { ...layout, arrangement: layout.arrangement as Arrangement, hexes }
}
