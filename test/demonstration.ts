import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import type { Role } from '#kernel/access/actor.ts'
import { readConfig } from '#kernel/config.ts'
import { completeHouse, type House } from '#kernel/slice.ts'
import { embeddedStore, type TestStore } from '#kernel/testing/store.ts'
import { demonstrationPassword, demonstrationSignIns } from '#slices/people/index.ts'
import { fillWithDemonstration } from '#app'
import { addressOf, appWithRoutes, type Walkable } from './walking.ts'

// The real program on the demonstration, for tests that look at its pages.

/** Somebody who looks at pages: the public, or a person of the demonstration with the cookie of a session. */
export interface Visitor {
  name: string
  roles: readonly Role[]
  organisation: string | null
  cookie: string
}

export interface Demonstration {
  database: TestStore
  house: House
  app: FastifyInstance
  routes: Walkable[]
  close(): Promise<void>
}

export async function openDemonstration(): Promise<Demonstration> {
  const database = await embeddedStore()
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'on' })
  const house: House = completeHouse({ store: database.store, config, log: pino({ level: 'silent' }), now: () => new Date() })
  await fillWithDemonstration(house)
  await endedJob(database)
  await keptFile(database)
  const { app, routes } = await appWithRoutes(house)
  return { database, house, app, routes, async close() {
    await app.close()
    await database.close()
  } }
}

/** A job of Northmere's that everybody there can see. */
const endedJob = (database: TestStore) => database.raw.exec(`
  insert into kernel.job (kind, key, title, organisation, audience, account, asked_by, input, state, reason, reference, attempts, run_after, started_at, ended_at)
  select 'test.ended', 'a', 'Importing waste.csv', o.id, 'organisation', a.id, a.name, '{}', 'failed', 'The file was let go in the meantime.', 'AAAA-BBBB-CCCC', 2, now(), now(), now()
    from people.organisation o join people.account a on a.organisation = o.id where o.slug = 'northmere' order by a.id limit 1`)

/** A file that somebody of Northmere had made to keep. */
const keptFile = (database: TestStore) => database.raw.exec(`
  insert into kernel.kept_export (id, account, rights, address, page, about, rows, bytes, sha256, made_at, expires_at)
  select 'a-kept-file', a.id, '{}', '/measures.csv', '/measures', '{"name": "measures", "title": "Measures kept", "description": "What is measured.", "publisher": null, "licence": null, "origin": null, "knownAt": null, "columns": []}',
         0, 1, repeat('a', 64), now(), now() + interval '7 days'
    from people.account a where a.email = 'admin@northmere.example';
  insert into kernel.kept_export_part (export, seq, account, rights, content)
  select id, 0, account, rights, decode('1f8b08000000000002ff8b564a548ae502001ced193b06000000', 'hex') from kernel.kept_export`)

export const publicVisitor: Visitor = { name: 'the public', roles: [], organisation: null, cookie: '' }

/** Everybody of the demonstration, signed in through the real form. */
export async function visitors(app: FastifyInstance): Promise<Visitor[]> {
  const people: Visitor[] = []
  for (const { email, roles, organisation } of demonstrationSignIns) people.push({ name: email, roles, organisation, cookie: await signIn(app, email) })
  return people
}

async function signIn(app: FastifyInstance, email: string): Promise<string> {
  const page = await app.inject('/sign-in')
  const token = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  const answer = await app.inject({
    method: 'POST', url: '/sign-in',
    headers: { cookie: page.cookies.map(({ name, value }) => `${name}=${value}`).join('; '), 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ _csrf: token, email, password: demonstrationPassword, next: '/' }).toString(),
  })
  const session = answer.cookies.find(({ name }) => name === 'bv-session')
  if (!session) throw new Error(`${email} could not sign in: ${answer.statusCode}`)
  return `bv-session=${session.value}`
}

/** What exists in the demonstration for the parts of an address, by name and place; the organisation is the visitor's own. */
export async function partsOf(database: TestStore, visitor: Visitor): Promise<(name: string, url: string) => string> {
  const one = async (sql: string) => String((await database.raw.rows<{ it: string | number }>(sql))[0]?.it ?? '0')
  const account = await one(`select a.id as it from people.account a join people.organisation o on o.id = a.organisation where o.slug = '${visitor.organisation ?? 'northmere'}' order by a.id`)
  const imported = await one(`select i.id as it from indicators.import i join indicators.import_warning w on w.import = i.id order by i.id desc`)
  const grant = await one('select id as it from people.access_grant order by id')
  const job = await one('select id as it from kernel.job')
  return (name, url) => {
    if (/authority/.test(name) || (name === 'code' && url.includes('/authorities/'))) return 'X07000001'
    if (/measure/.test(name) || (name === 'code' && url.includes('/measures/'))) return 'fso-recycling'
    if (name === 'slug' || name === 'organisation') return visitor.organisation ?? 'northmere'
    if (name === 'account') return account
    if (name === 'grant') return grant
    if (name === 'job') return job
    if (url.startsWith('/downloads/')) return 'a-kept-file'
    if (name === 'id' || name === 'import') return imported
    if (name === 'name') return 'lgbf-real'
    return '1'
  }
}

/** The addresses of every route that only shows something. */
export function everyAddress(routes: readonly Walkable[], part: (name: string, url: string) => string): { route: Walkable; address: string }[] {
  return routes.filter(({ method, url }) => method === 'GET' && !url.startsWith('/assets/'))
    .map((route) => ({ route, address: addressOf(route, Object.fromEntries(route.params.map((name) => [name, part(name, route.url)]))) }))
}

/** Where a page leads: the addresses of its own links inside the service, each once. */
export function linksIn(html: string): string[] {
  const links = [...html.matchAll(/<a\b[^>]*\shref="([^"]+)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'))
  return [...new Set(links.filter((href) => href.startsWith('/') || href.startsWith('?')))]
}
