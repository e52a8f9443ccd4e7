/** Recipes by name: the ready ones that come with the program, and those people of an organisation saved. */
import { organisationsWith, type Actor, type Membership } from '#kernel/access/actor.ts'
import type { Reader, Trx } from '#kernel/db/index.ts'
import { notFound, refused } from '#kernel/problems.ts'
import { followed, readyRecipe, readyRecipeNames, readyRecipes } from '../imports/ready.ts'
import { recipeSchema, type Recipe } from '../imports/recipe.ts'
import { makers } from './rules.ts'

/** A recipe with whose it is. */
export interface KnownRecipe {
  recipe: Recipe
  /** Null: it comes with the program. */
  owner: { id: number; slug: string; name: string } | null
  saved_at: Date | null
}

/** Every recipe this person may use: the ready ones first, each kind in the order of names. */
export async function knownRecipes(db: Reader): Promise<KnownRecipe[]> {
  const ready = readyRecipes().map((recipe): KnownRecipe => ({ recipe, owner: null, saved_at: null }))
  return [...ready, ...(await savedRecipes(db))]
}

/** Those that people saved: of all organisations this actor may see. One that an older version of the program took and this one cannot follow is not among them. */
export async function savedRecipes(db: Reader): Promise<KnownRecipe[]> {
  return (await storedRecipes(db)).flatMap(({ recipe, ...rest }) => {
    const read = recipeSchema.safeParse(recipe)
    return read.success ? [{ recipe: read.data, ...rest }] : []
  })
}

async function storedRecipes(db: Reader) {
  const rows = await db.selectFrom('indicators.saved_recipe as r')
    .innerJoin('people.organisation as o', 'o.id', 'r.organisation')
    .select(['r.name as called', 'r.recipe', 'r.saved_at', 'o.id', 'o.slug', 'o.name'])
    .orderBy('r.name').orderBy('o.name').execute()
  return rows.map(({ called, recipe, saved_at, ...owner }) => ({ called, recipe, owner, saved_at }))
}

/** The recipe of a name: a ready one, else one saved by an organisation of this person (the named one, where several have it). */
export async function recipeByName(db: Reader, name: string, organisation?: string): Promise<KnownRecipe> {
  if (organisation === undefined && readyRecipeNames().includes(name)) return { recipe: readyRecipe(name), owner: null, saved_at: null }
  const found = (await storedRecipes(db)).find(({ called, owner }) => called === name && (organisation === undefined || owner.slug === organisation))
  if (!found) throw notFound(`There is no recipe “${name}” here. The list of recipes shows all there are.`)
  return { recipe: followed(found.recipe, `The recipe “${name}” was saved with an older version of the workbench and can no longer be followed. Change it and save it again.`), owner: found.owner, saved_at: found.saved_at }
}

/** Saves a recipe of an organisation. A name of its own saved before is replaced; a ready recipe's name is refused. */
export async function saveRecipe(trx: Trx, actor: Extract<Actor, { kind: 'person' }>, owner: Membership, recipe: Recipe, now: Date) {
  if (readyRecipeNames().includes(recipe.recipe)) {
    throw refused('A ready recipe has this name.', [{ field: 'text', message: `Give the recipe another name under "recipe": ${recipe.recipe} is a ready one` }])
  }
  const key = { organisation: owner.organisation, name: recipe.recipe }
  const before = await trx.selectFrom('indicators.saved_recipe').select('recipe').where('organisation', '=', key.organisation).where('name', '=', key.name).executeTakeFirst()
  const content = { recipe: JSON.stringify(recipe), account: actor.account, saved_at: now }
  await trx.insertInto('indicators.saved_recipe').values({ ...key, ...content })
    .onConflict((same) => same.columns(['organisation', 'name']).doUpdateSet(content)).execute()
  return {
    subject: `recipe:${recipe.recipe}`, organisation: owner.organisation, says: `saved the recipe ${recipe.recipe}`,
    ...(before ? { before: before.recipe } : {}), after: recipe, result: { isNew: before === undefined },
  }
}

/** The organisations in whose name this person may import and save recipes. */
export const makingOrganisations = (actor: Actor): Membership[] => organisationsWith(actor, makers)
