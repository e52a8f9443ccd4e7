/** Pages of groups: which there are, who belongs to one, and making and changing the lists of an organisation. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { organisationsWith, type Actor, type Membership } from '#kernel/access/actor.ts'
import { downloadsOf } from '#kernel/exports/index.ts'
import { countOf, formatDate } from '#kernel/figures/index.ts'
import { blankForm, readForm, refusedForm, type FormView } from '#kernel/forms/index.ts'
import { notFound, Problem, type Fault } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { authorities, authorityByCode } from './authorities.ts'
import { groupChoices, resolveGroup, type GroupChoice } from './groups.ts'
import { answeredLines, faultsOfDoubt, lineFor, listForm, questionsAbout } from './list-form.ts'
import { addList, changeList, listBySlug, listMakers, listsOf, type HandPickedList } from './lists.ts'
import { authorityLookup } from './lookup.ts'
import { namedAuthorities, type DoubtfulLine } from './naming.ts'

const open = { config: { access: 'public' as const } }
const makersOnly = { config: { access: { may: 'lists.make' } } }
const named = { params: z.object({ group: z.string().max(200) }) }
const shown = { ...named, querystring: z.object({ authority: z.string().max(50).optional().catch(undefined) }) }

const owners = (actor: Actor): Membership[] => organisationsWith(actor, listMakers)
const ownerIds = (actor: Actor) => owners(actor).map(({ organisation }) => organisation)
const groupAddress = (address: string) => `/groups/${encodeURIComponent(address)}`
const listAddress = (slug: string) => groupAddress(`list:${slug}`)
const crumbs = (text?: string) => [{ text: 'Home', href: '/' }, ...(text === undefined ? [{ text: 'Groups' }] : [{ text: 'Groups', href: '/groups' }, { text }])]

export function groupRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store } = house

  app.get('/groups', open, async ({ actor }, reply) => {
    const { groups, own } = await store.read(actor, async (db) => ({ groups: await groupChoices(db), own: await listsOf(db, ownerIds(actor)) }))
    return reply.page('slices/places/views/groups.njk', {
      title: 'Groups',
      breadcrumbs: crumbs(),
      mayMake: owners(actor).length > 0,
      own: own.map(({ title, slug, owner }) => [{ text: title, href: listAddress(slug) }, { text: owner }, { text: `Change ${title}`, href: `${listAddress(slug)}/change` }]),
      sections: sectionsOf(groups),
      files: downloadsOf('every group', '/groups'),
    })
  })

  app.get('/groups/new', makersOnly, async (request, reply) =>
    showForm(request, reply, { form: blankForm(listForm, { organisation: owners(request.actor)[0]?.slug ?? '' }), doubtful: [], list: null }))

  app.post('/groups/new', makersOnly, async (request, reply) => keepList(request, reply, house, null))

  app.get('/groups/:group', { ...open, schema: shown }, async ({ actor, params, query }, reply) => {
    const today = dayOf(house.now())
    const found = await store.read(actor, async (db) => {
      const of = query.authority === undefined ? undefined : await authorityByCode(db, query.authority)
      return { group: await resolveGroup(db, { address: params.group, on: today, of }).catch(asNotFound), own: await listsOf(db, ownerIds(actor)) }
    })
    const { group, own } = found
    const isOwn = own.some(({ slug }) => group.address === `list:${slug}`)
    return reply.page('slices/places/views/group.njk', {
      title: group.title.slice(0, 1).toUpperCase() + group.title.slice(1),
      section: 'Groups',
      breadcrumbs: crumbs(group.title),
      address: group.address,
      by: [group.publisher, group.dated === null ? null : formatDate(group.dated)].filter((part) => part !== null).join(', '),
      files: downloadsOf(countOf(group.members.length, 'authority', 'authorities'), `${groupAddress(group.address)}/members${query.authority === undefined ? '' : `?authority=${encodeURIComponent(query.authority)}`}`),
      changeHref: isOwn ? `${groupAddress(group.address)}/change` : null,
      count: countOf(group.members.length, 'authority', 'authorities'),
      rows: group.members.map((one) => [{ text: one.known_name, href: `/authorities/${one.code}` }, { text: one.kind_title }, { text: one.code }]),
    })
  })

  app.get('/groups/:group/change', { ...makersOnly, schema: named }, async (request, reply) => {
    const { list, lines } = await store.read(request.actor, async (db) => {
      const known = await listBySlug(db, slugIn(request.params.group), ownerIds(request.actor))
      const members = await authorities(db).where('a.id', 'in', [...known.members]).orderBy('a.known_name').orderBy('a.code').execute()
      return { list: known, lines: members.map(lineFor) }
    })
    return showForm(request, reply, { form: blankForm(listForm, { name: list.title, members: lines.join('\n') }), doubtful: [], list })
  })

  app.post('/groups/:group/change', { ...makersOnly, schema: named }, async (request, reply) => {
    const list = await store.read(request.actor, (db) => listBySlug(db, slugIn(request.params.group), ownerIds(request.actor)))
    return keepList(request, reply, house, list)
  })
}

const dayOf = (moment: Date) => moment.toISOString().slice(0, 10)
const slugIn = (address: string) => address.replace(/^list:/, '')

/** A page at an address that means nothing, or nothing to this person, is not there. */
function asNotFound(cause: unknown): never {
  if (cause instanceof Problem && cause.code === 'refused') throw notFound(cause.message)
  throw cause
}

