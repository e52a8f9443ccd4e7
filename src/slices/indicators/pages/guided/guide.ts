/** What the pages of a guided import share. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { House } from '#kernel/slice.ts'
import type { Crumb } from '#kernel/web/frame.ts'
import type { Choices } from '../../guessing/choices.ts'
import type { Proposal } from '../../guessing/propose.ts'
import { crumbs } from '../addresses.ts'
import { uploadOf, type Upload } from '../uploads.ts'
import { guidedOf, keepGuided, look, parts, type Guided, type Part, type Seen } from './state.ts'
import { guideAddress } from './steps.ts'

export const uploadOptions = { config: { access: { may: 'imports.make' } }, schema: { params: z.object({ upload: z.string().max(60) }) } }

export type UploadRequest = FastifyRequest & { params: { upload: string } }

export const guideCrumbs = (upload: Upload, ...below: Crumb[]): Crumb[] =>
  crumbs({ text: 'Import a file', href: '/imports/new' }, below.length > 0 ? { text: upload.file_name, href: guideAddress(upload.id) } : { text: upload.file_name }, ...below)

/** An upload whose guided import has begun; null where it has not, and the page of the steps offers to. */
export async function guidedUpload(request: UploadRequest, { store, now }: House): Promise<{ upload: Upload; guided: Guided } | null> {
  const upload = await store.read(request.actor, (db) => uploadOf(db, request.params.upload, now()))
  const guided = guidedOf(upload)
  return guided ? { upload, guided } : null
}

export const toSteps = (request: UploadRequest, reply: FastifyReply) => reply.redirect(guideAddress(request.params.upload), 303)

/** The proposal of a file that can be read. */
export const proposalOf = ({ seen }: Pick<Guided, 'seen'>): Proposal | null => (seen.problem === null ? seen.proposal : null)

/** Keeps the choices with what they make of the file. What comes after a changed part has to be looked at again. */
export async function keep({ actor }: FastifyRequest, house: House, upload: Upload, guided: Guided, choices: Choices, seen: Seen, part: Part): Promise<void> {
  const before = parts.slice(0, parts.indexOf(part))
  const same = JSON.stringify(choices) === JSON.stringify(guided.choices)
  const done = same ? [...new Set([...guided.done, part])] : [...before.filter((one) => guided.done.includes(one)), part]
  await house.store.change(actor, 'imports.guide', (trx) => keepGuided(trx, upload, { choices, seen, done }))
}

export const lookAgain = ({ actor }: FastifyRequest, { store }: House, upload: Upload, choices: Choices): Promise<Seen> => look(store, actor, upload, choices)

/** The texts of a posted form whose fields are not known beforehand; of a repeated one the last. */
export function postedTexts(body: unknown): Record<string, string> {
  if (typeof body !== 'object' || body === null) return {}
  return Object.fromEntries(Object.entries(body).flatMap(([name, value]): [string, string][] => {
    const text: unknown = Array.isArray(value) ? value.at(-1) : value
    return typeof text === 'string' ? [[name, text.slice(0, 10_000)]] : []
  }))
}
