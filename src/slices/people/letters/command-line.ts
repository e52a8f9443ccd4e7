import { parseArgs } from 'node:util'
import type { Actor } from '#kernel/access/actor.ts'
import { formatMoment } from '#kernel/figures/index.ts'
import { lettersOf, openLetter } from '#kernel/mail/index.ts'
import { refused } from '#kernel/problems.ts'
import type { Command } from '#kernel/slice.ts'
import { letterState } from './words.ts'

const commandLine: Actor = { kind: 'system', name: 'command line' }

export const outboxCommand: Command = {
  name: 'outbox',
  summary: 'List letters, or open one that nobody else sends',
  help: `npm run -s bv -- outbox [NUMBER] [--json]

Without a number: the latest letters, to whom, and what became of each. With one: opens that letter, to pass its link on to its
reader. Opening is noted in the trail, can be done once, and then nobody else sends the letter.`,
  async run(args, house, { out }) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' } } })
    const [number, ...rest] = positionals
    if (number !== undefined) {
      if (rest.length > 0 || !/^[1-9]\d{0,8}$/.test(number)) throw refused('No letter was opened.', [{ field: 'NUMBER', message: 'Give the number of one letter.' }])
      const { recipient, subject, text } = await house.store.change(commandLine, 'people.open-letter', (trx) => openLetter(trx, house, Number(number)))
      out(values.json ? JSON.stringify({ to: recipient, subject, text }) : `To: ${recipient}\nSubject: ${subject}\n\n${text}`)
      return 0
    }
    const letters = await house.store.read(commandLine, (db) => lettersOf(db, 100))
    if (values.json) out(JSON.stringify(letters.map(({ id, recipient, subject, state, made_at, expires_at, attempts, reason, sent_at }) => ({ id, to: recipient, subject, state, made_at, expires_at, attempts, reason, sent_at }))))
    else if (letters.length === 0) out('There are no letters.')
    else for (const { id, recipient, subject, made_at, state, reason } of letters) out(`${id}  ${recipient}  ${subject}\n    written ${formatMoment(made_at)}; ${letterState(state, reason)}`)
    return 0
  },
}
