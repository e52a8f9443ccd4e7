/** Step 3b: what new measures are called and where the figures come from. What the publisher does not state is not made up. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { text } from '#kernel/forms/fields.ts'
import { blankForm, readForm, refusedForm, type FormView } from '#kernel/forms/index.ts'
import type { House } from '#kernel/slice.ts'
import { unitKinds } from '../../guessing/definition.ts'
import type { Proposal } from '../../guessing/propose.ts'
import { readyRecipeNames } from '../../imports/ready.ts'
import type { Upload } from '../uploads.ts'
import { guidedUpload, guideCrumbs, keep, lookAgain, proposalOf, toSteps, uploadOptions } from './guide.ts'
import type { Guided } from './state.ts'
import { captionOf, guideAddress } from './steps.ts'

const form = z.object({
  title: text('Give the file a title, such as “Household waste by council”', 200),
  name: text('Give the recipe a name', 60).regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'Use small letters, digits and hyphens, such as household-waste')
    .refine((name) => !readyRecipeNames().includes(name), 'A recipe that comes with the workbench has this name. Choose another'),
  publisher: text('Say who published the file', 200),
  source: text('Say where the file comes from: an address, or words', 500),
  licence: text('Say under which licence it is published, or that you do not know', 200),
  unit: text('Say in which unit the figures are', 100),
  unit_kind: z.enum(unitKinds, 'Choose the kind of unit'),
  polarity: z.enum(['none', 'higher', 'lower'], 'Choose which way is better, or that the publisher does not say'),
  decimals: z.string().trim().regex(/^[0-6]$/, 'Give a number of decimals from 0 to 6'),
})

const kindHints: Partial<Record<(typeof unitKinds)[number], string>> = {
  percentage: 'Percentage', money: 'Money', rate: 'Rate, such as per 1,000 people', count: 'Count of things or people', score: 'Score', ratio: 'Ratio', other: 'Something else',
}

export function measuresRoutes(app: FastifyInstance, house: House): void {
  const address = '/imports/new/:upload/guide/measures'

  app.get<{ Params: { upload: string } }>(address, uploadOptions, async (request, reply) => {
    const found = await guidedUpload(request, house)
    const proposal = found && proposalOf(found.guided)
    return proposal ? show(reply, found.upload, proposal, blankForm(form, typedOf(proposal))) : toSteps(request, reply)
  })

  app.post<{ Params: { upload: string } }>(address, uploadOptions, async (request, reply) => {
    const found = await guidedUpload(request, house)
    const proposal = found && proposalOf(found.guided)
    return proposal ? settle(request, reply, house, found, proposal) : toSteps(request, reply)
  })
}

/** What is not known is asked for, not shown as if it were known. */
function typedOf({ definition, name }: Proposal) {
  const known = (text: string) => (text === 'Not stated' ? '' : text)
  const { publisher, source, licence, decimals, ...plain } = definition
  return { ...plain, name, decimals: String(decimals), publisher: known(publisher), source: known(source), licence: known(licence) }
}

async function settle(request: FastifyRequest, reply: FastifyReply, house: House, { upload, guided }: { upload: Upload; guided: Guided }, proposal: Proposal): Promise<FastifyReply> {
  const read = readForm(form, request.body)
  if (read.faults) return show(reply.code(422), upload, proposal, refusedForm(read))
  const { name, decimals, unit, ...definition } = read.values
  // A unit left as it was found keeps the scale found with it.
  const own = unit === proposal.definition.unit && guided.choices.definition.unit === undefined ? {} : { unit }
  const choices = { ...guided.choices, name, definition: { ...definition, ...own, decimals: Number(decimals) } }
  const isSame = JSON.stringify(choices) === JSON.stringify(guided.choices)
  const seen = isSame ? guided.seen : await lookAgain(request, house, upload, choices)
  await keep(request, house, upload, guided, choices, seen, 'measures')
  return reply.redirect(guideAddress(upload.id, 'names'), 303)
}

function show(reply: FastifyReply, upload: Upload, proposal: Proposal, view: FormView): FastifyReply {
  const having = (role: string) => proposal.columns.filter((column) => column.role === role)
  const named = having('measure-title')[0] ?? having('measure-code')[0]
  const headings = having('value-of-measure')
  return reply.header('cache-control', 'no-store').page('slices/indicators/views/guided/measures.njk', {
    title: 'About the measures',
    section: upload.file_name,
    breadcrumbs: guideCrumbs(upload, { text: 'About the measures' }),
    caption: captionOf('3', upload),
    address: guideAddress(upload.id, 'measures'),
    form: view,
    errorSummary: view.errorSummary,
    many: named ? `Each measure is called what the column “${named.name}” says, such as ${named.samples.map((text) => `“${text}”`).join(', ')}.`
      : headings.length > 0 ? `Each measure is called what its heading says, such as ${headings.slice(0, 3).map(({ name }) => `“${name}”`).join(', ')}.` : null,
    unitReason: having('unit')[0] ? `The column “${having('unit')[0]?.name ?? ''}” gives units; this one is taken where it is blank.` : (proposal.unit?.reason ?? 'Nothing in the file names a unit.'),
    unitScale: proposal.unit?.unit.scale ?? null,
    polarityColumn: having('polarity')[0]?.name ?? null,
    kinds: unitKinds.map((kind) => ({ value: kind, text: kindHints[kind] ?? kind.charAt(0).toUpperCase() + kind.slice(1) })),
  })
}
