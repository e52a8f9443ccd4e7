/** What programs may ask about imports and recipes. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Actor } from '#kernel/access/actor.ts'
import type { House } from '#kernel/slice.ts'
import { columnFor, columnsOf, exportOf, type ColumnOf } from '#kernel/exports/index.ts'
import { apiRoute, cursorOf, nextAddress, pageOf, pageQuery, readCursor } from '#kernel/web/api.ts'
import { importById, imports, type MadeImport } from '../imports/queries.ts'
import { checkNames } from '../imports/report.ts'
import { reasons } from '../imports/recipe-parts.ts'
import { madeBy } from './import-page.ts'
import { organisationNames } from './queries.ts'
import { knownRecipes, recipeByName, type KnownRecipe } from './saved-recipes.ts'
import { wholeCounts } from './words.ts'

const count = z.int().min(0)
const counts = z.object({
  rows_read: count,
  new: count.describe('Figures (or measures, breaks, authorities, groups) the store did not have.'),
  revised: count.describe('Those it had differently.'),
  unchanged: count.describe('Those it had just so.'),
  absent: z.partialRecord(z.enum(reasons), count).describe('Figures without a value, by reason; among the three counts above.'),
  reference: count.describe('Figures of areas such as a nation, kept for reference; among the three counts above.'),
  repeated: count,
  left_out: z.array(z.object({ because: z.string(), rows: count })),
  refused: count.describe('Always 0: a file with a refusal is not imported.'),
  warnings: z.partialRecord(z.enum(checkNames), count),
  measures_made: count,
})

const importItem = z.object({
  id: z.int(),
  made_at: z.iso.datetime().describe('When it was imported.'),
  known_from: z.iso.datetime().describe('The moment its figures became known here: when it was imported, unless another moment was stated then.'),
  made_by: z.string().describe('Names of people are given to those who sign in.'),
  organisation: z.string().nullable().describe('Slug of the organisation whose local figures these are; null: national figures.'),
  produces: z.enum(['observations', 'measures', 'breaks', 'authorities', 'groups', 'layout']),
  recipe: z.string(),
  file: z.object({ name: z.string(), bytes: z.int(), sha256: z.string() }),
  counts,
  withdrawn: z.object({ at: z.iso.datetime(), by: z.string(), why: z.string() }).nullable().describe('Null while the import stands.'),
})

const oneImport = importItem.extend({ recipe_used: z.record(z.string(), z.unknown()).describe('The recipe exactly as it was used.') })

/** A recipe as lists have it. */
export const recipeItem = z.object({
  name: z.string().describe('What the command line calls it.'),
  title: z.string(),
  about: z.string().nullable(),
  publisher: z.string().describe('Who puts the files out.'),
  produces: importItem.shape.produces,
  organisation: z.string().nullable().describe('Slug of the organisation that saved it; null: it comes with the program.'),
})
const oneRecipe = recipeItem.extend({ recipe: z.record(z.string(), z.unknown()).describe('The recipe itself; its schema is at /recipes/schema.json.') })

