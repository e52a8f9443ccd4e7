/** Step 3: what every column means, for when the figures are, and what the publisher's markers say. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { refusedForm, type FormView } from '#kernel/forms/index.ts'
import { isRefusedPeriod, parsePeriod, periodKinds } from '#kernel/periods/index.ts'
import type { Fault } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import type { Choices } from '../../guessing/choices.ts'
import type { Proposal } from '../../guessing/propose.ts'
import { isRole } from '../../guessing/roles.ts'
import type { Upload } from '../uploads.ts'
import { columnsView, markersView, twice, withPosted, type Asked } from './columns-page.ts'
import { guidedUpload, guideCrumbs, keep, lookAgain, postedTexts, proposalOf, toSteps, uploadOptions } from './guide.ts'
import type { Guided } from './state.ts'
import { captionOf, guideAddress } from './steps.ts'

const query = z.object({ find: z.string().max(200).optional().catch(undefined), role: z.string().max(40).optional().catch(undefined), page: z.coerce.number().int().min(1).max(10_000).catch(1) })
const options = { ...uploadOptions, schema: { ...uploadOptions.schema, querystring: query } }
interface Route { Params: { upload: string }; Querystring: z.output<typeof query> }

const askedBy = ({ find = '', role, page }: z.output<typeof query>): Asked => ({ find, role: role !== undefined && isRole(role) ? role : null, page })

export function columnsRoutes(app: FastifyInstance, house: House): void {
  const address = '/imports/new/:upload/guide/columns'

  app.get<Route>(address, options, async (request, reply) => {
    const found = await guidedUpload(request, house)
    const proposal = found && proposalOf(found.guided)
    return proposal ? show(reply, found.upload, proposal, found.guided.choices, askedBy(request.query), []) : toSteps(request, reply)
  })

  app.post<Route>(address, options, async (request, reply) => {
    const found = await guidedUpload(request, house)
    const proposal = found && proposalOf(found.guided)
    return proposal ? settle(request, reply, house, found, proposal, askedBy(request.query)) : toSteps(request, reply)
  })
}

async function settle(request: FastifyRequest, reply: FastifyReply, house: House, { upload, guided }: { upload: Upload; guided: Guided }, before: Proposal, asked: Asked): Promise<FastifyReply> {
  const posted = postedTexts(request.body)
  const choices = { ...withPosted(guided.choices, before, posted), period: periodOf(guided.choices, posted) }
  const isSame = JSON.stringify(choices) === JSON.stringify(guided.choices)
  const seen = isSame ? guided.seen : await lookAgain(request, house, upload, choices)
  if (seen.problem !== null) return toSteps(request as FastifyRequest & { params: { upload: string } }, reply)
  const stays = posted['do'] === 'stay'
  const faults = [...periodFaults(choices), ...(stays ? [] : [...twice(seen.proposal), ...questionFaults(seen.proposal)])]
  if (faults.length > 0) return show(reply.code(422), upload, seen.proposal, choices, asked, faults)
  await keep(request, house, upload, guided, choices, seen, 'columns')
  const here = guideAddress(upload.id, 'columns')
  return reply.redirect(stays ? here : guideAddress(upload.id, 'measures'), 303)
}

function periodOf({ period }: Choices, posted: Readonly<Record<string, string>>): Choices['period'] {
  const typed = posted['period-fixed']?.trim()
  const kind = posted['period-kind'] === undefined ? period.kind : periodKinds.find((one) => one === posted['period-kind'])
  const fixed = typed ?? period.fixed
  return { ...(fixed === undefined || fixed === '' ? {} : { fixed }), ...(kind === undefined ? {} : { kind }) }
}

function periodFaults({ period: { fixed, kind } }: Choices): Fault[] {
  if (fixed === undefined) return []
  const read = parsePeriod(fixed, kind ? { kind } : {})
  return isRefusedPeriod(read) ? [{ field: 'period-fixed', message: read.refused }] : []
}

/** What is still open, each beside the field that settles it. */
function questionFaults({ questions, markers, statuses, columns }: Proposal): Fault[] {
  const firstColumn = `role-${Math.max(0, columns.findIndex(({ role }) => role === 'ignore'))}`
  return questions.map(({ about, says }) => {
    switch (about) {
      case 'authority':
      case 'value': return { field: firstColumn, message: says }
      case 'period': return { field: 'period-fixed', message: says }
      case 'markers': return { field: `marker-${markers.findIndex(({ meaning }) => meaning === null)}`, message: says }
      case 'statuses': return { field: `status-${statuses.findIndex(({ meaning }) => meaning === null)}`, message: says }
    }
  })
}

const kindWords = (kind: string) => kind.replaceAll('-', ' ')

function show(reply: FastifyReply, upload: Upload, proposal: Proposal, choices: Choices, asked: Asked, faults: Fault[]): FastifyReply {
  const address = guideAddress(upload.id, 'columns')
  const view = columnsView(proposal, asked, address)
  const form: FormView = refusedForm({ faults, typed: {} })
  const { when } = proposal
  const saysWhen = proposal.columns.some(({ role }) => role === 'period' || role === 'value-of-period' || role === 'value-of-both')
  return reply.header('cache-control', 'no-store').page('slices/indicators/views/guided/columns.njk', {
    title: 'What the columns mean',
    section: upload.file_name,
    breadcrumbs: guideCrumbs(upload, { text: 'What the columns mean' }),
    caption: captionOf('3', upload),
    address,
    faults: form.faults,
    errorSummary: faults.length > 0 ? form.errorSummary : null,
    view,
    ...markersView(proposal),
    when: {
      saysWhen, fixed: choices.period.fixed ?? when.fixed ?? '', fixedReason: when.fixedReason ?? '', kind: choices.period.kind ?? when.kind ?? '', kindReason: when.kindReason ?? '',
      kinds: [{ value: '', text: 'As the labels say' }, ...periodKinds.map((kind) => ({ value: kind, text: kindWords(kind) }))],
    },
    leftOut: proposal.whose.leaveOut.map(({ because }) => because),
    scale: proposal.scale ? proposal.scale.words.join(', ') : null,
  })
}
