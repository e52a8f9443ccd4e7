import { z } from 'zod'
import { organisationsWith, type Actor } from '#kernel/access/actor.ts'
import { notFound, Problem, type Fault } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { organisationBySlug, peopleOf, type Organisation, type OrganisationPerson } from './queries.ts'
import type { Person } from './sign-in/sessions.ts'

/** The organisation, when this person administers it; otherwise there is nothing here. */
export async function administered(house: House, actor: Actor, slug: string): Promise<Organisation> {
  const isTheirs = organisationsWith(actor, ['administrator']).some((m) => m.slug === slug)
  const organisation = isTheirs ? await house.store.read(actor, (db) => organisationBySlug(db, slug)) : undefined
  if (!organisation) throw notFound('There is no such organisation, or you do not administer it.')
  return organisation
}

/** The parts of an address that name a person in an organisation. */
export const personParams = z.object({ slug: z.string(), account: z.coerce.number().int().positive().max(2 ** 31 - 1) })

/** Somebody of an organisation, as its administrators see them. */
export async function personAt({ store }: House, actor: Actor, organisation: Organisation, account: number): Promise<OrganisationPerson> {
  const [person] = await store.read(actor, (db) => peopleOf(db, organisation.id, account))
  if (!person) throw notFound('There is no such person in this organisation.')
  return person
}

/** The person who administers, where a rule has let nobody else in. */
export function administrator(actor: Actor): Person {
  if (actor.kind !== 'person') throw notFound('There is no such organisation, or you do not administer it.')
  return actor
}

/** Runs a change; a refusal that names fields comes back, so that the form can be shown again. Everything else is thrown. */
export async function unlessRefused<T>(change: () => Promise<T>): Promise<{ done: T } | { faults: Fault[] }> {
  try {
    return { done: await change() }
  } catch (cause) {
    if (cause instanceof Problem && cause.code === 'refused' && cause.faults.length > 0) return { faults: cause.faults }
    throw cause
  }
}
