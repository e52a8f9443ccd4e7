/** Importing by the programming interface, by the same rules as on the pages and, like there, as a job. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { conflict, Problem, refused } from '#kernel/problems.ts'
import { describedJob, jobAnswer, jobApiAddress } from '#kernel/jobs/api.ts'
import { isOver, jobKind, type Job, type JobOutcome, type JobWork } from '#kernel/jobs/index.ts'
import type { House } from '#kernel/slice.ts'
import { apiAction, type ActionAnswer } from '#kernel/web/api.ts'
import { importFile } from '../imports/run.ts'
import type { Recipe } from '../imports/recipe.ts'
import type { ImportReport } from '../imports/report.ts'
import { importAddress } from './addresses.ts'
import { recipeByValue, whoseFault, whoseMeant, type Whose } from './choosing.ts'
import { personOf, type Person } from './person.ts'
import { describedReport, reportAnswer } from './report-answer.ts'
import { makingOrganisations } from './saved-recipes.ts'
import { dropExpired, dropUpload, keepUpload, largestFile, withTemporaryFile, withUpload, writeTo } from './uploads.ts'
import { chosen, howFar } from './working.ts'

/** Seconds that an answer is waited for at most: less than a request may take. */
const longestWait = 540

const query = z.object({
  recipe: z.string().min(1, 'Name a recipe').max(300).describe('Name of a ready recipe, or `organisation/name` of a saved one.'),
  organisation: z.string().max(200).optional().describe('Slug of the organisation whose local figures these are. Absent: national figures.'),
  file_name: z.string().max(200).regex(/^[^/\\\p{C}]+$/u, 'Use a name without folders').default('file.csv').describe('What the file is called, for the report. Its ending says what it is.'),
  dry_run: z.enum(['true', 'false'], 'Use true or false').default('false').describe('Do everything and keep nothing; the report is the same.'),
  wait: z.coerce.number('Use a number of seconds').int('Use whole seconds').min(0, 'Use 0 or more').max(longestWait, `Use ${longestWait} at most`).default(longestWait)
    .describe('Seconds to wait for the end. What takes longer is answered with 202 and goes on.'),
})

const inputOf = z.object({ upload: z.string(), dry_run: z.boolean() })

/** Imports a file that a program sent, or tries to. It keeps all or nothing, with its report. */
export const bringing = jobKind({ name: 'imports.bring', input: inputOf, may: 'imports.make', repeatable: true, run: bring })

async function bring(work: JobWork<z.output<typeof inputOf>>, { store, now }: House): Promise<JobOutcome> {
  const { actor, input } = work
  const { upload, recipe } = await chosen(work, { store, now })
  const outcome = (found: ImportReport): JobOutcome => ({ says: found.explanation[0] ?? '', href: found.import === null ? null : importAddress(found.import), report: describedReport(found) })
  const found = await withUpload(store, actor, upload, (source) => importFile(store, actor, source, recipe, {
    organisation: upload.national ? null : upload.organisation, broughtBy: upload.organisation, dryRun: input.dry_run,
    progress: (soFar) => work.progress(howFar(soFar)),
    async beforeKeeping(trx, _id, made) {
      await dropUpload(trx, upload)
      await work.keep(trx, outcome(made))
    },
  }))
  if (found.import === null) await store.change(actor, 'imports.drop-upload', (trx) => dropUpload(trx, upload))
  return outcome(found)
}

export async function importAction(app: FastifyInstance, house: House): Promise<void> {
  await apiAction(app, {
    path: '/imports', group: 'Imports', summary: 'Import a file by a recipe', access: { may: 'imports.make' }, query, response: reportAnswer,
    explanation: 'All of the file is kept or nothing. Status 201: imported. 200: a dry run, or nothing in it is new. 202: it goes on as a job, whose address is in the header Location. 422: refused, and the report says which line, what was seen and what is expected.',
    also: [
      { status: 201, says: 'It was imported.', response: reportAnswer },
      { status: 202, says: 'It goes on as a job. Its address is in the header Location.', response: jobAnswer },
    ],
    body: `The file itself, as the publisher put it out, up to ${Math.floor(largestFile / 1_000_000)} MB.`,
    act: async ({ query: asked, actor, body }) => {
      const person = personOf(actor)
      const whose = whoseMeant(person, asked.organisation === undefined ? 'national' : `of-${asked.organisation}`)
      if (!whose) throw refused('Nothing was imported.', [{ field: 'organisation', message: `Use one of: ${makingOrganisations(person).map(({ slug }) => slug).join(', ')}` }])
      const known = await house.store.read(person, (db) => recipeByValue(db, asked.recipe))
      if (!known) throw refused('Nothing was imported.', [{ field: 'recipe', message: 'There is no such recipe. /api/v1/recipes lists them' }])
      const { recipe } = known
      const faults = whoseFault(recipe, whose)
      if (faults.length > 0) throw refused('Nothing was imported.', faults.map(({ message }) => ({ field: 'organisation', message })))
      const upload = await kept(house, person, { whose, recipe, fileName: asked.file_name, body })
      const dry_run = asked.dry_run === 'true'
      const job = await house.jobs.askAndWait(person, bringing, {
        key: upload, input: { upload, dry_run }, title: `${dry_run ? 'Trying' : 'Importing'} ${asked.file_name}`, organisation: whose.organisation, audience: dry_run ? 'person' : 'organisation',
      }, asked.wait * 1000)
      return answered(job, house.now())
    },
  })
}

/** Keeps what was sent for the job to come. Gives the name of the upload. */
async function kept({ store, now }: House, person: Person, { whose, recipe, fileName, body }: { whose: Whose; recipe: Recipe; fileName: string; body: AsyncIterable<Uint8Array> }): Promise<string> {
  await dropExpired(store, now())
  return withTemporaryFile(async (path) => {
    const file = await writeTo(path, upTo(largestFile, body))
    if (file.bytes === 0) throw refused('Nothing was imported.', [{ field: 'body', message: 'Send the file as the body of the request' }])
    return store.change(person, 'imports.upload', (trx) => keepUpload(trx, { actor: person, ...whose, fileName, file, recipe, now: now() }))
  })
}

function answered(job: Job, now: Date): ActionAnswer<z.input<typeof reportAnswer>> {
  if (!isOver(job)) return { status: 202, answer: describedJob(job, now), location: jobApiAddress(job) }
  if (job.state === 'cancelled') throw conflict('The import was stopped. Nothing of it was kept.')
  if (job.state === 'failed') throw job.reference === null ? refused(job.reason ?? 'Nothing was imported.') : new Error(`The job ${job.id} failed; see its reference ${job.reference}.`)
  const found = reportAnswer.parse(job.outcome?.report)
  return { status: found.outcome === 'refused' ? 422 : found.outcome === 'imported' ? 201 : 200, answer: found }
}

async function* upTo(most: number, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > most) throw new Problem('too-large', `The file is larger than ${Math.floor(most / 1_000_000)} MB. Split it, or bring it in with the command line.`)
    yield chunk
  }
}
