import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { organisationsWith, type Actor } from '#kernel/access/actor.ts'
import { blankForm, readForm, refusedForm, type FormView } from '#kernel/forms/index.ts'
import { notFound } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { administered, unlessRefused } from './administering.ts'
import { addAccount, changeRoles, deactivate, reactivate, setOneTimePassword, unlock } from './commands.ts'
import { personForm, rolesForm } from './forms.ts'
import { grantRoutes } from './grant-routes.ts'
import { crumbs, grantRows, organisationAddress, organisationRows, personAddress, personRows, roleBoxes, stateOf } from './pages.ts'
import { grantsBy, peopleCounts, peopleOf, type Organisation, type OrganisationPerson } from './queries.ts'
import { linkRoutes } from './oidc/link-routes.ts'
import { providerRoutes } from './oidc/routes.ts'
import { kindWords, rolesInWords } from './rules.ts'
import { hasSecondFactor } from './second-factor/queries.ts'
import { resetRoutes } from './second-factor/reset-routes.ts'
import { secondFactorRoutes } from './second-factor/routes.ts'
import { confirmed } from './sign-in/confirm.ts'
import { accountRoutes } from './sign-in/account-routes.ts'
import { forgetFailures, lockedAmong } from './sign-in/attempts.ts'
import { hashPassword, oneTimePassword } from './sign-in/passwords.ts'
import { codeRoutes } from './sign-in/code-routes.ts'
import { signInRoutes } from './sign-in/routes.ts'
import { trailRoutes } from './trail/routes.ts'

const access = { may: 'people.administer' }
/** What somebody confirms who gives the role that can give all others. */
const makeAdministrator = 'make somebody administrator'

const organisationParams = z.object({ slug: z.string() })
const personParams = z.object({ slug: z.string(), account: z.coerce.number().int().positive().max(2 ** 31 - 1) })

export function routes(app: FastifyInstance, house: House): void {
  signInRoutes(app, house)
  codeRoutes(app, house)
  providerRoutes(app, house)
  accountRoutes(app, house)
  secondFactorRoutes(app, house)
  linkRoutes(app, house)
  organisationRoutes(app, house)
  personRoutes(app, house)
  resetRoutes(app, house)
  grantRoutes(app, house)
  trailRoutes(app, house)
}

function organisationRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store } = house

  app.get('/people', { config: { access } }, async ({ actor }, reply) => {
    const administered = organisationsWith(actor, ['administrator'])
    const counts = await store.read(actor, (db) => peopleCounts(db, administered.map((m) => m.organisation)))
    return reply.page('slices/people/views/people.njk', { title: 'People', breadcrumbs: crumbs(null), rows: organisationRows(administered, counts) })
  })

  app.get('/people/organisations/:slug', { config: { access }, schema: { params: organisationParams } }, async ({ actor, params }, reply) => {
    const organisation = await administered(house, actor, params.slug)
    const found = await store.read(actor, async (db) => ({ people: await peopleOf(db, organisation.id), grants: await grantsBy(db, organisation.id) }))
    const locked = await lockedAmong(house, found.people.map(({ email }) => email))
    return reply.page('slices/people/views/organisation.njk', {
      title: organisation.name,
      section: 'People',
      breadcrumbs: crumbs(organisation),
      organisation,
      address: organisationAddress(organisation.slug),
      kind: kindWords[organisation.kind],
      people: personRows(organisation, found.people, locked),
      grants: grantRows(organisation, found.grants),
    })
  })

  app.get('/people/organisations/:slug/add', { config: { access }, schema: { params: organisationParams } }, async ({ actor, params }, reply) =>
    showPersonForm(reply, await administered(house, actor, params.slug), blankForm(personForm)))

  app.post('/people/organisations/:slug/add', { config: { access }, schema: { params: organisationParams } }, async (request, reply) => {
    const { actor, params, body } = request
    const organisation = await administered(house, actor, params.slug)
    const form = readForm(personForm, body)
    if (form.faults) return showPersonForm(reply.code(422), organisation, refusedForm(form))
    if (form.values.roles.includes('administrator')) {
      if (!(await confirmed(house, request, reply, { what: makeAdministrator, back: `${organisationAddress(organisation.slug)}/add` }))) return reply
    }
    const password = oneTimePassword()
    const hash = await hashPassword(password)
    const added = await unlessRefused(() =>
      store.change(actor, 'people.add-account', (trx) => addAccount(trx, { organisation, ...form.values, hash, mustChange: true, now: house.now() })))
    if ('faults' in added) return showPersonForm(reply.code(422), organisation, refusedForm({ faults: added.faults, typed: form.values }))
    return showOnce(reply, organisation, { account: added.done, ...form.values, password, isNew: true })
  })
}

function personRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store } = house
  const address = '/people/organisations/:slug/people/:account'
  const options = { config: { access }, schema: { params: personParams } }

  app.get(address, options, async ({ actor, params }, reply) => {
    const organisation = await administered(house, actor, params.slug)
    return showPerson(reply, house, actor, organisation, await personAt(house, actor, organisation, params.account))
  })

  app.post(`${address}/roles`, options, async (request, reply) => {
    const { actor, params, body } = request
    const organisation = await administered(house, actor, params.slug)
    const form = readForm(rolesForm, body)
    if (form.values?.roles.includes('administrator')) {
      const before = await personAt(house, actor, organisation, params.account)
      const isNew = !before.roles.includes('administrator')
      if (isNew && !(await confirmed(house, request, reply, { what: makeAdministrator, back: personAddress(organisation.slug, params.account) }))) return reply
    }
    const changed = form.faults
      ? { faults: form.faults }
      : await unlessRefused(() => store.change(actor, 'people.change-roles', (trx) => changeRoles(trx, organisation, params.account, form.values.roles)))
    if ('faults' in changed) {
      const person = await personAt(house, actor, organisation, params.account)
      return showPerson(reply.code(422), house, actor, organisation, person, refusedForm({ faults: changed.faults, typed: form.typed ?? form.values ?? {} }))
    }
    const stays = changed.done.length > 0
    return reply.notice(`The roles are now: ${rolesInWords(changed.done)}.`)
      .redirect(stays ? personAddress(organisation.slug, params.account) : organisationAddress(organisation.slug), 303)
  })

  app.post(`${address}/deactivate`, options, async ({ actor, params }, reply) => {
    const organisation = await administered(house, actor, params.slug)
    const by = actor.kind === 'person' ? actor.account : null
    await store.change(actor, 'people.deactivate', (trx) => deactivate(trx, organisation, params.account, by))
    return reply.notice('The account is deactivated, and its sessions have ended.').redirect(personAddress(organisation.slug, params.account), 303)
  })

  app.post(`${address}/reactivate`, options, async ({ actor, params }, reply) => {
    const organisation = await administered(house, actor, params.slug)
    await store.change(actor, 'people.reactivate', (trx) => reactivate(trx, organisation, params.account))
    return reply.notice('The account is active again.').redirect(personAddress(organisation.slug, params.account), 303)
  })

  app.post(`${address}/unlock`, options, async ({ actor, params }, reply) => {
    const organisation = await administered(house, actor, params.slug)
    const email = await store.change(actor, 'people.unlock', (trx) => unlock(trx, organisation, params.account))
    await forgetFailures(house, email)
    return reply.notice('They can try to sign in again at once.').redirect(personAddress(organisation.slug, params.account), 303)
  })

  app.post(`${address}/password`, options, async ({ actor, params }, reply) => {
    const organisation = await administered(house, actor, params.slug)
    const password = oneTimePassword()
    const hash = await hashPassword(password)
    const person = await store.change(actor, 'people.set-password', (trx) => setOneTimePassword(trx, organisation, params.account, { hash, now: house.now() }))
    await forgetFailures(house, person.email)
    return showOnce(reply, organisation, { ...person, password, isNew: false })
  })
}

async function personAt({ store }: House, actor: Actor, organisation: Organisation, account: number): Promise<OrganisationPerson> {
  const [person] = await store.read(actor, (db) => peopleOf(db, organisation.id, account))
  if (!person) throw notFound('There is no such person in this organisation.')
  return person
}

function showPersonForm(reply: FastifyReply, organisation: Organisation, form: FormView): FastifyReply {
  return reply.page('slices/people/views/add-person.njk', {
    title: 'Add a person',
    section: organisation.name,
    breadcrumbs: crumbs(organisation, 'Add a person'),
    organisation,
    action: `${organisationAddress(organisation.slug)}/add`,
    boxes: roleBoxes(organisation, [], [form.typed.roles ?? []].flat()),
    form,
    errorSummary: form.errorSummary,
  })
}

/** A password is on this page and nowhere else: the page is not kept by the browser, and asking again makes another. */
function showOnce(reply: FastifyReply, organisation: Organisation, shown: { account: number; name: string; email: string; password: string; isNew: boolean }): FastifyReply {
  return reply.header('cache-control', 'no-store').page('slices/people/views/one-time-password.njk', {
    title: 'One-time password',
    section: organisation.name,
    breadcrumbs: crumbs(organisation, 'One-time password'),
    personHref: personAddress(organisation.slug, shown.account),
    ...shown,
  })
}

async function showPerson(reply: FastifyReply, house: House, actor: Actor, organisation: Organisation, person: OrganisationPerson, form: FormView = blankForm(rolesForm, { roles: person.roles })): Promise<FastifyReply> {
  const isLocked = (await lockedAmong(house, [person.email])).has(person.email)
  return reply.page('slices/people/views/person.njk', {
    title: person.name,
    section: organisation.name,
    breadcrumbs: crumbs(organisation, person.name),
    organisation,
    person,
    address: personAddress(organisation.slug, person.account),
    details: [
      { term: 'Email address', text: person.email },
      { term: 'Roles', text: rolesInWords(person.roles) },
      { term: 'Account', text: stateOf(organisation, person, isLocked).join('; ') },
    ],
    boxes: roleBoxes(organisation, person.roles, [form.typed.roles ?? []].flat()),
    form,
    errorSummary: form.errorSummary,
    isLocked,
    hasSecondFactor: await house.store.read(actor, (db) => hasSecondFactor(db, person.account)),
    isLookedAfterHere: person.home === organisation.id,
  })
}
