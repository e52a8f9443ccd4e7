/** Step 4: what stands where an authority should and is not surely one: whom it means, or that its rows are not wanted. Then the preview. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { refusedForm } from '#kernel/forms/index.ts'
import { refused, type Fault } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { authorityLookup, confirmName, indexNames, matchName, type AuthorityLookup } from '#slices/places/index.ts'
import type { Choices } from '../../guessing/choices.ts'
import type { Proposal } from '../../guessing/propose.ts'
import { parseRecipe } from '../../imports/ready.ts'
import { personOf } from '../person.ts'
import { chooseRecipe, type Upload } from '../uploads.ts'
import { answerWithCheck } from '../working.ts'
import { guidedUpload, guideCrumbs, keep, lookAgain, postedTexts, proposalOf, toSteps, uploadOptions } from './guide.ts'
import type { Guided } from './state.ts'
import { captionOf, guideAddress } from './steps.ts'

/** Asked about at a time; the rest can be left out together or follow as these are settled. */
const atOnce = 30

export function namesRoutes(app: FastifyInstance, house: House): void {
  const address = '/imports/new/:upload/guide/names'

  app.get<{ Params: { upload: string } }>(address, uploadOptions, async (request, reply) => {
    const found = await guidedUpload(request, house)
    const proposal = found && proposalOf(found.guided)
    return found && proposal?.recipe ? show(request, reply, house, found.upload, proposal, {}, []) : toSteps(request, reply)
  })

  app.post<{ Params: { upload: string } }>(address, uploadOptions, async (request, reply) => {
    const found = await guidedUpload(request, house)
    const proposal = found && proposalOf(found.guided)
    return found && proposal?.recipe ? settle(request, reply, house, found, proposal) : toSteps(request, reply)
  })
}

type Unsettled = Proposal['whose']['unsettled'][number]

interface Answers {
  leaveOut: string[]
  codes: Record<string, string>
  confirmed: { name: string; authority: string }[]
}

/** What was said of each, or the faults beside those about whom nothing was. */
function answersTo(asked: readonly Unsettled[], rest: readonly Unsettled[], posted: Readonly<Record<string, string>>, lookup: AuthorityLookup): { answers: Answers; faults: Fault[] } {
  const answers: Answers = { leaveOut: [], codes: {}, confirmed: [] }
  const faults: Fault[] = []
  const othersOut = posted['others'] === 'out'
  for (const [place, { written, isCode }] of asked.entries()) {
    const [means = '', code = ''] = [posted[`means-${place}`], posted[`code-${place}`]?.trim()]
    const meant = means === 'other' ? code : means
    if (means === 'out' || (means === '' && othersOut)) answers.leaveOut.push(written)
    else if (meant === '') faults.push({ field: means === 'other' ? `code-${place}` : `means-${place}`, message: `Say whom “${written}” means, or that its rows are left out` })
    else if (!('authority' in lookup.find(meant, 'any'))) faults.push({ field: `code-${place}`, message: `No authority in the register has the code “${meant}”` })
    else if (isCode) answers.codes[written] = meant
    else answers.confirmed.push({ name: written, authority: meant })
  }
  if (othersOut) answers.leaveOut.push(...rest.map(({ written }) => written))
  return { answers, faults }
}

async function settle(request: FastifyRequest, reply: FastifyReply, house: House, { upload, guided }: { upload: Upload; guided: Guided }, proposal: Proposal): Promise<FastifyReply> {
  const { unsettled } = proposal.whose
  const posted = postedTexts(request.body)
  const lookup = await house.store.read(request.actor, authorityLookup)
  const { answers, faults } = answersTo(unsettled.slice(0, atOnce), unsettled.slice(atOnce), posted, lookup)
  if (faults.length > 0) return show(request, reply.code(422), house, upload, proposal, posted, faults)
  const { account } = personOf(request.actor)
  for (const { name, authority } of answers.confirmed) {
    await house.store.change(request.actor, 'places.confirm-name', (trx) => confirmName(trx, { name, authority, account, now: house.now() }))
  }
  const choices: Choices = {
    ...guided.choices, leaveOut: [...new Set([...guided.choices.leaveOut, ...answers.leaveOut])], codes: { ...guided.choices.codes, ...answers.codes },
  }
  const seen = unsettled.length === 0 ? guided.seen : await lookAgain(request, house, upload, choices)
  await keep(request, house, upload, guided, choices, seen, 'names')
  const now = proposalOf({ seen })
  if (!now?.recipe || now.whose.unsettled.length > 0) return reply.redirect(guideAddress(upload.id, 'names'), 303)
  return preview(request, reply, house, upload, now)
}

/** The recipe is made and the file tried by it. */
async function preview({ actor }: FastifyRequest, reply: FastifyReply, house: House, upload: Upload, proposal: Proposal): Promise<FastifyReply> {
  const recipe = parseRecipe(JSON.stringify(proposal.recipe), 'What was put together')
  if (recipe.produces !== 'observations') throw refused('A guided import brings in figures.')
  await house.store.change(actor, 'imports.choose-recipe', (trx) => chooseRecipe(trx, upload, recipe))
  return answerWithCheck(house, reply, upload)
}

async function show({ actor }: FastifyRequest, reply: FastifyReply, { store }: House, upload: Upload, proposal: Proposal, posted: Readonly<Record<string, string>>, faults: Fault[]): Promise<FastifyReply> {
  const { unsettled, settled, leaveOut } = proposal.whose
  const index = indexNames((await store.read(actor, authorityLookup)).authorities)
  const form = refusedForm({ faults, typed: {} })
  return reply.header('cache-control', 'no-store').page('slices/indicators/views/guided/names.njk', {
    title: 'Names to confirm',
    section: upload.file_name,
    breadcrumbs: guideCrumbs(upload, { text: 'Names to confirm' }),
    caption: captionOf('4', upload),
    address: guideAddress(upload.id, 'names'),
    faults: form.faults,
    errorSummary: faults.length > 0 ? form.errorSummary : null,
    names: unsettled.slice(0, atOnce).map((one, place) => ({
      id: `means-${place}`, codeId: `code-${place}`, written: one.written, words: wordsOf(one), chosen: posted[`means-${place}`] ?? '', code: posted[`code-${place}`] ?? '',
      candidates: candidatesFor(one, index).map(({ authority, why }) => ({ value: authority.code, text: `${authority.name} (${authority.code})`, hint: { text: why } })),
    })),
    more: Math.max(0, unsettled.length - atOnce),
    othersOut: posted['others'] === 'out',
    settled: settled.map(({ written, name, code }) => `${written} stands beside “${name}”, which is ${code} in the register.`),
    leaveOut: leaveOut.map(({ because }) => because),
  })
}

const wordsOf = ({ line, rows, name }: Unsettled) => `${name === null ? '' : `beside “${name}”, `}${rows === 1 ? `on line ${line}` : `on ${rows} rows, the first on line ${line}`}`

function candidatesFor({ written, name, isCode }: Unsettled, index: ReturnType<typeof indexNames>) {
  const text = isCode ? name : written
  const match = text === null ? null : matchName(text, index)
  if (match === null) return []
  return 'authority' in match ? [{ authority: match.authority, why: 'The name beside the code is its name.' }] : ('doubtful' in match ? match.doubtful : match.unknown).slice(0, 4)
}
