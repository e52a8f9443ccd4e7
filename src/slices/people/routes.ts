import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { organisationsWith, type Actor } from '#kernel/access/actor.ts'
import { downloadsOf } from '#kernel/exports/index.ts'
import { blankForm, readForm, refusedForm, type FormView } from '#kernel/forms/index.ts'
import { notFound } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { administered, administrator, personAt, personParams, unlessRefused } from './administering.ts'
import { changeRoles, unlock } from './commands.ts'
import { rolesForm } from './forms.ts'
import { grantRoutes } from './grant-routes.ts'
import { helpRoutes } from './help.ts'
import { invitationRoutes, writtenTo } from './joining/invitation-routes.ts'
import { openInvitations } from './joining/invitations.ts'
import { makeResetLink } from './joining/password-reset.ts'
import { passwordResetRoutes } from './joining/reset-routes.ts'
import { pastRoles, presentRoles } from './leaving/leaving.ts'
import { reviewRoutes } from './leaving/review-routes.ts'
import { leavingRoutes } from './leaving/routes.ts'
import { letterRoutes } from './letters/routes.ts'
import { crumbs, grantRows, invitationRows, organisationAddress, organisationRows, personAddress, personRows, roleBoxes, roleHistory, stateOf } from './pages.ts'
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
import { codeRoutes } from './sign-in/code-routes.ts'
import { signInRoutes } from './sign-in/routes.ts'
import { tokenRoutes } from './tokens/routes.ts'
import { tokenItem, tokensOf } from './tokens/tokens.ts'
import { trailRoutes } from './trail/routes.ts'

const access = { may: 'people.administer' }
/** What somebody confirms who gives the role that can give all others. */
const makeAdministrator = 'make somebody administrator'

const organisationParams = z.object({ slug: z.string() })

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
  passwordResetRoutes(app, house)
  invitationRoutes(app, house)
  leavingRoutes(app, house)
  reviewRoutes(app, house)
  tokenRoutes(app, house)
  letterRoutes(app, house)
  grantRoutes(app, house)
  helpRoutes(app)
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
    const found = await store.read(actor, async (db) => ({
      people: await peopleOf(db, organisation.id), grants: await grantsBy(db, organisation.id), invitations: await openInvitations(db, organisation.id),
    }))
    const locked = await lockedAmong(house, found.people.map(({ email }) => email))
    return reply.page('slices/people/views/organisation.njk', {
      title: organisation.name,
      section: 'People',
      breadcrumbs: crumbs(organisation),
      organisation,
      address: organisationAddress(organisation.slug),
      kind: kindWords[organisation.kind],
      people: personRows(organisation, found.people, locked),
      files: downloadsOf('this list of people', `${organisationAddress(organisation.slug)}/people`),
      grants: grantRows(organisation, found.grants),
      invitations: invitationRows(found.invitations, house.now(), house.config.mail.carrier === 'outbox'),
    })
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
      : await unlessRefused(() => store.change(actor, 'people.change-roles', (trx) => changeRoles(trx, organisation, params.account, form.values.roles, house.now())))
    if ('faults' in changed) {
      const person = await personAt(house, actor, organisation, params.account)
      return showPerson(reply.code(422), house, actor, organisation, person, refusedForm({ faults: changed.faults, typed: form.typed ?? form.values ?? {} }))
    }
    const stays = changed.done.length > 0
    return reply.notice(`The roles are now: ${rolesInWords(changed.done)}.`)
      .redirect(stays ? personAddress(organisation.slug, params.account) : organisationAddress(organisation.slug), 303)
  })

  app.post(`${address}/unlock`, options, async ({ actor, params }, reply) => {
    const organisation = await administered(house, actor, params.slug)
    const email = await store.change(actor, 'people.unlock', (trx) => unlock(trx, organisation, params.account))
    await forgetFailures(house, email)
    return reply.notice('They can try to sign in again at once.').redirect(personAddress(organisation.slug, params.account), 303)
  })

  app.post(`${address}/reset-link`, options, async ({ actor, params }, reply) => {
    const organisation = await administered(house, actor, params.slug)
    const person = await personAt(house, actor, organisation, params.account)
    if (person.home !== organisation.id || !person.active) throw notFound('Nobody here looks after this account, or it is not active.')
    await store.change(actor, 'people.send-reset', (trx) => makeResetLink(trx, house, { ...person, id: person.account, organisation: organisation.id }, administrator(actor)))
    return reply.notice(writtenTo(house, person.name)).redirect(personAddress(organisation.slug, params.account), 303)
  })
}

async function showPerson(reply: FastifyReply, house: House, actor: Actor, organisation: Organisation, person: OrganisationPerson, form: FormView = blankForm(rolesForm, { roles: person.roles })): Promise<FastifyReply> {
  const isLocked = (await lockedAmong(house, [person.email])).has(person.email)
  const found = await house.store.read(actor, async (db) => ({
    present: await presentRoles(db, person.account, organisation.id),
    past: await pastRoles(db, person.account, organisation.id),
    tokens: await tokensOf(db, person.account),
  }))
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
    history: roleHistory(found.present, found.past),
    tokens: found.tokens.map((token) => tokenItem(token, house.now())),
    boxes: roleBoxes(organisation, person.roles, [form.typed.roles ?? []].flat()),
    form,
    errorSummary: form.errorSummary,
    isLocked,
    hasSecondFactor: await house.store.read(actor, (db) => hasSecondFactor(db, person.account)),
    isLookedAfterHere: person.home === organisation.id,
    hasPasswords: house.config.signIn.passwords,
  })
}
