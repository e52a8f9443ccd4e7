import { Writable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { z } from 'zod'
import { everyone } from '../../access/actor.ts'
import type { Actor } from '../../access/actor.ts'
import { readConfig } from '../../config.ts'
import type { Store } from '../../db/index.ts'
import { text } from '../../forms/fields.ts'
import { blankForm, readForm, refusedForm } from '../../forms/index.ts'
import { exportOf } from '../../exports/index.ts'
import { conflict, Problem } from '../../problems.ts'
import { currentRequest } from '../../request.ts'
import type { House, Slice } from '../../slice.ts'
import { apiRoute, cursorOf, nextAddress, pageOf, pageQuery, readCursor } from '../api.ts'
import { createServer } from '../server.ts'
import { readUpload } from '../uploads.ts'
import { completeHouse } from '#kernel/slice.ts'

// A small slice with one route of every kind, so that the frame can be asked about each.

/** Signed in by the header `x-who: officer`. */
const officer: Actor = {
  kind: 'person',
  account: 1,
  name: 'Sam Okoro',
  memberships: [
    {
      organisation: 1,
      slug: 'northmere',
      name: 'Northmere',
      kind: 'authority',
      authority: null,
      roles: ['performance-officer'],
    },
  ],
  grants: [],
}

const nameForm = z.object({ name: text('Enter a name') })
const layoutOnly = 'kernel/web/views/problem.njk'
const content = { detail: '', next: '', faults: [], reference: '' }

const beds = { name: 'beds', title: 'Beds', description: 'Every bed', publisher: null, licence: null, knownAt: null }

export const garden: Slice = {
  name: 'garden',
  title: 'Garden',
  permissions: { 'garden.dig': ['performance-officer'], 'garden.own': ['administrator'] },
  navigation: [
    { text: 'Beds', href: '/beds' },
    { text: 'Deeds', href: '/deeds', may: 'garden.own' },
  ],
  routes(app) {
    app.get('/beds', { config: { access: 'public' } }, (_request, reply) =>
      reply.page(layoutOnly, { ...content, title: 'Beds', section: 'Garden' }),
    )
    app.get('/beds/form', { config: { access: 'public' } }, (_request, reply) =>
      reply.page('kernel/web/examples/form.njk', { title: 'Form', form: blankForm(nameForm) }),
    )
    app.post('/beds', { config: { access: 'public' } }, (request, reply) => {
      const form = readForm(nameForm, request.body)
      if (form.faults)
        return reply
          .code(422)
          .page('kernel/web/examples/form.njk', {
            title: 'Form',
            form: refusedForm(form),
            errorSummary: refusedForm(form).errorSummary,
          })
      return reply
        .notice(`Bed “${form.values.name}” made in request ${currentRequest() === request.id ? 'known' : 'unknown'}`)
        .redirect('/beds', 303)
    })
    app.post('/files', { config: { access: 'public', largestUpload: 1024 * 1024 } }, async (request) =>
      readUpload(request, async (file) => {
        let size = 0
        for await (const chunk of file.file) size += (chunk as Buffer).length
        return { name: file.filename, size }
      }),
    )
    app.get('/mine', { config: { access: 'signed-in' } }, (_request, reply) =>
      reply.page(layoutOnly, { ...content, title: 'Mine' }),
    )
    app.get('/dig', { config: { access: { may: 'garden.dig' } } }, (_request, reply) =>
      reply.page(layoutOnly, { ...content, title: 'Dig' }),
    )
    app.get('/deeds', { config: { access: { may: 'garden.own' } } }, (_request, reply) =>
      reply.page(layoutOnly, { ...content, title: 'Deeds' }),
    )
    app.get('/clash', { config: { access: 'public' } }, () => {
      throw conflict('Somebody has dug here already.')
    })
    app.get('/busy', { config: { access: 'public' } }, () => {
      throw new Problem('too-many', 'Too many attempts to sign in.')
    })
    app.get('/broken', { config: { access: 'public' } }, () => {
      throw new Error('the spade broke at /secret/place')
    })
    app.get('/away', { config: { access: 'public' } }, () => {
      throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.1'), { code: 'ECONNREFUSED' })
    })
    app.get('/careless', { config: { access: 'public' } }, (_request, reply) =>
      reply.page(layoutOnly, { title: 'Careless' }),
    )
    app.get(
      '/beds/:id',
      {
        config: { access: 'public' },
        schema: {
          params: z.object({ id: z.coerce.number() }),
          querystring: z.object({ depth: z.enum(['shallow', 'deep'], 'Use shallow or deep').optional() }),
        },
      },
      (request) => ({ params: request.params, query: request.query }),
    )
    apiRoute(app, {
      path: '/beds/:code',
      group: 'Beds',
      summary: 'One bed',
      access: 'public',
      params: z.object({ code: z.string().describe('Code of the bed') }),
      query: z.object({ ...pageQuery, depth: z.enum(['shallow', 'deep'], 'Use shallow or deep').optional() }),
      response: pageOf(z.object({ code: z.string(), start: z.number().nullable() })),
      answer: async ({ params, query, request }) => {
        const after = readCursor(z.tuple([z.number()]), query.cursor)
        return Promise.resolve({
          items: [{ code: params.code, start: after?.[0] ?? null }],
          next: nextAddress(request, after ? null : cursorOf([7])),
        })
      },
      table: ({ items }) => exportOf(beds, [{ name: 'code', title: 'Code', datatype: 'text', description: 'Code of the bed', cell: (item) => item.code }], items),
    })
    apiRoute(app, {
      path: '/spades',
      group: 'Spades',
      summary: 'Spades',
      access: 'signed-in',
      response: z.object({}),
      answer: () => Promise.resolve({}),
    })
  },
}

/** Everything the servers of these tests have logged, line by line. */
export const logged: string[] = []

/** The real server with these slices. */
export function serverWith(
  store: Store,
  slices: Slice[],
  settings: Record<string, string> = {},
): Promise<FastifyInstance> {
  const config = readConfig({ SESSION_SECRET: 'a secret of thirty-two characters!', DEMO: 'on', ...settings })
  const log = pino(
    { level: 'info' },
    new Writable({
      write: (chunk, _encoding, done) => {
        logged.push(String(chunk))
        done()
      },
    }),
  )
  const house: House = completeHouse({ store, config, log, now: () => new Date() })
  return createServer(house, {
    slices,
    identify: (request) => Promise.resolve(request.headers['x-who'] === 'officer' ? officer : everyone),
  })
}
