/** Imports one file: reads it, sets it beside the store, and keeps all of it or nothing. */
import { sql } from 'kysely'
import { actorName, type Actor } from '#kernel/access/actor.ts'
import type { Store, Trx } from '#kernel/db/index.ts'
import { countOf } from '#kernel/figures/index.ts'
import { refused } from '#kernel/problems.ts'
import { TableProblem } from '#kernel/tables/index.ts'
import { prepareAuthorities } from './authorities.ts'
import { prepareBreaks } from './breaks.ts'
import { prepareGroups } from './groups.ts'
import { prepareLayout } from './layouts.ts'
import { prepareMeasures } from './measures.ts'
import { lockImports, nextMoment } from './moments.ts'
import { prepareObservations } from './observations.ts'
import type { ImportRequest, Making, Prepared, Progress } from './preparing.ts'
import type { ImportSource } from './reading.ts'
import type { Recipe } from './recipe.ts'
import { explain, Findings, nouns, type ImportReport, type Outcome } from './report.ts'
import { keepWarnings } from './warnings.ts'

export interface ImportOptions {
  /** Do everything and keep nothing; the report is the same. */
  dryRun?: boolean
  /** When the figures became known, for loading earlier releases in order. The command line only. */
  knownAt?: Date
  /** Whose figures these are; absent: national figures, public. */
  organisation?: number | null
  /** The organisation for which a person imports, and which may take it back; absent: the one the figures belong to, else the person's first. */
  broughtBy?: number
  progress?: (progress: Progress) => void
  /** Done last in the transaction, with the number of the import and its report; nothing is kept when it throws. */
  beforeKeeping?: (trx: Trx, id: number, report: ImportReport) => Promise<void>
}

/** Imports a file by a recipe, or says why not. A refused file is a report, not an error. */
export async function importFile(store: Store, actor: Actor, source: ImportSource, recipe: Recipe, options: ImportOptions = {}): Promise<ImportReport> {
  refuseFuture(options.knownAt)
  const findings = new Findings()
  const organisation = options.organisation ?? null
  const request: ImportRequest<Recipe> = {
    store, actor, source, recipe, organisation, findings,
    broughtBy: options.broughtBy ?? organisation ?? (actor.kind === 'person' ? (actor.memberships[0]?.organisation ?? null) : null),
    audience: organisation === null ? 'public' : 'organisation',
    progress: options.progress ?? (() => undefined),
  }
  let prepared: Prepared | null = null
  try {
    prepared = await prepare(request)
    return await keepOrNot(request, prepared, options)
  } catch (cause) {
    if (!(cause instanceof TableProblem)) throw cause
    findings.refuseTable(cause)
    return reportOf('refused', request, prepared, null)
  } finally {
    await prepared?.dispose()
  }
}

function refuseFuture(knownAt: Date | undefined): void {
  if (knownAt && knownAt > new Date()) throw refused(`${knownAt.toISOString()} is still to come. Give the moment at which the figures became known.`)
}

function prepare(request: ImportRequest<Recipe>): Promise<Prepared> {
  const { recipe } = request
  switch (recipe.produces) {
    case 'observations':
      return prepareObservations({ ...request, recipe })
    case 'measures':
      return prepareMeasures({ ...request, recipe })
    case 'breaks':
      return prepareBreaks({ ...request, recipe })
    case 'authorities':
      return prepareAuthorities({ ...request, recipe })
    case 'groups':
      return prepareGroups({ ...request, recipe })
    case 'layout':
      return prepareLayout({ ...request, recipe })
  }
}

/** Ends the transaction without keeping anything, once the report is complete. */
class NotKept extends Error {
  readonly outcome: Exclude<Outcome, 'imported'>
  constructor(outcome: Exclude<Outcome, 'imported'>) {
    super(outcome)
    this.outcome = outcome
  }
}

