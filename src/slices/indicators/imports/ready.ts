/** The recipes that come with the program, for files that are published often. Each is one JSON file in ../recipes. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { notFound, refused } from '#kernel/problems.ts'
import { recipeSchema, type Recipe } from './recipe.ts'

const folder = join(import.meta.dirname, '..', 'recipes')

// They come with the program and stay as they are while it runs, so each is read once. Nobody may change what others will be given.
let names: readonly string[] | undefined
const read = new Map<string, Recipe>()

/** Names of the ready recipes, in order. */
export function readyRecipeNames(): readonly string[] {
  return names ??= Object.freeze(readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => basename(name, '.json')).sort())
}

/** The ready recipes, in order of their names. */
export const readyRecipes = (): Recipe[] => readyRecipeNames().map(readyRecipe)

/** The ready recipe of that name. Throws a problem that lists them all. */
export function readyRecipe(name: string): Recipe {
  if (!readyRecipeNames().includes(name)) {
    throw notFound(`There is no ready recipe "${name}". There are: ${readyRecipeNames().join(', ')}. A recipe of your own is given as a file.`)
  }
  const recipe = read.get(name) ?? unchangeable(parseRecipe(readFileSync(join(folder, `${name}.json`), 'utf8'), `${name}.json`))
  read.set(name, recipe)
  return recipe
}

function unchangeable<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) unchangeable(part)
  return Object.freeze(value)
}

/** Reads a recipe from its JSON text. Throws a refusal that names every fault by its place in the recipe. */
export function parseRecipe(text: string, name: string): Recipe {
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw refused(`${name} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}.`)
  }
  return followed(json, `${name} is not a recipe the workbench can follow.`)
}

/** The recipe in JSON that was read or kept. @throws Problem with this sentence, and every fault by its place in the recipe */
export function followed(json: unknown, otherwise: string): Recipe {
  const result = recipeSchema.safeParse(json)
  if (result.success) return result.data
  throw refused(otherwise, result.error.issues.flatMap((issue) => faultsOf(issue)))
}

/** Where nothing of several fits, the faults of the likeliest (the fewest faults) say more than "invalid input". */
function faultsOf(issue: z.core.$ZodIssue, under: PropertyKey[] = []): { field: string; message: string }[] {
  const path = [...under, ...issue.path]
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const nearest = issue.errors.toSorted((a, b) => a.length - b.length)[0] ?? []
    if (nearest.length > 0) return nearest.flatMap((inner) => faultsOf(inner, path))
  }
  const field = path.map(String).join('.') || 'recipe'
  const example = issue.code === 'invalid_type' ? exampleOf(path) : undefined
  return [{ field, message: example === undefined ? issue.message : `${issue.message}. Write it like ${example}` }]
}

/** How a part of a recipe is written that is often given as a bare text or a list. */
const examples: Record<string, string> = {
  authority: '{ "column": "Council", "by": "name" }',
  period: '{ "column": "Year", "kind": "financial-year" }',
  measure: '{ "code": { "fixed": "repairs-in-time" } }',
  reference: '{ "areas": { "Scotland": { "code": "S92000003", "name": "Scotland", "level": "country" } } }',
  file: '{ "header": "find" }',
  values: '[{ "value": "Done in time (%)" }]',
  leave_out: '[{ "where": { "column": "Council", "is": "Total" }, "because": "totals" }]',
  missing: '{ "n/a": "not-available" }',
  status: '{ "p": "provisional" }',
}

function exampleOf(path: readonly PropertyKey[]): string | undefined {
  const name = String(path.at(-1) ?? '')
  const isText = path.length > 1 && (path[0] === 'measures' || path[0] === 'fields')
  return isText ? '{ "column": "Title" } or { "fixed": "Repairs done in time" }' : examples[name]
}

/** The JSON Schema of recipes, for editors and for docs/recipe.schema.json. */
export function recipeJsonSchema(): object {
  return { title: 'Recipe of the Best Value Workbench', ...z.toJSONSchema(recipeSchema, { io: 'input', reused: 'ref' }) }
}
