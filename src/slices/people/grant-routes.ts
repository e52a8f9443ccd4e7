import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Actor } from '#kernel/access/actor.ts'
import { blankForm, readForm, refusedForm, type FormView } from '#kernel/forms/index.ts'
import { refused } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { administered, unlessRefused } from './administering.ts'
import { grantForm } from './forms.ts'
import { endGrant, giveGrant } from './grants.ts'
import { crumbs, organisationAddress } from './pages.ts'
import { accountByEmail, type Organisation } from './queries.ts'

const access = { may: 'people.administer' }
const params = z.object({ slug: z.string() })
const grantParams = z.object({ slug: z.string(), grant: z.coerce.number().int().positive().max(2 ** 31 - 1) })

/** Letting somebody of another organisation see something of this one. */
export function grantRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store } = house

  app.get('/people/organisations/:slug/grants/new', { config: { access }, schema: { params } }, async (request, reply) =>
    showGrantForm(reply, await administered(house, request.actor, request.params.slug), blankForm(grantForm)))

  app.post('/people/organisations/:slug/grants/new', { config: { access }, schema: { params } }, async ({ actor, params: { slug }, body }, reply) => {
    const organisation = await administered(house, actor, slug)
    const form = readForm(grantForm, body)
    if (form.faults) return showGrantForm(reply.code(422), organisation, refusedForm(form))
    const { email, subject, why } = form.values
    const id = subject === 'organisation' ? organisation.id : Number(form.values.number)
    const given = await unlessRefused(async () => {
      const to = await accountAnywhere(house, email)
      const by = actor.kind === 'person' ? actor.account : null
      return store.change(actor, 'people.give-grant', (trx) => giveGrant(trx, { organisation, to, subject, id, why, by }))
    })
    if ('faults' in given) return showGrantForm(reply.code(422), organisation, refusedForm({ faults: given.faults, typed: form.values }))
    return reply.notice('They can see it from their next page on.').redirect(organisationAddress(slug), 303)
  })

  app.post('/people/organisations/:slug/grants/:grant/end', { config: { access }, schema: { params: grantParams } }, async ({ actor, params: { slug, grant } }, reply) => {
    const organisation = await administered(house, actor, slug)
    await store.change(actor, 'people.end-grant', (trx) => endGrant(trx, organisation, grant, house.now()))
    return reply.notice('They can no longer see it.').redirect(organisationAddress(slug), 303)
  })
}

/**
 * An administrator cannot see accounts of other organisations, and yet names one here by its address. Whether it exists is all they
 * learn before the grant is made; then they see the name.
 */
async function accountAnywhere({ store }: House, email: string): Promise<{ id: number; name: string }> {
  const directory: Actor = { kind: 'system', name: 'the directory of accounts' }
  const account = await store.read(directory, (db) => accountByEmail(db, email))
  if (account?.active) return account
  throw refused('Nothing was granted.', [{ field: 'email', message: 'Nobody has an account with this email address. Ask an administrator of their organisation to add them first.' }])
}

function showGrantForm(reply: FastifyReply, organisation: Organisation, form: FormView): FastifyReply {
  return reply.page('slices/people/views/grant.njk', {
    title: 'Let somebody see something',
    section: organisation.name,
    breadcrumbs: crumbs(organisation, 'Let somebody see something'),
    organisation,
    action: `${organisationAddress(organisation.slug)}/grants/new`,
    form,
    errorSummary: form.errorSummary,
  })
}
