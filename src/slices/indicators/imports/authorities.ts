/** Imports registers of authorities, and lists that only add codes and names to authorities the register has. */
import { isDate } from '#kernel/periods/index.ts'
import { countOf, isRefusedFigure, parseFigure, roundDecimal } from '#kernel/figures/index.ts'
import {
  addCodesAndNames, addSuccessions, authorityLookup, ensureKinds, isOnlyAnArea, kindOf, lastDayInBeing, placeInRegions, realKinds, saveAuthorities, slugOf,
  type AuthorityKeyRecord, type AuthorityLookup, type AuthorityRecord,
} from '#slices/places/index.ts'
import type { ImportRequest, Making, Prepared } from './preparing.ts'
import type { OpenFile } from './reading.ts'
import type { AuthoritiesRecipe } from './recipe.ts'
import type { Text } from './recipe-parts.ts'
import { isFault, type Fault, type Warning } from './report.ts'
import { missingText, readRows, type ReadRow } from './rows.ts'
import { bindText, type Cells, type TextOf } from './texts.ts'
import { findAuthority } from './whose.ts'

interface RegisterRow {
  /** Null where the row only adds to an authority the register has. */
  record: AuthorityRecord | null
  /** The authority the row adds to; null where the row is the authority. */
  found: number | null
  /** The region of the authority found; null where the row says none. */
  region: string | null
  keys: AuthorityKeyRecord[]
  names: string[]
  replacedBy: string[]
}

export async function prepareAuthorities(request: ImportRequest<AuthoritiesRecipe>): Promise<Prepared> {
  const { store, actor, findings } = request
  const lookup = await store.read(actor, authorityLookup)
  const { facts, rows } = await readRows<RegisterRow | null>(request, (file) => {
    const additions = bindAdditions(request, file)
    const record = bindRecord(request.recipe, file)
    const find = bindFinder(request, lookup, file)
    const region = optional(request.recipe.region, file)
    return ({ line, cells }): RegisterRow | null | Fault => {
      if (find) {
        const found = find(line, cells)
        return found === null || isFault(found) ? found : { record: null, found, region: region(cells), ...additions(cells) }
      }
      const read = record(cells)
      return isFault(read) ? read : { record: read, found: null, region: null, ...additions(cells) }
    }
  })
  const kept = rows.flatMap(({ line, item }) => (item ? [{ line, item }] : []))
  refuseTwins(kept, findings)
  return { facts, apply: (making) => save(making, kept.map((row) => row.item), request), dispose: () => Promise.resolve() }
}

function refuseTwins(rows: readonly ReadRow<RegisterRow>[], findings: ImportRequest<AuthoritiesRecipe>['findings']): void {
  const lines = new Map<string, number>()
  for (const { line, item } of rows) {
    if (!item.record) continue
    const first = lines.get(item.record.code)
    if (first === undefined) lines.set(item.record.code, line)
    else findings.refuse({ line, column: 'code', seen: item.record.code, expected: 'a code of its own', message: `Lines ${first} and ${line} both describe an authority with the code ${item.record.code}.` })
  }
}

function bindFinder({ recipe, findings }: ImportRequest<AuthoritiesRecipe>, lookup: AuthorityLookup, file: OpenFile) {
  const { finds } = recipe
  if (!finds) return null
  const at = finds.column === undefined ? null : file.place(finds.column)
  return (line: number, cells: Cells): number | null | Fault => {
    const written = at === null ? (finds.fixed ?? '') : (cells[at] ?? '').trim()
    const found = findAuthority(lookup, written, finds)
    if ('authority' in found) return found.authority.id
    const fault = { column: finds.column ?? null, seen: written, expected: found.expected, message: found.refused }
    if (recipe.unknown === 'refuse') return fault
    findings.leaveOut('the register does not have the authority, or not surely one')
    findings.warn({ check: 'unknown-authority', line, ...fault, measure: null, authority: null, period: null })
    return null
  }
}

function bindAdditions({ recipe, findings }: ImportRequest<AuthoritiesRecipe>, file: OpenFile): (cells: Cells) => Pick<RegisterRow, 'keys' | 'names' | 'replacedBy'> {
  const keys = recipe.keys.map(({ scheme, code, separator }) => ({ scheme, codes: bindList(code, separator, file) }))
  const names = recipe.names.map(({ name, separator }) => bindList(name, separator, file))
  const replacedBy = recipe.replaced_by ? bindList(recipe.replaced_by, ',', file) : () => []
  return (cells) => ({
    keys: keys.flatMap(({ scheme, codes }) => codes(cells).map((code) => ({ scheme, code }))).filter((key) => isOwnKey(key, findings)),
    names: names.flatMap((list) => list(cells)),
    replacedBy: replacedBy(cells),
  })
}

/** A statistical code of a region or another area is not the authority's, whatever register gives it beside one. */
function isOwnKey({ scheme, code }: AuthorityKeyRecord, { notes }: ImportRequest<AuthoritiesRecipe>['findings']): boolean {
  if ((scheme !== 'gss' && scheme !== 'former-gss') || !isOnlyAnArea(code)) return true
  const note = `${code} is the code of an area such as a region, not of an authority: it was left out.`
  if (!notes.includes(note)) notes.push(note)
  return false
}

function bindList(text: Text, separator: string | undefined, file: OpenFile): (cells: Cells) => string[] {
  const whole = bindText(text, file.place)
  return (cells) => {
    const found = whole(cells)
    if (found === null) return []
    return (separator === undefined ? [found] : found.split(separator)).map((part) => part.trim()).filter((part) => part !== '')
  }
}

