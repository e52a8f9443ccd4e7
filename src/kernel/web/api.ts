import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { sendExport, sendMetadata } from '../exports/answer.ts'
import type { Export } from '../exports/index.ts'
import { refused } from '../problems.ts'
import type { Access } from './frame.ts'

/** Where every address of the programming interface begins. */
export const apiRoot = '/api/v1'

/** What the description of the programming interface says about one route. */
export interface ApiDescription {
  /** Absent: it is asked with GET and changes nothing. */
  method?: 'post'
  /** The address below `/api/v1`, with `:name` for its parts. */
  path: string
  /** The heading it is listed under: "Measures". */
  group: string
  /** One line: what it answers. */
  summary: string
  /** More, where the summary does not suffice: order, limits, what null means. */
  explanation?: string
  params?: z.ZodObject
  query?: z.ZodObject
  response: z.ZodType
  /** Other answers than that with 200 that are no problems. */
  also?: { status: number; says: string; response: z.ZodType }[]
  /** What is sent along with a change, in words: a file. */
  body?: string
  /** Whether it also answers with a table, in every format tables have. */
  hasTable: boolean
}

declare module 'fastify' {
  interface FastifyContextConfig {
    api?: ApiDescription
  }
}

/** One address of the programming interface, declared once: it is registered, validated and described from this. */
export interface ApiRoute<P extends z.ZodObject, Q extends z.ZodObject, R extends z.ZodType> extends Omit<
  ApiDescription,
  'hasTable'
> {
  access: Access
  params?: P
  query?: Q
  response: R
  answer: (question: {
    params: z.output<P>
    query: z.output<Q>
    actor: Actor
    request: FastifyRequest
  }) => Promise<z.input<R>>
  /** The same answer as a table, where it is one. */
  table?: (answer: z.input<R>) => Export
}

const tableEndings = ['.csv', '.xlsx', '.ods', '.csv-metadata.json'] as const
type Ending = '' | '.json' | (typeof tableEndings)[number]

/**
 * Declares one question programs may ask. It is answered at its address in the form `Accept` prefers, and with `.json`, or where it is a
 * table `.csv`, `.xlsx` or `.ods`, after the address in exactly that form; `.csv-metadata.json` says what the CSV file holds.
 */
export function apiRoute<P extends z.ZodObject, Q extends z.ZodObject, R extends z.ZodType>(
  app: FastifyInstance,
  route: ApiRoute<P, Q, R>,
): void {
  const { access, params, query, table, answer, ...described } = route
  // A slip such as as_known_at for as-known-at must not get the answer to another question, so unknown names are refused.
  const asked = (query ?? z.object({})).strict()
  const schema = { ...(params ? { params } : {}), querystring: asked }
  const register = (ending: Ending, api?: ApiDescription) =>
    app.get(
      apiRoot + route.path + ending,
      { schema, config: api ? { access, api } : { access } },
      async (request, reply) => {
        // The schemas above have already turned the request into these types.
        const { params: given, ending: asked } = asWritten(request.params as z.output<P>, ending)
        const question = { params: given, query: request.query as z.output<Q>, actor: request.actor, request }
        const found = await answer(question)
        const form = asked === '' ? preferred(request, table !== undefined) : asked
        linkNext(reply, found)
        if (form === '.json' || !table) return reply.type('application/json; charset=utf-8').send(found)
        return asTable(request, reply, { ...table(found), mark: false }, form, asked)
      },
    )
  const hasTable = table !== undefined
  register('', { ...described, ...(params ? { params } : {}), ...(query ? { query } : {}), hasTable })
  register('.json')
  if (hasTable) tableEndings.forEach((ending) => register(ending))
}

/** One change programs may ask for, with a token that may write. A file is sent as it is, as the body of the request. */
export interface ApiAction<P extends z.ZodObject, Q extends z.ZodObject, R extends z.ZodType> extends Omit<ApiDescription, 'hasTable' | 'method' | 'params' | 'query' | 'response'> {
  access: Exclude<Access, 'public'>
  params?: P
  query: Q
  response: R
  /** Does it. Every answer is one of those described. */
  act: (asked: { params: z.output<P>; query: z.output<Q>; actor: Actor; body: AsyncIterable<Uint8Array> }) => Promise<ActionAnswer<z.input<R>>>
}

/** 200 or 201 when it was done, 422 when it was refused and the answer says why, 202 when it goes on and may be asked about at `location`. */
export type ActionAnswer<R> = { status: 200 | 201 | 422; answer: R } | { status: 202; answer: object; location: string }

