import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { columnFor, exportOf, exportSource, type ColumnOf } from '#kernel/exports/index.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { authoritiesPage, home, homePage, searchPage } from './pages.ts'
import { profileRoutes } from './profile/routes.ts'
import { authorityChoices, findAuthorities, findMeasures, listedAuthorities, recentImports, whatThereIs, type ListedAuthority } from './queries.ts'

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

/** The list of authorities to download, narrowed as the page is. */
export const authoritiesExport = exportSource({
  path: '/authorities', access, query: authoritiesQuery,
  open: async ({ actor, query, house: { store, now } }) => {
    const rows = await store.read(actor, (db) => listedAuthorities(db, query, now().toISOString().slice(0, 10)))
    const about = { name: 'authorities', title: 'Authorities', description: 'Authorities that are or were, with what became of them.', publisher: null, licence: null, knownAt: null }
    return exportOf(about, authorityColumns, rows)
  },
})

const column = columnFor<ListedAuthority>()

const authorityColumns: readonly ColumnOf<ListedAuthority>[] = [
  column('code', 'text', 'GSS code where it has one, else its register code.', (row) => row.code),
  column('name', 'text', 'Name as in the register.', (row) => row.name),
  column('kind', 'text', 'What kind of authority it is.', (row) => row.kind),
  column('region', 'text', 'Empty: none.', (row) => row.region),
  column('nation', 'text', 'The nation it is in.', (row) => row.nation),
  column('starts', 'date', 'First day in being. Empty: before records.', (row) => row.starts),
  column('ends', 'date', 'Last day in being. Empty: still in being.', (row) => row.ends),
  column('successors', 'text', 'Codes of those that took over.', (row) => row.successors.map(({ code }) => code).join(', ')),
]

const helpPages = [
  { address: '/help/profiles', template: 'slices/overview/views/help-profiles.njk', title: 'How to read an authority’s profile' },
  { address: '/help/groups', template: 'slices/overview/views/help-groups.njk', title: 'Whom an authority is compared with' },
  { address: '/help/downloads', template: 'slices/overview/views/help-downloads.njk', title: 'Having a table as a file' },
]
