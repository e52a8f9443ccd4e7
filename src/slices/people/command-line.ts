import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import type { Actor, Role } from '#kernel/access/actor.ts'
import { verifyTrail } from '#kernel/db/trail.ts'
import { isMailAddress } from '#kernel/mail/index.ts'
import { refused, type Fault } from '#kernel/problems.ts'
import type { Command, House } from '#kernel/slice.ts'
import { addAccount, addOrganisation, addRoles } from './commands.ts'
import { accountByEmail, everyAccount, organisationBySlug, type Organisation } from './queries.ts'
import { isOrganisationKind, isRole, organisationKinds, roles, rolesInWords } from './rules.ts'
import { accessCommands } from './second-factor/command-line.ts'
import { hashPassword, oneTimePassword } from './sign-in/passwords.ts'
import { faultOfPassword } from './sign-in/rules.ts'

const commandLine: Actor = { kind: 'system', name: 'command line' }

const usersAdd: Command = {
  name: 'users add',
  summary: 'Add a person, or give a known person roles in another organisation',
  help: `npm run -s bv -- users add --email ADDRESS --name NAME --organisation SLUG --role ROLE [--role ROLE …]

Adds an account and prints a one-time password, which its holder replaces at first sign-in. When the address has an account
already, the roles are added to it and its password stays. The first person of a new organisation needs --organisation-name and
--organisation-kind as well: they make the organisation.

  --email ADDRESS               what they sign in with
  --name NAME                   how they are shown (not needed for a known address)
  --organisation SLUG           short name of the organisation, such as northmere
  --organisation-name NAME      makes the organisation when there is none with this slug; the first person of it needs this
  --organisation-kind KIND      with it: ${organisationKinds.join(', ')} (default authority)
  --organisation-authority CODE with it: code of the authority it works for, such as E08000006
  --role ROLE                   ${roles.join(', ')}
  --password-stdin              read the password from standard input instead of making a one-time password
  --json                        print what was done as JSON`,
  async run(args, house, { out }) {
    const { values } = parseArgs({
      args,
      options: {
        email: { type: 'string' }, name: { type: 'string' }, organisation: { type: 'string' }, role: { type: 'string', multiple: true },
        'organisation-name': { type: 'string' }, 'organisation-kind': { type: 'string' }, 'organisation-authority': { type: 'string' },
        'password-stdin': { type: 'boolean' }, json: { type: 'boolean' },
      },
    })
    const wanted = readPerson(values)
    const known = await house.store.read(commandLine, (db) => accountByEmail(db, wanted.email))
    if (!known && !wanted.name) throw refused('Nobody was added.', [{ field: '--name', message: 'Give the name of the person.' }])
    const given = values['password-stdin'] ? (await text(process.stdin)).replace(/\r?\n$/, '') : null
    const fault = given === null || known ? null : faultOfPassword(given, { email: wanted.email, name: wanted.name, organisation: wanted.newOrganisation?.name })
    if (fault) throw refused('Nobody was added.', [{ field: '--password-stdin', message: fault }])
    const organisation = await organisationFor(house, wanted)
    if (known) {
      await house.store.change(commandLine, 'people.change-roles', (trx) => addRoles(trx, organisation, known, wanted.roles))
      out(values.json ? JSON.stringify({ account: known.id, email: known.email, organisation: organisation.slug, roles: wanted.roles })
        : `${known.name} has an account already and is now ${rolesInWords(wanted.roles)} in ${organisation.name}.`)
      return 0
    }
    const password = given ?? oneTimePassword()
    const hash = await hashPassword(password)
    const account = await house.store.change(commandLine, 'people.add-account', (trx) =>
      addAccount(trx, { organisation, ...wanted, hash, mustChange: given === null, now: house.now() }))
    if (values.json) out(JSON.stringify({ account, email: wanted.email, organisation: organisation.slug, roles: wanted.roles, one_time_password: given === null ? password : null }))
    else out(`Added ${wanted.name} to ${organisation.name} as ${rolesInWords(wanted.roles)}.${given === null ? `\nOne-time password: ${password}` : ''}`)
    return 0
  },
}

