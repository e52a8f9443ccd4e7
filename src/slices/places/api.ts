import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { z } from 'zod'
import type { House } from '#kernel/slice.ts'
import { columnsOf, exportOf } from '#kernel/exports/index.ts'
import { apiRoute, cursorOf, nextAddress, pageOf, pageQuery, readCursor } from '#kernel/web/api.ts'
import { authorities, authorityByCode, codesAndNamesOf, successionOf, type Authority } from './authorities.ts'
import { groupChoices } from './groups.ts'

const words = z.string().nullable()
const day = z.iso.date().nullable()

const authorityAnswer = z.object({
  code: z.string().describe('GSS code where it has one, else its register code.'),
  name: z.string(),
  known_name: z.string().describe('What people call it.'),
  kind: z.string(),
  kind_title: z.string(),
  tier: z.string(),
  nation: z.string(),
  region: words,
  region_name: words,
  starts: day.describe('First day in being; null: before records.'),
  ends: day.describe('Last day in being; null: still in being.'),
  population: z.number().nullable(),
  fictional: z.boolean(),
})

const change = z.object({ code: z.string(), name: z.string(), on_date: z.string().describe('First day of the successor.') })

const authorityInFull = authorityAnswer.extend({
  codes: z.array(z.object({ scheme: z.string(), code: z.string() })),
  names: z.array(z.object({ name: z.string(), basis: z.string() })),
  predecessors: z.array(change),
  successors: z.array(change),
})

export const groupAnswer = z.object({
  address: z.string().describe('What to ask a comparison for.'),
  title: z.string(),
  type: z.string(),
  members: z.number().nullable().describe('How many belong to it now; null where that depends on the authority.'),
})

/** What programs may ask about authorities and groups. */
export function apiRoutes(app: FastifyInstance, { store }: House): void {
  apiRoute(app, {
    path: '/authorities',
    group: 'Authorities',
    summary: 'Authorities that are and were, by code',
    access: 'public',
    query: z.object({
      nation: z.string().optional(),
      region: z.string().optional(),
      kind: z.string().optional(),
      current: z.enum(['yes', 'no']).optional().describe('yes: only those still in being; no: only those that are not.'),
      ...pageQuery,
    }),
    response: pageOf(authorityAnswer),
    answer: async ({ query, actor, request }) => {
      const after = readCursor(z.tuple([z.string()]), query.cursor)
      const rows = await store.read(actor, (db) => {
        let asked = authorities(db)
        for (const field of ['nation', 'region', 'kind'] as const) {
          const wanted = query[field]
          if (wanted !== undefined) asked = asked.where(`a.${field}`, '=', wanted)
        }
        if (query.current) asked = asked.where('a.ends', query.current === 'yes' ? 'is' : 'is not', null)
        if (after) asked = asked.where(sql<boolean>`a.code collate "C" > ${after[0]}`)
        return asked.orderBy(sql`a.code collate "C"`).limit(query.limit + 1).execute()
      })
      const items = rows.slice(0, query.limit)
      const last = items.at(-1)
      return { items: items.map(described), next: nextAddress(request, rows.length > query.limit && last ? cursorOf([last.code]) : null) }
    },
    table: ({ items }) => exportOf(aboutAuthorities, columnsOf(authorityAnswer), items),
  })
  apiRoute(app, {
    path: '/authorities/:code',
    group: 'Authorities',
    summary: 'One authority with its codes and names, and what came before and after it',
    access: 'public',
    params: z.object({ code: z.string().describe('GSS code, or another code the register has.') }),
    response: authorityInFull,
    answer: ({ params, actor }) =>
      store.read(actor, async (db) => {
        const authority = await authorityByCode(db, params.code)
        const { keys, names } = await codesAndNamesOf(db, authority.id)
        return { ...described(authority), codes: keys, names, ...(await successionOf(db, authority.id)) }
      }),
  })
  apiRoute(app, {
    path: '/groups',
    group: 'Groups',
    summary: 'Groups of authorities to compare within',
    explanation: 'With an authority: the groups it belongs to and its own lists of nearest neighbours.',
    access: 'public',
    query: z.object({ authority: z.string().optional().describe('Code of an authority.') }),
    response: z.object({ items: z.array(groupAnswer) }),
    answer: ({ query, actor }) =>
      store.read(actor, async (db) => {
        const of = query.authority === undefined ? undefined : await authorityByCode(db, query.authority)
        return { items: await groupChoices(db, of) }
      }),
    table: ({ items }) => exportOf(aboutGroups, columnsOf(groupAnswer), items),
  })
}

function described({ id: _id, ...authority }: Authority) {
  return authority
}

/** What each file of these says of itself. The register comes from several publishers, each named with the import it came by. */
const about = { publisher: null, licence: null, knownAt: null }
const aboutAuthorities = { ...about, name: 'authorities', title: 'Authorities', description: 'Authorities that are and were, by code.' }
export const aboutGroups = { ...about, name: 'groups', title: 'Groups of authorities', description: 'Groups of authorities to compare within.' }
