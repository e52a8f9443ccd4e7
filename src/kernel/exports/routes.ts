/** The addresses of every table to download, and the page about it. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Permissions } from '../access/actor.ts'
import type { House } from '../slice.ts'
import { admit } from '../web/access-rules.ts'
import type { ZodTypes } from '../web/frame.ts'
import { aboutPage } from './about-page.ts'
import { sendExport, sendMetadata } from './answer.ts'
import { countedCsv } from './count.ts'
import { downloadFormats } from './formats.ts'
import { metadataEnding } from './metadata.ts'
import { keepingJob } from './kept/jobs.ts'
import { keptRoutes } from './kept/routes.ts'
import { askedAt, pageAddress, type ExportSource } from './source.ts'

/** The page about a table counts it while somebody waits, so only as far as that takes a moment. */
const countedAtOnce = 20_000

export function exportRoutes(plain: FastifyInstance, house: House, sources: readonly ExportSource[], permissions: Permissions): void {
  keptRoutes(plain, house, { sources, permissions, job: keepingJob(sources, permissions) })
  for (const source of sources) registerSource(plain, house, source)
  const app = plain.withTypeProvider<ZodTypes>()
  app.get('/downloads', { config: { access: 'public' }, schema: { querystring: z.object({ of: z.string().max(4000).default('') }) } }, async ({ actor, query: { of } }, reply) => {
    const asked = askedAt(sources, of)
    admit(actor, asked.source.access, permissions)
    const table = await asked.source.open({ ...asked, actor, house })
    const circumstances = reply.circumstances(asked.page)
    const counted = await countedCsv(table, countedAtOnce)
    return reply.page('kernel/exports/views/about.njk', aboutPage({ table, circumstances, counted, address: asked.address, page: asked.page, mayKeep: actor.kind === 'person' }))
  })
}

function registerSource(app: FastifyInstance, house: House, source: ExportSource): void {
  const { access, params, query } = source
  const options = { config: { access }, schema: { params, querystring: query } }
  const ask = async (request: FastifyRequest, ending: string) => {
    const { pathname, search } = new URL(request.url, 'http://here.invalid')
    return {
      table: await source.open({ params: request.params, query: request.query, actor: request.actor, house }),
      place: { path: pathname.slice(0, -ending.length), search, page: pageAddress(source, request.params as Record<string, unknown>, search) },
    }
  }
  for (const format of downloadFormats) {
    app.get(`${source.path}.${format}`, options, async (request, reply) => {
      const { table, place } = await ask(request, `.${format}`)
      return sendExport(reply, table, format, place)
    })
  }
  app.get(`${source.path}.csv${metadataEnding}`, options, async (request, reply) => {
    const { table, place } = await ask(request, `.csv${metadataEnding}`)
    return sendMetadata(reply, table, place)
  })
}
