/** From what the upload form posts to what is meant: whose figures, and which recipe. */
import type { Actor } from '#kernel/access/actor.ts'
import type { Reader } from '#kernel/db/index.ts'
import { Problem, type Fault } from '#kernel/problems.ts'
import { parseRecipe } from '../imports/ready.ts'
import type { Recipe } from '../imports/recipe.ts'
import { byColumns, byPointing, typedBelow } from './forms.ts'
import { underHeadings } from './recipe-words.ts'
import { knownRecipes, makingOrganisations, recipeByName, type KnownRecipe } from './saved-recipes.ts'

/** National figures, or those of one organisation; either way in the name of an organisation. */
export interface Whose {
  organisation: number
  national: boolean
}

/** What the radios offer, the national figures first. */
export function whoseItems(actor: Actor) {
  return [
    { value: 'national', text: 'National figures, as a publisher put them out', hint: { text: 'Everyone can see them, without signing in.' } },
    ...makingOrganisations(actor).map(({ slug, name }) => ({
      value: `of-${slug}`, text: `Local figures of ${name}`, hint: { text: `Only the people of ${name}, and those it lets see them.` },
    })),
  ]
}

/** Null when the value is not one this person was offered. */
export function whoseMeant(actor: Actor, posted: string): Whose | null {
  const organisations = makingOrganisations(actor)
  const first = organisations[0]
  if (posted === 'national') return first ? { organisation: first.organisation, national: true } : null
  const own = organisations.find(({ slug }) => posted === `of-${slug}`)
  return own ? { organisation: own.organisation, national: false } : null
}

/** A recipe as one text for a form: ready ones by name, saved ones with their organisation. */
export const recipeValue = ({ recipe, owner }: Pick<KnownRecipe, 'recipe' | 'owner'>) => (owner ? `${owner.slug}/${recipe.recipe}` : recipe.recipe)

/** The recipe somebody chose or typed; null: the columns of the file decide. Faults name the field of the form. */
export async function recipeMeant(db: Reader, posted: { recipe: string; recipe_text: string }): Promise<{ recipe: Recipe | null } | { faults: Fault[] }> {
  if (posted.recipe === byColumns || posted.recipe === byPointing) return { recipe: null }
  if (posted.recipe === typedBelow) return typedRecipe(posted.recipe_text, 'recipe_text')
  const known = await recipeByValue(db, posted.recipe)
  return known ? { recipe: known.recipe } : { faults: [{ field: 'recipe', message: 'Choose a recipe from the list' }] }
}

export async function recipeByValue(db: Reader, value: string): Promise<KnownRecipe | null> {
  const [owner, name] = value.includes('/') ? value.split('/', 2) : [undefined, value]
  try {
    return await recipeByName(db, name ?? '', owner)
  } catch (cause) {
    if (cause instanceof Problem && cause.code === 'not-found') return null
    throw cause
  }
}

/** A recipe from its text, or every fault of it, all belonging to the one field it was typed into. */
export function typedRecipe(text: string, field: string): { recipe: Recipe } | { faults: Fault[] } {
  if (text.trim() === '') return { faults: [{ field, message: 'Paste the recipe' }] }
  try {
    return { recipe: parseRecipe(text, 'What you pasted') }
  } catch (cause) {
    if (!(cause instanceof Problem) || cause.code !== 'refused') throw cause
    const inside = cause.faults.map((fault) => ({ field, message: `${fault.field}: ${fault.message}` }))
    return { faults: inside.length > 0 ? inside : [{ field, message: cause.message }] }
  }
}

/** Registers and groups are the same for everyone, so a local file cannot change them. */
export function whoseFault(recipe: Recipe | null, { national }: Whose): Fault[] {
  if (national || !recipe || recipe.produces === 'observations' || recipe.produces === 'measures' || recipe.produces === 'breaks') return []
  return [{ field: 'whose', message: 'This recipe changes the register of authorities or groups, which is the same for everyone. Choose national figures.' }]
}

/** Recipes for a list to choose from, by what they bring in; those that fit the file come first. */
export async function recipeOptions(db: Reader, fitting: readonly string[] = []) {
  const known = await knownRecipes(db)
  const fits = known.filter((one) => fitting.includes(recipeValue(one)))
  const option = (one: KnownRecipe) => ({ value: recipeValue(one), text: one.recipe.title })
  return [
    ...(fits.length > 0 ? [{ label: 'With columns like this file’s', options: fits.map(option) }] : []),
    ...underHeadings(known.filter((one) => !fits.includes(one))).map(({ heading, recipes }) => ({ label: heading, options: recipes.map(option) })),
  ]
}
