import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { authoritiesPage, home, homePage, searchPage } from './pages.ts'
import { profileRoutes } from './profile/routes.ts'
import { authorityChoices, findAuthorities, findMeasures, listedAuthorities, recentImports, whatThereIs } from './queries.ts'

const word = z.string().trim().max(200, 'Use 200 characters or fewer').default('')
const authoritiesQuery = z.object({
  name: word,
  kind: word,
  nation: word,
  region: word,
  being: z.enum(['now', 'ended', 'all'], 'Use now, ended or all').default('now'),
})

const access = 'public'
/** As many as fit a screen or two; the rest is better found by another word. */
const mostFound = 30

export function routes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store, now } = house

  app.get('/', { config: { access } }, async ({ actor }, reply) => {
    const found = await store.read(actor, async (db) => ({ counts: await whatThereIs(db), updates: await recentImports(db, 5) }))
    return reply.page('slices/overview/views/home.njk', homePage(actor, found.counts, found.updates))
  })

  app.get('/authorities', { config: { access }, schema: { querystring: authoritiesQuery } }, async ({ actor, query }, reply) => {
    const today = now().toISOString().slice(0, 10)
    const found = await store.read(actor, async (db) => ({ rows: await listedAuthorities(db, query, today), choices: await authorityChoices(db) }))
    return reply.page('slices/overview/views/authorities.njk', authoritiesPage(found.rows, query, found.choices))
  })

  app.get('/search', { config: { access }, schema: { querystring: z.object({ q: word }) } }, async ({ actor, query }, reply) => {
    const found = query.q === '' ? { authorities: [], measures: [] } : await store.read(actor, async (db) => ({
      authorities: await findAuthorities(db, query.q, mostFound),
      measures: await findMeasures(db, query.q, mostFound),
    }))
    return reply.page('slices/overview/views/search.njk', searchPage(query.q, found.authorities, found.measures))
  })

  for (const { address, template, title } of helpPages) {
    app.get(address, { config: { access } }, (_request, reply) =>
      reply.page(template, { title, section: 'Help', breadcrumbs: [home, { text: 'Help', href: '/help' }, { text: title }] }))
  }

  profileRoutes(app, house)
}

const helpPages = [
  { address: '/help/profiles', template: 'slices/overview/views/help-profiles.njk', title: 'How to read an authority’s profile' },
  { address: '/help/groups', template: 'slices/overview/views/help-groups.njk', title: 'Whom an authority is compared with' },
]
