/** The commands groups and groups add-list. */
import { parseArgs } from 'node:util'
import type { Actor } from '#kernel/access/actor.ts'
import { countOf } from '#kernel/figures/index.ts'
import { refused } from '#kernel/problems.ts'
import type { Command } from '#kernel/slice.ts'
import { organisationBySlug } from '#slices/people/index.ts'
import { authorityByCode } from './authorities.ts'
import { groupChoices } from './groups.ts'
import { addList } from './lists.ts'
import { authorityLookup } from './lookup.ts'
import { namedAuthorities } from './naming.ts'

const actor: Actor = { kind: 'system', name: 'command line' }

const groupsCommand: Command = {
  name: 'groups',
  summary: 'List the groups that can be compared within',
  help: `npm run -s bv -- groups [--authority CODE] [--json]
npm run -s bv -- groups add-list --organisation SLUG --name "NAME" CODE CODE... [--json]

Every group that can be asked for: its address, its title and how many belong to it now. The address is what "compare --group"
takes. With an authority: the groups it belongs to and its own lists of nearest neighbours.

"add-list" makes a list that an organisation picks by hand. Only people of that organisation see it, and those it grants it to.
Authorities are named by any code, or by name in quotation marks.`,
  async run(args, { store }, { out }) {
    const { values } = parseArgs({ args, options: { authority: { type: 'string' }, json: { type: 'boolean' } } })
    const groups = await store.read(actor, async (db) =>
      groupChoices(db, values.authority === undefined ? undefined : await authorityByCode(db, values.authority)))
    if (values.json) {
      out(JSON.stringify(groups, null, 2))
      return 0
    }
    const width = Math.max(...groups.map(({ address }) => address.length))
    for (const { address, title, members } of groups) out(`${address.padEnd(width)}  ${title}${members === null ? '' : ` (${members})`}`)
    if (groups.length === 0) out('There are no authorities yet, so there are no groups. The recipe uk-authority-register brings them in.')
    return 0
  },
}

const addListCommand: Command = {
  name: 'groups add-list',
  summary: 'Make a list of authorities that an organisation picks by hand',
  help: groupsCommand.help,
  async run(args, { store, now }, { out }) {
    const { values, positionals } = parseArgs({
      args, allowPositionals: true, options: { organisation: { type: 'string' }, name: { type: 'string' }, json: { type: 'boolean' } },
    })
    const { organisation: slug, name } = values
    if (slug === undefined) throw refused('Say whose list it is: --organisation SLUG.')
    if (name === undefined) throw refused('Give the list a name: --name "NAME".')
    const { owner, lookup } = await store.read(actor, async (db) => ({ owner: await organisationBySlug(db, slug), lookup: await authorityLookup(db) }))
    if (!owner) throw refused(`There is no organisation "${slug}". "users add --help" says how one is made.`)
    const { found, doubtful } = namedAuthorities(lookup, positionals, now().toISOString().slice(0, 10))
    if (doubtful.length > 0) {
      throw refused('The list was not kept.', doubtful.map(({ line, why, candidates }) => ({
        field: line, message: candidates.length === 0 ? why : `${why} Perhaps ${candidates.map((one) => `${one.code} (${one.name})`).join(' or ')}.`,
      })))
    }
    const content = { title: name.trim(), members: found.map(({ id }) => id) }
    const made = await store.change(actor, 'places.add-list', (trx) => addList(trx, owner, content, now()))
    if (values.json) out(JSON.stringify({ address: `list:${made.slug}`, title: content.title, members: found.map(({ code }) => code) }))
    else out(`Made the list "${content.title}" of ${owner.name} with ${countOf(found.length, 'authority', 'authorities')}. Compare within it: --group list:${made.slug}`)
    return 0
  },
}

export const groupCommands: Command[] = [groupsCommand, addListCommand]
