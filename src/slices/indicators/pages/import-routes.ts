/** Imports that were made: the list, the report with its change list, downloads, and withdrawing. */
import { sql } from 'kysely'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { organisationsWith, type Actor } from '#kernel/access/actor.ts'
import type { Reader } from '#kernel/db/index.ts'
import { downloadsOf } from '#kernel/exports/index.ts'
import { formatCount } from '#kernel/figures/index.ts'
import { blankForm, readForm, refusedForm, type FormView } from '#kernel/forms/index.ts'
import { conflict, notAllowed } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { paginationOf } from '#kernel/web/components/pagination/pagination.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { withdrawImport } from '../imports/commands.ts'
import { againAfterwards, importById, imports, laterUnchanged } from '../imports/queries.ts'
import { readyRecipeNames } from '../imports/ready.ts'
import type { Recipe } from '../imports/recipe.ts'
import { changesOf } from '../observations/changes.ts'
import { crumbs, importAddress, recipeAddress } from './addresses.ts'
import { withdrawForm } from './forms.ts'
import { changesTable, importFacts, importsTable, measuresTable, withdrawalSentences, withdrawnSentence, type ChangeLine, type OneImport } from './import-page.ts'
import { changeCounts, firstWarnings, measuresOf, organisationNames, wouldReturn } from './queries.ts'
import { makers } from './rules.ts'
import { countsSentence, otherCounts, warningColumns, warningGroups, wholeCounts } from './words.ts'

const listed = 25
const changesShown = 25
const measuresShown = 200
const warningsEach = 5

const params = z.object({ id: z.coerce.number().int().positive().max(2 ** 31 - 1) })
const listQuery = z.object({ before: z.coerce.number().int().positive().max(2 ** 31 - 1).optional().catch(undefined) })
const reportQuery = z.object({ show: z.enum(['replaced', 'new']).optional().catch(undefined), page: z.coerce.number().int().min(1).max(100_000).catch(1) })
type ReportQuery = z.output<typeof reportQuery>

const open = { config: { access: 'public' as const } }
const makersOnly = { config: { access: { may: 'imports.withdraw' } } }

export function importRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store } = house

  app.get('/imports', { ...open, schema: { querystring: listQuery } }, async ({ actor, query: { before } }, reply) => {
    const { rows, names } = await store.read(actor, async (db) => ({ rows: await imports(db, listed + 1, before), names: await organisationNames(db) }))
    const shown = rows.slice(0, listed)
    const last = shown.at(-1)
    return reply.page('slices/indicators/views/imports.njk', {
      title: 'Imports',
      breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Imports' }],
      mayMake: mayMake(actor),
      isEmpty: shown.length === 0 && before === undefined,
      table: importsTable(shown, names, actor),
      files: downloadsOf('every import', '/imports'),
      newestHref: before === undefined ? null : '/imports',
      olderHref: rows.length > listed && last ? `/imports?before=${last.id}` : null,
    })
  })

  app.get('/imports/:id', { ...open, schema: { params, querystring: reportQuery } }, async (request, reply) =>
    showImport(reply, house, request.actor, request.params.id, request.query))

  app.get('/imports/:id/withdraw', { ...makersOnly, schema: { params } }, async (request, reply) =>
    showWithdraw(reply, house, request, request.params.id, blankForm(withdrawForm)))

  app.post('/imports/:id/withdraw', { ...makersOnly, schema: { params } }, async (request, reply) => {
    const { actor, params: { id } } = request
    refuseUnlessTheirs(actor, await store.read(actor, (db) => importById(db, id)))
    const form = readForm(withdrawForm, request.body)
    if (form.faults) return showWithdraw(reply.code(422), house, request, id, refusedForm(form))
    const done = await store.change(actor, 'imports.withdraw', (trx) => withdrawImport(trx, actor, id, form.values.why))
    return reply.notice(done.explanation.join(' ')).redirect(importAddress(id), 303)
  })
}

const mayMake = (actor: Actor) => organisationsWith(actor, makers).length > 0

/** Those who may import for the organisation that brought a file in may take it back. What the command line brought, the command line takes back. */
function mayWithdraw(actor: Actor, made: Pick<OneImport, 'brought_by' | 'withdrawn_at' | 'produces'>): boolean {
  if (made.withdrawn_at || made.produces === 'authorities') return false
  return organisationsWith(actor, makers).some(({ organisation }) => organisation === made.brought_by)
}

function refuseUnlessTheirs(actor: Actor, made: OneImport): void {
  if (made.withdrawn_at) throw conflict(`Import ${made.id} has been withdrawn already.`)
  if (made.produces === 'authorities') throw conflict('An import of authorities cannot be withdrawn, because figures and groups rest on the register. Import a corrected register instead.')
  if (!mayWithdraw(actor, made)) throw notAllowed('You can see this import, but only those who may import for the organisation that brought it in can withdraw it. One that came by the command line is withdrawn there.')
}

