/** An uploaded file before it is imported: what the dry run says, names to confirm, another recipe, and the last button. */
import { isDeepStrictEqual } from 'node:util'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readForm, refusedForm, blankForm, type FormView, type Typed } from '#kernel/forms/index.ts'
import { conflict, notFound, type Fault } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { confirmName } from '#slices/places/index.ts'
import type { Recipe } from '../imports/recipe.ts'
import { crumbs, uploadAddress } from './addresses.ts'
import { stillHolds, type Checked } from './check.ts'
import { checkedView } from './check-page.ts'
import { recipeMeant, recipeOptions, recipeValue, whoseFault } from './choosing.ts'
import { recipesThatFit } from './fitting.ts'
import { isGuided } from './guided/routes.ts'
import { guideAddress } from './guided/steps.ts'
import { nameForm, recipeChoiceForm, typedBelow } from './forms.ts'
import { knownRecipes, makingOrganisations, saveRecipe, type KnownRecipe } from './saved-recipes.ts'
import { personOf } from './person.ts'
import { chooseRecipe, dropUpload, uploadOf, withUpload, type Upload } from './uploads.ts'
import { answerWithCheck, answerWithImport } from './working.ts'

const options = { config: { access: { may: 'imports.make' } }, schema: { params: z.object({ upload: z.string().max(60) }) } }

type UploadRequest = FastifyRequest & { params: { upload: string } }

export function tryingRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store } = house
  const find = ({ actor, params }: UploadRequest) => store.read(actor, (db) => uploadOf(db, params.upload, house.now()))
  const address = '/imports/new/:upload'

  app.get(address, options, async (request, reply) => show(request, reply, house, await find(request)))

  app.post(`${address}/try`, options, async (request, reply) => {
    const upload = await find(request)
    return upload.recipe ? answerWithCheck(house, reply, upload) : reply.redirect(uploadAddress(upload.id), 303)
  })

  app.post(`${address}/recipe`, options, async (request, reply) => setRecipe(request, reply, house, await find(request)))
  app.post(`${address}/names`, options, async (request, reply) => confirm(request, reply, house, await find(request)))
  app.post(`${address}/import`, options, async (request, reply) => importNow(request, reply, house, await find(request)))

  app.post(`${address}/drop`, options, async (request, reply) => {
    const upload = await find(request)
    await store.change(request.actor, 'imports.drop-upload', (trx) => dropUpload(trx, upload))
    return reply.notice(`${upload.file_name} was let go. Nothing was imported.`).redirect('/imports', 303)
  })
}

function checkedOf({ checked }: Upload): Checked {
  if (!checked) throw notFound('This file has not been tried with its recipe yet.')
  return checked
}

/** The page of an upload: to choose a recipe, to try again, or what the dry run said. */
async function show(request: FastifyRequest, reply: FastifyReply, house: House, upload: Upload, forms: { recipe?: FormView; name?: FormView } = {}): Promise<FastifyReply> {
  const { actor } = request
  const fitting = upload.recipe === null ? await fittingRecipes(request, house, upload) : []
  const { recipes, known, holds } = await house.store.read(actor, async (db) => ({
    recipes: await recipeOptions(db, fitting), known: await knownRecipes(db), holds: upload.checked !== null && (await stillHolds(db, upload.checked)),
  }))
  const recipeForm = forms.recipe ?? blankForm(recipeChoiceForm, choiceSoFar(upload, known, fitting))
  const nameFormView = forms.name ?? blankForm(nameForm)
  return reply.header('cache-control', 'no-store').page(upload.recipe && upload.checked ? 'slices/indicators/views/check.njk' : 'slices/indicators/views/choose-recipe.njk', {
    title: upload.recipe ? 'Check before importing' : 'Choose a recipe',
    section: upload.file_name,
    breadcrumbs: crumbs({ text: 'Import a file', href: '/imports/new' }, { text: upload.file_name }),
    address: uploadAddress(upload.id),
    ...checkedView(upload, { holds, fits: fitting.length }),
    guideAddress: guideAddress(upload.id),
    guided: isGuided(upload),
    recipes,
    typedBelow,
    recipeForm,
    nameForm: nameFormView,
    errorSummary: recipeForm.errorSummary ?? nameFormView.errorSummary,
  })
}

