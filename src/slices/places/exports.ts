/** What can be downloaded of groups: which there are, and who belongs to one. */
import { z } from 'zod'
import { columnFor, columnsOf, exportOf, exportSource, type ColumnOf, type ExportSource } from '#kernel/exports/index.ts'
import { aboutGroups, groupAnswer } from './api.ts'
import { authorityByCode, type Authority } from './authorities.ts'
import { groupChoices, resolveGroup } from './groups.ts'

const access = 'public'

export const exports: readonly ExportSource[] = [
  exportSource({
    path: '/groups', access,
    open: async ({ actor, house }) => exportOf(aboutGroups, columnsOf(groupAnswer), await house.store.read(actor, (db) => groupChoices(db))),
  }),
  exportSource({
    path: '/groups/:group/members', page: '/groups/:group', access, params: z.object({ group: z.string().max(200) }), query: z.object({ authority: z.string().max(50).optional().catch(undefined) }),
    open: async ({ actor, params, query, house: { store, now } }) => {
      const group = await store.read(actor, async (db) => {
        const of = query.authority === undefined ? undefined : await authorityByCode(db, query.authority)
        return resolveGroup(db, { address: params.group, on: now().toISOString().slice(0, 10), of })
      })
      const about = {
        name: 'group', title: group.title.slice(0, 1).toUpperCase() + group.title.slice(1), description: `The authorities of the group ${group.address} that are in being.`,
        publisher: group.publisher, licence: group.licence, knownAt: null,
      }
      return exportOf(about, [column('group', 'text', 'Address of the group.', () => group.address), ...memberColumns], group.members)
    },
  }),
]

const column = columnFor<Authority>()

const memberColumns: readonly ColumnOf<Authority>[] = [
  column('code', 'text', 'GSS code where it has one, else its register code.', (row) => row.code),
  column('name', 'text', 'Name as in the register.', (row) => row.name),
  column('kind', 'text', 'What kind of authority it is.', (row) => row.kind_title),
  column('nation', 'text', 'The nation it is in.', (row) => row.nation),
  column('region', 'text', 'Empty: none.', (row) => row.region_name),
]
