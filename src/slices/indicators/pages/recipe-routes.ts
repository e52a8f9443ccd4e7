/** Recipes: the list, what each does in words and as JSON, checking one, and saving an own one. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { organisationsWith, type Actor, type Membership } from '#kernel/access/actor.ts'
import { downloadsOf } from '#kernel/exports/index.ts'
import { blankForm, readForm, refusedForm, type FormView } from '#kernel/forms/index.ts'
import { Problem, type Fault } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import type { ZodTypes } from '#kernel/web/frame.ts'
import { recipeJsonSchema } from '../imports/ready.ts'
import type { Recipe } from '../imports/recipe.ts'
import { recipeAddress, recipeCrumbs } from './addresses.ts'
import { recipeValue, typedRecipe } from './choosing.ts'
import { saveRecipeForm } from './forms.ts'
import { producesWords, recipeInWords, underHeadings } from './recipe-words.ts'
import { makers } from './rules.ts'
import { knownRecipes, makingOrganisations, recipeByName, saveRecipe, type KnownRecipe } from './saved-recipes.ts'
import { personOf } from './person.ts'

const open = { config: { access: 'public' as const } }
const makersOnly = { config: { access: { may: 'recipes.save' } } }
const named = { params: z.object({ name: z.string().max(200) }), querystring: z.object({ organisation: z.string().max(200).optional().catch(undefined) }) }

export function recipeRoutes(plain: FastifyInstance, house: House): void {
  const app = plain.withTypeProvider<ZodTypes>()
  const { store } = house

  app.get('/recipes', open, async ({ actor }, reply) => {
    const known = await store.read(actor, knownRecipes)
    return reply.page('slices/indicators/views/recipes.njk', {
      title: 'Recipes',
      breadcrumbs: recipeCrumbs().slice(0, 1).concat({ text: 'Recipes' }),
      mayMake: mayMake(actor),
      groups: recipeGroups(known),
      files: downloadsOf('this list of recipes', '/recipes'),
    })
  })

  app.get('/recipes/new', makersOnly, async (request, reply) =>
    showForm(request, reply, blankForm(saveRecipeForm, { organisation: makingOrganisations(request.actor)[0]?.slug ?? '' }), null))

  app.post('/recipes/new', makersOnly, async (request, reply) => checkOrSave(request, reply, house))

  app.get('/recipes/schema.json', open, (_request, reply) => reply.type('application/schema+json; charset=utf-8').send(JSON.stringify(recipeJsonSchema(), null, 2)))

  app.get('/recipes/:name', { ...open, schema: named }, async (request, reply) => {
    const { recipe, owner } = await store.read(request.actor, (db) => recipeByName(db, request.params.name, request.query.organisation))
    return reply.page('slices/indicators/views/recipe.njk', {
      title: recipe.title,
      section: 'Recipes',
      breadcrumbs: recipeCrumbs({ text: recipe.title }),
      facts: recipeFacts(recipe, owner),
      about: recipe.about ?? null,
      parts: recipeInWords(recipe),
      json: JSON.stringify({ ...recipe, $schema: undefined }, null, 2),
      useHref: mayMake(request.actor) ? `/imports/new?recipe=${encodeURIComponent(recipeValue({ recipe, owner }))}` : null,
    })
  })
}

const mayMake = (actor: Actor) => organisationsWith(actor, makers).length > 0

function recipeGroups(known: readonly KnownRecipe[]) {
  return underHeadings(known).map(({ heading, recipes }, place) => ({
    id: `recipes-${place}`, heading, caption: `Recipes: ${heading}`, captionHidden: true, narrow: 'cards' as const, columns: [{ text: 'Recipe' }, { text: 'Publisher' }, { text: 'What the file is' }],
    rows: recipes.map(({ recipe, owner }) => [{ text: recipe.title, href: recipeAddress(recipe.recipe, owner) }, { text: recipe.publisher }, { text: recipe.about ?? '' }]),
  }))
}

function recipeFacts(recipe: Recipe, owner: KnownRecipe['owner']) {
  return [
    { term: 'Name', text: recipe.recipe },
    { term: 'Brings in', text: producesWords[recipe.produces] },
    { term: 'Publisher', text: recipe.publisher },
    /^https:\/\//.test(recipe.source) ? { term: 'Where the file comes from', text: recipe.source, href: recipe.source } : { term: 'Where the file comes from', text: recipe.source },
    { term: 'Licence', text: recipe.licence },
    { term: 'Whose recipe', text: owner ? `Saved by ${owner.name}` : 'Comes with the workbench' },
  ]
}

/** One page checks and saves, so that what was checked is what is saved. The button pressed says which. */
async function checkOrSave(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const form = readForm(saveRecipeForm, request.body)
  const refuse = (faults: Fault[]) => showForm(request, reply.code(422), refusedForm({ faults, typed: form.typed ?? form.values }), null)
  if (form.faults) return refuse(form.faults)
  const read = typedRecipe(form.values.text, 'text')
  if ('faults' in read) return refuse(read.faults)
  if (!wantsToSave(request.body)) return showForm(request, reply, blankForm(saveRecipeForm, form.values), read.recipe)
  const owner = makingOrganisations(request.actor).find(({ slug }) => slug === form.values.organisation)
  if (!owner) return refuse([{ field: 'organisation', message: 'Choose the organisation that keeps the recipe' }])
  return saveFor(request, reply, house, owner, read.recipe, refuse)
}

async function saveFor(request: FastifyRequest, reply: FastifyReply, { store, now }: House, owner: Membership, recipe: Recipe, refuse: (faults: Fault[]) => FastifyReply): Promise<FastifyReply> {
  const person = personOf(request.actor)
  try {
    const { isNew } = await store.change(person, 'recipes.save', (trx) => saveRecipe(trx, person, owner, recipe, now()))
    return await reply.notice(isNew ? 'The recipe is saved.' : 'The recipe is saved in place of the one before. Imports made with that one keep it.').redirect(recipeAddress(recipe.recipe, owner), 303)
  } catch (cause) {
    if (cause instanceof Problem && cause.code === 'refused') return refuse(cause.faults)
    throw cause
  }
}

const wantsToSave = (body: unknown) => typeof body === 'object' && body !== null && 'do' in body && body.do === 'save'

function showForm(request: FastifyRequest, reply: FastifyReply, form: FormView, checked: Recipe | null): FastifyReply {
  return reply.page('slices/indicators/views/own-recipe.njk', {
    title: 'Check or save a recipe',
    section: 'Recipes',
    breadcrumbs: recipeCrumbs({ text: 'Check or save a recipe' }),
    form,
    errorSummary: form.errorSummary,
    faults: form.errorSummary?.errorList.map(({ text }) => text) ?? [],
    organisations: makingOrganisations(request.actor).map(({ slug, name }) => ({ value: slug, text: name })),
    checked: checked ? { title: checked.title, parts: recipeInWords(checked) } : null,
  })
}