const optional = (text: Text | undefined, file: OpenFile): TextOf => (text ? bindText(text, file.place) : () => null)

function bindRecord(recipe: AuthoritiesRecipe, file: OpenFile): (cells: Cells) => AuthorityRecord | Fault {
  const [code, name, known, kind, nation, region, starts, ends, population] = (
    ['code', 'name', 'known_name', 'kind', 'nation', 'region', 'starts', 'ends', 'population'] as const
  ).map((field) => optional(recipe[field], file)) as [TextOf, TextOf, TextOf, TextOf, TextOf, TextOf, TextOf, TextOf, TextOf]
  return (cells) => {
    const [ownCode, ownName, nationName, type] = [code(cells), name(cells), nation(cells), kind(cells)]
    if (ownCode === null) return missingText('code')
    if (ownName === null) return missingText('name')
    if (nationName === null) return missingText('nation')
    const ownKind = kindCode(type, ownCode)
    if (ownKind === null) return { column: 'kind', seen: type ?? '', expected: `a type the registers use, or one of ${realKinds.map((one) => one.code).join(', ')}`, message: `"${type ?? ''}" is not a known type of authority.` }
    const dates = readDates(starts(cells), ends(cells))
    if (isFault(dates)) return dates
    const people = readPopulation(population(cells))
    if (isFault(people)) return people
    const regionName = region(cells)
    const ownRegion = regionName !== null && slugOf(regionName) !== slugOf(nationName) ? regionName : null
    return {
      code: ownCode, name: ownName, known_name: known(cells) ?? ownName, kind: ownKind, nation: slugOf(nationName),
      region: ownRegion === null ? null : slugOf(ownRegion), region_name: ownRegion, ...dates, population: people.count, source: recipe.title,
    }
  }
}

const kindCode = (type: string | null, code: string) =>
  type === null ? null : (kindOf(type, code) ?? realKinds.find((kind) => kind.code === type)?.code ?? null)

const badDate = (date: string): Fault => ({ column: 'date', seen: date, expected: 'a date such as 2023-04-01', message: `"${date}" is not a date.` })

function readDates(starts: string | null, ends: string | null): { starts: string | null; ends: string | null } | Fault {
  for (const date of [starts, ends]) {
    if (date !== null && !isDate(date)) return badDate(date)
  }
  return { starts, ends: ends === null ? null : lastDayInBeing(ends) }
}

function readPopulation(text: string | null): { count: number | null } | Fault {
  if (text === null) return { count: null }
  const number = parseFigure(text)
  if (isRefusedFigure(number)) return { column: 'population', seen: text, expected: number.expected, message: number.refused }
  return { count: Number(roundDecimal(number, 0)) }
}

async function save({ trx }: Making, rows: readonly RegisterRow[], { findings }: ImportRequest<AuthoritiesRecipe>): Promise<void> {
  await ensureKinds(trx)
  const records = rows.flatMap(({ record }) => (record ? [record] : []))
  const { ids, fresh, corrected } = await saveAuthorities(trx, records)
  const idOf = (row: RegisterRow) => row.found ?? ids.get(row.record?.code ?? '') ?? 0
  const added = await addCodesAndNames(trx, rows.map((row) => ({ authority: idOf(row), keys: row.keys, names: row.names })))
  const placed = await placeInRegions(trx, rows.flatMap(({ found, region }) => (found !== null && region !== null ? [{ authority: found, region: slugOf(region), region_name: region }] : [])))
  for (const { name, was, region_name } of placed) findings.notes.push(`${name} is placed in ${region_name}; the register had ${was ?? 'no region'}.`)
  const links = await addSuccessions(trx, successions(rows, idOf, findings))
  const revised = corrected.union(added.touched).union(new Set(placed.map(({ authority }) => authority))).difference(fresh)
  const all = new Set(rows.map(idOf))
  findings.tally({ new: fresh.size, revised: revised.size, unchanged: all.size - fresh.size - revised.size })
  if (added.keys + added.names + links > 0) {
    const parts = [countOf(added.keys, 'code'), countOf(added.names, 'name'), countOf(links, 'link')]
    findings.notes.push(`Among what the register did not have: ${parts.slice(0, 2).join(', ')} and ${parts[2]} from an authority to what came after it.`)
  }
}

/** What came after, where the file says so by others of its codes. A successor begins the day after. */
function successions(rows: readonly RegisterRow[], idOf: (row: RegisterRow) => number, findings: ImportRequest<AuthoritiesRecipe>['findings']) {
  const byKey = new Map(rows.flatMap((row) => row.keys.map((key) => [key.code, row] as const)))
  return rows.flatMap((row) => {
    const ends = row.record?.ends
    return row.replacedBy.flatMap((code) => {
      const next = byKey.get(code)
      if (!next) findings.warn(unknownSuccessor(row, code))
      return !next || !ends || next === row ? [] : [{ predecessor: idOf(row), successor: idOf(next), on_date: dayAfter(ends) }]
    })
  })
}

function unknownSuccessor(row: RegisterRow, code: string): Warning {
  return {
    check: 'unknown-authority', line: null, column: null, seen: code, expected: 'a code of another authority in this file',
    message: `${row.record?.name ?? 'An authority'} is said to be replaced by ${code}, which is no code in this file: the link is left out.`,
    measure: null, authority: null, period: null,
  }
}

const dayAfter = (date: string) => new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
