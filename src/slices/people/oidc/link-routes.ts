import type { FastifyInstance } from 'fastify'
import { formatMoment } from '#kernel/figures/index.ts'
import { notFound } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { ownAccount } from '../queries.ts'
import { confirmed, isFresh } from '../sign-in/confirm.ts'
import { carrier } from '../sign-in/identify.ts'
import { homeOf } from '../sign-in/sessions.ts'
import { telling } from '../telling.ts'
import { unlinkIdentity } from './links.ts'
import { identityOf } from './queries.ts'

/** Linking one's own account with the provider, which needs no email address to agree. */
export function linkRoutes(app: FastifyInstance, house: House): void {
  const address = '/account/provider'
  const access = 'signed-in'
  const { store, config } = house

  app.get(address, { config: { access } }, async (request, reply) => {
    if (!config.signIn.provider) throw notFound('This workbench has no other service to sign in with.')
    const carried = await carrier(house, request)
    const found = await store.read(carried.actor, async (db) => ({ identity: await identityOf(db, carried.actor.account), account: await ownAccount(db, carried.actor.account) }))
    return reply.page('slices/people/views/provider.njk', {
      title: `Your account with ${config.signIn.provider.label}`,
      breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Your account', href: '/account' }, { text: config.signIn.provider.label }],
      label: config.signIn.provider.label,
      since: found.identity ? formatMoment(found.identity.made_at) : null,
      email: found.account.email,
      isFresh: isFresh(house, carried),
      mayUnlink: config.signIn.passwords,
    })
  })

  app.post(address, { config: { access } }, async (request, reply) => {
    if (!(await confirmed(house, request, reply, { what: 'link your account', back: address }))) return reply
    return reply.redirect(address, 303)
  })

  app.post(`${address}/end`, { config: { access } }, async (request, reply) => {
    const sure = await confirmed(house, request, reply, { what: 'end the link', back: address })
    if (!sure) return reply
    const { actor } = sure
    await store.change(actor, 'people.unlink-identity', telling(house, actor.account, 'Your account is not linked any more with your organisation’s sign-in', async (trx) =>
      unlinkIdentity(trx, { id: actor.account, organisation: await homeOf(trx, actor.account), name: actor.name })))
    return reply.notice('Your account is not linked any more.').redirect('/account', 303)
  })
}
