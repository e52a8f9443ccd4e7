import { organisationsWith, type Actor } from '#kernel/access/actor.ts'
import { notFound, Problem, type Fault } from '#kernel/problems.ts'
import type { House } from '#kernel/slice.ts'
import { organisationBySlug, type Organisation } from './queries.ts'

/** The organisation, when this person administers it; otherwise there is nothing here. */
export async function administered(house: House, actor: Actor, slug: string): Promise<Organisation> {
  const isTheirs = organisationsWith(actor, ['administrator']).some((m) => m.slug === slug)
  const organisation = isTheirs ? await house.store.read(actor, (db) => organisationBySlug(db, slug)) : undefined
  if (!organisation) throw notFound('There is no such organisation, or you do not administer it.')
  return organisation
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
