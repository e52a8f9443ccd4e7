/** Begins a guided import: looks at the file and keeps what it seems to be. */
import type { FastifyReply } from 'fastify'
import type { Actor } from '#kernel/access/actor.ts'
import type { House } from '#kernel/slice.ts'
import { noChoices } from '../../guessing/choices.ts'
import type { Upload } from '../uploads.ts'
import { keepGuided, look } from './state.ts'
import { guideAddress } from './steps.ts'

export async function beginGuided({ store }: House, actor: Actor, upload: Upload, reply: FastifyReply): Promise<FastifyReply> {
  const choices = noChoices()
  const seen = await look(store, actor, upload, choices)
  await store.change(actor, 'imports.guide', (trx) => keepGuided(trx, upload, { choices, seen, done: [] }))
  return reply.redirect(guideAddress(upload.id, 'found'), 303)
}
