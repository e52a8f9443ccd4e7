/** Imports figures: reads every row into a spool, then sets all of them beside the store in one transaction. */
import { ensureAreas, authorityLookup, type AuthorityLookup } from '#slices/places/index.ts'
import { otherDefinitions, saveMeasures, type OtherDefinition } from '../measures/commands.ts'
import { measureRegister } from '../measures/register.ts'
import { mergeStaged } from '../observations/merge.ts'
import { ensurePeriods } from '../observations/periods.ts'
import { compareWithStore, knownSince, mergeRepeated, stage, type Contradiction } from '../observations/staging.ts'
import { checkStaged } from './checking.ts'
import { Drafting } from './drafting.ts'
import { giveUpOn, refuseTooManyFigures } from './limits.ts'
import type { ImportRequest, Making, Prepared } from './preparing.ts'
import { openFile } from './reading.ts'
import type { ObservationsRecipe } from './recipe.ts'
import type { Refusal } from './report.ts'
import { withPeriodAbove } from './titles.ts'
import { openSpool, type Spool } from './spool.ts'

export async function prepareObservations(request: ImportRequest<ObservationsRecipe>): Promise<Prepared> {
  const { store, actor, source, organisation, findings, progress } = request
  const recipe = await withPeriodAbove(source, request.recipe)
  const [lookup, register] = await store.read(actor, async (db) => [await authorityLookup(db), await measureRegister(db, organisation)] as const)
  const file = await openFile(source, recipe, (problem) => {
    findings.refuseTable(problem)
    giveUpOn(findings, source.name)
  })
  const spool = await openSpool()
  findings.columnLabel = file.label
  try {
    const drafting = new Drafting(recipe, file, lookup, register, findings)
    for await (const row of file.rows) {
      findings.counts.rows_read++
      if (findings.counts.rows_read % 1000 === 0) progress({ phase: 'reading', rows: findings.counts.rows_read })
      for (const draft of drafting.row(row)) {
        const full = spool.put(draft)
        if (full) await full
      }
      giveUpOn(findings, source.name)
      refuseTooManyFigures(store.kind, spool.size, source.name)
    }
    findings.notes.push(...file.notes)
    refuseIfEmpty(spool, request)
    return { facts: file.facts, apply: (making) => apply(making, request, drafting, spool, lookup), dispose: () => spool.remove() }
  } catch (cause) {
    await file.close()
    await spool.remove()
    throw cause
  }
}

/** A file of which nothing is left is more likely the wrong file, or the wrong recipe, than no news. */
function refuseIfEmpty(spool: Spool, { findings }: ImportRequest<ObservationsRecipe>): void {
  if (spool.size > 0 || findings.counts.refused > 0) return
  const seen = findings.counts.rows_read === 0 ? 'the file has a header and no rows' : 'every row is left out'
  findings.refuse({ line: null, column: null, seen, expected: 'at least one figure', message: `No figure is left to import: ${seen}. The file may have been cut short, or the recipe may be for another file.` })
}

async function apply(making: Making, request: ImportRequest<ObservationsRecipe>, drafting: Drafting, spool: Spool, lookup: AuthorityLookup): Promise<void> {
  const { trx, moment, import: id } = making
  const { findings, organisation, audience, recipe, progress } = request
  progress({ phase: 'comparing', rows: findings.counts.rows_read })
  const { measures, made, others } = await makeMeasures(making, request, drafting)
  const periods = await ensurePeriods(trx, drafting.periods.all)
  const areas = spool.areas
  const areaIds = await ensureAreas(trx, areas)
  await stage(trx, await spool.rows(), { measures, periods, areas: areas.map(({ code }) => idOf(areaIds, code)) })

  const { repeated, contradictions } = await mergeRepeated(trx)
  findings.counts.repeated += repeated
  for (const contradiction of contradictions) findings.refuse(contradictionRefusal(contradiction))
  if (findings.counts.refused > 0) return

  const { absent, reference, ...tally } = await compareWithStore(trx)
  findings.tally(tally)
  Object.assign(findings.counts, { absent, reference })
  if (making.backdated) await refuseWhatIsKnownSince(making, request)
  if (findings.counts.refused > 0) return
  tellMeasures(request, drafting, made, others)
  // What the store already holds was checked when it came in.
  if (findings.changes === 0) return
  progress({ phase: 'checking', rows: findings.counts.rows_read })
  await checkStaged(trx, lookup, findings, recipe.tolerance)
  progress({ phase: 'writing', rows: findings.counts.rows_read })
  await mergeStaged(trx, tally, { import: id, moment, organisation, audience })
}

