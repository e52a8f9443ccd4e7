/** What a guided import knows of an uploaded file: what a person settled, and what the file looks like by that. */
import type { Actor } from '#kernel/access/actor.ts'
import type { Store, Trx } from '#kernel/db/index.ts'
import { TableProblem } from '#kernel/tables/index.ts'
import { authorityLookup } from '#slices/places/index.ts'
import { choicesSchema, type Choices } from '../../guessing/choices.ts'
import { propose, type Proposal } from '../../guessing/propose.ts'
import { takeSample, type Reading } from '../../guessing/sample.ts'
import { placesOver } from '../../guessing/whose.ts'
import { withUpload, type Upload } from '../uploads.ts'

/** The parts a person has been through. */
export const parts = ['found', 'columns', 'measures', 'names'] as const
export type Part = (typeof parts)[number]

/** The file as it looks by the choices so far; a problem where it cannot be read as a table at all. */
export type Seen = { problem: string } | { problem: null; reading: Reading; excerpt: { line: number; cells: string[] }[]; proposal: Proposal }

export interface Guided {
  choices: Choices
  seen: Seen
  done: Part[]
}

/** Rows of the excerpt, and how much of a row and a cell. */
const [excerptRows, excerptCells, excerptLetters] = [14, 60, 60]

/** Looks at the file anew by these choices. Reads it all: a second for a large file. */
export async function look(store: Store, actor: Actor, upload: Upload, choices: Choices): Promise<Seen> {
  const places = placesOver(await store.read(actor, authorityLookup))
  try {
    const sample = await withUpload(store, actor, upload, (source) => takeSample(source, choices))
    const proposal = propose(sample, places, choices)
    return { problem: null, reading: sample.reading, excerpt: excerptOf(sample.rows), proposal }
  } catch (cause) {
    if (cause instanceof TableProblem) return { problem: cause.message }
    throw cause
  }
}

const excerptOf = (rows: readonly { line: number; cells: string[] }[]) =>
  rows.slice(0, excerptRows).map(({ line, cells }) => ({
    line, cells: cells.slice(0, excerptCells).map((cell) => (cell.length > excerptLetters ? `${cell.slice(0, excerptLetters)}…` : cell)),
  }))

/** The guided import of an upload; null where it is none. What the file looked like was written by this program and is taken as it is. */
export function guidedOf({ guided }: Upload): Guided | null {
  if (guided === null) return null
  const { choices, seen, done } = guided as Guided
  return { choices: choicesSchema.parse(choices), seen, done }
}

/** Keeps where a guided import has got to. What was found by an earlier recipe is worth nothing any more. */
export async function keepGuided(trx: Trx, upload: Upload, guided: Guided) {
  await trx.updateTable('indicators.upload').set({ guided: JSON.stringify(guided), recipe: null, checked: null }).where('id', '=', upload.id).execute()
  return { subject: `upload:${upload.id.slice(0, 6)}`, organisation: upload.organisation, says: `said how the file ${upload.file_name} is to be read; nothing was imported`, result: undefined }
}
