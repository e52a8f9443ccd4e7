import type { Multipart, MultipartFile } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../problems.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Largest file this route takes, in bytes. */
    largestUpload?: number
  }
}

/** Largest file taken where a route says nothing else: the largest national file we know of has 90 MB. */
export const defaultLargestUpload = 256 * 1024 * 1024

/** Parts of a form with a file that have not been read yet. Forgotten with the request. */
const waiting = new WeakMap<FastifyRequest, AsyncIterableIterator<Multipart>>()

/** Reads the first part only, so that the form can be checked before anything is stored. */
export async function firstPartOf(request: FastifyRequest): Promise<Multipart | null> {
  const parts = request.parts({ limits: { fileSize: largestUpload(request) } })
  waiting.set(request, parts)
  const first = await parts.next()
  return first.done ? null : first.value
}

export interface Upload<T> {
  /** The text fields; of a repeated field, the last. */
  fields: Record<string, string>
  /** What `keep` made of the file, or null when none was chosen. */
  file: T | null
}

/**
 * Reads a posted form with at most one file. The file is handed on as a stream while it arrives and is never held in memory
 * whole. A file over the limit is a problem, and `keep` sees its stream fail.
 */
export async function readUpload<T>(
  request: FastifyRequest,
  keep: (file: MultipartFile) => Promise<T>,
): Promise<Upload<T>> {
  const fields: Record<string, string> = {}
  let file: T | null = null
  for await (const part of waiting.get(request) ?? []) {
    if (part.type === 'field') fields[part.fieldname] = String(part.value)
    // Browsers send an unchosen file as one without a name, which arrives as no name at all.
    else if (!part.filename) part.file.resume()
    else {
      // Without this the stream would just end early, and half a file would look like a whole one.
      if (part.file.truncated) throw tooLarge(request)
      part.file.once('limit', () => part.file.destroy(tooLarge(request)))
      file = await keep(part)
    }
  }
  return { fields, file }
}

const largestUpload = (request: FastifyRequest) => request.routeOptions.config.largestUpload ?? defaultLargestUpload

function tooLarge(request: FastifyRequest): Problem {
  const limit = Math.floor(largestUpload(request) / 1024 / 1024)
  return new Problem(
    'too-large',
    `The file is larger than ${limit} MB. Split it, or bring it in with the command line.`,
  )
}
