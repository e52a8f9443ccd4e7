import XLSX from '@e965/xlsx'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { sql } from 'kysely'
import type { House } from '#kernel/slice.ts'
import { addressOf, type Walkable } from '../walking.ts'
import { formToken, type Asker } from './world.ts'
import type { Secrets } from './secrets.ts'

/** How A's things are named: what a curious stranger may type. */
export interface Handles {
  slugs: string[]
  measures: string[]
  lists: string[]
  numbers: string[]
  words: string[]
}

/** One request that somebody makes. */
export interface Step {
  route: Walkable
  params: Record<string, string>
  query: Record<string, string>
}

export interface Leak {
  asker: string
  where: string
  what: string[]
}

/** Something that exists and is public, for the parts of an address that are not being tried. */
function publicFor(name: string, url: string): string {
  if (/authority|place/.test(name) || (name === 'code' && url.includes('/authorities/'))) return 'S12000001'
  if (/measure/.test(name) || (name === 'code' && url.includes('/measures/'))) return 'national-one'
  if (name === 'slug' || name === 'organisation') return 'b-council'
  if (name === 'period') return '2023-24'
  if (name === 'group') return 'all'
  if (name === 'as-known-at') return '2026-02-02'
  if (name === 'of') return '/measures.csv'
  return '1'
}

/** Addresses of tables that would be A's. */
const tablesFor = ({ measures, lists, slugs, numbers, words }: Handles) => [
  ...measures.map((code) => `/measures/${code}/comparison.csv`), ...measures.map((code) => `/authorities/S12000001/measures/${code}/series.csv`),
  ...lists.map((address) => `/groups/${encodeURIComponent(address)}/members.csv`), ...slugs.map((slug) => `/people/organisations/${slug}/people.csv`),
  ...numbers.map((id) => `/imports/${id}/changes.csv`), ...words.map((id) => `/imports/new/${id}/warnings.csv`),
]

/** What of A's may stand in a part of an address or question with this name: whatever is likely there, and one thing of every other sort. */
function handlesFor(name: string, url: string, handles: Handles): string[] {
  if (name === 'of') return tablesFor(handles)
  const likely = /slug|organisation/.test(name) ? handles.slugs
    : /measure/.test(name) || (name === 'code' && url.includes('/measures')) ? handles.measures
      : /group|list|compare/.test(name) ? handles.lists
        : /^(id|number|account|session|grant|import|factor|invitation|letter|token|job|source)$/.test(name) ? handles.numbers : []
  return [...new Set([...likely, ...Object.values(handles).flatMap((some: string[]) => some.slice(0, 1))])]
}

/** The same table as the CSV file beside it, in another format or described. */
const isSameTable = ({ url }: Walkable) => /\.(xlsx|ods|csv-metadata\.json)$/.test(url)

/** For each part of a route's address and question each of A's handles in turn, the others public; and once all public. */
export function stepsOf(route: Walkable, handles: Handles, handlesEach = Infinity): Step[] {
  const most = isSameTable(route) ? Math.min(1, handlesEach) : handlesEach
  const params = Object.fromEntries(route.params.map((name) => [name, publicFor(name, route.url)]))
  const needed = Object.fromEntries(route.query.filter((name) => ['measure', 'authority'].includes(name)).map((name) => [name, publicFor(name, route.url)]))
  const tried = (name: string) => handlesFor(name, route.url, handles).slice(0, most)
  return [
    { route, params, query: {} },
    ...(Object.keys(needed).length > 0 ? [{ route, params, query: needed }] : []),
    ...route.params.flatMap((name) => tried(name).map((handle) => ({ route, params: { ...params, [name]: handle }, query: {} }))),
    ...route.query.flatMap((name) => tried(name).map((handle) => ({ route, params, query: { ...needed, [name]: handle } }))),
  ]
}

/** Makes the request and returns the answer as text: head and body. */
export async function answerTo(app: FastifyInstance, house: House, asker: Asker, { route, params, query }: Step, fields: Record<string, string> = {}) {
  const cookie = asker.session ? `bv-session=${asker.session}` : 'bv-form=nobody'
  const request: InjectOptions = { method: route.method, url: addressOf(route, params, query), headers: { cookie, host: 'localhost' } }
  if (route.method === 'POST') {
    request.payload = new URLSearchParams({ _csrf: formToken(house, asker), ...fields }).toString()
    request.headers = { ...request.headers, 'content-type': 'application/x-www-form-urlencoded' }
  }
  const answer = await app.inject(request)
  const head = Object.entries(answer.headers).filter(([name]) => name !== 'set-cookie' && name !== 'date')
  const body = readable(answer)
  return { status: answer.statusCode, text: `${answer.statusCode} ${JSON.stringify(head)}\n${body}`, body }
}

/** What a person reads in an answer: of a spreadsheet, every cell of every sheet. */
function readable({ body, rawPayload, headers }: LightMyRequestResponse): string {
  if (!/spreadsheet/.test(String(headers['content-type']))) return body
  const { Sheets } = XLSX.read(rawPayload)
  return Object.entries(Sheets).map(([name, sheet]) => `${name}\n${XLSX.utils.sheet_to_csv(sheet)}`).join('\n')
}

/** The secrets in an answer that the asker neither typed nor was granted. */
export function leaksIn(secrets: Secrets, asker: Asker, step: Step, text: string, typed = ''): Leak[] {
  const known = new Set(secrets.in(`${Object.values(step.params).join(' ')} ${Object.values(step.query).join(' ')} ${typed}`))
  const what = secrets.in(text).filter((about) => !known.has(about) && !asker.granted(about))
  return what.length === 0 ? [] : [{ asker: asker.name, where: `${step.route.method} ${addressOf(step.route, step.params, step.query)}`, what }]
}

/** Every table the unprivileged role may read, with whether its rows say whose they are. */
export async function tablesOf(house: House): Promise<{ name: string; columns: string[] }[]> {
  const { rows } = await house.store.read({ kind: 'system', name: 'test' }, (db) => sql<{ name: string; columns: string[] }>`
    select n.nspname || '.' || c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
      from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p', 'v', 'm') and has_table_privilege('bv_actor', c.oid, 'select') and n.nspname not in ('pg_catalog', 'information_schema')
     group by 1 order by 1`.execute(db))
  return rows
}

/** What somebody finds who may ask the database itself anything, as the role every request runs as. */
export async function leaksInTables(house: House, secrets: Secrets, asker: Asker, tables: readonly { name: string }[]): Promise<Leak[]> {
  const leaks: Leak[] = []
  for (const { name } of tables) {
    const { rows } = await house.store.read(asker.actor, (db) => sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(db))
    const what = secrets.in(rows.map(({ row }) => row).join('\n')).filter((about) => !asker.granted(about))
    if (what.length > 0) leaks.push({ asker: asker.name, where: name, what })
  }
  return leaks
}
