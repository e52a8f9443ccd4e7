/** The commands sources and sources look. */
import { parseArgs } from 'node:util'
import { internet, type Outside } from '#kernel/fetching/index.ts'
import { formatMoment } from '#kernel/figures/index.ts'
import { refused } from '#kernel/problems.ts'
import type { Command } from '#kernel/slice.ts'
import { lookAt, watching } from './look.ts'
import { watchedSources } from './queries.ts'
import { standing } from './source-page.ts'

const listCommand: Command = {
  name: 'sources',
  summary: 'List the watched sources, or look at one now',
  help: `npm run -s bv -- sources [--json]
npm run -s bv -- sources look NUMBER

A watched source is a published address that is looked at for new releases. Sources are added and changed on the page Watched sources.
A look imports nothing: a new file waits for the person who watches the source. It ends with 1 when the look failed.`,
  async run(args, { store }, { out }) {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
    const rows = await store.read(watching, watchedSources)
    if (values.json) {
      out(JSON.stringify(rows.map(({ id, name, address, recipe, slug, national, every, last_looked_at, failing_since, last_fault }) =>
        ({ id, name, address, recipe, organisation: slug, national, every, last_looked_at, failing_since, last_fault })), null, 2))
      return 0
    }
    if (rows.length === 0) out('No source is watched.')
    for (const row of rows) out(`${row.id}  ${row.name}, for ${row.organisation_name}, every ${row.every}, last look ${row.last_looked_at ? formatMoment(row.last_looked_at) : 'never'}. ${standing(row)}`)
    return 0
  },
}

const lookCommandInto = (outside: Outside): Command => ({
  name: 'sources look',
  summary: 'Look at a watched source now',
  help: listCommand.help,
  async run(args, house, { out, err }) {
    const { positionals: [number = ''] } = parseArgs({ args, allowPositionals: true, options: {} })
    if (!/^\d{1,9}$/.test(number)) throw refused('Give the number of a source. "sources" lists them.')
    const { found, says } = await lookAt(house, outside, Number(number))
    if (found === 'failed') err(says)
    else out(says)
    return found === 'failed' ? 1 : 0
  },
})

/** The commands, looking into a world outside; a test gives one of its own. */
export const sourceCommandsInto = (outside: Outside): Command[] => [listCommand, lookCommandInto(outside)]

export const sourceCommands = sourceCommandsInto(internet)
