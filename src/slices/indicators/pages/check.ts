/** The dry run: what importing an uploaded file would do, with its first rows and the names somebody has to decide on. */
import type { Actor } from '#kernel/access/actor.ts'
import type { Reader, Store } from '#kernel/db/index.ts'
import type { ImportSource } from '../imports/reading.ts'
import type { Recipe } from '../imports/recipe.ts'
import type { ImportReport } from '../imports/report.ts'
import type { Progress } from '../imports/preparing.ts'
import { importFile } from '../imports/run.ts'
import { doubtfulNames, type DoubtfulName } from './names.ts'
import { firstRows, type FirstRows } from './first-rows.ts'
import { keepChecked, lastChange, withUpload, type Upload } from './uploads.ts'

/** Everything a dry run found, kept with the upload as JSON. */
export interface Checked {
  report: ImportReport
  rows: FirstRows
  names: DoubtfulName[]
  /** The last import or withdrawal that was known when it was made. */
  after: string | null
}

/** Tries an upload by its recipe and keeps what was found. Takes seconds for a large file. */
export async function checkUpload(store: Store, actor: Actor, upload: Upload, recipe: Recipe, progress: (now: Progress) => void): Promise<Checked> {
  const after = await store.read(actor, lastChange)
  const organisation = upload.national ? null : upload.organisation
  const found = await withUpload(store, actor, upload, async (source: ImportSource) => ({
    report: await importFile(store, actor, source, recipe, { dryRun: true, organisation, broughtBy: upload.organisation, progress }),
    rows: await firstRows(store, actor, source, recipe, organisation),
  }))
  const names = await store.read(actor, (db) => doubtfulNames(db, recipe, found.report))
  return store.change(actor, 'imports.try', (trx) => keepChecked(trx, upload, { ...found, names, after }))
}

/** Whether nothing was imported or withdrawn since the dry run, so that its numbers still hold. */
export async function stillHolds(db: Reader, checked: Checked): Promise<boolean> {
  return (await lastChange(db)) === checked.after
}
