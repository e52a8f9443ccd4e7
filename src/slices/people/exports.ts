/** What administrators and auditors can download: the people of an organisation, and the trail. */
import { z } from 'zod'
import type { Actor } from '#kernel/access/actor.ts'
import { columnFor, exportOf, exportSource, type ColumnOf, type ExportSource } from '#kernel/exports/index.ts'
import type { House } from '#kernel/slice.ts'
import { administered } from './administering.ts'
import { peopleOf, type OrganisationPerson } from './queries.ts'
import { rolesInWords } from './rules.ts'
import { trailPage, type TrailQuestion, type TrailRow } from './trail/queries.ts'
import { trailQuery } from './trail/question.ts'
import { whatInWords, whoInWords } from './trail/rules.ts'

const about = { publisher: null, licence: null, knownAt: null }

export const exports: readonly ExportSource[] = [
  exportSource({
    path: '/people/organisations/:slug/people', page: '/people/organisations/:slug', access: { may: 'people.administer' }, params: z.object({ slug: z.string() }),
    open: async ({ actor, params, house }) => {
      const organisation = await administered(house, actor, params.slug)
      const rows = await house.store.read(actor, (db) => peopleOf(db, organisation.id))
      return exportOf({ ...about, name: 'people', title: `People of ${organisation.name}`, description: 'Who may sign in for the organisation, and what they may do.' }, personColumns, rows)
    },
  }),
  exportSource({
    path: '/trail', access: { may: 'trail.read' }, query: trailQuery,
    open: ({ actor, query: { before = null, ...question }, house }) =>
      Promise.resolve(exportOf({ ...about, name: 'trail', title: 'Trail', description: 'What was changed, by whom, when and why, the latest first.' }, trailColumns, everyEntry(house, actor, question, before))),
  }),
]

const personColumns: readonly ColumnOf<OrganisationPerson>[] = [
  { name: 'name', title: 'Name', datatype: 'text', description: 'As the person is shown.', cell: (row) => row.name },
  { name: 'email', title: 'Email address', datatype: 'text', description: 'What they sign in with.', cell: (row) => row.email },
  { name: 'roles', title: 'Roles', datatype: 'text', description: 'What they may do in this organisation. Empty: nothing.', cell: (row) => rolesInWords(row.roles) },
  { name: 'active', title: 'Active', datatype: 'yes-no', description: 'Whether the account can sign in.', cell: (row) => row.active },
]

/** The whole answer a thousand entries at a time, each in a short transaction of its own: entries never change, only newer ones come. */
async function* everyEntry({ store }: House, actor: Actor, question: TrailQuestion, start: number | null): AsyncGenerator<TrailRow, void> {
  const size = 1000
  let before = start
  for (;;) {
    const from = before
    const rows = await store.read(actor, (db) => trailPage(db, question, { before: from, size }))
    yield* rows
    if (rows.length < size) return
    before = rows.at(-1)?.entry ?? null
  }
}

const column = columnFor<TrailRow>()

const trailColumns: readonly ColumnOf<TrailRow>[] = [
  column('entry', 'whole', 'Number of the entry.', (row) => row.entry),
  column('at', 'moment', 'When it was changed.', (row) => row.at),
  column('who', 'text', 'Who changed it.', (row) => whoInWords(row, null)),
  column('organisation', 'text', 'Whose trail it belongs to. Empty: national matters.', (row) => row.organisation_name),
  column('what', 'text', 'What was done, in words.', (row) => whatInWords(row)),
  column('why', 'text', 'The reason given. Empty: none was asked for.', (row) => row.why),
  column('action', 'text', 'The kind of change.', (row) => row.action),
  column('subject', 'text', 'What was changed, as kind:number.', (row) => row.subject),
  column('before', 'text', 'What was there before, as JSON.', (row) => row.before),
  column('after', 'text', 'What is there now, as JSON.', (row) => row.after),
  column('request', 'text', 'Reference of the request it came from.', (row) => row.request),
  column('hash', 'text', 'Fingerprint of this entry and of those before.', (row) => row.hash),
]
