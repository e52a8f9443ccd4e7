/** Importing by the programming interface, by the same rules as on the pages. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { Problem, refused } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { apiAction } from '#kernel/web/api.ts'
import { importFile } from '../imports/run.ts'
import type { ImportReport } from '../imports/report.ts'
import { recipeByValue, whoseFault, whoseMeant } from './choosing.ts'
import { personOf } from './person.ts'
import { makingOrganisations } from './saved-recipes.ts'
import { largestFile, sourceOn, withTemporaryFile, writeTo } from './uploads.ts'

const place = z.object({ line: z.int().nullable(), column: z.string().nullable(), seen: z.string(), expected: z.string(), message: z.string() })
const report = z.object({
  outcome: z.enum(['imported', 'would-import', 'nothing-new', 'refused']),
  import: z.int().nullable().describe('Number of the import; null when nothing was kept.'),
  recipe: z.string(),
  counts: z.record(z.string(), z.unknown()).describe('Rows read, figures new, revised, unchanged, and so on, as in the list of imports.'),
  refusals: z.array(place.extend({ rows: z.int() })).describe('Places that cannot be brought in. One is enough to refuse the file. The first 200 kinds.'),
  warnings: z.array(place.extend({ check: z.string() })).describe('Figures that a person should look at. The first 200.'),
})

const query = z.object({
  recipe: z.string().min(1, 'Name a recipe').max(300).describe('Name of a ready recipe, or `organisation/name` of a saved one.'),
  organisation: z.string().max(200).optional().describe('Slug of the organisation whose local figures these are. Absent: national figures.'),
  file_name: z.string().max(200).regex(/^[^/\\\p{C}]+$/u, 'Use a name without folders').default('file.csv').describe('What the file is called, for the report. Its ending says what it is.'),
  dry_run: z.enum(['true', 'false'], 'Use true or false').default('false').describe('Do everything and keep nothing; the report is the same.'),
})

export async function importAction(app: FastifyInstance, { store }: House): Promise<void> {
  await apiAction(app, {
    path: '/imports', group: 'Imports', summary: 'Import a file by a recipe', access: { may: 'imports.make' }, query, response: report,
    explanation: 'All of the file is kept or nothing. Status 201: imported. 200: a dry run, or nothing in it is new. 422: refused, and the report says which line, what was seen and what is expected.',
    body: `The file itself, as the publisher put it out, up to ${Math.floor(largestFile / 1_000_000)} MB.`,
    act: async ({ query: asked, actor, body }) => {
      const person = personOf(actor)
      const whose = whoseMeant(person, asked.organisation === undefined ? 'national' : `of-${asked.organisation}`)
      if (!whose) throw refused('Nothing was imported.', [{ field: 'organisation', message: `Use one of: ${makingOrganisations(person).map(({ slug }) => slug).join(', ')}` }])
      const known = await store.read(person, (db) => recipeByValue(db, asked.recipe))
      if (!known) throw refused('Nothing was imported.', [{ field: 'recipe', message: 'There is no such recipe. /api/v1/recipes lists them' }])
      const { recipe } = known
      const faults = whoseFault(recipe, whose)
      if (faults.length > 0) throw refused('Nothing was imported.', faults.map(({ message }) => ({ field: 'organisation', message })))
      return withTemporaryFile(async (path) => {
        const file = await writeTo(path, upTo(largestFile, body))
        if (file.bytes === 0) throw refused('Nothing was imported.', [{ field: 'body', message: 'Send the file as the body of the request' }])
        const done = await importFile(store, person, sourceOn(asked.file_name, path), recipe, {
          organisation: whose.national ? null : whose.organisation, broughtBy: whose.organisation, dryRun: asked.dry_run === 'true',
        })
        return { status: done.outcome === 'refused' ? 422 : done.outcome === 'imported' ? 201 : 200, answer: answerOf(done) }
      })
    },
  })
}

async function* upTo(most: number, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > most) throw new Problem('too-large', `The file is larger than ${Math.floor(most / 1_000_000)} MB. Split it, or bring it in with the command line.`)
    yield chunk
  }
}

function answerOf({ outcome, import: id, recipe, counts, refusals, warnings }: ImportReport): z.input<typeof report> {
  return {
    outcome, import: id, recipe, counts: { ...counts },
    refusals: refusals.map(({ line, column, seen, expected, message, rows }) => ({ line, column, seen, expected, message, rows })),
    warnings: warnings.map(({ check, line, column, seen, expected, message }) => ({ check, line, column, seen, expected, message })),
  }
}
