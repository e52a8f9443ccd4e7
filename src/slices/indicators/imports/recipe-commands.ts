/** The commands recipes, and which recipe a name on the command line means. */
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import type { Actor } from '#kernel/access/actor.ts'
import type { Store } from '#kernel/db/index.ts'
import { notFound, refused } from '#kernel/problems.ts'
import type { Command, House } from '#kernel/slice.ts'
import { savedRecipes, type KnownRecipe } from '../pages/saved-recipes.ts'
import { parseRecipe, readyRecipe, readyRecipeNames, readyRecipes } from './ready.ts'
import type { Recipe } from './recipe.ts'

const actor: Actor = { kind: 'system', name: 'command line' }

/**
 * A recipe file by its path; else a ready recipe by its name; else one that people saved on a page, by its name where only one organisation
 * has one of that name, or as `organisation/name`.
 */
export async function recipeNamed(store: Store | null, name: string): Promise<Recipe> {
  if (name.endsWith('.json') || isFile(name)) return recipeIn(name)
  if (readyRecipeNames().includes(name)) return readyRecipe(name)
  const [organisation, own] = name.includes('/') ? name.split('/', 2) : [undefined, name]
  const saved = store ? await store.read(actor, savedRecipes) : []
  const found = saved.filter(({ recipe, owner }) => recipe.recipe === own && (organisation === undefined || owner?.slug === organisation))
  const [only, ...others] = found
  if (only && others.length === 0) return only.recipe
  if (only) throw refused(`Several organisations have saved a recipe "${own ?? ''}": say which, as ${found.map(addressOf).join(' or ')}.`)
  const unseen = store ? '' : ' Recipes saved on pages cannot be seen now: no database is there, or a running workbench holds it.'
  throw notFound(`There is no recipe "${name}". "recipes" lists the ready and the saved ones; a recipe of your own is given as a file.${unseen}`)
}

const addressOf = ({ recipe, owner }: KnownRecipe) => (owner ? `${owner.slug}/${recipe.recipe}` : recipe.recipe)

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

function recipeIn(path: string): Recipe {
  refuseIfMissing(path)
  return parseRecipe(readFileSync(path, 'utf8'), basename(path))
}

export function refuseIfMissing(path: string): void {
  if (!isFile(path)) throw refused(`There is no file ${path}.`)
}

/** Without a database that is there and free, the ready recipes are all there are. */
const storeOf = (house: House): Store | null => (house as Partial<House>).store ?? null

const recipesCommand: Command = {
  name: 'recipes',
  summary: 'List the ready and the saved recipes, show one, or check your own',
  help: `npm run -s bv -- recipes [--json]
npm run -s bv -- recipes show NAME
npm run -s bv -- recipes check FILE

A recipe says how a published file becomes figures. docs/recipes.md shows how to write one. Those that people saved on a page are listed as
organisation/name; the name alone does where only one organisation has it.`,
  needsStore: 'if-there',
  async run(args, house, { out }) {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
    const store = storeOf(house)
    const known = [...readyRecipes().map((recipe): KnownRecipe => ({ recipe, owner: null, saved_at: null })), ...(store ? await store.read(actor, savedRecipes) : [])]
    if (values.json) out(JSON.stringify(known.map(({ recipe, owner }) => ({ ...recipe, ...(owner ? { saved_by: owner.slug } : {}) })), null, 2))
    else {
      const width = Math.max(...known.map((one) => addressOf(one).length))
      for (const one of known) out(`${addressOf(one).padEnd(width)}  ${one.recipe.produces.padEnd(12)}  ${one.recipe.title}`)
    }
    return 0
  },
}

const showRecipeCommand: Command = {
  name: 'recipes show',
  summary: 'Print a recipe, to read or to begin your own from',
  help: recipesCommand.help,
  needsStore: 'if-there',
  async run(args, house, { out }) {
    const { positionals } = parseArgs({ args, allowPositionals: true, options: {} })
    out(JSON.stringify(await recipeNamed(storeOf(house), positionals[0] ?? ''), null, 2))
    return 0
  },
}

const checkRecipeCommand: Command = {
  name: 'recipes check',
  summary: 'Say whether a recipe file can be followed',
  help: recipesCommand.help,
  needsStore: false,
  run(args, _house, { out }) {
    const { positionals } = parseArgs({ args, allowPositionals: true, options: {} })
    const [path = ''] = positionals
    const recipe = recipeIn(path)
    out(`${path} is a recipe for ${recipe.produces}: ${recipe.title}.`)
    return Promise.resolve(0)
  },
}

export const recipeCommands: Command[] = [recipesCommand, showRecipeCommand, checkRecipeCommand]
