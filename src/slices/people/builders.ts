import type { Actor, OrganisationKind, Role } from '#kernel/access/actor.ts'
import type { House } from '#kernel/slice.ts'
import { addAccount, addOrganisation } from './commands.ts'
import type { Organisation } from './queries.ts'
import { hashPassword } from './sign-in/passwords.ts'
import { personOf, type Person } from './sign-in/sessions.ts'
import { newApiToken, type Scope } from './tokens/rules.ts'
import { makeToken } from './tokens/tokens.ts'

/** For tests: organisations and people with good defaults, made through the same commands as real ones. */

const builder: Actor = { kind: 'system', name: 'test' }

type Making = Pick<House, 'store' | 'now'>

let made = 0

export function newOrganisation({ store }: Making, given: { slug?: string; name?: string; kind?: OrganisationKind; authority?: string } = {}): Promise<Organisation> {
  const slug = given.slug ?? `organisation-${++made}`
  const { name = `Council of ${slug}`, kind = 'authority', authority = null } = given
  return store.change(builder, 'people.add-organisation', (trx) => addOrganisation(trx, { slug, name, kind, authority }))
}

/** What newPerson gives everybody as password. */
export const testPassword = 'three unlikely words'
let hash: Promise<string> | undefined

/** A person as the actor they are when they ask. */
export async function newPerson(
  house: Making,
  organisation: Organisation,
  given: { email?: string; name?: string; roles?: readonly Role[]; mustChange?: boolean } = {},
): Promise<Person & { email: string }> {
  const number = ++made
  const { email = `person-${number}@${organisation.slug}.example`, name = `Person ${number}`, roles = ['reader'], mustChange = false } = given
  const kept = await (hash ??= hashPassword(testPassword))
  const account = await house.store.change(builder, 'people.add-account', (trx) =>
    addAccount(trx, { organisation, email, name, roles, hash: kept, mustChange, now: house.now() }))
  const person = await personOf(house, account)
  if (!person) throw new Error('The person that was just added is not there.')
  return { ...person, email }
}

/** A token of a person for programs: what follows "Bearer". */
export async function newToken(house: Making, holder: Person, scope: Scope, organisation: number | null = null): Promise<string> {
  const token = newApiToken()
  await house.store.change(holder, 'people.make-token', (trx) => makeToken(trx, holder, { token, name: 'test', scope, organisation, days: 30, now: house.now() }))
  return token
}