/** Declares one change. Nothing of the body is read before it is known who asks and whether they may. */
export async function apiAction<P extends z.ZodObject, Q extends z.ZodObject, R extends z.ZodType>(app: FastifyInstance, route: ApiAction<P, Q, R>): Promise<void> {
  const { access, act, ...described } = route
  await app.register((own, _options, ready) => {
    own.removeAllContentTypeParsers()
    own.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    own.post(apiRoot + route.path, { schema: { ...(route.params ? { params: route.params } : {}), querystring: route.query.strict() }, config: { access, api: { ...described, method: 'post', hasTable: false } } }, async (request, reply) => {
      const none: AsyncIterable<Uint8Array> = Readable.from([])
      const done = await act({ params: request.params as z.output<P>, query: request.query as z.output<Q>, actor: request.actor, body: request.body instanceof Readable ? request.body : none })
      const { status, answer } = done
      if (done.status === 202) reply.header('location', done.location)
      return reply.code(status).type('application/json; charset=utf-8').send(answer)
    })
    ready()
  })
}

/** Where an address ends in a part that varies, the router takes the metadata of a file for the JSON of something named so. */
function asWritten<P>(params: P, ending: Ending): { params: P; ending: Ending } {
  const taken = ending === '.json' ? Object.entries(params as Record<string, unknown>).find(([, part]) => String(part).endsWith(beforeJson)) : undefined
  if (!taken) return { params, ending }
  return { params: { ...params, [taken[0]]: String(taken[1]).slice(0, -beforeJson.length) }, ending: '.csv-metadata.json' }
}
const beforeJson = '.csv-metadata'

function preferred(request: FastifyRequest, hasTable: boolean): '.csv' | '.json' {
  const accept = request.headers.accept ?? ''
  return hasTable && accept.includes('text/csv') && !accept.includes('application/json') ? '.csv' : '.json'
}

function asTable(request: FastifyRequest, reply: FastifyReply, table: Export, form: Exclude<Ending, '' | '.json'>, ending: Ending): FastifyReply | Promise<FastifyReply> {
  const { pathname, search } = new URL(request.url, 'http://here.invalid')
  const path = ending === '' ? pathname : pathname.slice(0, -ending.length)
  const place = { path, search, page: path + search }
  if (form === '.csv-metadata.json') return sendMetadata(reply, table, place)
  const format = ({ '.csv': 'csv', '.xlsx': 'xlsx', '.ods': 'ods' } as const)[form]
  return sendExport(reply, table, format, place)
}

/** A table has no room for the address of the next page, so it is also a header (RFC 8288). */
function linkNext(reply: FastifyReply, found: unknown): void {
  reply.header('vary', 'accept')
  if (typeof found === 'object' && found !== null && 'next' in found && typeof found.next === 'string') {
    reply.header('link', `<${found.next}>; rel="next"`)
  }
}

/** Query fields of every list: where the last page ended and how many to answer with. */
export const pageQuery = {
  cursor: z
    .string()
    .max(500)
    .optional()
    .describe('Where the page before ended. Taken from its `next`; do not make one yourself.'),
  limit: z.coerce
    .number('Use a whole number')
    .int('Use a whole number')
    .min(1, 'Use 1 or more')
    .max(1000, 'Use 1000 or fewer')
    .default(100)
    .describe('How many to answer with, up to 1,000.'),
}

/** The answer of every list: its items and the address of the next page, null on the last. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().describe('Address of the next page; null when this is the last.'),
  })
}

/** The key of the last item of a page as opaque text. */
export function cursorOf(key: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** The key a cursor stands for, or null at the beginning. A cursor that is not one of ours is refused. */
export function readCursor<T>(schema: z.ZodType<T>, cursor: string | undefined): T | null {
  if (cursor === undefined) return null
  const read = schema.safeParse(parsed(Buffer.from(cursor, 'base64url').toString()))
  if (!read.success)
    throw refused('This cursor is not one we gave out. Start again without it.', [
      { field: 'cursor', message: 'Use the `next` of the page before' },
    ])
  return read.data
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The address of the page after this one: the same question with another cursor. */
export function nextAddress(request: FastifyRequest, cursor: string | null): string | null {
  if (cursor === null) return null
  const address = new URL(request.url, 'http://here.invalid')
  address.searchParams.set('cursor', cursor)
  return address.pathname + address.search
}
