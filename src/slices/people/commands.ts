import type { OrganisationKind, Role } from '#kernel/access/actor.ts'
import type { Changed, Reader, Trx } from '#kernel/db/index.ts'
import { conflict, notAllowed, notFound, refused } from '#kernel/problems.ts'
import { endAccess } from './leaving/leaving.ts'
import { peopleOf, type Organisation, type OrganisationPerson } from './queries.ts'
import { kindWords, rolesIn, rolesInWords } from './rules.ts'

/** Adds an organisation. Only the system may: who takes part is decided by whoever runs the installation. */
export async function addOrganisation(trx: Trx, added: { slug: string; name: string; kind: OrganisationKind; authority?: string | null }): Promise<Changed<Organisation>> {
  const { slug, name, kind, authority = null } = added
  const row = await trx.insertInto('people.organisation').values({ slug, name, kind, authority })
    .onConflict((taken) => taken.column('slug').doNothing()).returning('id').executeTakeFirst()
  if (!row) throw conflict(`There is an organisation "${slug}" already.`)
  const organisation = { id: row.id, slug, name, kind, authority }
  return { subject: `organisation:${row.id}`, organisation: row.id, says: `added the organisation ${name} (${kindWords[kind]})`, after: organisation, result: organisation }
}

interface NewAccount {
  organisation: Organisation
  email: string
  name: string
  roles: readonly Role[]
  /** In the form it is kept. */
  hash: string
  /** True when somebody else has seen the password. */
  mustChange: boolean
  now: Date
}

/** Adds an account that this organisation looks after. */
export async function addAccount(trx: Trx, { organisation, email, name, roles, hash, mustChange, now }: NewAccount): Promise<Changed<number>> {
  refuseRoles(organisation, roles)
  if (roles.length === 0) throw refused('Nobody was added.', [{ field: 'roles', message: 'Choose at least one role' }])
  const account = await trx.insertInto('people.account').values({ organisation: organisation.id, email: email.trim(), name })
    .onConflict((taken) => taken.doNothing()).returning('id').executeTakeFirst()
  if (!account) throw refused('Nobody was added.', [{ field: 'email', message: emailTaken }])
  await trx.insertInto('people.credential')
    .values({ account: account.id, organisation: organisation.id, password: hash, must_change: mustChange, valid_from: now }).execute()
  await insertRoles(trx, account.id, organisation.id, roles)
  return {
    subject: `account:${account.id}`,
    organisation: organisation.id,
    says: `added ${name} to ${organisation.name} as ${rolesInWords(roles)}`,
    after: { email: email.trim(), name, roles },
    result: account.id,
  }
}

const emailTaken =
  'This email address has an account already, here or in another organisation. Whoever runs this installation can give it roles here too.'

/**
 * Gives a person exactly these roles in an organisation. None at all is for people another organisation looks after: the
 * others are deactivated instead. An organisation never loses its last administrator.
 */
export async function changeRoles(trx: Trx, organisation: Organisation, account: number, roles: readonly Role[], now: Date): Promise<Changed<Role[]>> {
  refuseRoles(organisation, roles)
  await lockOrganisation(trx, organisation.id)
  const person = await personIn(trx, organisation, account)
  if (roles.length === 0 && person.home === organisation.id) {
    throw refused('The roles were not changed.', [{ field: 'roles', message: `Choose at least one role, or deactivate the account of ${person.name}` }])
  }
  const gone = person.roles.filter((role) => !roles.includes(role))
  await endRoles(trx, account, organisation.id, gone, now)
  await insertRoles(trx, account, organisation.id, roles.filter((role) => !person.roles.includes(role)))
  await refuseIfNobodyAdministers(trx, organisation)
  return {
    subject: `account:${account}`,
    organisation: organisation.id,
    says: `changed the roles of ${person.name} in ${organisation.name} from ${rolesInWords(person.roles)} to ${rolesInWords(roles)}`,
    before: { roles: person.roles },
    after: { roles },
    result: [...roles],
  }
}

/** Gives a known account its first or further roles in an organisation: only the system may reach across organisations. */
export async function addRoles(trx: Trx, organisation: Organisation, account: { id: number; name: string }, roles: readonly Role[]): Promise<Changed<null>> {
  const wanted = await addMissingRoles(trx, organisation, account.id, roles)
  if (wanted.length === 0) throw conflict(`${account.name} already is ${rolesInWords(roles)} in ${organisation.name}.`)
  return {
    subject: `account:${account.id}`, organisation: organisation.id, result: null, after: { added: wanted },
    says: `made ${account.name} ${rolesInWords(wanted)} in ${organisation.name}`,
  }
}

/** Gives an account those of the roles that it does not have in the organisation, and says which these were. */
export async function addMissingRoles(trx: Trx, organisation: Organisation, account: number, roles: readonly Role[]): Promise<Role[]> {
  refuseRoles(organisation, roles)
  const held = await trx.selectFrom('people.membership').select('role').where('account', '=', account).where('organisation', '=', organisation.id).execute()
  const wanted = roles.filter((role) => !held.some((one) => one.role === role))
  await insertRoles(trx, account, organisation.id, wanted)
  return wanted
}