async function showImport(reply: FastifyReply, house: House, actor: Actor, id: number, asked: ReportQuery): Promise<FastifyReply> {
  const found = await house.store.read(actor, async (db) => {
    const made = await importById(db, id)
    const counts = await changeCounts(db, id)
    const show = asked.show ?? (counts.replaced > 0 ? 'replaced' as const : 'new' as const)
    const names = await organisationNames(db)
    return {
      made, counts, show,
      organisation: made.organisation === null ? null : (names.get(made.organisation)?.name ?? 'an organisation'),
      recipeHref: await recipeHrefOf(db, made, names),
      warnings: await firstWarnings(db, id, warningsEach),
      measures: await measuresOf(db, id, measuresShown),
      changes: await changeLines(db, id, { limit: changesShown, offset: (asked.page - 1) * changesShown, only: show }),
    }
  })
  return reply.page('slices/indicators/views/import.njk', { title: `Import ${id}`, section: 'Imports', breadcrumbs: crumbs({ text: `Import ${id}` }), ...importView(found, actor, asked.page) })
}

type Found = {
  made: OneImport; counts: { replaced: number; fresh: number }; show: 'replaced' | 'new'; organisation: string | null; recipeHref: string | null
  warnings: Awaited<ReturnType<typeof firstWarnings>>; measures: Awaited<ReturnType<typeof measuresOf>>; changes: ChangeLine[]
}

function importView({ made, counts, show, organisation, recipeHref, warnings, measures, changes }: Found, actor: Actor, page: number) {
  const produces = made.produces as Recipe['produces']
  const found = wholeCounts(made.counts)
  const total = show === 'replaced' ? counts.replaced : counts.fresh
  const pages = paginationOf({ page, size: changesShown, total, hrefOf: (number) => `${importAddress(made.id)}?show=${show}&page=${number}#changes` })
  const what = show === 'replaced' ? 'Figures that replaced earlier ones' : 'Figures that were new'
  return {
    address: importAddress(made.id),
    fileName: made.file_name,
    lead: countsSentence(found, produces, 'did'),
    withdrawn: withdrawnSentence(made, actor),
    mayWithdraw: mayWithdraw(actor, made),
    facts: importFacts(made, organisation, recipeHref, actor),
    recipeJson: JSON.stringify(made.recipe, null, 2),
    others: otherCounts(found, produces),
    warnings: warningGroups(found.warnings, (check) => warnings.filter((warning) => warning.check_name === check)),
    warningColumns,
    warningFiles: downloadsOf('all warnings', `${importAddress(made.id)}/warnings`),
    changeFiles: downloadsOf('the whole change list', `${importAddress(made.id)}/changes`),
    measures: measuresTable(measures),
    hasFigures: produces === 'observations',
    replaced: formatCount(counts.replaced),
    fresh: formatCount(counts.fresh),
    show,
    changes: changesTable(changes, total === 0 ? what : `${what}: ${pages.range}`),
    pages,
  }
}

/** The recipe's page, where it still is what was used by name; the page of the import holds the recipe as it was used. */
async function recipeHrefOf(db: Reader, made: OneImport, names: ReadonlyMap<number, { slug: string }>): Promise<string | null> {
  if (readyRecipeNames().includes(made.recipe_name)) return recipeAddress(made.recipe_name, null)
  const saved = await db.selectFrom('indicators.saved_recipe').select('organisation').where('name', '=', made.recipe_name).executeTakeFirst()
  const owner = saved ? names.get(saved.organisation) : undefined
  return owner ? recipeAddress(made.recipe_name, owner) : null
}

/** Changes with how each measure shows its figures. */
async function changeLines(db: Reader, id: number, page: { limit: number; offset: number; only: 'replaced' | 'new' }): Promise<ChangeLine[]> {
  const rows = await changesOf(db, id, page)
  const codes = [...new Set(rows.map((row) => row.measure))]
  if (codes.length === 0) return []
  const shown = await db.selectFrom('indicators.measure_version as v').innerJoin('indicators.measure as m', 'm.id', 'v.measure')
    .select(['m.code', 'v.title', 'v.prefix', 'v.suffix', 'v.display_factor', 'v.decimals', 'v.scale'])
    .where('m.code', 'in', codes).where('v.known_to', '=', sql<Date>`'infinity'`).execute()
  const byCode = new Map(shown.map(({ code, ...format }) => [code, format]))
  const plain = { prefix: '', suffix: '', display_factor: '1', decimals: 0, scale: null }
  return rows.map((row) => ({ ...row, ...(byCode.get(row.measure) ?? { title: row.measure, ...plain }) }))
}

async function showWithdraw(reply: FastifyReply, house: House, { actor }: FastifyRequest, id: number, form: FormView): Promise<FastifyReply> {
  const { made, would, again } = await house.store.read(actor, async (db) => ({
    made: await importById(db, id), would: await wouldReturn(db, id), again: againAfterwards(await laterUnchanged(db, id)),
  }))
  refuseUnlessTheirs(actor, made)
  return reply.page('slices/indicators/views/withdraw.njk', {
    title: `Withdraw import ${id}`,
    section: 'Imports',
    breadcrumbs: crumbs({ text: `Import ${id}`, href: importAddress(id) }, { text: 'Withdraw' }),
    address: importAddress(id),
    fileName: made.file_name,
    sentences: [...withdrawalSentences(made.produces, would), ...(again ? [again] : [])],
    form,
    errorSummary: form.errorSummary,
  })
}
