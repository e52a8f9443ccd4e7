import { randomBytes } from 'node:crypto'
import type { Actor } from '#kernel/access/actor.ts'
import type { ProviderConfig } from '#kernel/sign-in-settings.ts'
import { isMailAddress } from '#kernel/mail/index.ts'
import type { House } from '#kernel/slice.ts'
import { addAccount } from '../commands.ts'
import { acceptAsNew, invitationBehind, type OpenedInvitation } from '../joining/invitations.ts'
import { organisationBySlug } from '../queries.ts'
import { hashPassword } from '../sign-in/passwords.ts'
import { accountFor, accountWith, personOf } from '../sign-in/sessions.ts'
import { telling } from '../telling.ts'
import { linkIdentity } from './links.ts'

const doorkeeper: Actor = { kind: 'system', name: 'the sign-in page' }

/** Somebody as the provider describes them. */
export interface ProviderPerson {
  /** What the provider calls them, for good. */
  subject: string
  email: string | null
  /** Whether the provider says that it verified the address; null when it does not say. */
  emailVerified: boolean | null
  name: string | null
}

/** Why the provider's word opens no account. */
type Refusal = 'unknown' | 'unverified' | 'not-invited'
type Found = NonNullable<Awaited<ReturnType<typeof accountWith>>>

/**
 * The account of somebody who comes from the provider: the one linked with them, or at first the active one with their verified email
 * address, which is then linked for good. `unverified`: they are not linked and their address cannot be relied on; this is said
 * before any account is looked for. With the link of an invitation whoever has no account gets one, if the invitation went to that
 * address; `not-invited`: it went to another.
 */
export async function accountOf(house: House, provider: ProviderConfig, who: ProviderPerson, invitation: string | null): Promise<Found | Refusal> {
  const invited = invitation === null ? null : await invitationBehind(house, invitation)
  const linked = await linkedAccount(house, provider, who.subject)
  if (linked && invited && invited.account !== linked.id) return 'not-invited'
  if (linked) return linked.active ? linked : 'unknown'
  const email = trustedEmail(provider, who)
  if (email === null) return 'unverified'
  const account = await accountFor(house, email)
  if (invitation !== null && (invited?.email ?? '').toLowerCase() !== email.toLowerCase()) return 'not-invited'
  if (!account) return invited ? join(house, provider, who, email, invited) : addNew(house, provider, who, email)
  const person = account.active ? await personOf(house, account.id) : null
  if (!person) return 'unknown'
  const link = { account: account.id, organisation: account.organisation, provider, subject: who.subject, now: house.now() }
  await house.store.change(person, 'people.link-identity', telling(house, account.id, `Your account was linked with ${provider.label}`, (trx) => linkIdentity(trx, link))).catch(unlessConflict)
  // Another callback may have linked them a moment ago: what counts is what is there now.
  return (await linkedAccount(house, provider, who.subject)) ?? 'unknown'
}

/**
 * The email address, if it can be relied on: the provider says that it verified it; or does not say, and the address is of a domain the
 * settings name. One the provider says it did not verify is never relied on.
 */
export function trustedEmail({ emailDomains }: Pick<ProviderConfig, 'emailDomains'>, { email, emailVerified }: ProviderPerson): string | null {
  if (email === null || !isMailAddress(email) || emailVerified === false) return null
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase()
  return emailVerified === true || emailDomains.includes(domain) ? email : null
}

async function linkedAccount(house: House, { issuer }: ProviderConfig, subject: string): Promise<Found | undefined> {
  const identity = await house.store.read(doorkeeper, (db) =>
    db.selectFrom('people.identity').select('account').where('issuer', '=', issuer).where('subject', '=', subject).executeTakeFirst())
  return identity && accountWith(house, identity.account)
}

/** Adds somebody nobody knows, where the settings say so: as a reader of the organisation they name, and nothing more. */
async function addNew(house: House, provider: ProviderConfig, who: ProviderPerson, email: string): Promise<Found | 'unknown'> {
  if (provider.newPeople === null) return 'unknown'
  const organisation = await house.store.read(doorkeeper, (db) => organisationBySlug(db, provider.newPeople ?? ''))
  if (!organisation) {
    house.log.error({ event: 'sign-in.misconfigured', organisation: provider.newPeople }, 'OIDC_NEW_PEOPLE names an organisation that does not exist')
    return 'unknown'
  }
  const { name, hash } = await asNew(who, email)
  await house.store.change(doorkeeper, 'people.add-account', async (trx) => {
    const added = await addAccount(trx, { organisation, email, name, roles: ['reader'], hash, mustChange: false, now: house.now() })
    await linkIdentity(trx, { account: added.result, organisation: organisation.id, provider, subject: who.subject, now: house.now() })
    return { ...added, says: `${added.says}, coming from ${provider.label} for the first time` }
  }).catch(unlessConflict)
  return (await linkedAccount(house, provider, who.subject)) ?? 'unknown'
}

/** Makes the account of somebody who was invited. The invitation decides where and as what; the provider says that the address is theirs. */
async function join(house: House, provider: ProviderConfig, who: ProviderPerson, email: string, invitation: OpenedInvitation): Promise<Found | Refusal> {
  await acceptAsNew(house, invitation, await asNew(who, email), { provider, subject: who.subject }).catch(unlessConflict)
  return (await linkedAccount(house, provider, who.subject)) ?? 'not-invited'
}

/** Somebody new with a password nobody knows: they come in through the provider, until they ask for one of their own. */
async function asNew({ name }: ProviderPerson, email: string): Promise<{ name: string; hash: string }> {
  return { name: name?.trim().slice(0, 200) || email, hash: await hashPassword(randomBytes(32).toString('base64')) }
}

/** Two first visits at once: one of them makes the link, and the other finds it. */
function unlessConflict(cause: unknown): null {
  if (cause instanceof Error && 'code' in cause && ['conflict', 'refused', 'not-found'].includes(String(cause.code))) return null
  throw cause
}
