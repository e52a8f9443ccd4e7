import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Actor } from '#kernel/access/actor.ts'
import { formatCount } from '#kernel/figures/index.ts'
import { refusedForm } from '#kernel/forms/index.ts'
import type { Fault } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { administered, administrator, personAt, personParams, unlessRefused } from '../administering.ts'
import { deactivate, reactivate } from '../commands.ts'
import { crumbs, personAddress } from '../pages.ts'
import { peopleOf, type Organisation, type OrganisationPerson } from '../queries.ts'
import { everythingOwned, handOver } from './leaving.ts'

const access = { may: 'people.administer' }
const address = '/people/organisations/:slug/people/:account'
const options = { config: { access }, schema: { params: personParams } }

/** Somebody leaves, or comes back. */
export function leavingRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store, now } = house

  app.get(`${address}/leaving`, options, async ({ actor, params }, reply) => {
    const organisation = await administered(house, actor, params.slug)
    return showLeaving(reply, house, actor, organisation, await personAt(house, actor, organisation, params.account))
  })

  app.post(`${address}/leaving/:kind`, { config: { access }, schema: { params: personParams.extend({ kind: z.string().max(50) }) } }, async ({ actor, params, body }, reply) => {
    const organisation = await administered(house, actor, params.slug)
    const person = await personAt(house, actor, organisation, params.account)
    const colleague = Number(z.object({ to: z.string() }).safeParse(body).data?.to ?? 0)
    const [to] = Number.isSafeInteger(colleague) && colleague > 0 && colleague < 2 ** 31 ? await store.read(actor, (db) => peopleOf(db, organisation.id, colleague)) : []
    const handed = await unlessRefused(() => store.change(actor, 'people.hand-over', (trx) => handOver(house, trx, organisation, params.kind, person, to)))
    if ('faults' in handed) return showLeaving(reply.code(422), house, actor, organisation, person, handed.faults)
    return reply.notice(handed.done).redirect(`${personAddress(organisation.slug, person.account)}/leaving`, 303)
  })

  app.post(`${address}/deactivate`, options, async ({ actor, params }, reply) => {
    const organisation = await administered(house, actor, params.slug)
    await store.change(actor, 'people.deactivate', (trx) => deactivate(trx, organisation, params.account, administrator(actor).account, now()))
    return reply.notice('The account is closed. Its sessions, tokens and links have ended.').redirect(personAddress(organisation.slug, params.account), 303)
  })

  app.post(`${address}/reactivate`, options, async ({ actor, params }, reply) => {
    const organisation = await administered(house, actor, params.slug)
    await store.change(actor, 'people.reactivate', (trx) => reactivate(trx, organisation, params.account))
    return reply.notice('The account is active again.').redirect(personAddress(organisation.slug, params.account), 303)
  })
}

async function showLeaving(reply: FastifyReply, house: House, actor: Actor, organisation: Organisation, person: OrganisationPerson, faults: Fault[] = []): Promise<FastifyReply> {
  const { owned, people } = await house.store.read(actor, async (db) => ({
    owned: await everythingOwned(house, db, person.account, organisation.id), people: await peopleOf(db, organisation.id),
  }))
  const form = refusedForm({ faults, typed: {} })
  const colleagues = people.filter((one) => one.active && one.account !== person.account && one.roles.length > 0)
  return reply.page('slices/people/views/leaving.njk', {
    title: `${person.name} leaves`,
    section: organisation.name,
    breadcrumbs: [...crumbs(organisation, person.name).slice(0, -1), { text: person.name, href: personAddress(organisation.slug, person.account) }, { text: 'Leaving' }],
    organisation,
    person,
    address: personAddress(organisation.slug, person.account),
    isLookedAfterHere: person.home === organisation.id,
    isThemselves: actor.kind === 'person' && actor.account === person.account,
    owned: owned.map(({ count, latest, ...sort }) => ({
      ...sort,
      count: formatCount(count),
      latest: latest.map(({ text, href = null }) => ({ text, href })),
      more: count > latest.length ? formatCount(count - latest.length) : null,
      canBeHandedOver: sort.canBeHandedOver && colleagues.length > 0,
      fault: form.faults[`to-${sort.kind}`] ?? null,
    })),
    colleagues: [{ value: '', text: 'Choose a colleague' }, ...colleagues.map((one) => ({ value: String(one.account), text: one.name }))],
    errorSummary: faults.length > 0 ? form.errorSummary : null,
  })
}
