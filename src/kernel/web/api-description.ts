import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Config } from '../config.ts'
import { mediaTypes } from '../exports/formats.ts'
import { apiRoot } from './api.ts'
import type { ApiDescription } from './api.ts'
import type { DataTable } from './components/data-table/data-table.ts'
import { productName } from './pages.ts'

interface JsonSchema {
  description?: string
  [keyword: string]: unknown
}

/** Serves the description of the programming interface: for programs at /api/openapi.json, for people at /api. */
export function describeApi(app: FastifyInstance, config: Config): void {
  const routes: ApiDescription[] = []
  app.addHook('onRoute', (route) => {
    if (route.config?.api && [route.method].flat().some((method) => method === 'GET' || method === 'POST')) routes.push(route.config.api)
  })
  app.get('/api/openapi.json', { config: { access: 'public', identify: false } }, () => openApi(routes, config))
  app.get('/api', { config: { access: 'public' } }, async (_request, reply) =>
    reply.page('kernel/web/views/api.njk', {
      title: 'Programming interface',
      breadcrumbs: [{ text: 'Home', href: '/' }, { text: 'Programming interface' }],
      groups: groupsFor(routes),
      apiRoot,
      problems: problemTable,
    }),
  )
}

/** Every code a problem document may carry, and what it means. */
const problems = [
  { code: 'not-signed-in', status: 401, meaning: 'This needs a token, or the token does not work: it is unknown, was revoked or has run out, or the account of its holder is closed.' },
  { code: 'not-allowed', status: 403, meaning: 'The roles of the token’s holder do not include this, or the token only reads.' },
  {
    code: 'not-found',
    status: 404,
    meaning: 'There is nothing at this address, or it is not for you to see. The two are answered alike.',
  },
  { code: 'method-not-allowed', status: 405, meaning: 'The address only answers to the methods in the Allow header.' },
  { code: 'conflict', status: 409, meaning: 'Something else is being done that stands in the way, or was done already.' },
  { code: 'too-large', status: 413, meaning: 'What was sent is larger than this address takes.' },
  {
    code: 'refused',
    status: 422,
    meaning: 'A part of the question could not be understood; the faults say which and why.',
  },
  { code: 'too-many', status: 429, meaning: 'Too many requests in a short time.' },
  { code: 'fault', status: 500, meaning: 'A fault of ours. The reference is also in our log.' },
  { code: 'unavailable', status: 503, meaning: 'The database does not answer just now.' },
]

function openApi(routes: ApiDescription[], config: Config) {
  return {
    openapi: '3.1.0',
    info: {
      title: productName,
      version: '1',
      description: 'Measures, figures and comparisons of local authorities. What is public is read without a token.',
    },
    servers: [{ url: config.baseUrl }],
    // With a token or, where the answer is public, without.
    security: [{}, { token: [] }],
    paths: pathsOf(routes),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'bvw_…', description: 'A personal access token, made on the page of one’s account. One that only reads changes nothing.' },
      },
      schemas: { Problem: problemSchema },
      responses: {
        Problem: {
          description: 'What went wrong (RFC 9457).',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  }
}

function pathsOf(routes: ApiDescription[]) {
  const byPath = Map.groupBy(routes, (route) => bracesFor(apiRoot + route.path))
  return Object.fromEntries([...byPath].map(([path, those]) => [path, Object.fromEntries(those.map((route) => [route.method ?? 'get', operation(route)]))]))
}

/** The same answer as a file; `.csv-metadata.json` describes the first. */
const tableContent = {
  'text/csv': { schema: { type: 'string' } },
  [mediaTypes.xlsx]: { schema: { type: 'string', format: 'binary' } },
  [mediaTypes.ods]: { schema: { type: 'string', format: 'binary' } },
}

function operation(route: ApiDescription) {
  const json = { 'application/json': { schema: schemaOf(route.response, 'output') } }
  return {
    operationId: operationId(route),
    ...(route.method ? { security: [{ token: [] }] } : {}),
    ...(route.body ? { requestBody: { required: true, description: route.body, content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } } } : {}),
    tags: [route.group],
    summary: route.summary,
    ...(route.explanation ? { description: route.explanation } : {}),
    parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')].map(
      ({ name, place, required, schema }) => ({
        name,
        in: place,
        required,
        ...(schema.description ? { description: schema.description } : {}),
        schema,
      }),
    ),
    responses: {
      200: {
        description: route.summary,
        content: route.hasTable ? { ...json, ...tableContent } : json,
      },
      ...Object.fromEntries((route.also ?? []).map(({ status, says, response }) => [status, { description: says, content: { 'application/json': { schema: schemaOf(response, 'output') } } }])),
      default: { $ref: '#/components/responses/Problem' },
    },
  }
}

function parametersOf(schema: z.ZodObject | undefined, place: 'path' | 'query') {
  if (!schema) return []
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, JsonSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, field]) => ({
    name,
    place,
    required: place === 'path' || required.includes(name),
    schema: field,
  }))
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const made: JsonSchema = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  // OpenAPI 3.1 names the dialect once for the whole document.
  delete made.$schema
  return made
}

const bracesFor = (path: string) => path.replace(/:(\w+)/g, '{$1}')
const operationId = ({ method, path }: Pick<ApiDescription, 'method' | 'path'>) =>
  `${method ?? 'get'}${path.replace(/[:/-]+(\w)/g, (_whole, first: string) => first.toUpperCase())}`

/** The same for people: groups of addresses, each with what may be asked. */
function groupsFor(routes: ApiDescription[]) {
  return [...Map.groupBy(routes, (route) => route.group)].map(([title, members]) => ({
    title,
    routes: members.map((route) => ({
      method: (route.method ?? 'get').toUpperCase(),
      address: bracesFor(apiRoot + route.path),
      body: route.body ?? null,
      summary: route.summary,
      explanation: route.explanation ?? null,
      formats: route.hasTable ? 'JSON, CSV, XLSX and ODS' : 'JSON',
      parameters: parameterTable(route),
    })),
  }))
}

function parameterTable(route: ApiDescription): DataTable {
  const parameters = [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')]
  return {
    id: operationId(route),
    caption: `What may be asked of ${bracesFor(apiRoot + route.path)}`,
    captionHidden: true,
    narrow: 'cards',
    columns: [{ text: 'Name' }, { text: 'Where' }, { text: 'Meaning' }],
    rows: parameters.map(({ name, place, required, schema }) => [
      { text: name },
      { text: place === 'path' ? 'in the address' : `after the question mark${required ? '' : ', optional'}` },
      { text: schema.description ?? '' },
    ]),
  }
}

const problemTable: DataTable = {
  id: 'problem-codes',
  caption: 'Codes of problems',
  narrow: 'cards',
  columns: [{ text: 'Code' }, { text: 'Status', numeric: true }, { text: 'Meaning' }],
  rows: problems.map(({ code, status, meaning }) => [{ text: code, id: code }, { text: status }, { text: meaning }]),
}

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'reference'],
  properties: {
    type: { type: 'string', description: 'Address of an explanation of the code.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What happened, in a sentence for people.' },
    code: { type: 'string', enum: problems.map(({ code }) => code) },
    reference: { type: 'string', description: 'Give this to whoever looks after the service; it is in the log.' },
    faults: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
}
