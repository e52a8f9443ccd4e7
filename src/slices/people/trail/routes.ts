import type { FastifyInstance } from 'fastify'
import type { Actor } from '#kernel/access/actor.ts'
import { downloadsOf } from '#kernel/exports/index.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { entryItems, filterFields, questionAddress, verifiedInWords } from './pages.ts'
import { faultsAmong, recentActions, trailPage } from './queries.ts'
import { trailQuery } from './question.ts'

const access = { may: 'trail.read' }
const pageSize = 50

/** Checks entries against neighbours that may belong to other organisations. */
const verifier: Actor = { kind: 'system', name: 'the check of the trail' }

/** Reading the trail: what was done, by whom, when and why. */
export function trailRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store } = house

  app.get('/trail', { config: { access }, schema: { querystring: trailQuery } }, async (request, reply) => {
    const { before = null, ...question } = request.query
    const { found, actions } = await store.read(request.actor, async (db) => ({
      found: await trailPage(db, question, { before, size: pageSize + 1 }),
      actions: await recentActions(db),
    }))
    const rows = found.slice(0, pageSize)
    const faults = await store.read(verifier, (db) => faultsAmong(db, rows))
    const last = rows.at(-1)
    return reply.page('slices/people/views/trail.njk', {
      title: 'Trail',
      breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Trail' }],
      entries: entryItems(rows, faults),
      verified: verifiedInWords(rows, faults),
      isBroken: faults.size > 0,
      isFiltered: Object.values(question).some((value) => value !== '') || before !== null,
      filters: filterFields(question, actions),
      newestHref: before === null ? null : questionAddress('/trail', question),
      olderHref: found.length > pageSize && last ? questionAddress('/trail', question, last.entry) : null,
      files: downloadsOf('what is found, to its beginning', questionAddress('/trail', question)),
    })
  })
}