interface MeasuresOfFile {
  /** Ids by the index that drafts use. */
  measures: number[]
  made: number
  /** Where the recipe describes a measure otherwise than the definition that stands. */
  others: OtherDefinition[]
}

async function makeMeasures({ trx, import: id, moment }: Making, request: ImportRequest<ObservationsRecipe>, drafting: Drafting): Promise<MeasuresOfFile> {
  const { organisation, audience, recipe } = request
  const records = drafting.measures.made.flatMap(({ record }) => (record ? [record] : []))
  const saved = await saveMeasures(trx, records, { organisation, audience, import: id, knownFrom: moment })
  const described = drafting.measures.all.flatMap((measure) => measure.described ?? [])
  const others = await otherDefinitions(trx, described, new Set(Object.keys(recipe.measures ?? {})))
  const measures = drafting.measures.all.map(({ id: known, code }) => {
    const found = known ?? saved.ids.get(code)
    if (found === undefined) throw new Error(`Measure ${code} was neither found nor made.`)
    return found
  })
  return { measures, made: saved.new, others }
}

/** Only once nothing is refused: of a refused file no measure is made. */
function tellMeasures({ findings }: ImportRequest<ObservationsRecipe>, { measures }: Drafting, made: number, others: readonly OtherDefinition[]): void {
  findings.counts.measures_made = made
  findings.measuresMade = measures.made.map(({ code }) => code)
  const aimless = measures.made.filter(({ record }) => record?.polarity === 'none').length
  if (aimless > 0) {
    findings.notes.push(`${aimless} of the new measures ${aimless === 1 ? 'has' : 'have'} no better direction until somebody says which way is better: shown, but not ranked.`)
  }
  const [first] = others
  if (first && others.length === 1) {
    findings.notes.push(`The definition of ${first.code} in the recipe differs from the one here (${first.fields.join(', ')}) and was not taken; a recipe that produces measures changes it.`)
  } else if (others.length > 1) {
    const list = others.slice(0, 5).map(({ code, fields }) => `${code}: ${fields.join(', ')}`).join('; ') + (others.length > 5 ? ' …' : '')
    findings.notes.push(`The definitions of ${others.length} measures in the recipe differ from the ones here (${list}) and were not taken; a recipe that produces measures changes them.`)
  }
}

function idOf(ids: ReadonlyMap<string, number>, code: string): number {
  const id = ids.get(code)
  if (id === undefined) throw new Error(`The area ${code} was neither found nor made.`)
  return id
}

function contradictionRefusal({ line, first_line, column, first_column, value, first_value, measure, period, place }: Contradiction): Omit<Refusal, 'rows' | 'more_lines'> {
  const [now, before] = [value ?? 'no value', first_value ?? 'no value']
  if (line === first_line && column !== first_column) {
    return {
      line, column, seen: now, expected: `${before}, as under "${first_column}"`,
      message: `"${first_column}" and "${column}" both give ${measure}, differently on one line (for ${place} in ${period}): ${before} and ${now}.`,
    }
  }
  return {
    line, column, seen: now, expected: `${before}, as on line ${first_line}`,
    message: `Lines ${first_line} and ${line} both give ${measure} for ${place} in ${period}, differently: ${before} and ${now}${now === before ? ' (with another numerator, denominator, limit or status)' : ''}.`,
  }
}

async function refuseWhatIsKnownSince({ trx, moment }: Making, { findings }: ImportRequest<ObservationsRecipe>): Promise<void> {
  const later = await knownSince(trx, moment)
  if (later === 0) return
  findings.refuse({
    line: null, column: null, seen: moment.toISOString(), expected: 'a moment after the figures that the store already has',
    message: `${later} of the figures were already known at ${moment.toISOString()} or later, so they cannot have become known then. Import releases in the order in which they were published.`,
  })
}
