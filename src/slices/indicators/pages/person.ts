/** Who sits in front of these pages. */
import type { Actor } from '#kernel/access/actor.ts'
import { notAllowed } from '#kernel/problems.ts'

export type Person = Extract<Actor, { kind: 'person' }>

/** The routes ask for a permission, so only people come here. */
export function personOf(actor: Actor): Person {
  if (actor.kind !== 'person') throw notAllowed('Sign in as a person to do this.')
  return actor
}
