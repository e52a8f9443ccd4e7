import { sql } from 'kysely'
import type { Actor, Role } from '#kernel/access/actor.ts'
import type { Changed, Reader, Trx } from '#kernel/db/index.ts'
import { withdrawLetters, writeLetter } from '#kernel/mail/index.ts'
import { conflict, notFound, refused } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { addAccount, addMissingRoles, refuseRoles } from '../commands.ts'
import { linkIdentity, type Link } from '../oidc/links.ts'
import type { Organisation } from '../queries.ts'
import { rolesInWords } from '../rules.ts'
import type { Person } from '../sign-in/sessions.ts'
import { invitationLetter } from './letters.ts'
import { hashOfLink, invitationHolds, newLink } from './links.ts'

type Inviting = Pick<House, 'config' | 'now'>

interface Invited {
  organisation: Organisation
  email: string
  roles: readonly Role[]
}

/** Invites whoever reads at this address. Whether they have an account already is for them to see and not for who invites. */
export async function invite(trx: Trx, house: Inviting, { organisation, email, roles }: Invited, by: Person): Promise<Changed<number>> {
  refuseRoles(organisation, roles)
  const known = await trx.selectFrom('people.account as a').innerJoin('people.membership as m', 'm.account', 'a.id').select('a.name')
    .where(sql`lower(a.email)`, '=', email.toLowerCase()).where('m.organisation', '=', organisation.id).executeTakeFirst()
  if (known) throw refused('Nobody was invited.', [{ field: 'email', message: `${known.name} has this address and belongs to ${organisation.name} already` }])
  const { link, times } = fresh(house)
  const letter = await write(trx, house, { organisation, email, roles, link, by, until: times.expires_at })
  const row = await trx.insertInto('people.invitation')
    .values({ organisation: organisation.id, email, roles: [...roles], invited_by: by.account, link_hash: hashOfLink(link), letter, ...times })
    .onConflict((open) => open.doNothing()).returning('id').executeTakeFirst()
  if (!row) throw refused('Nobody was invited.', [{ field: 'email', message: 'This address has been invited already. Send that invitation again, or withdraw it first' }])
  return {
    subject: `invitation:${row.id}`, organisation: organisation.id, result: row.id, after: { email, roles },
    says: `invited ${email} to ${organisation.name} as ${rolesInWords(roles)}`,
  }
}

/** Sends an invitation once more, with another link; the link before stops working. */
export async function sendAgain(trx: Trx, house: Inviting, organisation: Organisation, id: number, by: Person): Promise<Changed<null>> {
  const open = await openInvitation(trx, organisation, id)
  await withdrawLetters(trx, open.letter === null ? [] : [open.letter])
  const { link, times } = fresh(house)
  const letter = await write(trx, house, { organisation, email: open.email, roles: open.roles as Role[], link, by, until: times.expires_at })
  await trx.updateTable('people.invitation').set({ link_hash: hashOfLink(link), letter, sent: open.sent + 1, ...times }).where('id', '=', id).execute()
  return { subject: `invitation:${id}`, organisation: organisation.id, says: `invited ${open.email} to ${organisation.name} again`, result: null }
}

/** Takes an invitation back. Its link stops working at once. */
export async function withdraw(trx: Trx, organisation: Organisation, id: number, now: Date): Promise<Changed<null>> {
  const open = await openInvitation(trx, organisation, id)
  await withdrawLetters(trx, open.letter === null ? [] : [open.letter])
  await trx.updateTable('people.invitation').set({ withdrawn_at: now }).where('id', '=', id).execute()
  return { subject: `invitation:${id}`, organisation: organisation.id, says: `withdrew the invitation of ${open.email} to ${organisation.name}`, result: null }
}

function fresh({ now }: Inviting) {
  const made_at = now()
  return { link: newLink(), times: { made_at, expires_at: new Date(made_at.getTime() + invitationHolds) } }
}

function write(trx: Trx, house: Inviting, { organisation, email, roles, link, by, until }: Invited & { link: string; by: Person; until: Date }): Promise<number> {
  const address = `${house.config.baseUrl}/invitation?link=${link}`
  return writeLetter(trx, house, {
    organisation: organisation.id, to: email, expiresAt: until,
    ...invitationLetter({ organisation: organisation.name, by: by.name, roles: rolesInWords(roles), address, until }),
  })
}

