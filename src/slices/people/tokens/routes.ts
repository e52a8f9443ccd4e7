import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { choice, text, wholeNumber } from '#kernel/forms/fields.ts'
import { blankForm, readForm, refusedForm, type FormView } from '#kernel/forms/index.ts'
import { formatDate } from '#kernel/figures/index.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { administered, administrator, personAt, personParams, unlessRefused } from '../administering.ts'
import { personAddress } from '../pages.ts'
import { confirmed } from '../sign-in/confirm.ts'
import type { Person } from '../sign-in/sessions.ts'
import { telling } from '../telling.ts'
import { longestDays, newApiToken, scopes } from './rules.ts'
import { makeToken, revokeToken, tokenItem, tokensOf } from './tokens.ts'

const everywhere = 'all'
const tokenForm = z.object({
  name: text('Enter a name, such as the program that will use it', 100),
  scope: choice(scopes, 'Choose what the token may do'),
  organisation: z.string().regex(/^(all|\d{1,9})$/, 'Choose where the token works'),
  days: wholeNumber('Enter for how many days it should work', { least: 1, most: longestDays }),
})
const number = z.coerce.number().int().positive().max(2 ** 31 - 1)

/** Tokens by which programs ask in a person's name. */
export function tokenRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store, now } = house

  app.get('/account/tokens', { config: { access: 'signed-in' } }, async ({ actor }, reply) => {
    const person = administrator(actor)
    const tokens = await store.read(person, (db) => tokensOf(db, person.account))
    return reply.page('slices/people/views/tokens.njk', { title: 'Tokens for programs', breadcrumbs: crumbs('Tokens for programs'), tokens: tokens.map((token) => tokenItem(token, now())) })
  })

  app.get('/account/tokens/new', { config: { access: 'signed-in' } }, async ({ actor }, reply) =>
    showForm(reply, administrator(actor), blankForm(tokenForm, { scope: 'read', days: '90', organisation: firstOf(administrator(actor)) })))

  app.post('/account/tokens/new', { config: { access: 'signed-in' } }, async (request, reply) => {
    const { body } = request
    const person = administrator(request.actor)
    const form = readForm(tokenForm, body)
    if (form.faults) return showForm(reply.code(422), person, refusedForm(form))
    if (!(await confirmed(house, request, reply, { what: 'make a token', back: '/account/tokens/new' }))) return reply
    const { name, scope, days } = form.values
    const organisation = form.values.organisation === everywhere ? null : Number(form.values.organisation)
    const token = newApiToken()
    const made = await unlessRefused(() => store.change(person, 'people.make-token', telling(house, person.account, 'A token for programs was made in your name', (trx) => makeToken(trx, person, { token, name, scope, organisation, days, now: now() }))))
    if ('faults' in made) return showForm(reply.code(422), person, refusedForm({ faults: made.faults, typed: { ...form.values, days: String(days) } }))
    return reply.header('cache-control', 'no-store').page('slices/people/views/token-made.njk', {
      title: 'Your new token', breadcrumbs: crumbs('New token'), name, token, ends: formatDate(new Date(now().getTime() + days * 24 * 3_600_000)), base: house.config.baseUrl,
    })
  })

  app.post('/account/tokens/:token/revoke', { config: { access: 'signed-in' }, schema: { params: z.object({ token: number }) } }, async ({ actor, params }, reply) => {
    const person = administrator(actor)
    await store.change(person, 'people.revoke-token', (trx) => revokeToken(trx, person, params.token, now()))
    return reply.notice('The token is revoked. Programs that use it are refused from now on.').redirect('/account/tokens', 303)
  })

  app.post('/people/organisations/:slug/people/:account/tokens/:token/revoke', { config: { access: { may: 'people.administer' } }, schema: { params: personParams.extend({ token: number }) } }, async ({ actor, params }, reply) => {
    const organisation = await administered(house, actor, params.slug)
    const { account } = await personAt(house, actor, organisation, params.account)
    await store.change(actor, 'people.revoke-token', (trx) => revokeToken(trx, administrator(actor), params.token, now(), account))
    return reply.notice('The token is revoked. Programs that use it are refused from now on.').redirect(personAddress(params.slug, account), 303)
  })
}

const crumbs = (page: string) => [{ text: 'Home', href: '/' }, { text: 'Your account', href: '/account' }, { text: page }]
const firstOf = ({ memberships }: Person) => (memberships[0] ? String(memberships[0].organisation) : everywhere)

function showForm(reply: FastifyReply, person: Person, form: FormView): FastifyReply {
  return reply.page('slices/people/views/new-token.njk', {
    title: 'Make a token',
    breadcrumbs: [...crumbs('').slice(0, -1), { text: 'Tokens for programs', href: '/account/tokens' }, { text: 'Make a token' }],
    organisations: [
      ...person.memberships.map((m) => ({ value: String(m.organisation), text: `Only ${m.name}` })),
      { value: everywhere, text: 'Everything I can reach', hint: { text: 'Also what other organisations let you see.' } },
    ],
    longestDays,
    form,
    errorSummary: form.errorSummary,
  })
}
