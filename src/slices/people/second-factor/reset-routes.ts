import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { notAllowed, notFound } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { administered } from '../administering.ts'
import { personAddress } from '../pages.ts'
import { peopleOf, type Organisation } from '../queries.ts'
import { forgetFailures } from '../sign-in/attempts.ts'
import { confirmed } from '../sign-in/confirm.ts'
import { endSessionsOf } from '../sign-in/sessions.ts'
import { telling } from '../telling.ts'
import { resetSecondFactor } from './commands.ts'

const access = { may: 'people.administer' }
const params = z.object({ slug: z.string(), account: z.coerce.number().int().positive().max(2 ** 31 - 1) })

/** What administrators do for somebody who lost their phone, or whose sessions should end at once. */
export function resetRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const address = '/people/organisations/:slug/people/:account'
  const options = { config: { access }, schema: { params } }

  app.post(`${address}/second-factor`, options, async (request, reply) => {
    const organisation = await administered(house, request.actor, request.params.slug)
    const back = personAddress(organisation.slug, request.params.account)
    const sure = await confirmed(house, request, reply, { what: 'reset somebody’s second factor', back })
    if (!sure) return reply
    const person = await personIn(house, sure.actor, organisation, request.params.account)
    await house.store.change(sure.actor, 'people.reset-second-factor', telling(house, person.id, 'An administrator took the second factor away from your account', (trx) => resetSecondFactor(trx, organisation, person, house.now())))
    await forgetFailures(house, person.email)
    return reply.notice('The second factor was reset, and their sessions have ended.').redirect(back, 303)
  })

  app.post(`${address}/sessions/end`, options, async ({ actor, params: { slug, account } }, reply) => {
    const organisation = await administered(house, actor, slug)
    const person = await personIn(house, actor, organisation, account)
    if (person.home !== organisation.id) throw notAllowed(`Another organisation looks after the account of ${person.name}. Its administrators can do this.`)
    await house.store.change(actor, 'people.end-sessions', (trx) => endSessionsOf(trx, person, organisation.id, house.now()))
    return reply.notice('All their sessions have ended.').redirect(personAddress(organisation.slug, account), 303)
  })
}

async function personIn({ store }: House, actor: Parameters<House['store']['read']>[0], organisation: Organisation, account: number) {
  const [person] = await store.read(actor, (db) => peopleOf(db, organisation.id, account))
  if (!person) throw notFound('There is no such person in this organisation.')
  return { id: person.account, name: person.name, email: person.email, home: person.home }
}
