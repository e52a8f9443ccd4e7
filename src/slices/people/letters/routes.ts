import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { organisationsWith } from '#kernel/access/actor.ts'
import { formatMoment } from '#kernel/figures/index.ts'
import { lettersOf, openLetter, tryAgain } from '#kernel/mail/index.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { letterState } from './words.ts'

const access = { may: 'people.administer' }
const params = z.object({ letter: z.coerce.number().int().positive().max(2 ** 31 - 1) })
const mostShown = 200

const crumbs = (page?: string) => [
  { text: 'Home', href: '/' }, { text: 'People', href: '/people' },
  ...(page ? [{ text: 'Letters', href: '/outbox' }, { text: page }] : [{ text: 'Letters' }]),
]

/** Letters of the organisations somebody administers: what became of each, and the text of those that nobody else sends. */
export function letterRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store, config, now } = house

  app.get('/outbox', { config: { access } }, async ({ actor }, reply) => {
    const letters = await store.read(actor, (db) => lettersOf(db, mostShown))
    const names = new Map(organisationsWith(actor, ['administrator']).map((m) => [m.organisation, m.name]))
    const isOutbox = config.mail.carrier === 'outbox'
    return reply.page('slices/people/views/outbox.njk', {
      title: 'Letters',
      breadcrumbs: crumbs(),
      isOutbox,
      severalOrganisations: names.size > 1,
      letters: letters.map((letter) => {
        const isOpen = (letter.state === 'waiting' || letter.state === 'refused') && letter.expires_at > now()
        return {
          id: letter.id,
          to: letter.recipient,
          subject: letter.subject,
          written: formatMoment(letter.made_at),
          organisation: names.get(letter.organisation ?? 0) ?? '',
          state: letter.sent_at ? `sent ${formatMoment(letter.sent_at)}` : isOutbox && isOpen ? `waits to be passed on, until ${formatMoment(letter.expires_at)}` : letterState(isOpen || letter.state !== 'waiting' ? letter.state : 'expired', letter.reason),
          isTrouble: letter.reason !== null && isOpen && !isOutbox,
          mayOpen: isOpen && (isOutbox || letter.reason !== null),
          mayTryAgain: isOpen && !isOutbox && letter.reason !== null,
        }
      }),
    })
  })

  app.post('/outbox/:letter/open', { config: { access }, schema: { params } }, async ({ actor, params: { letter } }, reply) => {
    const opened = await store.change(actor, 'people.open-letter', (trx) => openLetter(trx, house, letter))
    return reply.header('cache-control', 'no-store').page('slices/people/views/letter.njk', {
      title: 'A letter to pass on',
      breadcrumbs: crumbs('Letter'),
      letter: { to: opened.recipient, subject: opened.subject, text: opened.text },
      until: formatMoment(opened.expires_at),
    })
  })

  app.post('/outbox/:letter/again', { config: { access }, schema: { params } }, async ({ actor, params: { letter } }, reply) => {
    await store.change(actor, 'people.try-letter-again', (trx) => tryAgain(trx, house, letter))
    return reply.notice('The letter will be tried again in a few seconds.').redirect('/outbox', 303)
  })
}
