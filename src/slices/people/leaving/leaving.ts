import type { Reader, Trx } from '#kernel/db/index.ts'
import { withdrawLetters } from '#kernel/mail/index.ts'
import { notAllowed, refused } from '#kernel/problems.ts'
import type { House, Owned } from '#kernel/slice.ts'
import type { Changed } from '#kernel/db/index.ts'
import { endResetLinks } from '../joining/password-reset.ts'
import type { Organisation, OrganisationPerson } from '../queries.ts'

/** What ended with an account, for the trail. */
interface Ended {
  tokens: number
  invitations: number
}

/**
 * Ends everything by which an account could still do something: sessions, tokens, links for choosing a password, and
 * invitations its holder sent for the organisation that looks after it.
 */
export async function endAccess(trx: Trx, organisation: Organisation, account: number, by: number | null, now: Date): Promise<Ended> {
  // A session begun before this moment is over, also when the account is opened again.
  await trx.updateTable('people.credential').set({ valid_from: now }).where('account', '=', account).execute()
  await endResetLinks(trx, account, now)
  const tokens = await trx.updateTable('people.token').set({ revoked_at: now, revoked_by: by })
    .where('account', '=', account).where('revoked_at', 'is', null).returning('id').execute()
  const invitations = await trx.updateTable('people.invitation').set({ withdrawn_at: now })
    .where('organisation', '=', organisation.id).where('invited_by', '=', account).where('accepted_at', 'is', null).where('withdrawn_at', 'is', null)
    .returning('letter').execute()
  await withdrawLetters(trx, invitations.flatMap(({ letter }) => (letter === null ? [] : [letter])))
  return { tokens: tokens.length, invitations: invitations.length }
}

/** What people itself knows of an account: tokens, invitations it sent, what other organisations let it see. */
export async function ownedHere(db: Reader, account: number, organisation: number): Promise<Owned[]> {
  const [tokens, invitations, grants, given] = [
    await db.selectFrom('people.token').select(['name as text']).where('account', '=', account).where('revoked_at', 'is', null).orderBy('id', 'desc').execute(),
    await db.selectFrom('people.invitation').select(['email as text']).where('organisation', '=', organisation).where('invited_by', '=', account)
      .where('accepted_at', 'is', null).where('withdrawn_at', 'is', null).orderBy('id', 'desc').execute(),
    await db.selectFrom('people.access_grant as g').innerJoin('people.organisation as o', 'o.id', 'g.organisation').select(['o.name as text'])
      .where('g.account', '=', account).where('g.ended_at', 'is', null).orderBy('g.id', 'desc').execute(),
    await db.selectFrom('people.access_grant as g').innerJoin('people.account as a', 'a.id', 'g.account').select(['a.name as text'])
      .where('g.organisation', '=', organisation).where('g.made_by', '=', account).where('g.ended_at', 'is', null).orderBy('g.id', 'desc').execute(),
  ]
  const sorts = [
    { kind: 'tokens', title: 'Tokens for programs', fate: 'They stop working at once, and do not come back with the account.', all: tokens },
    { kind: 'invitations', title: 'Invitations nobody has accepted yet', fate: 'They are withdrawn. Others can invite the same people.', all: invitations },
    { kind: 'grants', title: 'What other organisations let them see', fate: 'Out of reach while the account is closed. The other organisation can end it.', all: grants },
    { kind: 'given', title: 'People they let see something of yours', fate: 'They can see it still. End it on the page of the organisation.', all: given },
  ]
  return sorts.filter(({ all }) => all.length > 0).map(({ all, ...sort }) => ({ ...sort, count: all.length, latest: all.slice(0, 5), canBeHandedOver: false }))
}

/** What every capability knows of an account in an organisation. */
export async function everythingOwned({ slices = [] }: Pick<House, 'slices'>, db: Reader, account: number, organisation: number): Promise<Owned[]> {
  const owned: Owned[] = []
  for (const slice of slices) owned.push(...((await slice.owned?.(db, account, organisation)) ?? []))
  return owned
}

/** Gives what one person has of a sort to a colleague. */
export async function handOver({ slices = [] }: Pick<House, 'slices'>, trx: Trx, organisation: Organisation, kind: string, from: OrganisationPerson, to: OrganisationPerson | undefined): Promise<Changed<string>> {
  if (from.home !== organisation.id) throw notAllowed(`Another organisation looks after the account of ${from.name}.`)
  if (!to?.active || to.account === from.account || to.roles.length === 0) throw refused('Nothing was handed over.', [{ field: `to-${kind}`, message: 'Choose a colleague who is to take it over' }])
  for (const slice of slices) {
    const count = (await slice.handOver?.(trx, { kind, organisation: organisation.id, from: from.account, to: to.account })) ?? null
    if (count === null) continue
    const says = `handed over ${kind} of ${from.name} to ${to.name}: ${count}`
    return { subject: `account:${from.account}`, organisation: organisation.id, says, result: `Handed over to ${to.name}: ${count}.` }
  }
  throw refused('Nothing was handed over.', [{ field: `to-${kind}`, message: 'This cannot be handed over' }])
}

/** Roles somebody had in an organisation and has no longer, the latest first. */
export function pastRoles(db: Reader, account: number, organisation: number) {
  return db.selectFrom('people.past_membership').select(['role', 'since', 'until'])
    .where('account', '=', account).where('organisation', '=', organisation).orderBy('until', 'desc').orderBy('id', 'desc').execute()
}

/** Roles somebody has in an organisation, with since when. */
export function presentRoles(db: Reader, account: number, organisation: number) {
  return db.selectFrom('people.membership').select(['role', 'since'])
    .where('account', '=', account).where('organisation', '=', organisation).orderBy('since').orderBy('role').execute()
}
