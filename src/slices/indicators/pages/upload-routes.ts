/** Bringing a file: whose figures, which recipe, and the file itself. Nothing is imported here. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { blankForm, readForm, refusedForm, type FormView, type Typed } from '#kernel/forms/index.ts'
import type { Fault } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { readUpload } from '#kernel/web/uploads.ts'
import type { Recipe } from '../imports/recipe.ts'
import { recipeByValue, recipeMeant, recipeOptions, whoseFault, whoseItems, whoseMeant, type Whose } from './choosing.ts'
import { crumbs, uploadAddress } from './addresses.ts'
import { recipesThatFit } from './fitting.ts'
import { beginGuided } from './guided/beginning.ts'
import { byColumns, byPointing, typedBelow, uploadForm } from './forms.ts'
import { personOf, type Person } from './person.ts'
import { knownRecipes, type KnownRecipe } from './saved-recipes.ts'
import { dropExpired, keepUpload, largestFile, sourceOn, uploadOf, withTemporaryFile, writeTo, type DiskFile } from './uploads.ts'
import { sizeInWords } from './words.ts'
import { answerWithCheck } from './working.ts'


const access = { may: 'imports.make' }

export function uploadRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()

  app.get('/imports/new', { config: { access }, schema: { querystring: z.object({ recipe: z.string().max(300).optional().catch(undefined) }) } }, async (request, reply) => {
    const { recipe } = request.query
    const items = whoseItems(request.actor)
    const chosen = recipe === undefined ? null : await house.store.read(request.actor, (db) => recipeByValue(db, recipe))
    const known = { whose: items.length === 2 ? '' : 'national', recipe: recipe !== undefined && chosen ? recipe : byColumns }
    return showForm(reply, request, house, blankForm(uploadForm, known))
  })

  app.post('/imports/new', { config: { access, largestUpload: largestFile } }, (request, reply) => receive(request, reply, house))
}

interface Received {
  name: string
  file: DiskFile
}

/** The file is on disk only while this request lasts; what is kept of it is in the store. */
function receive(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  return withTemporaryFile(async (path) => {
    const { fields, file } = await readUpload(request, async (part) =>
      ({ name: fileName(part.filename), file: await writeTo(path, part.file as AsyncIterable<Uint8Array>) }))
    return answer(request, reply, house, fields, file)
  })
}

/** Some browsers send a whole path. */
const fileName = (sent: string) => (sent.split(/[\\/]/).at(-1) ?? '').slice(0, 200) || 'file'

async function answer(request: FastifyRequest, reply: FastifyReply, house: House, fields: Record<string, string>, received: Received | null): Promise<FastifyReply> {
  const actor = personOf(request.actor)
  const form = readForm(uploadForm, fields)
  const meant = form.faults ? { faults: form.faults } : await meaningOf(house, actor, form.values)
  const faults = [...('faults' in meant ? meant.faults : []), ...fileFaults(received)]
  if ('faults' in meant || faults.length > 0 || !received) return showForm(reply.code(422), request, house, refusedForm({ faults, typed: typedIn(fields) }), received !== null)
  await dropExpired(house.store, house.now())
  const pointing = fields.recipe === byPointing
  const fitting = meant.recipe || pointing ? [] : await fittingRecipes(house, actor, received)
  const recipe = meant.recipe ?? onlyOne(fitting, meant.whose)
  const id = await house.store.change(actor, 'imports.upload', (trx) =>
    keepUpload(trx, { actor, ...meant.whose, fileName: received.name, file: received.file, recipe, now: house.now() }))
  const upload = await house.store.read(actor, (db) => uploadOf(db, id, house.now()))
  if (pointing || (!recipe && fitting.length === 0)) return beginGuided(house, actor, upload, reply)
  return recipe ? answerWithCheck(house, reply, upload) : reply.redirect(uploadAddress(id), 303)
}

const typedIn = (fields: Record<string, string>): Typed => ({ whose: fields.whose ?? '', recipe: fields.recipe ?? '', recipe_text: fields.recipe_text ?? '' })

async function meaningOf(house: House, actor: Person, values: z.output<typeof uploadForm>): Promise<{ whose: Whose; recipe: Recipe | null } | { faults: Fault[] }> {
  const whose = whoseMeant(actor, values.whose)
  if (!whose) return { faults: [{ field: 'whose', message: 'Choose whose figures these are' }] }
  const meant = await house.store.read(actor, (db) => recipeMeant(db, values))
  if ('faults' in meant) return meant
  const faults = whoseFault(meant.recipe, whose)
  return faults.length > 0 ? { faults } : { whose, recipe: meant.recipe }
}

function fileFaults(received: Received | null): Fault[] {
  if (!received) return [{ field: 'file', message: 'Choose the file to import' }]
  return received.file.bytes === 0 ? [{ field: 'file', message: `${received.name} is empty. Choose the file as the publisher put it out` }] : []
}

/** The recipes whose columns the file has. */
async function fittingRecipes(house: House, actor: Person, { name, file }: Received): Promise<KnownRecipe[]> {
  return recipesThatFit(sourceOn(name, file.path), await house.store.read(actor, knownRecipes))
}

/** The one that fits; null when several do, for a person to choose. */
function onlyOne([only, ...others]: readonly KnownRecipe[], whose: Whose): Recipe | null {
  return only && others.length === 0 && whoseFault(only.recipe, whose).length === 0 ? only.recipe : null
}

async function showForm(reply: FastifyReply, request: FastifyRequest, house: House, form: FormView, fileWasSent = false): Promise<FastifyReply> {
  const recipes = await house.store.read(request.actor, (db) => recipeOptions(db))
  return reply.page('slices/indicators/views/upload.njk', {
    title: 'Import a file',
    section: 'Imports',
    breadcrumbs: crumbs({ text: 'Import a file' }),
    form,
    errorSummary: form.errorSummary,
    fileWasSent,
    whose: whoseItems(request.actor),
    recipes,
    byColumns,
    byPointing,
    typedBelow,
    largest: sizeInWords(largestFile),
  })
}
