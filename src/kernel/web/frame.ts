import type { FastifyTypeProvider } from 'fastify'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import type { ErrorSummary } from '../forms/index.ts'

/** Who may use a route. Every route says so; one that does not stops the server from starting. */
export type Access = 'public' | 'signed-in' | { may: string }

export interface Crumb {
  text: string
  /** Absent for the page itself. */
  href?: string
}

/** What every page is given beside its own content. */
export interface PageData {
  /** The page's own name, for the title of the window. With the section it must be different from every other page's. */
  title: string
  /** The part of the service it belongs to: "Measures", "Help". */
  section?: string
  breadcrumbs?: Crumb[]
  /** Faults of a refused form, shown at the top and in the title of the window. */
  errorSummary?: ErrorSummary | null
  /** The date in words when figures are shown as they were known then; shown in a banner that prints. */
  knownAt?: string | null
  /** Whether the address itself opens something, so that no other page may be told of it. */
  hasSecretAddress?: boolean
  [content: string]: unknown
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    /** False for addresses that answer the same to everyone and must do so without the database. */
    identify?: false
  }
  interface FastifyRequest {
    /** Who is asking; the public until identified. */
    actor: Actor
  }
  interface FastifyReply {
    /** Answers with a page. `template` is a full name such as `slices/places/views/authorities.njk`. */
    page(template: string, data: PageData): FastifyReply
    /** Leaves one sentence for the next page this person sees, after a change has been made. */
    notice(text: string): FastifyReply
  }
}

/** Gives handlers the types of their zod schemas: `app.withTypeProvider<ZodTypes>()`. */
export interface ZodTypes extends FastifyTypeProvider {
  validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown
}
