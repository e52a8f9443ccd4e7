/** The first rows of a file, as they would become or, where they become no figures, as they were read. */
import type { Actor } from '#kernel/access/actor.ts'
import type { Store } from '#kernel/db/index.ts'
import { TableProblem } from '#kernel/tables/index.ts'
import { authorityLookup } from '#slices/places/index.ts'
import { Drafting, type Draft } from '../imports/drafting.ts'
import { openFile, type ImportSource, type OpenFile } from '../imports/reading.ts'
import type { ObservationsRecipe, Recipe } from '../imports/recipe.ts'
import { Findings } from '../imports/report.ts'
import { measureRegister } from '../measures/register.ts'

/** A figure as it would be kept, everything in words or exact decimal text. */
interface FirstFigure {
  line: number
  measure: string
  place: string
  period: string
  value: string | null
  numerator: string | null
  denominator: string | null
  status: string
  reason: string | null
}

export type FirstRows =
  | { kind: 'figures'; figures: FirstFigure[] }
  | { kind: 'cells'; columns: string[]; rows: { line: number; cells: string[] }[] }
  /** The file could not be read at all; the report says why. */
  | { kind: 'none' }

const most = 10
/** A file may begin with many rows that are left out or refused; looking further than this would take long. */
const farthest = 2_000

export async function firstRows(store: Store, actor: Actor, source: ImportSource, recipe: Recipe, organisation: number | null): Promise<FirstRows> {
  try {
    return recipe.produces === 'observations'
      ? { kind: 'figures', figures: await firstFigures(store, actor, source, recipe, organisation) }
      : await firstCells(source, recipe)
  } catch (cause) {
    if (cause instanceof TableProblem) return { kind: 'none' }
    throw cause
  }
}

async function firstFigures(store: Store, actor: Actor, source: ImportSource, recipe: ObservationsRecipe, organisation: number | null): Promise<FirstFigure[]> {
  const [lookup, register] = await store.read(actor, async (db) => [await authorityLookup(db), await measureRegister(db, organisation)] as const)
  const file = await openFile(source, recipe, () => undefined)
  try {
    const drafting = new Drafting(recipe, file, lookup, register, new Findings())
    const nameOf = ({ place }: Draft) => ('area' in place ? place.area.name : (lookup.byId(place.authority)?.known_name ?? ''))
    return (await firstDrafts(file, drafting)).map((draft) => ({
      line: draft.line,
      measure: drafting.measures.all[draft.measure]?.code ?? '',
      place: nameOf(draft),
      period: drafting.periods.all[draft.period]?.label ?? '',
      value: draft.value, numerator: draft.numerator, denominator: draft.denominator, status: draft.status, reason: draft.reason,
    }))
  } finally {
    await file.close()
  }
}

async function firstDrafts(file: OpenFile, drafting: Drafting): Promise<Draft[]> {
  const drafts: Draft[] = []
  let rows = 0
  for await (const row of file.rows) {
    drafts.push(...drafting.row(row))
    if (drafts.length >= most || ++rows >= farthest) break
  }
  return drafts.slice(0, most)
}

async function firstCells(source: ImportSource, recipe: Recipe): Promise<FirstRows> {
  const file = await openFile(source, recipe, () => undefined)
  try {
    const rows: { line: number; cells: string[] }[] = []
    for await (const { line, cells } of file.rows) {
      rows.push({ line, cells: cells.map((cell) => (cell.length > 60 ? `${cell.slice(0, 60)}…` : cell)) })
      if (rows.length >= most) break
    }
    return { kind: 'cells', columns: file.facts.columns, rows }
  } finally {
    await file.close()
  }
}
