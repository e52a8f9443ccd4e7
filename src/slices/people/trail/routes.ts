import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Actor } from '#kernel/access/actor.ts'
import type { House } from '#kernel/slice.ts'
import { writeCsv, type CellValue } from '#kernel/tables/index.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { entryItems, filterFields, questionAddress, verifiedInWords } from './pages.ts'
import { faultsAmong, recentActions, trailPage, type TrailQuestion } from './queries.ts'
import { whatInWords, whoInWords } from './rules.ts'

const access = { may: 'trail.read' }
const pageSize = 50

const words = z.string().trim().max(200).catch('')
const day = z.union([z.literal(''), z.iso.date()]).catch('')
const query = z.object({
  person: words,
  thing: words,
  action: words,
  from: day,
  to: day,
  before: z.coerce.number().int().positive().max(2 ** 31 - 1).optional().catch(undefined),
})

/** Checks entries against neighbours that may belong to other organisations. */
const verifier: Actor = { kind: 'system', name: 'the check of the trail' }

/** Reading the trail: what was done, by whom, when and why. */
export function trailRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store } = house

  app.get('/trail', { config: { access }, schema: { querystring: query } }, async (request, reply) => {
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
      csvHref: questionAddress('/trail.csv', question),
    })
  })

  app.get('/trail.csv', { config: { access }, schema: { querystring: query } }, async (request, reply) => {
    const { before = null, ...question } = request.query
    const rows = everyRow(house, request.actor, question, before)
    return reply.type('text/csv; charset=utf-8').header('content-disposition', 'attachment; filename="trail.csv"')
      .send(Readable.from(writeCsv(headers, rows, { mark: true })))
  })
}

const headers = ['entry', 'at', 'who', 'organisation', 'what', 'why', 'action', 'subject', 'before', 'after', 'request', 'hash']

/** The whole answer a thousand entries at a time, each in a short transaction of its own: entries never change, only newer ones come. */
async function* everyRow({ store }: House, actor: Actor, question: TrailQuestion, start: number | null): AsyncGenerator<CellValue[], void> {
  const size = 1000
  let before = start
  for (;;) {
    const from = before
    const rows = await store.read(actor, (db) => trailPage(db, question, { before: from, size }))
    for (const row of rows) {
      yield [
        row.entry, row.at.toISOString(), whoInWords(row, null), row.organisation_name, whatInWords(row), row.why,
        row.action, row.subject, row.before, row.after, row.request, row.hash,
      ]
    }
    if (rows.length < size) return
    before = rows.at(-1)?.entry ?? null
  }
}
