import { parseArgs } from 'node:util'
import type { Actor } from '#kernel/access/actor.ts'
import { formatMoment } from '#kernel/figures/index.ts'
import { refused } from '#kernel/problems.ts'
import type { Command, House } from '#kernel/slice.ts'
import { deactivate, reactivate } from '../commands.ts'
import { accountByEmail, organisationById, organisationBySlug, type Organisation } from '../queries.ts'
import { rolesInWords } from '../rules.ts'
import { everythingOwned } from './leaving.ts'
import { whoHasAccess } from './review.ts'

const commandLine: Actor = { kind: 'system', name: 'command line' }

const usersDeactivate: Command = {
  name: 'users deactivate',
  summary: 'Close the account of somebody who leaves, and say what was theirs',
  help: `npm run -s bv -- users deactivate --email ADDRESS [--json]

Ends sessions, tokens, links for a new password and invitations at once. What the person did stays. Prints what was theirs.`,
  async run(args, house, { out }) {
    const { values } = parseArgs({ args, options: { email: { type: 'string' }, json: { type: 'boolean' } } })
    const { account, organisation } = await accountMeant(house, values.email)
    const owned = await house.store.read(commandLine, (db) => everythingOwned(house, db, account.id, organisation.id))
    await house.store.change(commandLine, 'people.deactivate', (trx) => deactivate(trx, organisation, account.id, null, house.now()))
    if (values.json) out(JSON.stringify({ account: account.id, email: account.email, active: false, owned: owned.map(({ kind, count }) => ({ kind, count })) }))
    else out([`Closed the account of ${account.name}.`, ...owned.map(({ title, count, fate }) => `  ${title}: ${count}. ${fate}`)].join('\n'))
    return 0
  },
}

const usersReactivate: Command = {
  name: 'users reactivate',
  summary: 'Open a closed account again, with the roles it had',
  help: 'npm run -s bv -- users reactivate --email ADDRESS [--json]\n\nSessions, tokens and links that ended when it was closed stay ended.',
  async run(args, house, { out }) {
    const { values } = parseArgs({ args, options: { email: { type: 'string' }, json: { type: 'boolean' } } })
    const { account, organisation } = await accountMeant(house, values.email)
    await house.store.change(commandLine, 'people.reactivate', (trx) => reactivate(trx, organisation, account.id))
    out(values.json ? JSON.stringify({ account: account.id, email: account.email, active: true }) : `The account of ${account.name} is active again.`)
    return 0
  },
}

const usersReview: Command = {
  name: 'users review',
  summary: 'List who has access to an organisation, for the yearly review',
  help: `npm run -s bv -- users review --organisation SLUG [--json]

Everybody with access: roles and since when, the last sign-in, whether they have a second factor, tokens that work.`,
  async run(args, house, { out }) {
    const { values } = parseArgs({ args, options: { organisation: { type: 'string' }, json: { type: 'boolean' } } })
    const organisation = await house.store.read(commandLine, (db) => organisationBySlug(db, values.organisation ?? ''))
    if (!organisation) throw refused('Nothing was listed.', [{ field: '--organisation', message: 'Give the short name of an organisation, such as northmere.' }])
    const rows = await house.store.read(commandLine, (db) => whoHasAccess(db, organisation.id, house.now()))
    if (values.json) out(JSON.stringify(rows))
    else {
      for (const row of rows) {
        out(`${row.email}  ${row.name}: ${row.active ? rolesInWords(row.roles) : 'closed'}; last signed in ${row.last_sign_in ? formatMoment(row.last_sign_in) : 'never'}; ${row.second_factor ? 'a' : 'no'} second factor; tokens: ${row.tokens}`)
      }
    }
    return 0
  },
}

export const leavingCommands: Command[] = [usersDeactivate, usersReactivate, usersReview]

async function accountMeant({ store }: House, email: string | undefined): Promise<{ account: { id: number; name: string; email: string }; organisation: Organisation }> {
  const found = await store.read(commandLine, async (db) => {
    const account = email === undefined ? undefined : await accountByEmail(db, email)
    const organisation = account ? await organisationById(db, account.organisation) : undefined
    return account && organisation ? { account, organisation } : null
  })
  if (!found) throw refused('Nothing was changed.', [{ field: '--email', message: 'Nobody has an account with this address.' }])
  return found
}