async function keepOrNot(request: ImportRequest<Recipe>, prepared: Prepared, options: ImportOptions): Promise<ImportReport> {
  const { store, actor, findings, organisation, recipe, source } = request
  try {
    const made = await store.change(actor, 'imports.make', async (trx) => {
      const making = await beginImport(trx, request, prepared, options)
      await prepared.apply(making)
      if (making.backdated) await refuseReversedTime(making, request)
      if (findings.counts.refused > 0) throw new NotKept('refused')
      if (findings.changes === 0) throw new NotKept('nothing-new')
      if (options.dryRun) throw new NotKept('would-import')
      await endImport(making, request)
      const result = { id: making.import, moment: making.moment }
      await options.beforeKeeping?.(trx, making.import, reportOf('imported', request, prepared, result))
      const says = `imported ${countOf(findings.changes, ...nouns[recipe.produces])} from the file ${source.name} by the recipe ${recipe.recipe}`
      const after = { file: source.name, sha256: prepared.facts.sha256, recipe: recipe.recipe, known_from: making.moment.toISOString(), ...findings.counts }
      return { subject: `import:${making.import}`, organisation: organisation ?? request.broughtBy, says, result, after }
    })
    return reportOf('imported', request, prepared, made)
  } catch (cause) {
    if (cause instanceof NotKept) return reportOf(cause.outcome, request, prepared, null)
    throw cause
  }
}

/** Imports are made one after another, each at a moment of its own, so that "as known at" can tell them apart. */
async function beginImport(trx: Trx, { actor, recipe, source, organisation, broughtBy, audience }: ImportRequest<Recipe>, { facts }: Prepared, options: ImportOptions): Promise<Making> {
  await lockImports(trx)
  const moment = options.knownAt ?? (await nextMoment(trx))
  const { id } = await trx.insertInto('indicators.import').values({
    organisation, audience, produces: recipe.produces, recipe_name: recipe.recipe, recipe: JSON.stringify(recipe),
    file_name: source.name, bytes: facts.bytes, sha256: facts.sha256, brought_by: broughtBy, account: actor.kind === 'person' ? actor.account : null,
    made_by: actorName(actor), made_at: sql<Date>`clock_timestamp()`, known_from: moment, counts: '{}',
  }).returning('id').executeTakeFirstOrThrow()
  return { trx, import: id, moment, backdated: options.knownAt !== undefined }
}

/** Something that became known at the moment or later cannot be superseded at the moment. */
async function refuseReversedTime({ trx, moment, import: id }: Making, { findings }: ImportRequest<Recipe>): Promise<void> {
  const { rows } = await sql<{ reversed: number }>`
    select (select count(*) from indicators.measure_version where known_to = ${moment} and known_from >= ${moment})
         + (select count(*) from indicators.measure_version v join indicators.measure_version e on e.measure = v.measure and e.version <> v.version
             where v.import = ${id} and e.known_to > ${moment})
         + (select count(*) from indicators.series_break where known_to = ${moment} and known_from >= ${moment})
         + (select count(*) from places.comparator_group where known_to = ${moment} and known_from >= ${moment})
         + (select count(*) from places.layout where known_to = ${moment} and known_from >= ${moment}) as reversed`.execute(trx)
  const reversed = rows[0]?.reversed ?? 0
  if (reversed === 0) return
  findings.refuse({
    line: null, column: null, seen: moment.toISOString(), expected: 'a moment after what the store already has became known',
    message: `${reversed} of the things this would replace became known at ${moment.toISOString()} or later. Import releases in the order in which they were published.`,
  })
}

async function endImport({ trx, import: id }: Making, { findings, organisation, audience }: ImportRequest<Recipe>): Promise<void> {
  await trx.updateTable('indicators.import').set({ counts: JSON.stringify(findings.counts) }).where('id', '=', id).execute()
  await keepWarnings(trx, id, findings.warnings, { organisation, audience })
}

function reportOf(outcome: Outcome, { recipe, source, findings }: ImportRequest<Recipe>, prepared: Prepared | null, made: { id: number; moment: Date } | null): ImportReport {
  return {
    outcome,
    import: made?.id ?? null,
    known_from: made?.moment.toISOString() ?? null,
    recipe: recipe.recipe,
    produces: recipe.produces,
    file: prepared?.facts ?? { name: source.name },
    counts: findings.counts,
    refusals: findings.refusals,
    warnings: findings.warnings,
    measures_made: findings.measuresMade,
    notes: findings.notes,
    explanation: explain(outcome, recipe, source.name, findings),
  }
}
