/** Files to keep: having one made, the list of one's own, and each with its formats. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Permissions } from '../../access/actor.ts'
import { formatCount, formatMoment } from '../../figures/index.ts'
import { readForm } from '../../forms/index.ts'
import { notAllowed } from '../../problems.ts'
import type { House } from '../../slice.ts'
import { admit } from '../../web/access-rules.ts'
import type { ZodTypes } from '../../web/frame.ts'
import { columnsTable, descriptionItems } from '../about-page.ts'
import { downloadFormats, mediaTypes, written } from '../formats.ts'
import { csvMetadata, metadataEnding, metadataType } from '../metadata.ts'
import { askedAt, downloadsOf, type ExportSource } from '../source.ts'
import { keptAddress, type KeepJob } from './jobs.ts'
import { dropKept, keptExport, keptExports, keptTable, type KeptExport } from './store.ts'

/** Most tables are made in this time, and then nobody sees a page of progress. */
const patience = 1_500
const access = 'signed-in'
const params = z.object({ id: z.string().max(60) })
const options = { config: { access }, schema: { params } } as const
const crumbs = (text: string, href?: string) => [{ text: 'Home', href: '/' }, { text: 'Files kept for you', ...(text === '' ? {} : { href: '/downloads/kept' }) }, ...(text === '' ? [] : [{ text, ...(href ? { href } : {}) }])]

export function keptRoutes(plain: FastifyInstance, house: House, { sources, permissions, job }: { sources: readonly ExportSource[]; permissions: Permissions; job: KeepJob }): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store, now } = house

  /** The file, when this person may still see the table it was made of. */
  async function found({ actor }: FastifyRequest, id: string): Promise<KeptExport> {
    const kept = await store.read(actor, (db) => keptExport(db, id, now()))
    admit(actor, askedAt(sources, kept.address).source.access, permissions)
    return kept
  }

  app.post('/downloads/keep', { config: { access } }, async (request, reply) => {
    const form = readForm(z.object({ of: z.string().max(4000) }), request.body)
    const of = form.values?.of ?? ''
    const asked = askedAt(sources, of)
    const { actor } = request
    admit(actor, asked.source.access, permissions)
    if (actor.kind !== 'person') throw notAllowed('Files are kept for people only.')
    // Opened once before anybody waits for it, so that what cannot be had is refused here and not by a job.
    const { title } = await asked.source.open({ ...asked, actor, house })
    const organisation = actor.memberships[0]?.organisation ?? null
    const made = await house.jobs.askAndWait(actor, job, { key: `${actor.account} ${asked.address}`, input: { address: asked.address }, title: `Making the file “${title}”`, organisation, back: asked.page }, patience)
    return reply.redirect(made.outcome?.href ?? `/jobs/${made.id}`, 303)
  })

  app.get('/downloads/kept', { config: { access } }, async ({ actor }, reply) => {
    const rows = await store.read(actor, (db) => keptExports(db, now()))
    return reply.page('kernel/exports/views/kept-list.njk', { title: 'Files kept for you', breadcrumbs: crumbs(''), table: listTable(rows) })
  })

  app.get('/downloads/kept/:id', options, async (request, reply) => {
    const kept = await found(request, request.params.id)
    return reply.page('kernel/exports/views/kept.njk', keptPage(kept))
  })

  app.post('/downloads/kept/:id/drop', options, async (request, reply) => {
    const { actor } = request
    const kept = await store.read(actor, (db) => keptExport(db, request.params.id, now()))
    const organisation = actor.kind === 'person' ? (actor.memberships[0]?.organisation ?? null) : null
    await store.change(actor, 'exports.drop', (trx) => dropKept(trx, kept, organisation))
    return reply.notice(`“${kept.table.title}” was let go.`).redirect('/downloads/kept', 303)
  })

  for (const format of downloadFormats) {
    app.get(`/downloads/kept/:id.${format}`, options, async (request, reply) => {
      const kept = await found(request, request.params.id)
      if (format === 'csv') reply.header('link', `<${keptAddress(kept.id)}.csv${metadataEnding}>; rel="describedby"; type="${metadataType}"`)
      return reply.type(mediaTypes[format]).header('content-disposition', `attachment; filename="${kept.table.name}.${format}"`)
        .send(written(keptTable(store, request.actor, kept), format, circumstancesOf(reply, kept)))
    })
  }
  app.get(`/downloads/kept/:id.csv${metadataEnding}`, options, async (request, reply) => {
    const kept = await found(request, request.params.id)
    return reply.type(metadataType).send(JSON.stringify(csvMetadata(kept.table, circumstancesOf(reply, kept), `${kept.id}.csv`, kept), null, 2))
  })
}

const circumstancesOf = (reply: FastifyReply, { page, madeAt }: KeptExport) => ({ ...reply.circumstances(page), madeAt })

function listTable(rows: readonly KeptExport[]) {
  return {
    id: 'kept', caption: 'Files kept for you', captionHidden: true, narrow: 'cards' as const,
    columns: [{ text: 'File' }, { text: 'Rows', numeric: true }, { text: 'Made' }, { text: 'Kept until' }],
    rows: rows.map(({ id, table, rows: count, madeAt, expiresAt }) => [{ text: table.title, href: keptAddress(id) }, { text: formatCount(count) }, { text: formatMoment(madeAt) }, { text: formatMoment(expiresAt) }]),
    empty: 'None at present. “About this file”, beside the downloads of a table, leads to making one.',
  }
}

function keptPage({ id, table, rows, sha256, madeAt, expiresAt, page }: KeptExport) {
  return {
    title: table.title,
    section: 'Files kept for you',
    breadcrumbs: crumbs(table.title),
    description: table.description,
    files: { ...downloadsOf('this file', keptAddress(id)), aboutHref: null },
    dropAction: `${keptAddress(id)}/drop`,
    pageHref: page,
    facts: [
      { term: 'Rows', text: formatCount(rows) },
      { term: 'Made', text: formatMoment(madeAt) },
      { term: 'Kept until', text: formatMoment(expiresAt) },
      ...descriptionItems(table, madeAt),
    ],
    sha256,
    fileName: `${table.name}.csv`,
    metadataHref: `${keptAddress(id)}.csv${metadataEnding}`,
    columns: columnsTable(table.columns),
  }
}