async function openInvitation(trx: Trx, organisation: Organisation, id: number) {
  const found = await trx.selectFrom('people.invitation').selectAll()
    .where('id', '=', id).where('organisation', '=', organisation.id).where('accepted_at', 'is', null).where('withdrawn_at', 'is', null)
    .forUpdate().executeTakeFirst()
  if (!found) throw conflict('This invitation has been accepted or withdrawn already.')
  return found
}

/** Invitations of an organisation that nobody has accepted or withdrawn, the latest first. */
export function openInvitations(db: Reader, organisation: number) {
  return db.selectFrom('people.invitation as i')
    .leftJoin('people.account as a', 'a.id', 'i.invited_by')
    .leftJoin('kernel.letter as l', 'l.id', 'i.letter')
    .select(['i.id', 'i.email', 'i.roles', 'i.sent', 'i.made_at', 'i.expires_at', 'a.name as by', 'l.state', 'l.reason'])
    .where('i.organisation', '=', organisation).where('i.accepted_at', 'is', null).where('i.withdrawn_at', 'is', null)
    .orderBy('i.made_at', 'desc').orderBy('i.id', 'desc').execute()
}

/** Whoever opened a link: what it says is read and carried out for them, because they may not see it themselves. */
const invitationPage: Actor = { kind: 'system', name: 'the page for invitations' }

/** The invitation a link stands for while it holds, with the account of its address if there is one. Looking does not use it up. */
export async function invitationBehind({ store, now }: Pick<House, 'store' | 'now'>, link: string) {
  const found = await store.read(invitationPage, (db) => db.selectFrom('people.invitation as i')
    .innerJoin('people.organisation as o', 'o.id', 'i.organisation')
    .leftJoin('people.account as by', 'by.id', 'i.invited_by')
    .leftJoin('people.account as a', (join) => join.on(sql`lower(a.email)`, '=', sql`lower(i.email)`))
    .select(['i.id', 'i.email', 'i.roles', 'i.organisation', 'o.slug', 'o.name', 'o.kind', 'o.authority', 'by.name as by', 'a.id as account', 'a.name as account_name', 'a.active'])
    .where('i.link_hash', '=', hashOfLink(link)).where('i.expires_at', '>', now())
    .where('i.accepted_at', 'is', null).where('i.withdrawn_at', 'is', null)
    .executeTakeFirst())
  if (!found) return null
  const { slug, name, kind, authority, organisation: id, ...rest } = found
  return { ...rest, roles: found.roles as Role[], organisation: { id, slug, name, kind, authority } as Organisation }
}

export type OpenedInvitation = NonNullable<Awaited<ReturnType<typeof invitationBehind>>>

/**
 * Accepts as somebody new: makes their account, looked after by the organisation that invited them; linked with the provider when they come
 * from there.
 */
export function acceptAsNew(
  { store, now }: Pick<House, 'store' | 'now'>, invitation: OpenedInvitation, person: { name: string; hash: string }, from: Pick<Link, 'provider' | 'subject'> | null = null,
): Promise<number> {
  const { organisation, email, roles } = invitation
  return store.change(invitationPage, 'people.accept-invitation', async (trx) => {
    const added = await addAccount(trx, { organisation, email, roles, ...person, mustChange: false, now: now() })
    await close(trx, invitation.id, added.result, now())
    if (from) await linkIdentity(trx, { account: added.result, organisation: organisation.id, now: now(), ...from })
    const how = from ? `, coming from ${from.provider.label}` : ''
    return { ...added, says: `made an account for ${person.name}, who was invited to ${organisation.name} as ${rolesInWords(roles)}${how}` }
  })
}

/** Accepts with an account there is: adds the roles it does not have yet. */
export function acceptWith({ store, now }: Pick<House, 'store' | 'now'>, invitation: OpenedInvitation, person: Person): Promise<null> {
  const { organisation, roles } = invitation
  return store.change(invitationPage, 'people.accept-invitation', async (trx) => {
    await addMissingRoles(trx, organisation, person.account, roles)
    await close(trx, invitation.id, person.account, now())
    return {
      subject: `account:${person.account}`, organisation: organisation.id, after: { added: roles }, result: null,
      says: `made ${person.name}, who was invited, ${rolesInWords(roles)} in ${organisation.name}`,
    }
  })
}

async function close(trx: Trx, id: number, account: number, now: Date): Promise<void> {
  const closed = await trx.updateTable('people.invitation').set({ accepted_at: now, accepted_by: account })
    .where('id', '=', id).where('accepted_at', 'is', null).where('withdrawn_at', 'is', null).returning('id').executeTakeFirst()
  if (!closed) throw notFound('This invitation was accepted or withdrawn a moment ago.')
}
