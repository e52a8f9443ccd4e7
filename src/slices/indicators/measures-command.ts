/** The command measures. */
import { parseArgs } from 'node:util'
import type { Actor } from '#kernel/access/actor.ts'
import type { Command } from '#kernel/slice.ts'
import { latestPeriods } from './measures/periods.ts'
import { measures } from './measures/queries.ts'

const actor: Actor = { kind: 'system', name: 'command line' }

export const measuresCommand: Command = {
  name: 'measures',
  summary: 'List measures with their codes',
  help: `npm run -s bv -- measures [WORD...] [--json]

Every measure by code, with its title, its publisher and the latest period for which an authority has a figure. With words: those
with every one of them in the title, the code or another code. "compare" and "export" take the code.`,
  async run(args, { store }, { out, err }) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' } } })
    const found = await store.read(actor, async (db) => {
      const known = await measures(db, { search: positionals.join(' ') })
      const latest = await latestPeriods(db, known.map(({ id }) => id))
      return known.map(({ id, code, title, publisher }) => ({ code, title, publisher, latest_period: latest.get(id) ?? null }))
    })
    if (values.json) {
      out(JSON.stringify(found, null, 2))
      return 0
    }
    const width = Math.max(...found.map(({ code }) => code.length))
    for (const { code, title, publisher, latest_period } of found) out(`${code.padEnd(width)}  ${title} (${publisher}), ${latest_period ?? 'no figures yet'}`)
    if (found.length === 0) err(positionals.length === 0 ? 'There are no measures yet.' : `No measure has "${positionals.join(' ')}" in its title or codes. Without a word, all are listed.`)
    return 0
  },
}