const sections = [
  { id: 'computed', heading: 'From the register', types: ['all', 'nation', 'region', 'kind', 'tier'], says: 'Who belongs to them follows from the register of authorities, on the last day of each period.' },
  { id: 'family', heading: 'Families', types: ['family'], says: 'Sorted by a publisher into groups of similar circumstances.' },
  { id: 'neighbours', heading: 'Nearest neighbours', types: ['neighbours'], says: 'Each authority has a list of its own, by a publisher’s model of likeness.' },
  { id: 'list', heading: 'Lists', types: ['list'], says: 'Picked by hand by an organisation, and seen by nobody else unless it allows that.' },
]

function sectionsOf(groups: readonly GroupChoice[]) {
  return sections.flatMap(({ id, heading, types, says }) => {
    const within = groups.filter(({ type }) => types.includes(type))
    const rows = within.map(({ address, title, type, members }) => [
      type === 'neighbours' ? { text: title } : { text: title, href: groupAddress(address) }, { text: address }, members === null ? { text: 'depends on the authority' } : { text: members },
    ])
    const columns = [{ text: 'Group' }, { text: 'Address' }, { text: 'Authorities', numeric: true }]
    return within.length === 0 ? [] : [{ heading, says, table: { id, caption: heading, captionHidden: true, narrow: 'cards' as const, columns, rows } }]
  })
}

/** Keeps a new list, or the one given as it is now typed; or shows the form again with what is not clear. */
async function keepList(request: FastifyRequest, reply: FastifyReply, { store, now }: House, list: HandPickedList | null): Promise<FastifyReply> {
  const { actor } = request
  const form = readForm(listForm, request.body)
  if (form.faults) return showForm(request, reply.code(422), { form: refusedForm(form), doubtful: [], list })
  const lines = answeredLines(form.values.members, form.values.meant)
  const typed = { ...form.values, members: lines.join('\n') }
  const { found, doubtful } = namedAuthorities(await store.read(actor, authorityLookup), lines, dayOf(now()))
  const refuse = (faults: Fault[]) => showForm(request, reply.code(422), { form: refusedForm({ faults, typed }), doubtful, list })
  if (doubtful.length > 0) return refuse(faultsOfDoubt(doubtful))
  const membership = owners(actor).find(({ slug, organisation }) => (list ? organisation === list.organisation : slug === form.values.organisation))
  if (!membership) return refuse([{ field: 'organisation', message: 'Choose the organisation whose list it is' }])
  const owner = { id: membership.organisation, slug: membership.slug, name: membership.name }
  const content = { title: form.values.name, members: found.map(({ id }) => id) }
  try {
    const kept = list
      ? await store.change(actor, 'places.change-list', async (trx) => changeList(trx, owner, await listBySlug(trx, list.slug, [owner.id]), content, now()))
      : await store.change(actor, 'places.add-list', (trx) => addList(trx, owner, content, now()))
    return await reply.notice(list ? 'The list is changed. Questions as known before are answered with the list as it was.' : 'The list is made. It can be chosen wherever authorities are compared.')
      .redirect(listAddress(kept.slug), 303)
  } catch (cause) {
    if (cause instanceof Problem && cause.code === 'refused') return refuse(cause.faults)
    throw cause
  }
}

interface FormPage {
  form: FormView
  doubtful: readonly DoubtfulLine[]
  /** Null: a new one. */
  list: HandPickedList | null
}

function showForm({ actor }: FastifyRequest, reply: FastifyReply, { form, doubtful, list }: FormPage): FastifyReply {
  const title = list ? `Change the list “${list.title}”` : 'Make a list of authorities'
  return reply.page('slices/places/views/list-form.njk', {
    title,
    section: 'Groups',
    breadcrumbs: crumbs(list ? 'Change a list' : title),
    action: list ? `${listAddress(list.slug)}/change` : '/groups/new',
    form,
    errorSummary: form.errorSummary,
    questions: questionsAbout(doubtful),
    organisations: list ? [] : owners(actor).map(({ slug, name }) => ({ value: slug, text: name })),
    button: list ? 'Change the list' : 'Make the list',
  })
}
