import type { FastifyInstance } from 'fastify'
import { downloadsOf } from '#kernel/exports/index.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { registerChoices, registeredMeasures } from '../register.ts'
import { addressOf } from './address.ts'
import { knownAtOf, registerQuery } from './question.ts'
import { registerCount, registerFields, registerItems, registerPages, registerPageSize } from './register.ts'

export function registerRoutes(plain: FastifyInstance, { store }: House): void {
  const app = plain.withTypeProvider<ZodTypes>()

  app.get('/measures', { config: { access: 'public' }, schema: { querystring: registerQuery } }, async (request, reply) => {
    const { page, ...asked } = request.query
    const { 'as-known-at': typed, ...question } = asked
    const { moment, words } = knownAtOf(typed)
    const from = (page - 1) * registerPageSize
    const { rows, choices } = await store.read(request.actor, async (db) => ({
      rows: await registeredMeasures(db, question, { from, size: registerPageSize }, moment),
      choices: await registerChoices(db),
    }))
    const total = rows[0]?.total ?? 0
    if (total === 0 && page > 1) return reply.redirect(addressOf('/measures', asked))
    const isFiltered = Object.values(question).some((value) => value !== '')
    return reply.page('slices/benchmarking/views/measures.njk', {
      title: page > 1 ? `Measures, page ${page}` : 'Measures',
      breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Measures' }],
      knownAt: words,
      fields: registerFields(question, choices, typed),
      items: registerItems(rows, { 'as-known-at': typed }),
      count: registerCount(total, isFiltered),
      pages: registerPages(page, total, asked),
      isFiltered,
      files: downloadsOf('what is found', addressOf('/measures', asked)),
    })
  })
}
