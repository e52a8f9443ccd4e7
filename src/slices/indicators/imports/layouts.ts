/** Imports layouts of hexagons: maps in which every authority is as large as another. */
import { authorityLookup, keepLayout, type AuthorityLookup, type LayoutCell } from '#slices/places/index.ts'
import type { ImportRequest, Prepared } from './preparing.ts'
import type { OpenFile } from './reading.ts'
import { arrangements, type LayoutRecipe } from './recipe.ts'
import { isFault, type Fault, type Findings } from './report.ts'
import { missingText, readRows, type ReadRow } from './rows.ts'
import { findAuthority } from './whose.ts'

type Arrangement = (typeof arrangements)[number]

interface Hex extends LayoutCell {
  /** What the file says of its arrangement; null where it says nothing. */
  arrangement: string | null
}

export async function prepareLayout(request: ImportRequest<LayoutRecipe>): Promise<Prepared> {
  const { store, actor, recipe, findings } = request
  const lookup = await store.read(actor, authorityLookup)
  const { facts, rows } = await readRows<Hex>(request, (file) => bindHex(recipe, lookup, file))
  const arrangement = arrangementOf(recipe, rows, findings)
  refuseTwins(rows, findings)
  const cells = rows.map(({ item: { arrangement: _, ...cell } }) => cell)
  tellUnknown(cells, findings)
  const { name: slug, layout_title: title, publisher, source, licence } = recipe
  return {
    facts,
    async apply({ trx, moment, import: id }) {
      // Two hexes in one place would be refused by the table itself; the refusals say it better.
      if (arrangement === null || findings.counts.refused > 0) return
      findings.tally(await keepLayout(trx, { slug, title, publisher, source, licence, arrangement, moment, import: id, cells }))
    },
    dispose: () => Promise.resolve(),
  }
}

function bindHex({ hexes }: LayoutRecipe, lookup: AuthorityLookup, file: OpenFile) {
  const cellAt = (column: string) => {
    const at = file.place(column)
    return (cells: readonly string[]) => (cells[at] ?? '').trim()
  }
  const [code, name, q, r] = [cellAt(hexes.code), cellAt(hexes.name), cellAt(hexes.q), cellAt(hexes.r)]
  const arrangement = file.facts.columns.includes('layout') ? cellAt('layout') : () => ''
  return ({ cells }: { cells: string[] }): Hex | Fault => {
    const written = code(cells)
    if (written === '') return missingText('code')
    const [column, row] = [whole(q(cells), hexes.q), whole(r(cells), hexes.r)]
    if (isFault(column)) return column
    if (isFault(row)) return row
    const found = findAuthority(lookup, written, hexes)
    if (!('authority' in found) && hexes.unknown === 'refuse') return { column: hexes.code, seen: written, expected: found.expected, message: found.refused }
    const said = arrangement(cells)
    return { code: written, name: name(cells) || written, authority: 'authority' in found ? found.authority.id : null, q: column, r: row, arrangement: said === '' ? null : said }
  }
}

function whole(text: string, column: string): number | Fault {
  return /^-?\d{1,4}$/.test(text) ? Number(text) : { column, seen: text, expected: 'a whole number', message: `The place of a hexagon is a whole number, not "${text}".` }
}

/** The recipe's word, else the file's, which a HexJSON file gives once for all. */
function arrangementOf(recipe: LayoutRecipe, rows: readonly ReadRow<Hex>[], findings: Findings): Arrangement | null {
  const said = recipe.arrangement ?? rows[0]?.item.arrangement ?? ''
  const known = arrangements.find((one) => one === said)
  if (known) return known
  if (rows.length > 0) findings.refuse({ line: null, column: 'layout', seen: said, expected: `one of ${arrangements.join(', ')}`, message: said === '' ? 'Neither the file nor the recipe says how its hexagons are set against each other. Give the recipe an "arrangement".' : `The layout "${said}" is not one that can be drawn.` })
  return null
}

function refuseTwins(rows: readonly ReadRow<Hex>[], findings: Findings): void {
  const places = new Map<string, ReadRow<Hex>>()
  const codes = new Map<string, ReadRow<Hex>>()
  for (const row of rows) {
    const { code, q, r } = row.item
    const there = places.get(`${q} ${r}`) ?? codes.get(code)
    if (there) {
      const expected = there.item.code === code ? 'each code once' : 'a place of its own'
      findings.refuse({ line: row.line, column: null, seen: `${code} at ${q}, ${r}`, expected, message: `${there.item.code} and ${code} both stand at column ${q}, row ${r}, or are the same.` })
    }
    places.set(`${q} ${r}`, row)
    codes.set(code, row)
  }
}

function tellUnknown(cells: readonly LayoutCell[], findings: Findings): void {
  const unknown = cells.filter(({ authority }) => authority === null)
  if (unknown.length === 0) return
  const some = unknown.slice(0, 5).map(({ code, name }) => `${name} (${code})`).join(', ')
  findings.notes.push(`${unknown.length === 1 ? '1 hexagon is of nobody' : `${unknown.length} hexagons are of nobody`} in the register and stay empty: ${some}${unknown.length > 5 ? ' …' : ''}.`)
}
