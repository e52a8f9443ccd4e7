import { parseArgs } from 'node:util'
import type { Actor } from '#kernel/access/actor.ts'
import { refused } from '#kernel/problems.ts'
import type { Command, House } from '#kernel/slice.ts'
import { unlinkIdentity } from '../oidc/links.ts'
import { accountByEmail } from '../queries.ts'
import { forgetFailures } from '../sign-in/attempts.ts'
import { hashPassword, oneTimePassword } from '../sign-in/passwords.ts'
import { breakGlass, endAllSessions } from '../sign-in/sessions.ts'
import { telling } from '../telling.ts'
import { resetSecondFactor } from './commands.ts'
import { resealAll } from './resealing.ts'

// What whoever runs the installation does when somebody cannot get in. Each leaves an entry in the trail.

const commandLine: Actor = { kind: 'system', name: 'command line' }

async function accountNamed(house: House, email: string | undefined) {
  const account = email ? await house.store.read(commandLine, (db) => accountByEmail(db, email)) : undefined
  if (!account) throw refused('Nothing was done.', [{ field: '--email', message: email ? `Nobody has an account with the address ${email}.` : 'Give the email address of the account.' }])
  return account
}

const resetCommand: Command = {
  name: 'users reset-second-factor',
  summary: 'Take the second factor from somebody who lost it',
  help: `npm run -s bv -- users reset-second-factor --email ADDRESS [--json]

Removes the authenticator apps and recovery codes of an account and ends its sessions. Its holder then signs in with the first factor
alone, and adds an app again at once where the account must have one. Make sure first that it is they who ask.`,
  async run(args, house, { out }) {
    const { values } = parseArgs({ args, options: { email: { type: 'string' }, json: { type: 'boolean' } } })
    const account = await accountNamed(house, values.email)
    const home = { id: account.organisation, slug: '', name: '', kind: 'authority', authority: null } as const
    await house.store.change(commandLine, 'people.reset-second-factor', telling(house, account.id, 'Whoever runs the workbench took the second factor away from your account', (trx) =>
      resetSecondFactor(trx, home, { id: account.id, name: account.name, home: account.organisation }, house.now())))
    await forgetFailures(house, account.email)
    out(values.json ? JSON.stringify({ account: account.id, email: account.email, reset: true }) : `The second factor of ${account.name} was reset, and all their sessions have ended.`)
    return 0
  },
}

const breakGlassCommand: Command = {
  name: 'users break-glass',
  summary: 'Let one person sign in with a password although passwords are switched off',
  help: `npm run -s bv -- users break-glass --email ADDRESS [--hours N] [--json]

For when the OpenID Connect provider is out of order and PASSWORD_SIGN_IN is off. Prints a one-time password and the address where it
is taken, for N hours (1 to 24; 2 when not given). A second factor of the account is asked for as always. The trail says that it was done.`,
  async run(args, house, { out }) {
    const { values } = parseArgs({ args, options: { email: { type: 'string' }, hours: { type: 'string' }, json: { type: 'boolean' } } })
    const hours = Number(values.hours ?? 2)
    if (!Number.isInteger(hours) || hours < 1 || hours > 24) throw refused('Nothing was done.', [{ field: '--hours', message: 'Give a whole number of hours from 1 to 24.' }])
    const account = await accountNamed(house, values.email)
    if (!account.active) throw refused('Nothing was done.', [{ field: '--email', message: `The account of ${account.name} is deactivated.` }])
    const password = oneTimePassword()
    const hash = await hashPassword(password)
    const until = new Date(house.now().getTime() + hours * 3_600_000)
    await house.store.change(commandLine, 'people.break-glass', telling(house, account.id, 'Whoever runs the workbench made a one-time password for your account', (trx) => breakGlass(trx, account, { hash, until, now: house.now() })))
    await forgetFailures(house, account.email)
    const address = `${house.config.baseUrl}/sign-in?with=password`
    out(values.json ? JSON.stringify({ account: account.id, email: account.email, one_time_password: password, until: until.toISOString(), address })
      : `${account.name} can sign in with a password until ${until.toISOString()}.\nAddress: ${address}\nOne-time password: ${password}`)
    return 0
  },
}

const unlinkCommand: Command = {
  name: 'users unlink',
  summary: 'End the link of an account with the OpenID Connect provider',
  help: `npm run -s bv -- users unlink --email ADDRESS [--json]

For an account that is linked with the wrong person at the provider, or after a change of provider. At the next visit it is found by its
verified email address and linked anew.`,
  async run(args, house, { out }) {
    const { values } = parseArgs({ args, options: { email: { type: 'string' }, json: { type: 'boolean' } } })
    const account = await accountNamed(house, values.email)
    await house.store.change(commandLine, 'people.unlink-identity', telling(house, account.id, 'Whoever runs the workbench ended the link of your account with your organisation’s sign-in', (trx) => unlinkIdentity(trx, account)))
    out(values.json ? JSON.stringify({ account: account.id, email: account.email, unlinked: true }) : `The account of ${account.name} is not linked with the provider any more.`)
    return 0
  },
}

const resealCommand: Command = {
  name: 'users reseal',
  summary: 'Seal everything with the new session secret, after it was changed',
  help: `npm run -s bv -- users reseal [--json]

Run it once after SESSION_SECRET was changed, with the secret from before in SESSION_SECRET_BEFORE. Second factors, letters that wait and
what signs people out at the provider are then sealed with the new secret, and SESSION_SECRET_BEFORE can go. Exit code 1 when something
could be opened with neither: holders of such second factors need users reset-second-factor, and such letters have to be sent again.`,
  async run(args, house, { out }) {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
    const { secondFactors, letters, sessions } = await resealAll(house, commandLine)
    const all = [secondFactors, letters, sessions]
    const [resealed, unreadable] = [all.reduce((sum, one) => sum + one.resealed, 0), all.reduce((sum, one) => sum + one.unreadable, 0)]
    if (values.json) out(JSON.stringify({ resealed, unreadable, second_factors: secondFactors, letters, sessions }))
    else out([['Second factors', secondFactors] as const, ['Letters', letters] as const, ['Sessions of the provider', sessions] as const]
      .map(([what, { resealed, unreadable: lost }]) => `${what}: sealed anew ${resealed}, opened by neither secret ${lost}.`).join('\n'))
    return unreadable === 0 ? 0 : 1
  },
}

const endSessionsCommand: Command = {
  name: 'sessions end',
  summary: 'Sign everybody out',
  help: 'npm run -s bv -- sessions end [--json]\n\nEnds every session of every account at once. People sign in again.',
  async run(args, house, { out }) {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
    const ended = await house.store.change(commandLine, 'people.end-sessions', (trx) => endAllSessions(trx))
    out(values.json ? JSON.stringify({ ended }) : `Sessions that have ended: ${ended}.`)
    return 0
  },
}

export const accessCommands: Command[] = [resetCommand, breakGlassCommand, unlinkCommand, resealCommand, endSessionsCommand]
