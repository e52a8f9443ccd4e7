import type { Membership, Role } from '#kernel/access/actor.ts'
import { formatMoment } from '#kernel/figures/index.ts'
import type { openInvitations } from './joining/invitations.ts'
import type { pastRoles, presentRoles } from './leaving/leaving.ts'
import { letterState } from './letters/words.ts'
import type { grantsBy, Organisation, OrganisationPerson } from './queries.ts'
import { grantWords, isRole, kindWords, roleHints, roleWords, rolesIn, rolesInWords } from './rules.ts'

/** From data to exactly what the templates show. */

export const organisationAddress = (slug: string) => `/people/organisations/${slug}`
export const personAddress = (slug: string, account: number) => `${organisationAddress(slug)}/people/${account}`

const home = { text: 'Home', href: '/' }
const people = { text: 'People', href: '/people' }

/** The trail of pages above a page about an organisation; `page` is null on the organisation's own. */
export function crumbs(organisation: { name: string; slug: string } | null, page: string | null = null) {
  if (!organisation) return [home, { text: 'People' }]
  if (page === null) return [home, people, { text: organisation.name }]
  return [home, people, { text: organisation.name, href: organisationAddress(organisation.slug) }, { text: page }]
}

/** The list of organisations somebody administers. */
export function organisationRows(memberships: readonly Membership[], counts: ReadonlyMap<number, number>) {
  return memberships.map((m) => [
    { text: m.name, href: organisationAddress(m.slug) },
    { text: kindWords[m.kind] },
    { text: counts.get(m.organisation) ?? 0 },
  ])
}

/** The people of one organisation, each with what there is to know before opening their page. */
export function personRows(organisation: Organisation, people: readonly OrganisationPerson[], locked: ReadonlySet<string>) {
  return people.map((person) => [
    { text: person.name, href: personAddress(organisation.slug, person.account) },
    { text: person.email },
    { text: rolesInWords(person.roles) },
    { text: stateOf(organisation, person, locked.has(person.email)).join('; ') },
  ])
}

/** What is special about an account, in words; "active" when nothing is. */
export function stateOf(organisation: Organisation, person: OrganisationPerson, locked: boolean): string[] {
  if (!person.active) return ['deactivated']
  const states = [
    ...(locked ? ['locked after too many attempts'] : []),
    ...(person.must_change ? ['has a one-time password'] : []),
    ...(person.home === organisation.id ? [] : ['looked after by another organisation']),
  ]
  return states.length > 0 ? states : ['active']
}

export function grantRows(organisation: Organisation, grants: Awaited<ReturnType<typeof grantsBy>>) {
  return grants.map((g) => ({
    id: g.id,
    who: `${g.name} of ${g.home}`,
    email: g.email,
    what: grantWords(g.subject, g.subject_id, organisation.name),
    why: g.why,
    given: `${formatMoment(g.made_at)}${g.giver ? ` by ${g.giver}` : ''}`,
    ended: g.ended_at ? formatMoment(g.ended_at) : null,
  }))
}

/** Invitations that wait to be accepted. */
export function invitationRows(invitations: Awaited<ReturnType<typeof openInvitations>>, now: Date, isOutbox: boolean) {
  return invitations.map((i) => ({
    id: i.id,
    email: i.email,
    roles: rolesInWords(i.roles as Role[]),
    sent: `${formatMoment(i.made_at)}${i.by ? ` by ${i.by}` : ''}${i.sent > 1 ? `, for the ${ordinal(i.sent)} time` : ''}`,
    holds: i.expires_at > now ? `holds until ${formatMoment(i.expires_at)}` : `ran out on ${formatMoment(i.expires_at)}`,
    letter: i.state === null ? null : isOutbox && i.state === 'waiting' ? 'in the outbox, to be passed on' : letterState(i.state, i.reason),
  }))
}

const ordinal = (count: number) => (count === 2 ? 'second' : count === 3 ? 'third' : `${count}th`)

/** Every role somebody has or had, with from when to when, the present ones first. */
export function roleHistory(present: Awaited<ReturnType<typeof presentRoles>>, past: Awaited<ReturnType<typeof pastRoles>>) {
  const row = (role: string, since: Date, until: string) => [{ text: isRole(role) ? capital(roleWords[role]) : role }, { text: formatMoment(since) }, { text: until }]
  return [...present.map(({ role, since }) => row(role, since, 'now')), ...past.map(({ role, since, until }) => row(role, since, formatMoment(until)))]
}

/** A box for each role that makes sense in the organisation, and for any other the person has all the same. */
export function roleBoxes(organisation: Organisation, held: readonly Role[], chosen: readonly string[]) {
  const offered = [...rolesIn(organisation.kind), ...held.filter((role) => !rolesIn(organisation.kind).includes(role))]
  return offered.map((role, place) => ({
    value: role,
    text: capital(roleWords[role]),
    hint: { text: roleHints[role] },
    checked: chosen.includes(role),
    // The first box carries the field's own name, so that the error summary can lead to it.
    id: place === 0 ? 'roles' : `roles-${role}`,
  }))
}

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)
