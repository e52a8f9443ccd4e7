/** What can be downloaded of imports and recipes. Each page of rows is read in a short transaction of its own. */
import { z } from 'zod'
import type { Actor } from '#kernel/access/actor.ts'
import { columnFor, columnsOf, exportOf, exportSource, type ColumnOf, type ExportAbout, type ExportSource } from '#kernel/exports/index.ts'
import { notFound } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { changeColumns, everyChange, everyWarning } from './imports/details.ts'
import { importById, imports } from './imports/queries.ts'
import { describedImport, describedRecipe, importColumns, recipeItem } from './pages/api.ts'
import type { Checked } from './pages/check.ts'
import { organisationNames } from './pages/queries.ts'
import { knownRecipes } from './pages/saved-recipes.ts'
import { uploadOf } from './pages/uploads.ts'

const chunk = 1_000
const about: Pick<ExportAbout, 'publisher' | 'licence' | 'knownAt'> = { publisher: null, licence: null, knownAt: null }
const oneImport = z.object({ id: z.coerce.number().int().positive().max(2 ** 31 - 1) })
const oneUpload = z.object({ upload: z.string().max(60) })

export const exports: readonly ExportSource[] = [
  exportSource({
    path: '/imports', access: 'public',
    open: ({ actor, house }) => Promise.resolve(exportOf(
      { ...about, name: 'imports', title: 'Imports', description: 'Every file that was brought in, the latest first: what it changed and whether it stands.' },
      importColumns, everyImport(house, actor))),
  }),
  exportSource({
    path: '/recipes', access: 'public',
    open: async ({ actor, house }) => exportOf(
      { ...about, name: 'recipes', title: 'Recipes', description: 'Recipes for published files: those that come with the program, then those that organisations saved.' },
      columnsOf(recipeItem), (await house.store.read(actor, knownRecipes)).map(describedRecipe)),
  }),
  exportSource({
    path: '/imports/:id/warnings', page: '/imports/:id', access: 'public', params: oneImport,
    open: async ({ actor, params: { id }, house }) => {
      const made = await house.store.read(actor, (db) => importById(db, id))
      return exportOf({ ...about, name: `import-${id}-warnings`, title: `Warnings of import ${id}`, description: `What was worth a look in the file ${made.file_name}.` }, warningColumns, everyWarning(house.store, actor, id))
    },
  }),
  exportSource({
    path: '/imports/:id/changes', page: '/imports/:id', access: 'public', params: oneImport,
    open: async ({ actor, params: { id }, house }) => {
      const made = await house.store.read(actor, (db) => importById(db, id))
      return exportOf({ ...about, name: `import-${id}-changes`, title: `What import ${id} changed`, description: `Each figure that the file ${made.file_name} brought, beside the one it replaced.` }, changeColumns, everyChange(house.store, actor, id))
    },
  }),
  exportSource({
    path: '/imports/new/:upload/refusals', page: '/imports/new/:upload', access: { may: 'imports.make' }, params: oneUpload,
    open: async ({ actor, params, house }) => {
      const { report } = await checkedAt(house, actor, params.upload)
      return exportOf({ ...about, name: 'refusals', title: `What cannot be read in ${report.file.name}`, description: 'Each place that the recipe could not read. Nothing of the file is imported while there is one.' }, refusalColumns, report.refusals)
    },
  }),
  exportSource({
    path: '/imports/new/:upload/warnings', page: '/imports/new/:upload', access: { may: 'imports.make' }, params: oneUpload,
    open: async ({ actor, params, house }) => {
      const { report } = await checkedAt(house, actor, params.upload)
      const rows = report.warnings.map((one) => ({ ...one, check_name: one.check, column_name: one.column }))
      return exportOf({ ...about, name: 'warnings', title: `What is worth a look in ${report.file.name}`, description: 'What the checks noticed in a file before it is imported.' }, warningColumns, rows)
    },
  }),
]

async function* everyImport({ store }: House, actor: Actor) {
  const names = await store.read(actor, organisationNames)
  for (let before: number | undefined; ;) {
    const from: number | undefined = before
    const rows = await store.read(actor, (db) => imports(db, chunk, from))
    for (const row of rows) yield describedImport(row, names, actor)
    if (rows.length < chunk) return
    before = rows.at(-1)?.id
  }
}

async function checkedAt({ store, now }: House, actor: Actor, id: string): Promise<Checked> {
  const { checked } = await store.read(actor, (db) => uploadOf(db, id, now()))
  if (!checked) throw notFound('This file has not been tried with its recipe yet.')
  return checked
}

interface Finding {
  line: number | null
  seen: string | null
  expected: string | null
  message: string
}

type Warning = Finding & { check_name: string; column_name: string | null }
type Refusal = Finding & { column: string | null }

const finding = columnFor<Finding>()
const warning = columnFor<Warning>()
const refusal = columnFor<Refusal>()

const findings: readonly ColumnOf<Finding>[] = [
  finding('seen', 'text', 'What stands in the file.', (row) => row.seen),
  finding('expected', 'text', 'What is usual or was expected.', (row) => row.expected),
  finding('message', 'text', 'What is the matter, in a sentence.', (row) => row.message),
]
const line = finding('line', 'whole', 'Line of the file. Empty: the whole file.', (row) => row.line)

const warningColumns: readonly ColumnOf<Warning>[] = [
  warning('check', 'text', 'The check that noticed it.', (row) => row.check_name),
  line,
  warning('column', 'text', 'Column of the file. Empty: the whole row.', (row) => row.column_name),
  ...findings,
]

const refusalColumns: readonly ColumnOf<Refusal>[] = [
  line,
  refusal('column', 'text', 'Column of the file. Empty: the whole row.', (row) => row.column),
  ...findings,
]