/** What was chosen before, ready to be corrected: a recipe of the list, or the text that was typed. */
function choiceSoFar({ recipe }: Upload, known: readonly KnownRecipe[], fitting: readonly string[]): Typed {
  if (recipe === null) return { recipe: fitting[0] ?? '' }
  const same = known.find((one) => isDeepStrictEqual(one.recipe, recipe))
  return same ? { recipe: recipeValue(same) } : { recipe: typedBelow, recipe_text: JSON.stringify(recipe, null, 2) }
}

async function fittingRecipes({ actor }: FastifyRequest, house: House, upload: Upload): Promise<string[]> {
  const known = await house.store.read(actor, knownRecipes)
  return withUpload(house.store, actor, upload, async (source) => (await recipesThatFit(source, known)).map(recipeValue))
}

async function setRecipe(request: FastifyRequest, reply: FastifyReply, house: House, upload: Upload): Promise<FastifyReply> {
  const form = readForm(recipeChoiceForm, request.body)
  const refuse = (faults: Fault[]) =>
    show(request, reply.code(422), house, upload, { recipe: refusedForm({ faults, typed: form.typed ?? { ...form.values } }) })
  if (form.faults) return refuse(form.faults)
  const meant = await house.store.read(request.actor, (db) => recipeMeant(db, form.values))
  if ('faults' in meant) return refuse(meant.faults)
  const { recipe } = meant
  if (!recipe) return refuse([{ field: 'recipe', message: 'Choose a recipe' }])
  const faults = whoseFault(recipe, upload)
  if (faults.length > 0) return refuse(faults.map(({ message }) => ({ field: 'recipe', message: message.replace('Choose national figures', 'Upload the file again for national figures') })))
  await house.store.change(request.actor, 'imports.choose-recipe', (trx) => chooseRecipe(trx, upload, recipe))
  return answerWithCheck(house, reply, upload)
}

/** A person says whom a name means; then the file is tried again. */
async function confirm(request: FastifyRequest, reply: FastifyReply, house: House, upload: Upload): Promise<FastifyReply> {
  const { account } = personOf(request.actor)
  const form = readForm(nameForm, request.body)
  if (form.faults) return show(request, reply.code(422), house, upload, { name: refusedForm(form) })
  const { name, authority, code } = form.values
  const refuse = (message: string) => show(request, reply.code(422), house, upload, { name: refusedForm({ faults: [{ field: nameField(upload, name), message }], typed: { name, authority, code: code ?? '' } }) })
  const meant = authority !== '' && authority !== 'other' ? authority : code
  if (meant === null) return refuse(`Choose whom “${name}” means, or enter a code`)
  try {
    await house.store.change(request.actor, 'places.confirm-name', (trx) => confirmName(trx, { name, authority: meant, account, now: house.now() }))
  } catch (cause) {
    const sentence = sentenceOf(cause)
    if (sentence === null) throw cause
    return refuse(sentence)
  }
  const notice = `From now on “${name}” means the authority you chose, in every file.`
  if (upload.recipe) return answerWithCheck(house, reply, upload, notice)
  return reply.notice(notice).redirect(uploadAddress(upload.id), 303)
}

const nameField = (upload: Upload, name: string) => `name-${Math.max(0, upload.checked?.names.findIndex((one) => one.name === name) ?? 0)}`

const sentenceOf = (cause: unknown) =>
  cause instanceof Error && 'code' in cause && (cause.code === 'not-found' || cause.code === 'refused') ? cause.message : null

/** The last button. What it says was seen must still be so; what it does is said on the import's own page. */
async function importNow(request: FastifyRequest, reply: FastifyReply, house: House, upload: Upload): Promise<FastifyReply> {
  const { actor } = request
  if (!upload.recipe) throw conflict('Choose a recipe for this file first.')
  const checked = checkedOf(upload)
  if (!(await house.store.read(actor, (db) => stillHolds(db, checked)))) return reply.redirect(uploadAddress(upload.id), 303)
  if (isGuided(upload) && wantsToKeep(request.body)) await keepRecipe(request, house, upload, upload.recipe)
  return answerWithImport(house, reply, upload)
}

const wantsToKeep = (body: unknown) => typeof body === 'object' && body !== null && 'keep' in body && body.keep === 'yes'

/** The recipe of a guided import is kept with its file, by the same last button. */
async function keepRecipe({ actor }: FastifyRequest, { store, now }: House, upload: Upload, recipe: Recipe): Promise<void> {
  const person = personOf(actor)
  const owner = makingOrganisations(person).find(({ organisation }) => organisation === upload.organisation)
  if (owner) await store.change(person, 'recipes.save', (trx) => saveRecipe(trx, person, owner, recipe, now()))
}