/** Shuts an account. Sessions, tokens and links end at once; what its holder did and the roles they had stay on record. */
export async function deactivate(trx: Trx, organisation: Organisation, account: number, by: number | null, now: Date): Promise<Changed<null>> {
  if (account === by) throw notAllowed('You cannot deactivate your own account. Ask another administrator.')
  await lockOrganisation(trx, organisation.id)
  const person = await lookedAfter(trx, organisation, account)
  const changed = await setActive(trx, account, false)
  if (!changed) throw conflict(`The account of ${person.name} is not active.`)
  await refuseIfNobodyAdministers(trx, organisation)
  const ended = await endAccess(trx, organisation, account, by, now)
  return activity(organisation, person, false, ended)
}

/** Opens an account again, with the roles it had. */
export async function reactivate(trx: Trx, organisation: Organisation, account: number): Promise<Changed<null>> {
  const person = await lookedAfter(trx, organisation, account)
  const changed = await setActive(trx, account, true)
  if (!changed) throw conflict(`The account of ${person.name} is active already.`)
  return activity(organisation, person, true)
}

/** Notes that an administrator lets somebody try to sign in again at once. The count itself is kept outside the trail. */
export async function unlock(trx: Trx, organisation: Organisation, account: number): Promise<Changed<string>> {
  const person = await lookedAfter(trx, organisation, account)
  return { subject: `account:${account}`, organisation: organisation.id, says: `let ${person.name} try to sign in again`, result: person.email }
}

/** Refuses roles that nobody has in an organisation of this kind. */
export function refuseRoles(organisation: Organisation, roles: readonly Role[]): void {
  const strange = roles.filter((role) => !rolesIn(organisation.kind).includes(role))
  if (strange.length === 0) return
  const message = `Nobody is ${rolesInWords(strange)} in ${organisation.name}, which is ${withArticle(kindWords[organisation.kind])}. Use ${rolesInWords(rolesIn(organisation.kind))}.`
  throw refused('The roles were not accepted.', [{ field: 'roles', message }])
}

const withArticle = (words: string) => `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`

async function insertRoles(trx: Trx, account: number, organisation: number, roles: readonly Role[]): Promise<void> {
  if (roles.length === 0) return
  await trx.insertInto('people.membership').values(roles.map((role) => ({ account, organisation, role }))).execute()
}

/** Takes roles away; that they were held, and how long, stays. */
async function endRoles(trx: Trx, account: number, organisation: number, roles: readonly Role[], until: Date): Promise<void> {
  if (roles.length === 0) return
  const ended = await trx.deleteFrom('people.membership').where('account', '=', account).where('organisation', '=', organisation).where('role', 'in', roles)
    .returning(['role', 'since']).execute()
  await trx.insertInto('people.past_membership').values(ended.map(({ role, since }) => ({ account, organisation, role, since, until }))).execute()
}

/** Changes to who administers an organisation happen one after the other. */
async function lockOrganisation(trx: Trx, id: number): Promise<void> {
  const row = await trx.selectFrom('people.organisation').select('id').where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw notFound('There is no such organisation, or you do not administer it.')
}

async function personIn(db: Reader, organisation: Organisation, account: number): Promise<OrganisationPerson> {
  const [person] = await peopleOf(db, organisation.id, account)
  if (!person) throw notFound('There is no such person in this organisation.')
  return person
}

async function lookedAfter(db: Reader, organisation: Organisation, account: number): Promise<OrganisationPerson> {
  const person = await personIn(db, organisation, account)
  if (person.home !== organisation.id) throw notAllowed(`Another organisation looks after the account of ${person.name}. Here you can only change their roles.`)
  return person
}

async function refuseIfNobodyAdministers(db: Reader, organisation: Organisation): Promise<void> {
  const administrator = await db.selectFrom('people.membership as m').innerJoin('people.account as a', 'a.id', 'm.account').select('a.id')
    .where('m.organisation', '=', organisation.id).where('m.role', '=', 'administrator').where('a.active', '=', true).executeTakeFirst()
  if (!administrator) throw conflict(`${organisation.name} would have no administrator left. Make somebody else administrator first.`)
}

function setActive(trx: Trx, account: number, active: boolean) {
  return trx.updateTable('people.account').set({ active }).where('id', '=', account).where('active', '=', !active).returning('id').executeTakeFirst()
}

function activity(organisation: Organisation, person: OrganisationPerson, active: boolean, ended: object = {}): Changed<null> {
  return {
    subject: `account:${person.account}`, organisation: organisation.id, result: null,
    before: { active: !active }, after: { active, ...ended },
    says: `${active ? 'reactivated' : 'deactivated'} the account of ${person.name}`,
  }
}
