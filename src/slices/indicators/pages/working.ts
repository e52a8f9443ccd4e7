/** Work on an upload that may outlast a request, as jobs: the page answers soon, and another shows how far the work has come. */
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { formatCount } from '#kernel/figures/index.ts'
import { jobKind, type JobOutcome, type JobWork } from '#kernel/jobs/index.ts'
import { answerWithJob } from '#kernel/jobs/routes.ts'
import { conflict } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import type { Progress } from '../imports/preparing.ts'
import { importFile } from '../imports/run.ts'
import { importAddress, uploadAddress } from './addresses.ts'
import { checkUpload, stillHolds } from './check.ts'
import { dropUpload, keepChecked, uploadOf, withUpload, type Upload } from './uploads.ts'

const inputOf = z.object({
  upload: z.string(),
  /** Told with the result, when something was changed just before. */
  notice: z.string().optional(),
})
type Input = z.output<typeof inputOf>

/** Tries an upload by its recipe. It keeps what it found and nothing else, so it may be done again. */
export const checking = jobKind<Input>({
  name: 'imports.check',
  input: inputOf,
  may: 'imports.make',
  repeatable: true,
  async run(work, house) {
    const { upload, recipe } = await chosen(work, house)
    await checkUpload(house.store, work.actor, upload, recipe, (now) => work.progress(howFar(now)))
    const { notice } = work.input
    return { says: notice ?? 'The file was checked. Nothing was imported.', href: uploadAddress(upload.id), tell: notice !== undefined }
  },
})

/** Imports an upload that was checked. It keeps all or nothing, and that it is done with it. */
export const importing = jobKind<Input>({
  name: 'imports.make',
  input: inputOf,
  may: 'imports.make',
  repeatable: true,
  run: importUpload,
})

async function importUpload(work: JobWork<Input>, { store, now }: House): Promise<JobOutcome> {
  const { actor } = work
  const { upload, recipe } = await chosen(work, { store, now })
  const { checked } = upload
  const back = uploadAddress(upload.id)
  if (!checked || !(await store.read(actor, (db) => stillHolds(db, checked)))) {
    return { says: 'Another file was imported or withdrawn in the meantime. Check this one again before you import it.', href: back, tell: true, forAsker: true }
  }
  const done = (id: number) => ({ says: 'The file has been imported.', href: importAddress(id), tell: true })
  const report = await withUpload(store, actor, upload, (source) => importFile(store, actor, source, recipe, {
    organisation: upload.national ? null : upload.organisation, broughtBy: upload.organisation,
    progress: (now) => work.progress(howFar(now)), beforeKeeping: (trx, id) => work.keep(trx, done(id)),
  }))
  if (report.import === null) {
    await store.change(actor, 'imports.try', (trx) => keepChecked(trx, upload, { ...checked, report }))
    return { says: 'Nothing was imported. The page of the file says why.', href: back, forAsker: true }
  }
  await store.change(actor, 'imports.drop-upload', (trx) => dropUpload(trx, upload))
  return done(report.import)
}

/** The upload that a job is about, with the recipe chosen for it. */
export async function chosen({ actor, input }: Pick<JobWork<{ upload: string }>, 'actor' | 'input'>, { store, now }: Pick<House, 'store' | 'now'>) {
  const upload = await store.read(actor, (db) => uploadOf(db, input.upload, now()))
  if (!upload.recipe) throw conflict('Choose a recipe for this file first.')
  return { upload, recipe: upload.recipe }
}

/** Asks for an upload to be checked, and leads to what was found. */
export function answerWithCheck(house: House, reply: FastifyReply, upload: Pick<Upload, 'id' | 'file_name' | 'organisation'>, notice?: string): Promise<FastifyReply> {
  return answerWithJob(house, reply, checking, { ...about(upload), input: { upload: upload.id, ...(notice ? { notice } : {}) }, title: `Checking ${upload.file_name}` })
}

/** Asks for an upload to be imported, and leads to the import. */
export function answerWithImport(house: House, reply: FastifyReply, upload: Pick<Upload, 'id' | 'file_name' | 'organisation'>): Promise<FastifyReply> {
  return answerWithJob(house, reply, importing, { ...about(upload), input: { upload: upload.id }, title: `Importing ${upload.file_name}`, audience: 'organisation' })
}

const about = ({ id, organisation }: Pick<Upload, 'id' | 'organisation'>) => ({ key: id, organisation, back: uploadAddress(id) })

export function howFar(progress: Progress) {
  return { done: progress.rows, of: null, says: inWords(progress) }
}

function inWords(progress: Progress): string {
  const rows = formatCount(progress.rows)
  switch (progress.phase) {
    case 'reading': return `${rows} rows read so far.`
    case 'comparing': return `All ${rows} rows are read. They are being set beside what is already known.`
    case 'checking': return `All ${rows} rows are read and compared. Looking for figures that a person should look at.`
    case 'writing': return `All ${rows} rows are read, compared and checked. Saving them.`
  }
}
