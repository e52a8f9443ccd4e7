/** Watched sources: the list, adding, changing and stopping, one source with its log, and looking now. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Actor } from '#kernel/access/actor.ts'
import { internet, readAddress } from '#kernel/fetching/index.ts'
import { blankForm, readForm, refusedForm, type FormView } from '#kernel/forms/index.ts'
import { Problem, type Fault } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { recipeByValue, recipeOptions, whoseFault, whoseItems, whoseMeant } from '../pages/choosing.ts'
import { crumbs } from '../pages/addresses.ts'
import { personOf, type Person } from '../pages/person.ts'
import { sourceAddress } from './addresses.ts'
import { addSource, changeSource, stopSource, type SourceTerms } from './commands.ts'
import { sourceForm } from './forms.ts'
import { looksOf, mayChange, sourceById, theirs, waitingFile, watchedSources, type WatchedSource } from './queries.ts'
import { looksTable, sourceFacts, sourcesTable, waitingSentence } from './source-page.ts'
import { lookInFull } from './working.ts'

const access = { may: 'sources.watch' }
const params = z.object({ source: z.coerce.number().int().positive().max(2 ** 31 - 1) })
const listed = { text: 'Watched sources', href: '/sources' }
const looksShown = 50

export function sourceRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store, now } = house
  const find = (actor: Actor, id: number) => store.read(actor, (db) => sourceById(db, id))

  app.get('/sources', { config: { access } }, async ({ actor }, reply) => {
    const rows = await store.read(actor, watchedSources)
    return reply.page('slices/indicators/views/sources.njk', { title: 'Watched sources', section: 'Imports', breadcrumbs: crumbs({ text: listed.text }), table: sourcesTable(rows) })
  })

  app.get('/sources/new', { config: { access } }, (request, reply) =>
    showForm(request, reply, house, blankForm(sourceForm, { whose: whoseItems(request.actor).length === 2 ? '' : 'national', every: 'week' }), null))

  app.post('/sources/new', { config: { access } }, async (request, reply) => {
    const actor = personOf(request.actor)
    const read = await termsIn(house, actor, request.body, null)
    if ('refused' in read) return showForm(request, reply.code(422), house, read.refused, null)
    const id = await store.change(actor, 'sources.add', (trx) => addSource(trx, actor, read.terms, now()))
    return lookAndShow(reply, house, await find(actor, id))
  })

  app.get('/sources/:source', { config: { access }, schema: { params } }, async ({ actor, params: { source: id } }, reply) => {
    const { source, looks, waiting } = await store.read(actor, async (db) => {
      const found = await sourceById(db, id)
      return { source: found, looks: await looksOf(db, id, looksShown), waiting: await waitingFile(db, found) }
    })
    return reply.page('slices/indicators/views/source.njk', {
      title: source.name, section: 'Imports', breadcrumbs: crumbs(listed, { text: source.name }), address: sourceAddress(id), facts: sourceFacts(source),
      isWatched: !source.stopped_at, mayChange: mayChange(actor, source), waiting: waitingSentence(source, waiting), table: looksTable(looks),
    })
  })

  app.get('/sources/:source/change', { config: { access }, schema: { params } }, async (request, reply) => {
    const source = theirs(request.actor, await find(request.actor, request.params.source))
    const { name, address, recipe, every } = source
    return showForm(request, reply, house, blankForm(sourceForm, { name, address, recipe, every, whose: source.national ? 'national' : `of-${source.slug}` }), source)
  })

  app.post('/sources/:source/change', { config: { access }, schema: { params } }, async (request, reply) => {
    const actor = personOf(request.actor)
    const source = theirs(actor, await find(actor, request.params.source))
    const read = await termsIn(house, actor, request.body, source)
    if ('refused' in read) return showForm(request, reply.code(422), house, read.refused, source)
    const id = await store.change(actor, 'sources.change', (trx) => changeSource(trx, actor, source, read.terms))
    return lookAndShow(reply, house, await find(actor, id))
  })

  app.post('/sources/:source/look', { config: { access }, schema: { params } }, async (request, reply) =>
    lookAndShow(reply, house, theirs(request.actor, await find(request.actor, request.params.source))))

  app.post('/sources/:source/stop', { config: { access }, schema: { params } }, async (request, reply) => {
    const source = theirs(request.actor, await find(request.actor, request.params.source))
    await store.change(request.actor, 'sources.stop', (trx) => stopSource(trx, source, now()))
    return reply.notice(`${source.name} is no longer watched. What was imported from it stays.`).redirect('/sources', 303)
  })
}

/** Looks once in full, whatever was known before, and leads to what was found or to how far it is. */
async function lookAndShow(reply: FastifyReply, house: House, source: WatchedSource): Promise<FastifyReply> {
  const { id, state, outcome } = await lookInFull(house, source)
  if (state !== 'done' || !outcome) return reply.redirect(`/jobs/${id}`, 303)
  return reply.notice(outcome.says).redirect(sourceAddress(source.id), 303)
}

/** What a person settled, or the form with what to put right. A source that is there already stays with its organisation. */
async function termsIn(house: House, actor: Person, body: unknown, before: WatchedSource | null): Promise<{ terms: SourceTerms } | { refused: FormView }> {
  const form = readForm(sourceForm, body)
  if (form.faults) return { refused: refusedForm(form) }
  const { name, address, recipe, every } = form.values
  const whose = whoseMeant(actor, form.values.whose)
  const known = await house.store.read(actor, (db) => recipeByValue(db, recipe))
  const faults = [
    ...addressFaults(house, address),
    ...(whose ? whoseFault(known?.recipe ?? null, whose) : [{ field: 'whose', message: 'Choose whose figures these are' }]),
    ...(whose && before && !whose.national && whose.organisation !== before.organisation ? [{ field: 'whose', message: `This source belongs to ${before.organisation_name}. Stop watching it and add one for the other organisation` }] : []),
    ...(known ? [] : [{ field: 'recipe', message: 'Choose a recipe from the list' }]),
  ]
  if (faults.length > 0 || !whose) return { refused: refusedForm({ faults, typed: form.values }) }
  return { terms: { name, address, recipe, every, national: whose.national, organisation: before?.organisation ?? whose.organisation } }
}

/** What can be said of an address before asking it. */
function addressFaults({ config }: House, address: string): Fault[] {
  try {
    readAddress(address, { ...internet, domains: config.sourceDomains })
    return []
  } catch (cause) {
    if (cause instanceof Problem) return [{ field: 'address', message: cause.message }]
    throw cause
  }
}

async function showForm(request: FastifyRequest, reply: FastifyReply, house: House, form: FormView, source: WatchedSource | null): Promise<FastifyReply> {
  const title = source ? `Change how ${source.name} is watched` : 'Watch a source'
  return reply.page('slices/indicators/views/watch-source.njk', {
    title, section: 'Imports', form, errorSummary: form.errorSummary, isNew: source === null,
    breadcrumbs: source ? crumbs(listed, { text: source.name, href: sourceAddress(source.id) }, { text: 'Change' }) : crumbs(listed, { text: title }),
    address: source ? sourceAddress(source.id) : '/sources', action: source ? `${sourceAddress(source.id)}/change` : '/sources/new',
    whose: whoseItems(request.actor), recipes: await house.store.read(request.actor, (db) => recipeOptions(db)),
  })
}