export function importApi(app: FastifyInstance, { store }: House): void {
  apiRoute(app, {
    path: '/imports', group: 'Imports', summary: 'Imports, the latest first', access: 'public', query: z.object(pageQuery), response: pageOf(importItem),
    explanation: 'National imports for everyone; those of an organisation for its people.',
    answer: async ({ query, actor, request }) => {
      const before = readCursor(z.tuple([z.int()]), query.cursor)
      const { rows, names } = await store.read(actor, async (db) => ({ rows: await imports(db, query.limit + 1, before?.[0]), names: await organisationNames(db) }))
      const shown = rows.slice(0, query.limit)
      const last = shown.at(-1)
      return { items: shown.map((row) => describedImport(row, names, actor)), next: nextAddress(request, rows.length > query.limit && last ? cursorOf([last.id]) : null) }
    },
    table: ({ items }) => exportOf({ ...about, name: 'imports', title: 'Imports', description: 'Imports, the latest first.' }, importColumns, items),
  })

  apiRoute(app, {
    path: '/imports/:id', group: 'Imports', summary: 'One import with the recipe as it was used', access: 'public',
    params: z.object({ id: z.coerce.number().int().positive().max(2 ** 31 - 1) }), response: oneImport,
    answer: ({ params, actor }) => store.read(actor, async (db) => {
      const made = await importById(db, params.id)
      return { ...describedImport(made, await organisationNames(db), actor), recipe_used: made.recipe as Record<string, unknown> }
    }),
  })

  apiRoute(app, {
    path: '/recipes', group: 'Recipes', summary: 'Recipes for published files', access: 'public', response: pageOf(recipeItem),
    explanation: 'Those that come with the program, then those saved by organisations of the person who asks. All on one page.',
    answer: async ({ actor }) => ({ items: (await store.read(actor, knownRecipes)).map(describedRecipe), next: null }),
    table: ({ items }) => exportOf({ ...about, name: 'recipes', title: 'Recipes', description: 'Recipes for published files.' }, columnsOf(recipeItem), items),
  })

  apiRoute(app, {
    path: '/recipes/:name', group: 'Recipes', summary: 'One recipe', access: 'public',
    params: z.object({ name: z.string().max(200) }), query: z.object({ organisation: z.string().max(200).optional().describe('Slug, where a saved recipe is meant.') }), response: oneRecipe,
    answer: ({ params, query, actor }) => store.read(actor, async (db) => {
      const known = await recipeByName(db, params.name, query.organisation)
      return { ...describedRecipe(known), recipe: known.recipe }
    }),
  })
}

/** An import as lists have it, with no more about people than the asker may know. */
export function describedImport(row: MadeImport, names: ReadonlyMap<number, { slug: string }>, actor: Actor): z.input<typeof importItem> {
  return {
    id: row.id,
    made_at: row.made_at.toISOString(),
    known_from: row.known_from.toISOString(),
    made_by: madeBy(row, actor),
    organisation: row.organisation === null ? null : (names.get(row.organisation)?.slug ?? null),
    produces: row.produces as z.input<typeof importItem>['produces'],
    recipe: row.recipe_name,
    file: { name: row.file_name, bytes: row.bytes, sha256: row.sha256 },
    counts: wholeCounts(row.counts),
    withdrawn: row.withdrawn_at ? { at: row.withdrawn_at.toISOString(), by: actor.kind === 'public' ? 'an officer who signed in' : (row.withdrawn_by ?? ''), why: row.withdrawn_why ?? '' } : null,
  }
}

const about = { publisher: null, licence: null, knownAt: null }

type ImportItem = z.input<typeof importItem>
const column = columnFor<ImportItem>()

export const importColumns: readonly ColumnOf<ImportItem>[] = [
  column('id', 'whole', 'Number of the import, as in its address.', (one) => one.id),
  column('made_at', 'moment', 'When it was imported.', (one) => one.made_at),
  column('known_from', 'moment', 'When its figures became known here.', (one) => one.known_from),
  column('made_by', 'text', 'Names of people are given to those who sign in.', (one) => one.made_by),
  column('organisation', 'text', 'Whose local figures these are. Empty: national figures.', (one) => one.organisation),
  column('produces', 'text', 'observations, measures, breaks, authorities or groups.', (one) => one.produces),
  column('recipe', 'text', 'The recipe it was read by.', (one) => one.recipe),
  column('file_name', 'text', 'Name of the file.', (one) => one.file.name),
  column('sha256', 'text', 'SHA-256 of the file.', (one) => one.file.sha256),
  column('rows_read', 'whole', 'Rows of the file.', (one) => one.counts.rows_read),
  column('new', 'whole', 'Figures that the store did not have.', (one) => one.counts.new),
  column('revised', 'whole', 'Figures it had differently.', (one) => one.counts.revised),
  column('unchanged', 'whole', 'Figures it had just so.', (one) => one.counts.unchanged),
  column('withdrawn_at', 'moment', 'When it was withdrawn. Empty: it stands.', (one) => one.withdrawn?.at ?? null),
]

export const describedRecipe = ({ recipe, owner }: KnownRecipe): z.input<typeof recipeItem> => ({
  name: recipe.recipe, title: recipe.title, about: recipe.about ?? null, publisher: recipe.publisher, produces: recipe.produces, organisation: owner?.slug ?? null,
})
