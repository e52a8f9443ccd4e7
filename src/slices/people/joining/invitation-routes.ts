import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Actor } from '#kernel/access/actor.ts'
import { blankForm, readForm, refusedForm, type FormView, type Typed } from '#kernel/forms/index.ts'
import { notAllowed } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { administered, administrator, unlessRefused } from '../administering.ts'
import { inviteForm } from '../forms.ts'
import { crumbs, organisationAddress, roleBoxes } from '../pages.ts'
import type { Organisation } from '../queries.ts'
import { rolesInWords } from '../rules.ts'
import { confirmed } from '../sign-in/confirm.ts'
import { withoutPasswords } from '../sign-in/forms.ts'
import { hashPassword } from '../sign-in/passwords.ts'
import { faultOfPassword, shortestPassword } from '../sign-in/rules.ts'
import { acceptForm } from './forms.ts'
import { acceptAsNew, acceptWith, invitationBehind, invite, sendAgain, withdraw, type OpenedInvitation } from './invitations.ts'
import { hidden } from './reset-routes.ts'

const access = { may: 'people.administer' }
const params = z.object({ slug: z.string() })
const invitationParams = z.object({ slug: z.string(), invitation: z.coerce.number().int().positive().max(2 ** 31 - 1) })
const linkQuery = z.object({ link: z.string().max(200).catch('') })

/** Inviting people, and accepting. */
export function invitationRoutes(app: FastifyInstance, house: House): void {
  invitingRoutes(app, house)
  acceptingRoutes(app, house)
}

function invitingRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store } = house

  app.get('/people/organisations/:slug/invite', { config: { access }, schema: { params } }, async (request, reply) =>
    showInviteForm(reply, house, await administered(house, request.actor, request.params.slug), blankForm(inviteForm)))

  app.post('/people/organisations/:slug/invite', { config: { access }, schema: { params } }, async (request, reply) => {
    const { actor, params: { slug }, body } = request
    const organisation = await administered(house, actor, slug)
    const form = readForm(inviteForm, body)
    if (form.faults) return showInviteForm(reply.code(422), house, organisation, refusedForm(form))
    const { email, roles } = form.values
    if (roles.includes('administrator') && !(await confirmed(house, request, reply, { what: 'invite an administrator', back: `${organisationAddress(slug)}/invite` }))) return reply
    const invited = await unlessRefused(() => store.change(actor, 'people.invite', (trx) => invite(trx, house, { organisation, email, roles }, administrator(actor))))
    if ('faults' in invited) return showInviteForm(reply.code(422), house, organisation, refusedForm({ faults: invited.faults, typed: { email, roles: [...roles] } }))
    return reply.notice(writtenTo(house, email)).redirect(organisationAddress(slug), 303)
  })

  app.post('/people/organisations/:slug/invitations/:invitation/again', { config: { access }, schema: { params: invitationParams } }, async ({ actor, params: { slug, invitation } }, reply) => {
    const organisation = await administered(house, actor, slug)
    await store.change(actor, 'people.invite-again', (trx) => sendAgain(trx, house, organisation, invitation, administrator(actor)))
    return reply.notice(writtenTo(house, 'them')).redirect(organisationAddress(slug), 303)
  })

  app.post('/people/organisations/:slug/invitations/:invitation/withdraw', { config: { access }, schema: { params: invitationParams } }, async ({ actor, params: { slug, invitation } }, reply) => {
    const organisation = await administered(house, actor, slug)
    await store.change(actor, 'people.withdraw-invitation', (trx) => withdraw(trx, organisation, invitation, house.now()))
    return reply.notice('The invitation is withdrawn. Its link opens nothing any more.').redirect(organisationAddress(slug), 303)
  })
}

/** What is said after a letter was written: who brings it, or that an administrator has to. */
export function writtenTo({ config }: Pick<House, 'config'>, whom: string): string {
  return config.mail.carrier === 'outbox'
    ? `The letter to ${whom} is in the outbox, because this installation sends no mail. Open it there and pass on the link.`
    : `A letter to ${whom} is on its way.`
}

function acceptingRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()

  // Looking changes nothing: programs that check mail for dangerous links open every one of them.
  app.get('/invitation', { config: { access: 'public' }, schema: { querystring: linkQuery } }, async ({ actor, query: { link } }, reply) => {
    const invitation = await invitationBehind(house, link)
    return invitation ? showInvitation(reply, house, actor, invitation, link) : showOver(reply)
  })

  app.post('/invitation', { config: { access: 'public' } }, async ({ actor, body }, reply) => {
    const form = readForm(acceptForm, body)
    const typed: Typed = form.typed ?? form.values ?? {}
    const link = String(typed.link ?? '')
    const invitation = await invitationBehind(house, link)
    if (!invitation) return showOver(reply)
    if (invitation.account !== null) return acceptAs(actor, invitation)
    if (form.faults) return showInvitation(reply.code(422), house, actor, invitation, link, refusedForm(form))
    const { name, fresh } = form.values
    const fault = faultOfPassword(fresh, { email: invitation.email, name, organisation: invitation.organisation.name })
    if (fault) return showInvitation(reply.code(422), house, actor, invitation, link, refusedForm({ faults: [{ field: 'fresh', message: fault }], typed }))
    const hash = await hashPassword(fresh)
    const made = await unlessRefused(() => acceptAsNew(house, invitation, { name, hash }))
    if ('faults' in made) return showOver(reply)
    return reply.notice('Your account is ready. Sign in with your email address and the password you chose.').redirect('/sign-in', 303)

    async function acceptAs(person: Actor, opened: OpenedInvitation): Promise<FastifyReply> {
      if (person.kind !== 'person' || person.account !== opened.account) throw notAllowed('Sign in with the account that was invited, then open the link again.')
      await acceptWith(house, opened, person)
      return reply.notice(`You are now ${rolesInWords(opened.roles)} in ${opened.organisation.name}.`).redirect('/account', 303)
    }
  })
}

function showInviteForm(reply: FastifyReply, house: House, organisation: Organisation, form: FormView): FastifyReply {
  return reply.page('slices/people/views/invite.njk', {
    title: 'Invite a person',
    section: organisation.name,
    breadcrumbs: crumbs(organisation, 'Invite a person'),
    organisation,
    action: `${organisationAddress(organisation.slug)}/invite`,
    boxes: roleBoxes(organisation, [], [form.typed.roles ?? []].flat()),
    outbox: house.config.mail.carrier === 'outbox',
    provider: house.config.signIn.provider?.label ?? null,
    form,
    errorSummary: form.errorSummary,
  })
}

function showInvitation(reply: FastifyReply, house: House, actor: Actor, invitation: OpenedInvitation, link: string, form: FormView = blankForm(acceptForm, { link })): FastifyReply {
  const { account, active, organisation, email, roles, by } = invitation
  const { provider } = house.config.signIn
  const back = `/invitation?link=${link}`
  const isThem = actor.kind === 'person' && actor.account === account
  return hidden(reply).page('slices/people/views/invitation.njk', {
    title: `Invitation to ${organisation.name}`,
    breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Invitation' }],
    hasSecretAddress: true,
    organisation,
    by: by ?? `An administrator of ${organisation.name}`,
    roles: rolesInWords(roles),
    email,
    // What can be done about it: make an account, accept with the one there is, sign in first, or nothing.
    step: account === null ? (house.config.signIn.passwords ? 'join' : 'provider') : active === false ? 'closed' : isThem ? 'accept' : actor.kind === 'person' ? 'other' : 'sign-in',
    signInHref: `/sign-in?next=${encodeURIComponent(back)}`,
    provider: provider && { label: provider.label, href: `/sign-in/provider?invitation=${encodeURIComponent(link)}&next=${encodeURIComponent(account === null ? '/' : back)}` },
    link,
    form: withoutPasswords(form),
    errorSummary: form.errorSummary,
    shortest: shortestPassword,
  })
}

function showOver(reply: FastifyReply): FastifyReply {
  return hidden(reply.code(404)).page('slices/people/views/link-over.njk', {
    title: 'This invitation does not work any more', breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Invitation' }], hasSecretAddress: true, again: null,
    why: 'An invitation works once, for seven days, until it is withdrawn or sent again. If you have not accepted it yet, ask whoever invited you to send it again: the latest letter has the link that works.',
  })
}
