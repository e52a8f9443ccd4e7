import type { OrganisationKind, Role } from '#kernel/access/actor.ts'

/** Words of the field for each role and kind of organisation, and which roles make sense where. No database, no web. */

export const roles = [
  'performance-officer', 'service-head', 'statutory-officer', 'member', 'administrator', 'department-analyst', 'auditor', 'reader',
] as const satisfies readonly Role[]

export const organisationKinds = ['authority', 'department', 'audit-firm', 'inspectorate', 'partner'] as const satisfies readonly OrganisationKind[]

/** A role as it stands in a sentence: "Ada is performance officer". */
export const roleWords: Record<Role, string> = {
  'performance-officer': 'performance officer',
  'service-head': 'head of service',
  'statutory-officer': 'statutory officer',
  member: 'member',
  administrator: 'administrator',
  'department-analyst': 'department analyst',
  auditor: 'auditor',
  reader: 'reader',
}

/** What each role is for, shown beside its box. */
export const roleHints: Record<Role, string> = {
  'performance-officer': 'Brings in published figures and looks after measures and comparisons.',
  'service-head': 'Answers for a service: its figures, targets and what is said about them.',
  'statutory-officer': 'Head of paid service, monitoring officer or chief finance officer.',
  member: 'A councillor or other elected person.',
  administrator: 'Adds people, gives roles, lets others see what belongs to the organisation, reads the trail.',
  'department-analyst': 'Looks across authorities for the department.',
  auditor: 'Reads the trail and whatever evidence the audit needs.',
  reader: 'Sees what the organisation sees and changes nothing.',
}

export const kindWords: Record<OrganisationKind, string> = {
  authority: 'authority',
  department: 'government department',
  'audit-firm': 'audit firm',
  inspectorate: 'inspectorate',
  partner: 'partner body',
}

const rolesByKind: Record<OrganisationKind, readonly Role[]> = {
  authority: ['performance-officer', 'service-head', 'statutory-officer', 'member', 'administrator', 'auditor', 'reader'],
  department: ['department-analyst', 'administrator', 'auditor', 'reader'],
  'audit-firm': ['auditor', 'administrator', 'reader'],
  inspectorate: ['auditor', 'administrator', 'reader'],
  partner: ['performance-officer', 'service-head', 'administrator', 'reader'],
}

/** The roles people can have in an organisation of this kind, in the order pages list them. */
export const rolesIn = (kind: OrganisationKind): readonly Role[] => rolesByKind[kind]

/** Roles in words, in the order of the list above: "performance officer and administrator". Never empty text. */
export function rolesInWords(held: readonly Role[]): string {
  const words = roles.filter((role) => held.includes(role)).map((role) => roleWords[role])
  if (words.length === 0) return 'no role'
  return words.length === 1 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

export const isRole = (word: string): word is Role => (roles as readonly string[]).includes(word)

export const isOrganisationKind = (word: string): word is OrganisationKind => (organisationKinds as readonly string[]).includes(word)

/** What a grant opens, in words. The number is the measure's or list's own. */
export function grantWords(subject: string, id: number, organisation: string): string {
  return subject === 'organisation' ? `everything that belongs to ${organisation}` : `${subject} ${id} of ${organisation}`
}