const usersList: Command = {
  name: 'users list',
  summary: 'List accounts with their organisations and roles',
  help: 'npm run -s bv -- users list [--json]\n\nEvery account, by email address. Passwords are not kept in a form that could be shown.',
  async run(args, house, { out }) {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
    const accounts = await house.store.read(commandLine, (db) => everyAccount(db))
    if (values.json) out(JSON.stringify(accounts))
    else if (accounts.length === 0) out('There are no accounts yet. Add the first with: npm run -s bv -- users add --help')
    else {
      for (const { email, name, active, memberships } of accounts) {
        const where = memberships.map((m) => `${rolesInWords(m.roles)} in ${m.organisation}`).join('; ') || 'no role'
        out(`${email}  ${name}: ${where}${active ? '' : ' (deactivated)'}`)
      }
    }
    return 0
  },
}

const trailVerify: Command = {
  name: 'trail verify',
  summary: 'Check that no entry of the trail was altered or removed',
  help: `npm run -s bv -- trail verify [--json]

Recomputes every entry from the first to the last. Exit code 0 when the line is unbroken; 1 when it is not, with the number of the
first entry that does not hold and why.`,
  async run(args, house, { out, err }) {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
    const report = await house.store.read(commandLine, (db) => verifyTrail(db))
    if (values.json) out(JSON.stringify(report))
    else if (!report.broken) out(`The trail is unbroken: ${report.checked} entries checked.`)
    else err(`The trail is broken at entry ${report.broken.entry}: ${report.broken.reason}. Entries that hold before it: ${report.checked}.`)
    return report.broken ? 1 : 0
  },
}

export const commands: Command[] = [usersAdd, usersList, trailVerify, ...accessCommands]

interface Wanted {
  email: string
  name: string
  slug: string
  roles: Role[]
  newOrganisation: { name: string; kind: string; authority: string | null } | null
}

function readPerson(values: Record<string, string | boolean | string[] | undefined>): Wanted {
  const word = (name: string) => (typeof values[name] === 'string' ? values[name].trim() : '')
  const given = Array.isArray(values.role) ? values.role : []
  const faults: Fault[] = []
  if (!isMailAddress(word('email'))) faults.push({ field: '--email', message: 'Give an address such as name@example.gov.uk.' })
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(word('organisation'))) faults.push({ field: '--organisation', message: 'Give the short name in small letters, such as northmere.' })
  if (given.length === 0) faults.push({ field: '--role', message: `Give at least one of ${roles.join(', ')}.` })
  for (const role of given) if (!isRole(role)) faults.push({ field: '--role', message: `"${role}" is not a role. Use ${roles.join(', ')}.` })
  const kind = word('organisation-kind') || 'authority'
  if (!isOrganisationKind(kind)) faults.push({ field: '--organisation-kind', message: `"${kind}" is not a kind. Use ${organisationKinds.join(', ')}.` })
  if (faults.length > 0) throw refused('Nobody was added.', faults)
  const newName = word('organisation-name')
  const newOrganisation = newName ? { name: newName, kind, authority: word('organisation-authority') || null } : null
  return { email: word('email'), name: word('name'), slug: word('organisation'), roles: [...new Set(given.filter(isRole))], newOrganisation }
}

async function organisationFor({ store }: House, { slug, newOrganisation }: Wanted): Promise<Organisation> {
  const known = await store.read(commandLine, (db) => organisationBySlug(db, slug))
  if (known) return known
  if (!newOrganisation || !isOrganisationKind(newOrganisation.kind)) {
    throw refused('Nobody was added.', [{ field: '--organisation', message: `There is no organisation "${slug}". Give --organisation-name to make it.` }])
  }
  const { name, kind, authority } = newOrganisation
  return store.change(commandLine, 'people.add-organisation', (trx) => addOrganisation(trx, { slug, name, kind, authority }))
}
