import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Actor } from '#kernel/access/actor.ts'
import { formatMoment } from '#kernel/figures/index.ts'
import { refusedForm } from '#kernel/forms/index.ts'
import type { Fault } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { csvRow } from '#kernel/tables/index.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { administered, unlessRefused } from '../administering.ts'
import { crumbs, organisationAddress, personAddress } from '../pages.ts'
import type { Organisation } from '../queries.ts'
import { rolesInWords } from '../rules.ts'
import { latestReview, noteReview, reviewHolds, whoHasAccess, type AccessRow } from './review.ts'

const access = { may: 'people.administer' }
const params = z.object({ slug: z.string() })
const address = '/people/organisations/:slug/review'

/** Once a year somebody goes through everybody who has access. */
export function reviewRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store, now } = house

  app.get(address, { config: { access }, schema: { params } }, async ({ actor, params: { slug } }, reply) =>
    showReview(reply, house, actor, await administered(house, actor, slug)))

  app.get(`${address}.csv`, { config: { access }, schema: { params } }, async ({ actor, params: { slug } }, reply) => {
    const organisation = await administered(house, actor, slug)
    const rows = await store.read(actor, (db) => whoHasAccess(db, organisation.id, now()))
    return reply.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="access-${slug}.csv"`).send(asCsv(rows))
  })

  app.post(address, { config: { access }, schema: { params } }, async ({ actor, params: { slug }, body }, reply) => {
    const organisation = await administered(house, actor, slug)
    const note = z.object({ note: z.string().max(500) }).safeParse(body).data?.note ?? ''
    const noted = await unlessRefused(() => store.change(actor, 'people.review-access', (trx) => noteReview(trx, organisation, note, now())))
    if ('faults' in noted) return showReview(reply.code(422), house, actor, organisation, noted.faults)
    return reply.notice('The review is noted in the trail, with everybody who has access today.').redirect(`${organisationAddress(slug)}/review`, 303)
  })
}

async function showReview(reply: FastifyReply, { store, now }: House, actor: Actor, organisation: Organisation, faults: Fault[] = []): Promise<FastifyReply> {
  const { rows, latest } = await store.read(actor, async (db) => ({ rows: await whoHasAccess(db, organisation.id, now()), latest: await latestReview(db, organisation.id) }))
  const form = refusedForm({ faults, typed: { note: '' } })
  const isDue = latest === null || now().getTime() - latest.at.getTime() > reviewHolds
  return reply.page('slices/people/views/review.njk', {
    title: 'Who has access',
    section: organisation.name,
    breadcrumbs: crumbs(organisation, 'Who has access'),
    organisation,
    action: `${organisationAddress(organisation.slug)}/review`,
    latest: latest ? `Last reviewed ${formatMoment(latest.at)} by ${latest.actor_name}: ${latest.why ?? ''}` : 'Nobody has reviewed this yet.',
    isDue,
    rows: rows.map((row) => rowOf(organisation, row)),
    csvHref: `${organisationAddress(organisation.slug)}/review.csv`,
    form,
    errorSummary: faults.length > 0 ? form.errorSummary : null,
  })
}

function rowOf(organisation: Organisation, row: AccessRow) {
  return [
    { text: row.name, href: personAddress(organisation.slug, row.account) },
    { text: row.email },
    { text: row.active ? rolesInWords(row.roles) : `closed; was ${rolesInWords(row.roles)}` },
    { text: row.since ? formatMoment(row.since) : '' },
    { text: row.last_sign_in ? formatMoment(row.last_sign_in) : row.home === organisation.id ? 'never' : `known to ${row.home_name}` },
    { text: row.second_factor === null ? `known to ${row.home_name}` : row.second_factor ? 'yes' : 'no' },
    { text: row.tokens },
  ]
}

function asCsv(rows: readonly AccessRow[]): string {
  const header = csvRow(['name', 'email', 'account', 'roles', 'since', 'last_sign_in', 'second_factor', 'tokens', 'looked_after_by'])
  return [header, ...rows.map((row) => csvRow([
    row.name, row.email, row.active ? 'active' : 'closed', row.roles.join(' '), row.since?.toISOString() ?? null, row.last_sign_in?.toISOString() ?? null,
    row.second_factor === null ? null : row.second_factor ? 'yes' : 'no', row.tokens, row.home_name,
  ]))].join('')
}
