export type Role =
  | 'performance-officer'
  | 'service-head'
  | 'statutory-officer'
  | 'member'
  | 'administrator'
  | 'department-analyst'
  | 'auditor'
  | 'reader'

export type OrganisationKind = 'authority' | 'department' | 'audit-firm' | 'inspectorate' | 'partner'

/** What one account is in one organisation. */
export interface Membership {
  organisation: number
  slug: string
  name: string
  kind: OrganisationKind
  /** Code of the authority the organisation works for, where it works for one. */
  authority: string | null
  roles: Role[]
}

/** A named subject of another organisation that this account may see. */
export interface Grant {
  organisation: number
  subject: 'organisation' | 'measure' | 'list'
  id: number
}

/** A key by which a program asks in a person's name. The person is already cut to what it may reach. */
export interface Token {
  id: number
  name: string
  /** `read` alone changes nothing, whatever the person may do. */
  scopes: readonly ('read' | 'write')[]
}

/** Who is asking. */
export type Actor =
  | { kind: 'public' }
  | { kind: 'person'; account: number; name: string; memberships: Membership[]; grants: Grant[]; token?: Token }
  | { kind: 'system'; name: string }

export const everyone: Actor = { kind: 'public' }

/** Which roles hold a permission, in whichever organisation. The system holds all. */
export type Permissions = Record<string, readonly Role[]>

/** Those of every slice together. */
export const permissionsOf = (slices: readonly { permissions?: Permissions }[]): Permissions =>
  Object.fromEntries(slices.flatMap((slice) => Object.entries(slice.permissions ?? {})))

/** The organisations in which the actor holds one of these roles. */
export function organisationsWith(actor: Actor, roles: readonly Role[]): Membership[] {
  if (actor.kind !== 'person') return []
  return actor.memberships.filter((membership) => membership.roles.some((role) => roles.includes(role)))
}

/**
 * Whether this kind of person may come here at all. It never decides which rows exist for them: PostgreSQL does,
 * from the settings the store makes of the same actor.
 */
export function may(permissions: Permissions, actor: Actor, permission: string): boolean {
  const roles = permissions[permission]
  if (!roles) throw new Error(`No slice declares the permission "${permission}". Did you forget it in the slice's permissions?`)
  return actor.kind === 'system' || organisationsWith(actor, roles).length > 0
}

/** Whether the actor asks by a token that only reads. */
export const onlyReads = (actor: Actor) => actor.kind === 'person' && actor.token !== undefined && !actor.token.scopes.includes('write')

/** What the row-level policies read, as transaction-local settings of PostgreSQL. Ids only: nothing here is quoted text. */
export function actorSettings(actor: Actor): Record<string, string> {
  if (actor.kind !== 'person') return { kind: actor.kind, account: '', organisations: '', administers: '', audits: '', grants: '' }
  const of = (roles?: readonly Role[]) =>
    `{${(roles ? organisationsWith(actor, roles) : actor.memberships).map((m) => m.organisation).join(',')}}`
  return {
    kind: 'person',
    account: String(actor.account),
    organisations: of(),
    administers: of(['administrator']),
    audits: of(['auditor']),
    grants: `{${actor.grants.map((g) => `${g.organisation}/${g.subject}/${g.id}`).join(',')}}`,
  }
}

/** How the trail names the actor. */
export function actorName(actor: Actor): string {
  if (actor.kind === 'public') return 'the public'
  return actor.kind === 'person' && actor.token ? `${actor.name} (by the token “${actor.token.name}”)` : actor.name
}
